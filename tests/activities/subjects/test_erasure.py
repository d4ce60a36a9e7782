"""C-25: what is erased is gone, by two people, on record; and everything that is chained still holds."""

from datetime import timedelta
from pathlib import Path

import pytest

from activities.store.store import Store
from activities.subjects import erasure
from activities.subjects.erasure import Erasure, ErasureState, ErasureWish
from activities.subjects.errors import ErasureAsked, NoErasureAsked, OwnErasure, RequestReused, UnknownSubject
from activities.subjects.register import SubjectRegister, SubjectSaid
from activities.subjects.subject import SubjectKind, SubjectPart
from tests.activities.store.build import a_case, a_row, put
from tests.activities.subjects.build import TOLD, T, said, unheard


@pytest.fixture
def register(store: Store, tmp_path: Path) -> SubjectRegister:
    return SubjectRegister(store, tmp_path / "subjects.key")


def recorded(register: SubjectRegister, case: str = "c1", kind: SubjectKind = SubjectKind.PERSON) -> str:
    register.put(case, [said(unheard(kind, 1))], TOLD)
    return register.of_cases([case])[case][0].subject.id


def wish(subject: str, actor: str, request: str = "r1", reason: str | None = "asked to") -> ErasureWish:
    return ErasureWish(subject, actor, T, f"{actor}:{request}", reason)


def test_one_asks_and_another_grants(register: SubjectRegister, store: Store) -> None:
    subject = recorded(register)
    asked = erasure.ask(store, wish(subject, "a"))
    assert asked == Erasure(subject=subject, state=ErasureState.ASKED, reason="asked to", asked_by="a", asked_at=T)
    with pytest.raises(OwnErasure):
        erasure.grant(store, wish(subject, "a", "r2", None), four_eyes=True)
    assert register.store.sealed_subjects([subject])
    done = erasure.grant(store, wish(subject, "b", "r2", None), four_eyes=True)
    assert (done.state, done.decided_by) == (ErasureState.ERASED, "b")
    assert register.store.sealed_subjects([subject]) == {}
    [link] = register.of_cases(["c1"])["c1"]
    assert (link.part, link.subject.id, link.subject.content) == (SubjectPart.AGENT, subject, None)
    assert erasure.erasures(store) == [done]
    assert store.broken_subject_event() is None


def test_where_one_person_does_all_the_record_says_so(register: SubjectRegister, store: Store) -> None:
    subject = recorded(register)
    erasure.ask(store, wish(subject, "a"))
    erasure.grant(store, wish(subject, "a", "r2", None), four_eyes=False)
    assert store.subject_events(subject)[-1].body == {"four_eyes": False}


def test_the_same_request_again_is_answered_as_before(register: SubjectRegister, store: Store) -> None:
    subject = recorded(register)
    first = erasure.ask(store, wish(subject, "a"))
    assert erasure.ask(store, wish(subject, "a")) == first
    with pytest.raises(RequestReused):
        erasure.ask(store, wish(subject, "a", reason="other"))
    with pytest.raises(ErasureAsked):
        erasure.ask(store, wish(subject, "a", "r9"))
    done = erasure.grant(store, wish(subject, "b", "r2", None), four_eyes=True)
    assert erasure.grant(store, wish(subject, "b", "r2", None), four_eyes=True) == done
    for again in (erasure.ask, erasure.refuse):
        with pytest.raises(UnknownSubject):
            again(store, wish(subject, "c", "r3"))


def test_a_refused_erasure_may_be_asked_for_again(register: SubjectRegister, store: Store) -> None:
    subject = recorded(register)
    with pytest.raises(NoErasureAsked):
        erasure.refuse(store, wish(subject, "b"))
    erasure.ask(store, wish(subject, "a"))
    refused = erasure.refuse(store, wish(subject, "b", "r2", "still needed"))
    assert (refused.state, refused.reason, refused.refusal) == (ErasureState.REFUSED, "asked to", "still needed")
    with pytest.raises(NoErasureAsked):
        erasure.grant(store, wish(subject, "b", "r3", None), four_eyes=True)
    assert erasure.ask(store, wish(subject, "a", "r4", "again")).state is ErasureState.ASKED


def test_what_was_never_there_is_not_erased(store: Store) -> None:
    with pytest.raises(UnknownSubject):
        erasure.ask(store, wish("0" * 32, "a"))


def test_an_erased_subject_is_linked_to_nothing_new(register: SubjectRegister, store: Store) -> None:
    subject = recorded(register)
    erasure.ask(store, wish(subject, "a"))
    erasure.grant(store, wish(subject, "b", "r2", None), four_eyes=True)
    with pytest.raises(UnknownSubject):
        register.put("c2", [SubjectSaid(SubjectPart.AGENT, subject)], TOLD)
    register.put("c1", [said(unheard(SubjectKind.PERSON, 2))], TOLD)  # beside the one that is erased
    assert [one.subject.content is None for one in register.of_cases(["c1"])["c1"]].count(True) == 1


def test_c_25_nothing_of_an_erased_subject_is_left_in_the_files(tmp_path: Path) -> None:
    """SQLite: neither ciphertext nor wrapped key nor what it was found by, in the file, its log, or a free page."""
    path = tmp_path / "ledger.sqlite"
    store = Store.open(f"sqlite:///{path}")
    store.migrate()
    register = SubjectRegister(store, tmp_path / "subjects.key")
    ids = [recorded(register, f"c{n}", kind) for n in range(34) for kind in SubjectKind]
    sealed = store.sealed_subjects(ids)
    secret = [part for one in sealed.values() for part in (one.ciphertext, one.wrapped)]
    assert all(part in _files(path) for part in secret)
    for subject in ids:
        erasure.ask(store, wish(subject, "a"))
        erasure.grant(store, wish(subject, "b", "r2", None), four_eyes=True)
    assert store.drop_remains()
    left = _files(path)
    assert [part for part in secret if part in left] == []
    assert store.broken_subject_event() is None
    store.close()


def _files(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in path.parent.iterdir() if one.name.startswith(path.name))


def test_subjects_of_cases_that_were_closed_long_ago_are_proposed(register: SubjectRegister, store: Store) -> None:
    later = T + timedelta(days=4000)
    for case, closed in (("open", None), ("recent", later - timedelta(days=10)), ("past", T + timedelta(days=10))):
        put(store, a_case(case, a_row(), open=closed is None, closed_at=closed))
        recorded(register, case)
    register.put("past", [], TOLD)  # unlinked: of no case at all
    over = recorded(register, "past")
    register.put("open", [SubjectSaid(SubjectPart.AGENT, over), *_own(register, "open")], TOLD)
    found = store.subjects_of_past_cases(later - timedelta(days=365), 10)
    assert len(found) == 1
    assert over not in found  # it is of an open case as well
    register.put("open", _own(register, "open", without=over), TOLD)
    assert over in store.subjects_of_past_cases(later - timedelta(days=365), 10)


def _own(register: SubjectRegister, case: str, without: str = "") -> list[SubjectSaid]:
    return [SubjectSaid(o.part, o.subject.id) for o in register.of_cases([case])[case] if o.subject.id != without]
