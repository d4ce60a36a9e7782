"""Files of secrets: made once, private, read anew where they are replaced, and never quoted."""

import logging
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.failures import WrongSetting
from api.secret_files import SecretFile, made, new_token, tokens

NAME = "RELAY_TOKEN_FILE"
FIRST, SECOND = "f" * 43, "s" * 43


def kept(file: Path, content: str) -> SecretFile[tuple[bytes, ...]]:
    file.write_text(content)
    return SecretFile(NAME, file, tokens)


def replaced(file: Path, content: str) -> None:
    """As an operator, or a mounted secret, replaces it."""
    new = file.with_suffix(".new")
    new.write_text(content)
    new.replace(file)


def test_a_secret_is_made_once_and_for_its_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "relay.token"
    with ThreadPoolExecutor(16) as threads:
        found = {made(file, new_token).read_text() for _ in threads.map(lambda _: made(file, new_token), range(64))}
    assert len(found) == 1
    assert len(tokens(found.pop())[0]) == 43
    assert [one.name for one in file.parent.iterdir()] == ["relay.token"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_file_that_is_replaced_is_taken_up_without_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "relay.token"
    known = kept(file, f"{FIRST}\n")
    assert known() == (FIRST.encode(),)
    replaced(file, f"\n{SECOND}\n\n  {FIRST}\n")
    assert known() == (SECOND.encode(), FIRST.encode())


@pytest.mark.parametrize("spoilt", [None, "", "short\n", "\udcff"])
def test_a_file_that_is_lost_or_spoilt_while_it_runs_leaves_what_was_known_and_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, spoilt: str | None
) -> None:
    file = tmp_path / "relay.token"
    known = kept(file, FIRST)
    file.unlink()
    if spoilt is not None:
        file.write_bytes(os.fsencode(spoilt))
    with caplog.at_level(logging.ERROR):
        assert [known() for _ in range(3)] == [(FIRST.encode(),)] * 3
    assert len(caplog.records) == 1
    assert "SHIXIAN_RELAY_TOKEN_FILE" in caplog.text
    replaced(file, SECOND)
    assert known() == (SECOND.encode(),)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"canary-short", "bad-token"),
        (b"canary with a space, and long enough otherwise", "bad-token"),
        ("canary-not-ascii-\u94a5-and-long-enough-to-pass".encode(), "bad-token"),
        (b"canary-\xff", "not-text"),
    ],
)
def test_a_wrong_file_names_its_setting_and_the_rule_and_not_its_content(
    tmp_path: Path, content: bytes, rule: str
) -> None:
    file = tmp_path / "relay.token"
    file.write_bytes(content)
    with pytest.raises(WrongSetting, match=rf"^SHIXIAN_{NAME}: .*relay\.token: .*\[{rule}\]$") as refused:
        SecretFile(NAME, file, tokens)
    assert "canary" not in str(refused.value)
    with pytest.raises(WrongSetting, match="unreadable"):
        SecretFile(NAME, tmp_path / "none", tokens)
