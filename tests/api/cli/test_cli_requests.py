"""Four eyes by hand: asked for and granted by two keys at the command line, with the whole house restarted in between."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.cli.test_cli_cases import done, opened
from tests.api.serving import CommandLine, Serving


@pytest.fixture(scope="module")
def serving(temporal_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Business time stands, as good as, at noon of Tuesday 2 March 2021; extensions and withdrawals need four eyes."""
    rehearsal = ("--rehearsal", "--start", "2021-03-02 12:00", "--rate", "1")
    setting = {"SHIXIAN_FOUR_EYES_FOR": '["extend", "withdraw"]'}
    with Serving(tmp_path_factory.mktemp("cli-requests"), temporal_binary, *rehearsal, **setting) as serving:
        yield serving


def test_two_people_extend_a_limit_and_refuse_a_withdrawal(
    serving: Serving, shixian: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = opened(shixian)
    done(shixian("accept", case, "--at", "2021-03-01 10:00"))
    clock = shixian("case", case, "--json").json["main"]
    words = ("extend", case, "--clock", clock, "--workdays", "1", "--approved-by", "head", "--reason", "flood")
    tried = done(shixian(*words, "--dry-run")).out
    assert "如获批准" in tried
    assert "2021-03-08 17:30" in tried
    asked = done(shixian(*words)).out
    assert "待复核" in asked
    found = re.search(rf"shixian grant {re.escape(case)} (\d+)", asked)
    assert found is not None
    number = found[1]
    own = shixian("grant", case, number)
    assert (own.code != 0, "own-request" in own.err) == (True, True)
    listed = done(shixian("requests")).out
    assert case in listed
    made = shixian("keys", "new", "--role", "supervisor", "--actor", "second", "--json").json
    serving.stop()
    serving.start()
    for name, value in (serving.settings | {"SHIXIAN_KEY": made["key"]}).items():
        monkeypatch.setenv(name, value)
    done(shixian("grant", case, number))
    assert "2021-03-08 17:30" in done(shixian("case", case)).out
    assert shixian("requests", "--json").json["requests"] == []

    monkeypatch.setenv("SHIXIAN_KEY", serving.key)
    request = shixian("withdraw", case, "--reason", "not needed", "--json").json
    assert (request["kind"], request["status"]) == ("withdraw", "open")
    monkeypatch.setenv("SHIXIAN_KEY", made["key"])
    done(shixian("refuse-request", case, str(request["number"]), "--reason", "the applicant says otherwise"))
    monkeypatch.setenv("SHIXIAN_KEY", serving.key)
    again = shixian("withdraw", case, "--reason", "truly", "--json").json
    done(shixian("take-back", case, str(again["number"])))
    statuses = [one["status"] for one in shixian("requests", "--status", "any", "--json").json["requests"]]
    assert statuses == ["granted", "refused", "taken-back"]
