"""The read model made anew from events, and the ledger held against Temporal's histories."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from activities.record import Event
from activities.settle import rows
from activities.store.rows import Rows
from activities.store.store import Store
from sla.calendar import calendar_of_version
from workflows.case import CaseWorkflow
from workflows.fold import fold
from workflows.picture import picture


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold. `missing`: events that a history has and the ledger has not."""

    case: str
    problem: str
    missing: tuple[Event, ...] = ()


def rows_of(case: str, events: Iterable[Event]) -> Rows | None:
    """The rows that a case's events come to; None without an opening event."""
    state = fold(None, events, case)
    if state is None or state.as_of is None:
        return None
    return rows(picture(state), calendar_of_version(state.events[-1].calendar), state.as_of)


def all_events(store: Store, case: str) -> list[Event]:
    """Every event of a case, in order."""
    events: list[Event] = []
    while page := store.events(case, events[-1].seq if events else 0):
        events.extend(page)
    return events


def rebuild(store: Store) -> int:
    """Drops the rows and makes them anew; how many cases."""
    store.drop_rows()
    number = 0
    for case in store.case_numbers():
        with store.append(case) as ledger:
            made = rows_of(case, all_events(store, case))
            if made is not None:
                ledger.put(made)
                number += 1
    return number


async def verify(store: Store, client: Client | None) -> AsyncIterator[Finding]:
    """Chains, rows, and with a client each case's history against the ledger."""
    histories = await _runs(client) if client else {}
    for case in sorted({*store.case_numbers(), *histories}):
        broken = store.verify_chain(case)
        if broken is not None:
            yield Finding(case, f"the hash chain breaks at event {broken}")
            continue
        events = all_events(store, case)
        made = rows_of(case, events)
        if made is not None and store.differs(made):
            yield Finding(case, "the rows are not what the events come to")
        for run in histories.get(case, ()) if client else ():
            finding = _compared(case, events, await _known(client, case, run)) if client else None
            if finding is not None:
                yield finding
                break


def _compared(case: str, ledger: list[Event], history: list[Event]) -> Finding | None:
    for ours, theirs in zip(ledger, history, strict=False):
        if ours != theirs:
            return Finding(case, f"event {ours.seq} differs from the history's")
    if len(history) > len(ledger):
        missing = tuple(history[len(ledger) :])
        return Finding(case, f"the ledger ends at {len(ledger)}, the history knows {len(history)} events", missing)
    return None


def repair(store: Store, finding: Finding) -> bool:
    """Re-exports what the ledger lacks from the history; False where nothing was missing."""
    if not finding.missing:
        return False
    with store.append(finding.case) as ledger:
        if ledger.head.seq + 1 != finding.missing[0].seq:
            return False
        ledger.add(finding.missing)
        made = rows_of(finding.case, [*all_events(store, finding.case), *finding.missing])
        if made is not None:
            ledger.put(made)
    store.resolve_faults(finding.case)
    return True


async def _runs(client: Client) -> dict[str, list[str]]:
    """The runs of each case that Temporal still has, latest first."""
    runs: dict[str, list[str]] = {}
    async for run in client.list_workflows("WorkflowType = 'Case'", page_size=1000):
        runs.setdefault(run.id, []).append(run.run_id)
    return runs


async def _known(client: Client, case: str, run: str) -> list[Event]:
    """The events that a run knows by its history."""
    handle = client.get_workflow_handle_for(CaseWorkflow.run, case, run_id=run)
    events: list[Event] = []
    try:
        while page := await handle.query(CaseWorkflow.record, len(events)):
            events.extend(page)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    except WorkflowQueryFailedError:
        raise
    return events
