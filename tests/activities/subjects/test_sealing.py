"""What is sealed opens with its own keys alone, and what it is found by does not tell of it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.subjects.blind_index import PART, matches, part_tokens, tokens_of
from activities.subjects.master_keys import SubjectKeysAway, make_keys, read_keys, write_keys
from activities.subjects.sealing import new_key, opened, rewrapped, sealed
from activities.subjects.subject import SubjectContent, SubjectKind
from tests.activities.subjects.build import unheard

names = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@given(names, st.sampled_from(SubjectKind))
def test_a_subject_opens_as_itself_and_as_no_other(folder: Path, name: str, kind: SubjectKind) -> None:
    path = folder / "keys"
    keys = read_keys(path) if path.exists() else make_keys(path)
    content = SubjectContent(kind=kind, name=name)
    key = new_key(keys, "a" * 32)
    text = sealed(keys, "a" * 32, key, content)
    assert opened(keys, "a" * 32, key, text) == content
    assert name.encode() not in text or len(name.encode()) < 3
    for subject, other, ciphertext in (
        ("b" * 32, key, text),
        ("a" * 32, new_key(keys, "a" * 32), text),
        ("a" * 32, key, text[:-1] + bytes([text[-1] ^ 1])),
        ("a" * 32, key._replace(wrapped=key.wrapped[:-1]), text),
    ):
        with pytest.raises(SubjectKeysAway):
            opened(keys, subject, other, ciphertext)


def test_every_sealing_is_another_and_of_one_length(tmp_path: Path) -> None:
    keys = make_keys(tmp_path / "keys")
    key = new_key(keys, "a")
    short, long = (SubjectContent(kind=SubjectKind.PERSON, name=name) for name in ("张", "张" * 40))
    assert sealed(keys, "a", key, short) != sealed(keys, "a", key, short)
    assert len(sealed(keys, "a", key, short)) == len(sealed(keys, "a", key, long))


def test_a_rotated_key_wraps_the_same_key(tmp_path: Path) -> None:
    keys = make_keys(tmp_path / "keys")
    content = unheard(SubjectKind.PROJECT, 1)
    key = new_key(keys, "a")
    text = sealed(keys, "a", key, content)
    both = keys.rotated()
    moved = rewrapped(both, "a", key)
    write_keys(tmp_path / "keys", both.without_old())
    after = read_keys(tmp_path / "keys")
    assert (moved.master, list(after.masters)) == (after.current, [both.current])
    assert opened(after, "a", moved, text) == content
    with pytest.raises(SubjectKeysAway):
        opened(after, "a", key, text)


def test_the_file_is_its_owners_alone_and_made_once(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "keys"
    keys = make_keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert make_keys(path) == keys == read_keys(path)
    assert [one.name for one in path.parent.iterdir()] == ["keys"]
    path.chmod(0o640)
    with pytest.raises(SubjectKeysAway, match="others may read it"):
        read_keys(path)


@pytest.mark.parametrize("text", ["", "index 00\n", "master 00000000 " + "0" * 64 + "\n", "nonsense\n", "\xff"])
def test_what_is_no_file_of_keys_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys"
    path.write_bytes(text.encode("latin-1"))
    path.chmod(0o600)
    with pytest.raises(SubjectKeysAway, match="keys"):
        read_keys(path)
    with pytest.raises(SubjectKeysAway, match="FileNotFoundError"):
        read_keys(tmp_path / "none")


def test_nothing_that_is_printed_of_a_subject_names_it() -> None:
    one = unheard(SubjectKind.PERSON, 1)
    assert one.name not in f"{one} {one!r}"
    with pytest.raises(ValueError, match="validation error") as wrong:
        SubjectContent.model_validate({"kind": "person", "name": "张三", "address": "人民路"})
    assert "张三" not in str(wrong.value)
    assert "人民路" not in str(wrong.value)


@given(names, st.integers(0, 199), st.integers(2, 200))
def test_every_part_of_a_name_is_found_by_its_tokens(name: str, begin: int, length: int) -> None:
    index, content = b"k" * 32, SubjectContent(kind=SubjectKind.ORGANISATION, name=name)
    part = name[begin : begin + length]
    if part_tokens(index, part):
        assert part_tokens(index, part) <= tokens_of(index, content)


def test_a_person_has_one_token_and_is_found_by_the_whole_name() -> None:
    person = SubjectContent(kind=SubjectKind.PERSON, name="欧阳 建国", contact="x")
    assert len(tokens_of(b"k" * 32, person)) == 1
    assert matches(person, "欧阳建国")
    assert not matches(person, "欧阳")
    firm = SubjectContent(kind=SubjectKind.ORGANISATION, name="苏州（欧阳）有限公司", code="914403001922038216")
    assert matches(firm, "(欧阳)")
    assert matches(firm, "9144 0300 1922 038216")


def test_many_pairs_share_the_number_of_a_part() -> None:
    """So that whoever has the numbers alone cannot say which pairs they stand for: 16 pairs a number here."""
    chosen = [chr(0x4E00 + n) for n in range(257)]
    numbers = {token for a in chosen for b in chosen[:255] for token in part_tokens(b"k" * 32, a + b)}
    assert len(numbers) == 16**PART
    assert len(chosen) * 255 / len(numbers) > 15
