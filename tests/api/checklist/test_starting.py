"""Whoever starts it by one command has it on the machine itself, and nowhere else by mistake."""

import json

import pytest

from api.failures import WrongSetting
from api.process_notes import note, say_json
from api.processes.embedded import refuse_open_door


@pytest.mark.parametrize(
    ("host", "behind_proxy", "starts"),
    [
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("localhost", False, True),
        ("0.0.0.0", False, False),  # noqa: S104  # it is refused
        ("192.0.2.7", False, False),
        ("0.0.0.0", True, True),  # noqa: S104  # the operator says that a proxy with TLS stands before it
    ],
)
def test_c_19_it_starts_on_loopback_or_behind_a_proxy_and_nowhere_else(
    host: str, behind_proxy: bool, starts: bool
) -> None:
    if starts:
        refuse_open_door("HOST", host, behind_proxy=behind_proxy)
    else:
        with pytest.raises(WrongSetting, match=r"HOST.*\[open-door\]"):
            refuse_open_door("HOST", host, behind_proxy=behind_proxy)


@pytest.mark.parametrize(
    "hostile", ["a\nb", "a\r\nINFO: forged", "\x1b[2J", "\u2028", '"}\n{"event": "forged"', "\x00"]
)
def test_c_38_what_a_note_holds_makes_no_second_line_and_no_other_note(
    hostile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say_json(note("command", "{line}", line=hostile))
    written = capsys.readouterr().err
    assert written.count("\n") == 1
    assert written.endswith("\n")
    found = json.loads(written)
    assert found["event"] == "command"
    assert found["line"] == hostile
    assert not any(sign in written for sign in ("\r", "\x1b", "\x00"))
