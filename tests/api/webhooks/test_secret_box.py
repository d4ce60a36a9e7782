"""Secrets of webhooks at rest."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.webhooks.secret_box import SecretBox, SecretLost


def test_a_secret_is_read_again_and_kept_nowhere_in_the_clear(tmp_path: Path) -> None:
    """C-14."""
    text, sealed = SecretBox(tmp_path / "data" / "webhooks.key").new_secret()
    assert text.startswith("whsec_")
    assert text not in sealed
    assert SecretBox(tmp_path / "data" / "webhooks.key").open(sealed) == text
    assert text.removeprefix("whsec_").encode() not in (tmp_path / "data" / "webhooks.key").read_bytes()


def test_the_key_s_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    SecretBox(tmp_path / "webhooks.key").new_secret()
    assert stat.S_IMODE((tmp_path / "webhooks.key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["webhooks.key"]


def test_without_its_key_or_with_another_a_secret_is_lost(tmp_path: Path) -> None:
    _, sealed = SecretBox(tmp_path / "one").new_secret()
    SecretBox(tmp_path / "two").new_secret()
    (tmp_path / "three").write_text("no key")
    for other in ("two", "three", "nowhere"):
        with pytest.raises(SecretLost):
            SecretBox(tmp_path / other).open(sealed)


def test_processes_that_begin_at_once_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: SecretBox(tmp_path / "key").new_secret(), range(16)))
    assert [SecretBox(tmp_path / "key").open(sealed) for _, sealed in made] == [text for text, _ in made]
