"""Keys and machines at the command line: made, renewed, listed and ended where the database is."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from activities.store.store import Store
from api.access.api_keys import hashed, well_formed
from tests.api.serving import CommandLine


@pytest.fixture
def shixian(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    monkeypatch.setenv("SHIXIAN_DATA_DIR", str(tmp_path))
    return CommandLine(capsys)


def test_a_key_is_shown_once_and_only_its_hash_is_kept(shixian: CommandLine, tmp_path: Path) -> None:
    assert shixian("migrate").code == 0
    made = shixian("keys", "new", "--role", "utility", "--actor", "water", "--company", "suzhou-water")
    text = made.out.strip()
    assert well_formed(text)
    store = Store.open(f"sqlite:///{tmp_path}/ledger.sqlite")
    kept = store.key_by_hash(hashed(text))
    store.close()
    assert kept is not None
    assert text.encode() not in (tmp_path / "ledger.sqlite").read_bytes()
    listed = shixian("keys", "list")
    assert kept.id in listed.out
    assert text not in listed.out
    assert shixian("keys", "revoke", kept.id).code == 0
    assert shixian("keys", "revoke", kept.id).code == 1


def test_a_key_is_renewed_once_and_the_old_one_ends_after_the_overlap(shixian: CommandLine) -> None:
    """C-15."""
    assert shixian("migrate").code == 0
    old = shixian("keys", "new", "--role", "auditor", "--actor", "desk", "--network", "10.0.0.0/8", "--json").json
    made = shixian("keys", "renew", old["id"], "--overlap", "1", "--days", "30")
    assert well_formed(made.out.strip())
    assert made.out.strip() != old["key"]
    first, second = shixian("keys", "list", "--json").json
    assert (second["renews"], second["actor"], second["networks"]) == (old["id"], "desk", ["10.0.0.0/8"])
    left = datetime.fromisoformat(first["expires"]) - datetime.fromisoformat(second["created"])
    assert (left, first["state"], second["state"]) == (timedelta(days=1), "live", "live")
    for id, code in ((old["id"], "not-renewable"), (second["id"], "not-renewable"), ("nothing", "unknown-key")):
        refused = shixian("keys", "renew", id)
        assert (refused.code, refused.out) == (1, "")
        assert f"[{code}]" in refused.err
    assert shixian("keys", "renew", second["id"], "--overlap", "8").code == 2


def test_a_machine_is_let_in_once_and_ended(shixian: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shixian("migrate").code == 0
    machine = ("--client", "water-posting", "--role", "utility", "--actor", "water", "--company", "suzhou-water")
    without = shixian("machines", "add", *machine)
    assert (without.code, "SHIXIAN_MACHINE_ISSUER" in without.err) == (2, True)
    monkeypatch.setenv("SHIXIAN_MACHINE_ISSUER", "https://issuer.example")
    monkeypatch.setenv("SHIXIAN_MACHINE_AUDIENCE", "https://shixian.example")
    monkeypatch.setenv("SHIXIAN_MACHINE_KEYS_URL", "https://issuer.example/jwks")
    made = shixian("machines", "add", *machine, "--network", "10.0.0.0/8", "--json").json
    assert (made["issuer"], made["networks"]) == ("https://issuer.example", ["10.0.0.0/8"])
    again = shixian("machines", "add", *machine)
    assert (again.code, "[machine-exists]" in again.err) == (1, True)
    assert made["id"] in shixian("machines", "list").out
    assert shixian("machines", "end", made["id"]).code == 0
    assert shixian("machines", "end", made["id"]).code == 1
    assert shixian("machines", "add", *machine).code == 0
    ended = [one["ended"] is not None for one in shixian("machines", "list", "--json").json]
    assert ended == [True, False]


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--client", "a b", "bad-client"),
        ("--actor", "王小明", "bad-actor"),
        ("--role", "officer", "not-for-machines"),
        ("--company", "suzhou-bank", "unknown-company"),
        ("--network", "10.0.0.1/8", "bad-network"),
    ],
)
def test_what_is_wrong_with_a_machine_is_said_with_its_option(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch, option: str, value: str, code: str
) -> None:
    for name, said in {"ISSUER": "https://i.example", "AUDIENCE": "a", "KEYS_URL": "https://i.example/jwks"}.items():
        monkeypatch.setenv(f"SHIXIAN_MACHINE_{name}", said)
    usual = {"--client": "m", "--role": "utility", "--actor": "a", "--company": "suzhou-water"} | {option: value}
    refused = shixian("machines", "add", *(part for pair in usual.items() for part in pair))
    assert refused.code == 2
    assert option in refused.err
    assert f"[{code}]" in refused.err
