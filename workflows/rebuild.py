"""The read model made anew from events, and the ledger held against Temporal's histories."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.record import Event
from activities.settle import FAULT, rows
from activities.store.columns import case_columns, clock_columns, request_columns, step_columns
from activities.store.rows import CaseRows
from activities.store.store import Store
from sla.almanac import Almanac
from workflows.case import CaseWorkflow
from workflows.fold import fold
from workflows.picture import picture
from workflows.worker import TASK_QUEUE


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold. `missing`: events that a history has and the ledger has not."""

    case: str
    problem: str
    missing: tuple[Event, ...] = ()


def rows_of(case: str, events: Iterable[Event], almanac: Almanac) -> CaseRows | None:
    """Return the rows that a case's events come to; None without an opening event."""
    state = fold(None, events, case)
    if state is None or state.as_of is None:
        return None
    return rows(picture(state), almanac, state.events[-1].calendar, state.as_of)


def all_events(store: Store, case: str, head: int | None = None) -> list[Event]:
    """Return every event of a case, in order; where its head is known, nothing is asked for after it."""
    events: list[Event] = []
    while page := store.events(case, events[-1].seq if events else 0):
        events.extend(page)
        if head is not None and events[-1].seq >= head:
            break
    return events


def all_cases(store: Store) -> Iterator[str]:
    """Return the numbers of all cases that the ledger holds, in order."""
    after = ""
    while page := store.ledgers(after):
        yield from page
        after = page[-1]


def rebuild(store: Store, almanac: Almanac) -> int:
    """Drop the rows and make them anew; returns the number of cases."""
    store.drop_rows()
    number = 0
    for case in all_cases(store):
        with store.append(case) as ledger:
            made = rows_of(case, ledger.events_after(0, ledger.head.seq), almanac)
            if made is not None:
                ledger.put(made)
                number += 1
    store.recount_judged()
    return number


async def verify(
    store: Store, almanac: Almanac, client: Client | None, task_queue: str = TASK_QUEUE
) -> AsyncIterator[Finding]:
    """Check chains, rows, and with a client each case's histories against the ledger; for these a worker must be up."""
    if not store.judged_sums_hold():
        yield Finding("judged", "the sums of judged promises are not those of the rows; a rebuild makes them anew")
    histories = await _runs(client, task_queue) if client else {}
    for case in sorted({*all_cases(store), *histories}):
        broken = store.verify_chain(case)
        if broken is not None:
            yield Finding(case, f"the hash chain breaks at event {broken}")
            continue
        events = all_events(store, case)
        made = rows_of(case, events, almanac)
        if made is not None and _kept(store, case) != _columns(made):
            yield Finding(case, "the rows are not what the events come to")
        if client:
            finding = await _against_histories(client, case, events, histories.get(case, []))
            if finding is not None:
                yield finding


async def repair(store: Store, almanac: Almanac, client: Client, finding: Finding, at: datetime) -> bool:
    """Re-export what the ledger lacks from the history and wake the case; False where nothing was missing."""
    if not finding.missing:
        return False
    with store.append(finding.case) as ledger:
        if ledger.head.seq + 1 != finding.missing[0].seq:
            return False
        ledger.add(finding.missing)
        made = rows_of(finding.case, ledger.events_after(0, ledger.head.seq), almanac)
        if made is not None:
            ledger.put(made)
    store.resolve_fault(finding.case, FAULT, at)
    with suppress(RPCError):  # it has ended: nothing waits
        await client.get_workflow_handle(finding.case).signal(CaseWorkflow.wake)
    return True


def _kept(store: Store, case: str) -> list[dict[str, object]]:
    return [row for _, row in store.dump_rows(case)]


def _columns(made: CaseRows) -> list[dict[str, object]]:
    return [
        case_columns(made),
        *(step_columns(made.case, pos, step) for pos, step in enumerate(made.steps)),
        *(clock_columns(made.case, pos, clock) for pos, clock in enumerate(made.clocks)),
        *(request_columns(made.case, one) for one in made.case.requests),
    ]


async def _against_histories(client: Client, case: str, ledger: list[Event], runs: list[str]) -> Finding | None:
    """What one of a case's runs knows otherwise, or beyond the ledger; the one that knows most where several do."""
    found: Finding | None = None
    for run in runs:
        finding = _compared(case, ledger, await _known(client, case, run))
        if finding is not None and (found is None or len(finding.missing) > len(found.missing)):
            found = finding
    return found


def _compared(case: str, ledger: list[Event], history: list[Event]) -> Finding | None:
    for ours, theirs in zip(ledger, history, strict=False):
        if ours != theirs:
            return Finding(case, f"event {ours.seq} differs from the history's")
    if len(history) > len(ledger):
        missing = tuple(history[len(ledger) :])
        return Finding(case, f"the ledger ends at {len(ledger)}, the history knows {len(history)} events", missing)
    return None


async def _runs(client: Client, task_queue: str) -> dict[str, list[str]]:
    """The runs of each case that Temporal still has."""
    runs: dict[str, list[str]] = {}
    async for run in client.list_workflows(f"WorkflowType = 'Case' AND TaskQueue = '{task_queue}'", page_size=1000):
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
    return events
