"""The audit log in the store: one chain for all who append, in the transaction of what is done, and never changed (C-22)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from activities.record import CommandOrigin
from activities.settle import Settled
from activities.store.audit_log import AuditEntry, AuditFilter, AuditRow, Who, acting
from activities.store.errors import AuditUnavailable, StoreError
from activities.store.store import Store
from api.access.api_keys import CallerRole, new_key
from tests.activities.test_settle import opening, settler_over, together

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
WINDOW = Who(NOW, "window-3", "officer", "10.0.0.8", "r-1")
CHANGES = (
    "UPDATE audit SET outcome = 'done'",
    "DELETE FROM audit",
    "DELETE FROM audit WHERE seq = 2",
    "INSERT INTO audit SELECT * FROM audit WHERE seq = 1",
    "DELETE FROM audit_head",
)


def entry(number: int, action: str = "look") -> AuditEntry:
    """What window 3 did for the nth time."""
    return AuditEntry(WINDOW._replace(at=NOW + timedelta(seconds=number)), action, f"case-{number}")


def rows(store: Store) -> list[AuditRow]:
    """All rows, oldest first."""
    return store.audit_rows(AuditFilter(), limit=10_000)[::-1]


def test_rows_are_numbered_chained_and_found_by_what_is_asked_for(store: Store) -> None:
    store.audit([entry(1), entry(2)])
    store.audit([entry(3, "export")])
    assert [(row.seq, row.action, row.object) for row in rows(store)] == [
        (1, "look", "case-1"), (2, "look", "case-2"), (3, "export", "case-3"),
    ]  # fmt: skip
    assert store.broken_audit() is None
    assert store.audit_head().hash == rows(store)[-1].hash == store.audit_hash(3)
    for wanted, seqs in (
        (AuditFilter(action="export"), [3]),
        (AuditFilter(object="case-2", actor="window-3"), [2]),
        (AuditFilter(since=NOW + timedelta(seconds=2)), [3, 2]),
        (AuditFilter(actor="nobody"), []),
    ):
        assert [row.seq for row in store.audit_rows(wanted)] == seqs
    assert [row.seq for row in store.audit_rows(AuditFilter(), before=3, limit=1)] == [2]


@pytest.mark.parametrize("change", CHANGES)
def test_no_row_is_changed_removed_or_put_again(store: Store, change: str) -> None:
    store.audit([entry(1), entry(2), entry(3)])
    before = rows(store)
    with pytest.raises((DBAPIError, StoreError)), store.writing() as connection:
        connection.execute(text(change))
    assert rows(store) == before


def test_many_who_append_at_once_make_one_chain_without_a_gap(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.audit([entry(number)] * (number % 3 + 1)), range(60)))
    assert [row.seq for row in rows(store)] == list(range(1, 121))
    assert store.broken_audit() is None


def test_what_is_done_has_its_row_in_its_own_transaction(store: Store) -> None:
    _, key = new_key(actor="desk-1", role=CallerRole.OFFICER, now=NOW)
    with acting(WINDOW):
        store.add_key(key)
        assert store.revoke(key.id, NOW)
        assert not store.revoke(key.id, NOW)  # it is revoked already: nothing is done
    with pytest.raises(StoreError):
        store.add_key(key)
    assert [(row.action, row.object, row.actor, row.source_ip, row.request_id) for row in rows(store)] == [
        ("make-key", f"key/{key.id}", "window-3", "10.0.0.8", "r-1"),
        ("revoke-key", f"key/{key.id}", "window-3", "10.0.0.8", "r-1"),
    ]


def test_whoever_runs_a_command_on_the_machine_is_named_by_the_account(store: Store) -> None:
    store.add_key(new_key(actor="desk-1", role=CallerRole.OFFICER, now=NOW)[1])
    [row] = rows(store)
    assert (row.actor.partition(":")[0], row.role, row.source_ip, row.at) == ("uid", "operator", "local", NOW)


def test_every_command_that_is_settled_has_one_row_and_says_how_it_came_in(store: Store) -> None:
    known = opening("known").model_copy(
        update={"origins": (CommandOrigin(action="open", role="officer", source_ip="10.0.0.8", request_id="r-2"),)}
    )
    unknown = opening("unknown")
    together(settler_over(store), [known, unknown])
    assert [(row.action, row.object, row.role, row.source_ip, row.request_id) for row in rows(store)] == [
        ("open", "known", "officer", "10.0.0.8", "r-2"),
        ("opened", "unknown", "unknown", "unknown", unknown.events[0].request_id),
    ]


def test_a_command_whose_row_cannot_be_written_is_not_done_and_what_needs_none_is(store: Store) -> None:
    """A case's alarm is settled though another's command, in the same group, has no place in the log."""
    settler = settler_over(store)
    [opened] = together(settler, [opening("running")])
    assert isinstance(opened, Settled)
    with store.writing() as connection:  # as a database administrator might
        connection.execute(text("DROP TRIGGER audit_head_no_delete" + ("" if store.sqlite else " ON audit_head")))
        connection.execute(text("DELETE FROM audit_head"))
    alarm = opening("running", expected=opened.head).model_copy(update={"events": ()})
    answers = together(settler, [opening("refused"), alarm])
    assert isinstance(answers[0], AuditUnavailable)
    assert isinstance(answers[1], Settled)
    assert store.head("refused").seq == 0
    with pytest.raises(AuditUnavailable):
        store.audit([entry(1)])
    with pytest.raises(AuditUnavailable):
        store.add_key(new_key(actor="desk-1", role=CallerRole.OFFICER, now=NOW)[1])
    assert store.keys() == []
