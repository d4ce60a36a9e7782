"""The relay's commands: refused with the rule before anything runs; the log for people and programs."""

from pathlib import Path

import pytest

from activities.store.outbox import Attempt
from activities.store.store import Store
from activities.store.tellings import TellingFilter
from tests.api.relay.build import Hand, alert, desk, webhook
from tests.api.serving import CommandLine

RECIPIENTS = """\
channels:
  hall: {kind: webhook, url: "ftp://token@127.0.0.1/SECRET"}
dead_man: [hall]
operators: [hall]
supervisors: [hall]
departments: {sz-watr: [hall], default: [hall]}
"""


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture
def shixian(capsys: pytest.CaptureFixture[str], url: str, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    monkeypatch.setenv("SHIXIAN_DATABASE_URL", url)
    return CommandLine(capsys)


def test_a_wrong_file_of_recipients_ends_the_relay_at_its_start(
    shixian: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "recipients.yml"
    file.write_text(RECIPIENTS)
    monkeypatch.setenv("SHIXIAN_RECIPIENTS_FILE", str(file))
    said = shixian("relay")
    assert said.code == 2
    assert f"{file}:2: channels.hall.url" in said.err
    assert "[bad-url]" in said.err
    assert f"{file}:6: departments.sz-watr" in said.err
    assert "SECRET" not in said.err


def test_the_relay_opens_no_door_by_itself(shixian: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIXIAN_RELAY_HOST", "0.0.0.0")  # noqa: S104  # it must be refused
    said = shixian("relay")
    assert said.code == 2
    assert "SHIXIAN_RELAY_HOST" in said.err
    assert "[open-door]" in said.err


def test_who_was_told_what_is_listed(shixian: CommandLine, store: Store) -> None:
    hand = Hand("2021-03-05 09:00")
    relay = desk(store, hand)
    relay.accept("sz-water", webhook(*(alert(case=f"SZ-{number}") for number in range(5))))
    hand.set("2021-03-05 09:10")
    relay.accept("sz-approval", webhook(alert(case="SZ-3", severity="critical")))
    [first, _] = [one.number for one in store.tellings(TellingFilter())]
    store.attempted(first, Attempt(nth=1, at=hand(), outcome="failed", error="status-500"), hand())
    store.attempted(first, Attempt(nth=2, at=hand(), outcome="delivered"), None)

    table = shixian("tellings").out
    assert "ShixianStepOverdue warning SZ-0" in table
    assert "2 项 more" in table
    assert "status-500" in table
    assert "待送 waiting" in table

    of_case = shixian("tellings", "--case", "SZ-4").out
    assert "SZ-4" in of_case
    assert "SZ-0" not in of_case
    assert "项 more" not in of_case

    def listed(*options: str) -> list[tuple[str, int]]:
        return [(one["receiver"], len(one["alerts"])) for one in shixian("tellings", "--json", *options).json]

    assert listed() == [("sz-water", 5), ("sz-approval", 1)]
    assert listed("--case", "SZ-3") == listed()
    assert listed("--case", "SZ-0") == [("sz-water", 5)]
    assert listed("--receiver", "sz-approval") == [("sz-approval", 1)]
    assert listed("--since", "2021-03-05 09:05") == [("sz-approval", 1)]
    [shown] = shixian("tellings", "--json", "--case", "SZ-0").json
    assert [one["outcome"] for one in shown["attempts"]] == ["failed", "delivered"]


def test_an_instant_that_is_none_is_refused(shixian: CommandLine) -> None:
    said = shixian("tellings", "--since", "yesterday")
    assert said.code == 2
    assert "[bad-instant]" in said.err
