"""Checkpoints as C2SP and RFC 6962 have them, against values that were computed elsewhere."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.evidence.notes import KEY_FILE, NoteBroken, PublicKey, SigningKey, merkle_root
from activities.record import GENESIS

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
# of the test vectors of Certificate Transparency
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize("size", ROOTS)
def test_the_root_is_that_of_rfc_6962(size: int) -> None:
    assert merkle_root(LEAVES[:size]).hex() == ROOTS[size]


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_the_root_is_that_of_the_recursive_definition(leaves: list[bytes]) -> None:
    def root(some: list[bytes]) -> bytes:
        if len(some) < 2:
            return sha256(b"\x00" + some[0]).digest() if some else sha256().digest()
        split = 1 << (len(some) - 1).bit_length() - 1
        return sha256(b"\x01" + root(some[:split]) + root(some[split:])).digest()

    assert merkle_root(leaves) == root(leaves)


def test_a_note_is_opened_by_its_own_key_alone_and_not_with_one_byte_changed(tmp_path: Path) -> None:
    key = SigningKey.of(tmp_path)
    note = key.signed(7, b"r" * 32, 3, NOW, GENESIS)
    opened = PublicKey(key.public).opened(note)
    assert (opened.origin, opened.size, opened.number, opened.at, opened.previous) == (key.name, 7, 3, NOW, GENESIS)
    (tmp_path / "other").mkdir()
    with pytest.raises(NoteBroken):
        PublicKey(SigningKey.of(tmp_path / "other").public).opened(note)
    for place in range(len(note) - 1):  # the line's end is no part of what is signed
        changed = note[:place] + chr(ord(note[place]) ^ 1) + note[place + 1 :]
        with pytest.raises(NoteBroken):
            PublicKey(key.public).opened(changed)


def test_a_signature_is_read_in_one_spelling(tmp_path: Path) -> None:
    key = SigningKey.of(tmp_path)
    for number in range(8):
        note = key.signed(7, b"r" * 32, number, NOW, GENESIS)
        for letter in set(ascii_letters + digits + "+/") - {note[-3]}:  # before the filling and the line's end
            with pytest.raises(NoteBroken):
                PublicKey(key.public).opened(f"{note[:-3]}{letter}{note[-2:]}")


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    assert SigningKey.of(tmp_path).public == SigningKey.of(tmp_path).public
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    for wrong in ("", "a+b+c", SigningKey.of(tmp_path).public[:-8]):
        with pytest.raises(NoteBroken):
            PublicKey(wrong)
