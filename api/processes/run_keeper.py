"""Runs of cases: every case that needs one has one, and every run knows all of its ledger."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError

from activities.rungs import Instant
from activities.store.store import Store
from api.process_notes import Say, note
from workflows.case import CaseWorkflow
from workflows.messages import CaseInput
from workflows.worker import TASK_QUEUE, TASK_TIMEOUT

LOOK = timedelta(seconds=60)  # between looks for cases without a run
OVERDUE_WAIT = timedelta(seconds=30)  # real time after the alarm, before a case is woken for a breach not raised
AT_ONCE = 20  # runs started or woken at a time


class RunKeeper:
    """Starts and wakes runs for one worker's process, over one connection."""

    def __init__(self, store: Store, client: Client, instant: Callable[[], Instant], say: Say) -> None:
        self._store = store
        self._client = client
        self._instant = instant
        self._say = say
        self._ended: frozenset[str] = frozenset()  # cases that had ended and still ran at the last look
        self._live: frozenset[str] = frozenset()  # cases with live clocks, of the last sweep

    def expect(self, live: Iterable[str]) -> None:
        """Have the next look see to cases with live clocks too, whether they are open or not."""
        self._live = frozenset(live)

    async def keep(self) -> timedelta:
        """Start missing runs, which adopt their ledgers, and wake those that may be behind; returns the time to wait."""
        wanted = set(self._live)
        after = ""
        while page := await asyncio.to_thread(self._store.open_cases, after):
            wanted.update(page)
            after = page[-1]
        query = "WorkflowType = 'Case' AND ExecutionStatus = 'Running'"
        running = {run.id async for run in self._client.list_workflows(query, page_size=1000)}
        missing = sorted(wanted - running)
        await _each(missing, self._start)
        self._live = frozenset()  # decided cases whose delivery still runs: once a sweep is enough
        if missing:
            text = "worker: {started} open cases had no run and have one now"
            self._say(note("runs-started", text, started=len(missing)))
        await _each(await asyncio.to_thread(self._behind, running - wanted), self._signal)
        return LOOK

    async def wake(self, cases: Iterable[str]) -> None:
        """Have the runs of cases settle; a case without a run gets one."""
        await _each(cases, lambda case: self._start(case, signal="wake"))

    def _behind(self, closed: set[str]) -> set[str]:
        """Find cases whose runs may not know all of their ledgers: a Temporal server that dies takes updates with it.

        Those are the ones that have ended and still run (each is looked at once), and those with a breach not raised.
        """
        ended = {case for case in closed - self._ended if not self._lives(case)}
        self._ended = frozenset(closed)
        now = self._instant()
        grace = (now.grace + OVERDUE_WAIT) * now.timeline.rate
        overdue = self._store.overdue_clocks(now.business, grace, unraised=True)
        return ended | {found.case for found in overdue if not found.clock.picture.ramp_up}

    def _lives(self, case: str) -> bool:
        view = self._store.case(case)
        return view is not None and any(c.picture.clock.stop is None and not c.picture.void for c in view.clocks)

    async def _start(self, case: str, signal: str | None = None) -> None:
        """Start a run of the case, if it has none; the signal goes to whichever there is."""
        await self._client.start_workflow(
            CaseWorkflow.run,
            CaseInput(case=case),
            id=case,
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            task_timeout=TASK_TIMEOUT,
            start_signal=signal,
        )

    async def _signal(self, case: str) -> None:
        """Have a case's run settle, if it still runs."""
        with contextlib.suppress(RPCError):
            await self._client.get_workflow_handle(case).signal(CaseWorkflow.wake)


async def _each(cases: Iterable[str], work: Callable[[str], Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(case: str) -> None:
        async with gate:
            await work(case)

    await asyncio.gather(*(one(case) for case in cases))
