"""The register of subjects on both databases: written, read, found, changed; its keys replaced, lost, and not yet there."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, update

from activities.store.errors import Conflict
from activities.store.store import Store
from activities.store.subject_tables import subject_event, subject_key, subject_token
from activities.store.subjects import SubjectChange
from activities.subjects.errors import OtherPart, UnknownSubject
from activities.subjects.master_keys import MasterKeys, SubjectKeysAway, write_keys
from activities.subjects.register import SubjectRegister, SubjectSaid
from activities.subjects.subject import SubjectContent, SubjectKind, SubjectPart
from tests.activities.subjects.build import TOLD, said, unheard


@pytest.fixture
def register(store: Store, tmp_path: Path) -> SubjectRegister:
    return SubjectRegister(store, tmp_path / "subjects.key")


def contents(register: SubjectRegister, case: str) -> list[SubjectContent | None]:
    return [one.subject.content for one in register.of_cases([case])[case]]


def three() -> list[SubjectContent]:
    return [unheard(kind, 7) for kind in (SubjectKind.PERSON, SubjectKind.ORGANISATION, SubjectKind.PROJECT)]


def kinds(register: SubjectRegister) -> list[str]:
    row = subject_event.c
    with register.store.reading() as connection:
        return list(connection.scalars(select(row.kind).order_by(row.number)))


def test_the_subjects_of_a_case_are_read_as_they_were_said(register: SubjectRegister) -> None:
    own = three()
    assert register.put("c1", list(map(said, own)), TOLD)
    assert contents(register, "c1") == own  # agent, applicant, project
    assert contents(register, "c2") == []
    assert kinds(register) == ["recorded", "linked"] * 3
    assert register.store.broken_subject_event() is None


def test_saying_the_same_again_changes_nothing(register: SubjectRegister) -> None:
    own = list(map(said, three()))
    register.put("c1", own, TOLD)
    assert not register.put("c1", own, TOLD)
    ids = [one.subject.id for one in register.of_cases(["c1"])["c1"]]
    assert not register.put("c1", [one._replace(id=id) for one, id in zip(own, ids, strict=True)], TOLD)
    assert len(kinds(register)) == 6


def test_a_known_subject_that_is_said_twice_is_linked_once(register: SubjectRegister) -> None:
    register.put("c1", [said(unheard(SubjectKind.PERSON, 1))], TOLD)
    known = SubjectSaid(SubjectPart.AGENT, register.of_cases(["c1"])["c1"][0].subject.id)
    for case in ("c1", "c2"):
        register.put(case, [known, known], TOLD)
        assert len(contents(register, case)) == 1


def test_a_subject_is_changed_linked_elsewhere_and_unlinked(register: SubjectRegister) -> None:
    first, other = unheard(SubjectKind.ORGANISATION, 1), unheard(SubjectKind.ORGANISATION, 2)
    register.put("c1", [said(first)], TOLD)
    [known] = register.of_cases(["c1"])["c1"]
    register.put("c1", [said(other, known.subject.id)], TOLD)
    register.put("c2", [SubjectSaid(SubjectPart.AGENT, known.subject.id)], TOLD)
    assert contents(register, "c1") == contents(register, "c2") == [other]
    assert register.find(first.name, 10).subjects == []
    assert [one.id for one in register.find(other.name, 10).subjects] == [known.subject.id]
    register.put("c1", [], TOLD)
    assert contents(register, "c1") == []
    assert kinds(register) == ["recorded", "linked", "changed", "linked", "unlinked"]


@pytest.mark.parametrize("part", [SubjectPart.PROJECT])
def test_what_is_not_there_or_has_no_such_part_is_refused(register: SubjectRegister, part: SubjectPart) -> None:
    with pytest.raises(OtherPart):
        register.put("c1", [SubjectSaid(part, content=unheard(SubjectKind.PERSON, 1))], TOLD)
    with pytest.raises(UnknownSubject):
        register.check([SubjectSaid(part, id="0" * 32)])
    assert kinds(register) == []


def test_subjects_are_found_by_code_by_name_and_by_a_part_of_it(register: SubjectRegister) -> None:
    own = {one.kind: one for one in three()}
    register.put("c1", list(map(said, own.values())), TOLD)
    register.put("c2", [said(unheard(kind, 8)) for kind in SubjectKind], TOLD)
    project, firm, person = (own[kind] for kind in SubjectKind)
    for text, found in (
        (firm.code or "", firm),
        ((firm.code or "").lower(), firm),
        (firm.name, firm),
        (f" {firm.name[2:5]} ", firm),
        (project.code or "", project),
        (project.name[1:4], project),
        (person.name, person),
    ):
        assert [one.content for one in register.find(text, 10).subjects] == [found], text
    for text in (person.name[:2], firm.name[0], "  ", firm.name[:2] + project.name[:2]):
        assert register.find(text, 10).subjects == []
    assert register.find("有限公司", 1).more
    assert len(register.find("有限公司", 2).subjects) == 2


def test_the_tables_hold_nothing_that_can_be_read(register: SubjectRegister, store: Store) -> None:
    own = three()
    register.put("c1", list(map(said, own)), TOLD)
    with store.reading() as connection:
        tokens = list(connection.scalars(select(subject_token.c.token)))
    assert {len(token) for token in tokens} == {4, 33}
    assert all(ord(c) < 128 for token in tokens for c in token)


def test_rotating_the_key_leaves_every_subject_readable_and_the_old_key_useless(
    register: SubjectRegister, store: Store, tmp_path: Path
) -> None:
    own, path = three(), tmp_path / "subjects.key"
    register.put("c1", list(map(said, own)), TOLD)
    before, other = path.read_bytes(), SubjectRegister(store, path)
    assert contents(other, "c1") == own
    assert register.rotate(TOLD.at) == 3
    assert contents(register, "c1") == contents(other, "c1") == own
    other.put("c2", [said(own[0])], TOLD)
    assert contents(register, "c2") == own[:1]
    assert path.read_bytes() != before
    path.write_bytes(before)
    with pytest.raises(SubjectKeysAway):
        contents(SubjectRegister(store, path), "c1")


def test_a_rotation_that_is_cut_short_loses_nothing(register: SubjectRegister, store: Store, tmp_path: Path) -> None:
    own, path = three(), tmp_path / "subjects.key"
    register.put("c1", list(map(said, own)), TOLD)

    class CutShort(Exception):
        pass

    for writes in (0, 1):
        left = [writes]

        def write(where: Path, keys: MasterKeys, left: list[int] = left) -> None:
            if not left[0]:
                raise CutShort
            left[0] -= 1
            write_keys(where, keys)

        with pytest.raises(CutShort):
            SubjectRegister(store, path).rotate(TOLD.at, write)
        assert contents(SubjectRegister(store, path), "c1") == own
    SubjectRegister(store, path).rotate(TOLD.at)
    assert contents(register, "c1") == own
    assert path.read_text().count("master") == 1


def test_rotations_at_once_lose_nothing(register: SubjectRegister, store: Store, tmp_path: Path) -> None:
    own, path = three(), tmp_path / "subjects.key"
    register.put("c1", list(map(said, own)), TOLD)
    with ThreadPoolExecutor(4) as pool:
        rotated = list(pool.map(lambda _: SubjectRegister(store, path).rotate(TOLD.at), range(6)))
    assert rotated == [3] * 6
    assert contents(SubjectRegister(store, path), "c1") == own


def test_without_its_keys_nothing_is_read_or_written_and_no_others_are_made(
    register: SubjectRegister, store: Store, tmp_path: Path
) -> None:
    register.put("c1", [said(unheard(SubjectKind.PERSON, 1))], TOLD)
    elsewhere = SubjectRegister(store, tmp_path / "elsewhere.key")
    for question in (
        lambda: contents(elsewhere, "c1"),
        lambda: elsewhere.find("有限", 1),
        lambda: elsewhere.put("c2", [said(unheard(SubjectKind.PERSON, 2))], TOLD),
    ):
        with pytest.raises(SubjectKeysAway):
            question()
    assert not (tmp_path / "elsewhere.key").exists()
    assert contents(elsewhere, "c2") == []  # a case without subjects needs no keys


def test_a_subject_sealed_with_a_key_that_was_replaced_meanwhile_is_not_written(
    register: SubjectRegister, store: Store, tmp_path: Path
) -> None:
    register.put("c1", [said(unheard(SubjectKind.PERSON, 1))], TOLD)
    old = register.keys().current
    register.rotate(TOLD.at)
    with pytest.raises(Conflict):
        store.change_subjects("c2", SubjectChange(old), 0)


def test_of_many_who_say_the_subjects_of_a_case_at_once_one_is_the_last(register: SubjectRegister) -> None:
    wanted = [[said(unheard(SubjectKind.PERSON, n))] for n in range(6)]
    with ThreadPoolExecutor(3) as pool:
        assert all(pool.map(lambda one: register.put("c1", one, TOLD), wanted))
    assert contents(register, "c1") in [[one.content for one in each] for each in wanted]
    assert kinds(register).count("unlinked") == 5
    assert register.store.broken_subject_event() is None


def test_the_subjects_of_an_opening_are_recorded_once(register: SubjectRegister) -> None:
    first, later = [said(unheard(SubjectKind.PROJECT, 1))], [said(unheard(SubjectKind.PROJECT, 2))]
    register.put_first("c1", first, TOLD)
    register.put("c1", later, TOLD)
    register.put_first("c1", first, TOLD)
    assert contents(register, "c1") == [later[0].content]


@pytest.mark.parametrize("changed", [{"body": '{"a":1}'}, {"actor": "x"}, {"at": 1}, {"subject": "x"}, {"case": "x"}])
def test_a_changed_row_of_the_record_shows(register: SubjectRegister, changed: dict[str, object]) -> None:
    register.put("c1", [said(unheard(SubjectKind.PERSON, 1))], TOLD)
    with register.store.writing() as connection, pytest.raises(Exception, match="append-only"):
        connection.execute(update(subject_event).values(**changed))


def test_every_key_is_wrapped_by_the_one_in_use(register: SubjectRegister, store: Store) -> None:
    register.put("c1", list(map(said, three())), TOLD)
    with store.reading() as connection:
        assert set(connection.scalars(select(subject_key.c.master))) == {register.keys().current}
