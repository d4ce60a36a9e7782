"""People as they are kept, on both databases: one subject and one actor are one person, and what ends them ends sessions."""

from datetime import timedelta
from typing import Any

import pytest

from activities.store.audit_log import AuditFilter
from activities.store.errors import Conflict
from activities.store.people import DISUSED, FAILURES, WITHIN, PersonAccount
from activities.store.sessions import Session
from activities.store.sign_ins import BegunSignIn
from activities.store.store import Store
from tests.activities.store.build import T

ISSUER = "https://id.example"
LATER = timedelta(seconds=1)


def a_person(**more: Any) -> PersonAccount:
    usual = {"id": "p1", "issuer": ISSUER, "subject": "chen", "actor": "clerk-1", "role": "clerk", "created": T}
    return PersonAccount(**{**usual, **more})


def a_session(**more: Any) -> Session:
    usual = {"hash": "a" * 64, "person": "p1", "actor": "clerk-1", "role": "officer", "began": T, "seen": T}
    return Session(**{**usual, **more})


def test_one_subject_and_one_actor_are_one_person(store: Store) -> None:
    """C-27: whoever is one kind of administrator is no other."""
    store.add_person(a_person(role="auditor"))
    with pytest.raises(Conflict):
        store.add_person(a_person(id="p2", actor="secadmin-1", role="secadmin"))
    with pytest.raises(Conflict):
        store.add_person(a_person(id="p2", subject="lin", role="secadmin"))
    assert store.end_person("p1", T + LATER, "secadmin-1")
    assert store.person(ISSUER, "chen") is None
    store.add_person(a_person(id="p2"))
    assert [(one.id, one.ended_by) for one in store.people()] == [("p1", "secadmin-1"), ("p2", None)]


def test_another_issuers_subject_is_another_person(store: Store) -> None:
    store.add_person(a_person())
    assert store.person("https://elsewhere.example", "chen") is None
    store.add_person(a_person(id="p2", issuer="https://elsewhere.example", actor="clerk-2"))


@pytest.mark.parametrize("change", ["lock", "end", "role", "failures"])
def test_whatever_takes_something_from_a_person_ends_their_sessions_and_no_others(store: Store, change: str) -> None:
    store.add_person(a_person())
    store.add_person(a_person(id="p2", subject="lin", actor="clerk-2"))
    assert store.sign_in_person(a_session(), a_person(), T - DISUSED)
    assert store.sign_in_person(a_session(hash="b" * 64, person="p2"), a_person(id="p2"), T - DISUSED)
    if change == "lock":
        assert store.lock_person("p1", T + LATER)
    elif change == "end":
        assert store.end_person("p1", T + LATER)
    elif change == "role":
        assert not store.change_role("p1", "clerk", T + LATER), "the same one"
        assert store.change_role("p1", "auditor", T + LATER)
    else:
        assert [store.count_failure("p1", T + LATER) for _ in range(FAILURES)] == [False] * (FAILURES - 1) + [True]
    own, other = (store.session(name * 64, T + LATER) for name in "ab")
    assert own is not None
    assert own.ended == T + LATER
    assert other is not None
    assert other.ended is None


def test_no_session_begins_for_somebody_who_was_locked_ended_or_changed_meanwhile(store: Store) -> None:
    store.add_person(a_person())
    store.lock_person("p1", T)
    assert not store.sign_in_person(a_session(), a_person(), T - DISUSED)
    store.unlock_person("p1", T)
    assert store.sign_in_person(a_session(), a_person(), T - DISUSED)
    store.change_role("p1", "auditor", T)
    assert not store.sign_in_person(a_session(hash="b" * 64), a_person(), T - DISUSED)
    store.end_person("p1", T)
    assert not store.sign_in_person(a_session(hash="b" * 64), a_person(), T - DISUSED)
    assert store.session("b" * 64, T) is None


def test_failures_lock_for_a_while_and_only_where_five_lie_in_any_quarter_of_an_hour(store: Store) -> None:
    store.add_person(a_person())
    step = WITHIN / (FAILURES - 1)
    at = T
    for _ in range(3 * FAILURES):
        assert not store.count_failure("p1", at), "five within just a quarter of an hour and no less"
        at += step
    at -= step
    assert store.count_failure("p1", at + timedelta(minutes=1)), "the fifth within it"
    found = store.person_by_id("p1")
    assert found is not None
    assert found.is_locked(at + timedelta(minutes=1) + WITHIN - LATER)
    assert not found.is_locked(at + timedelta(minutes=1) + WITHIN)


def test_an_account_is_disused_after_90_days_from_its_last_use_or_unlocking(store: Store) -> None:
    person = a_person(used=T + timedelta(days=10))
    assert not person.is_disused(T + timedelta(days=10) + DISUSED - LATER)
    assert person.is_disused(T + timedelta(days=10) + DISUSED)
    unlocked = person.model_copy(update={"unlocked": T + timedelta(days=50)})
    assert not unlocked.is_disused(T + timedelta(days=50) + DISUSED - LATER)


def test_a_sign_in_that_began_is_taken_once_by_its_state_and_not_after_ten_minutes(store: Store) -> None:
    begun = BegunSignIn(hash="h", state="s", nonce="n", verifier="v", place="/", began=T)
    store.begin_sign_in(begun)
    assert store.take_sign_in("h", "other", T) is None
    assert store.take_sign_in("other", "s", T) is None
    assert store.take_sign_in("h", "s", T + timedelta(minutes=10) - LATER) == begun
    assert store.take_sign_in("h", "s", T) is None
    store.begin_sign_in(begun)
    assert store.take_sign_in("h", "s", T + timedelta(minutes=10)) is None


def test_every_change_of_a_person_is_on_the_audit_log(store: Store) -> None:
    store.add_person(a_person())
    store.sign_in_person(a_session(), a_person(), T - DISUSED)
    store.end_sessions("p1", T)
    assert store.end_sessions("p1", T) == 0
    store.lock_person("p1", T)
    store.unlock_person("p1", T)
    store.change_role("p1", "auditor", T)
    store.end_person("p1", T)
    assert not store.end_person("p1", T)
    rows = store.audit_rows(AuditFilter(object="person/p1"))
    said = ["add-person", "sign-in", "end-sessions", "lock-person", "unlock-person", "change-role", "end-person"]
    assert [row.action for row in reversed(rows)] == said
