"""People at the command line: the first ones are let in, locked and ended where the database is."""

from contextlib import closing
from pathlib import Path

import pytest

from activities.store.sessions import Session
from activities.store.store import Store
from api.access.people import PersonRole, caller_role
from api.real_clock import real_now
from tests.api.serving import CommandLine

PERSON = ("--subject", "4f0c", "--role", "secadmin", "--actor", "secadmin-1")


@pytest.fixture
def shixian(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    monkeypatch.setenv("SHIXIAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SHIXIAN_PEOPLE_ISSUER", "https://id.example")
    monkeypatch.setenv("SHIXIAN_PEOPLE_CLIENT", "board")
    line = CommandLine(capsys)
    assert line("migrate").code == 0
    return line


def test_a_person_is_let_in_once_locked_unlocked_changed_and_ended(shixian: CommandLine) -> None:
    made = shixian("people", "add", *PERSON, "--json").json
    assert (made["issuer"], made["subject"], made["made_by"]) == ("https://id.example", "4f0c", None)
    again = shixian("people", "add", *PERSON)
    assert (again.code, "[person-exists]" in again.err) == (1, True)
    assert made["id"] in shixian("people", "list").out
    same = shixian("people", "role", made["id"], "--role", "secadmin")
    assert (same.code, "[same-role]" in same.err) == (1, True)
    changes: list[list[str]] = [["lock"], ["unlock"], ["role", "--role", "clerk"], ["end"]]
    for change, *more in changes:
        assert shixian("people", change, made["id"], *more).code == 0, change
    for step in ("lock", "unlock", "end", "sessions", "sign-out"):
        gone = shixian("people", step, made["id"])
        assert (gone.code, "[unknown-person]" in gone.err) == (1, True), step
    [kept] = shixian("people", "list", "--json").json
    assert (kept["role"], kept["ended"] is not None) == ("clerk", True)


def test_sessions_of_a_person_are_listed_and_ended(shixian: CommandLine, tmp_path: Path) -> None:
    made = shixian("people", "add", *PERSON, "--json").json
    now = real_now()
    with closing(Store.open(f"sqlite:///{tmp_path}/ledger.sqlite")) as store:
        [person] = store.people()
        role = caller_role(PersonRole.SECADMIN)
        for letter in "ab":
            new = Session(hash=letter * 64, person=person.id, actor=person.actor, role=role, began=now, seen=now)
            assert store.sign_in_person(new, person, now)
    listed = shixian("people", "sessions", made["id"], "--json").json
    assert sorted(one["id"] for one in listed) == ["a" * 16, "b" * 16]
    assert shixian("people", "sign-out", made["id"], "--session", "a" * 16, "--json").json["sessions"] == 1
    short = shixian("people", "sign-out", made["id"], "--session", "b")
    assert (short.code, "[unknown-session]" in short.err) == (1, True)
    assert shixian("people", "sign-out", made["id"], "--json").json["sessions"] == 1
    assert shixian("people", "sessions", made["id"], "--json").json == []


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [("--subject", "a b", "bad-subject"), ("--actor", "王小明", "bad-actor"), ("--role", "officer", "officer")],
)
def test_what_is_wrong_with_a_person_is_said_with_its_option(
    shixian: CommandLine, option: str, value: str, code: str
) -> None:
    usual = {"--subject": "4f0c", "--role": "clerk", "--actor": "clerk-1"} | {option: value}
    refused = shixian("people", "add", *(part for pair in usual.items() for part in pair))
    assert (refused.code, option in refused.err, code in refused.err) == (2, True, True)
    assert shixian("people", "list", "--json").json == []


def test_without_a_provider_nobody_is_let_in(shixian: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHIXIAN_PEOPLE_ISSUER")
    monkeypatch.delenv("SHIXIAN_PEOPLE_CLIENT")
    refused = shixian("people", "add", *PERSON)
    assert (refused.code, "SHIXIAN_PEOPLE_ISSUER" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("setting", "value", "rule"),
    [
        ("PEOPLE_CLIENT", "", "incomplete"),
        ("PEOPLE_ISSUER", "http://id.example", "insecure-address"),
        ("PEOPLE_ISSUER", "", "incomplete"),
        ("PEOPLE_ALGORITHMS", '["HS256"]', "literal_error"),
        ("PEOPLE_FACTORS", '{"officer": {}}', "literal_error"),
        ("PEOPLE_FACTORS", '{"clerk": {"acr": ["a b"]}}', "string_pattern_mismatch"),
        ("KEY_SIGN_IN", "sometimes", "literal_error"),
    ],
)
def test_a_wrong_setting_is_named(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, rule: str
) -> None:
    monkeypatch.setenv(f"SHIXIAN_{setting}", value)
    refused = shixian("people", "list")
    assert (refused.code, f"[{rule}]" in refused.err) == (2, True), refused.err


def test_keys_sign_in_where_there_is_no_other_way(shixian: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIXIAN_KEY_SIGN_IN", "off")
    assert shixian("people", "list").code == 0
    monkeypatch.setenv("SHIXIAN_PEOPLE_ISSUER", "")
    monkeypatch.setenv("SHIXIAN_PEOPLE_CLIENT", "")
    refused = shixian("people", "list")
    assert (refused.code, "[no-way-in]" in refused.err) == (2, True)
