"""The one durable workflow: a thin shell round the fold, which drives a case and keeps its ledger."""

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from activities.record import Event, Head
    from activities.settle import Settle, Settled, SettleOutcome
    from activities.settlings import Settlings, handed
    from workflows.answers import Refusal
    from workflows.fold import fold
    from workflows.messages import CaseInput, Command, Message, Receipt, needs_due
    from workflows.picture import Drawn, picture
    from workflows.state import CaseState
    from workflows.turn import head_of, turn

# With the database away a local activity that retries for ever would write history at every task timeout and fail the
# case in the end: a few quick attempts, then the same function as an ordinary activity, which costs nothing to wait for.
LOCAL_RETRIES = RetryPolicy(initial_interval=timedelta(milliseconds=50), maximum_attempts=4)
PATIENT_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=5))
LOCAL_TIMEOUT = timedelta(seconds=5)
PATIENT_TIMEOUT = timedelta(seconds=15)
SHORTEST_WAIT = timedelta(milliseconds=100)
FAULT_PAUSE = timedelta(minutes=1)  # between looks at a ledger that disagrees


class QueuedCommand:
    """A command that waits for its answer."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.receipt: Receipt | None = None
        self.refusal: ApplicationError | None = None

    @property
    def answered(self) -> bool:
        """True once there is a receipt or a refusal."""
        return self.receipt is not None or self.refusal is not None


@workflow.defn(name="Case")
class CaseWorkflow:
    """A case while it is driven. The ledger is its record; a run begins by adopting all of it."""

    @workflow.init
    def __init__(self, start: CaseInput) -> None:
        self._case = start.case
        self._state: CaseState | None = None
        self._drawn: Drawn | None = None  # what the rows show at that head
        self._due: dict[str, datetime | None] | None = None  # of clocks that can be extended; None: not counted yet
        self._queue: list[QueuedCommand] = []
        self._woken = False
        self._alarm: datetime | None = None
        self._timer: asyncio.Task[None] | None = None

    @property
    def case(self) -> str:
        """The case's number: a run drives this one whatever its own id is."""
        return self._case

    @workflow.run
    async def run(self, start: CaseInput) -> None:
        """Run the one loop that decides: queued commands in order, against the state just before each settling."""
        if workflow.info().continued_run_id:  # which the server alone says: anybody may start a run with what it likes
            await self._agree(start.known)
        self._woken = True
        while True:
            await workflow.wait_condition(lambda: bool(self._queue) or self._woken)
            self._woken = False
            await self._turn()
            if self._queue or self._woken:
                continue
            if self._finished() or workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                if self._queue or self._woken:
                    continue
                if self._finished():
                    return
                workflow.continue_as_new(CaseInput(case=self._case, known=head_of(self._state)))

    @workflow.update
    async def command(self, command: Command) -> Receipt:
        """Queue a command and wait for what the loop makes of it; a refusal is an `ApplicationError`."""
        return await self._answered([command])

    @command.validator
    def _of_some_kind(self, command: Command) -> None:
        if not isinstance(command, Message):  # null is decoded as any type
            raise ApplicationError("This is no command.", "kind", type="malformed", non_retryable=True)

    @workflow.update
    async def take_over(self, commands: list[Command]) -> Receipt:
        """Queue all that happened to a case elsewhere, settled at once; returns the receipt of the last command."""
        return await self._answered(commands)

    @take_over.validator
    def _all_of_some_kind(self, commands: list[Command]) -> None:
        if not commands or not all(isinstance(one, Message) for one in commands):
            raise ApplicationError("These are no commands.", "kind", type="malformed", non_retryable=True)

    async def _answered(self, commands: list[Command]) -> Receipt:
        """Queue commands together and wait for their answers: the last receipt, or the first refusal."""
        asked = [QueuedCommand(command) for command in commands]
        self._queue.extend(asked)
        await workflow.wait_condition(lambda: all(one.answered for one in asked))
        for one in asked:
            if one.refusal is not None:
                raise one.refusal
        receipt = asked[-1].receipt
        assert receipt is not None  # noqa: S101  # answered
        return receipt

    @workflow.signal
    def wake(self) -> None:
        """Ask for a settling: the calendar changed, or the ledger was repaired."""
        self._woken = True

    @workflow.query
    def record(self, after: int) -> list[Event]:
        """Return events that this run knows, for a check against the ledger; 200 at most."""
        return list(self._state.events[after : after + 200]) if self._state else []

    def _finished(self) -> bool:
        if self._state is None:
            return True
        if not self._state.over:
            return False
        return not any(c.clock.start and c.clock.stop is None and not c.void for c in picture(self._state).clocks)

    async def _agree(self, known: Head) -> None:
        """Waits until the ledger holds what the run before knew: one that was put back must not be taken for all."""
        while known.seq:
            settled = await self._settle(Settle(case=self._case, expected=known))
            if settled.outcome is not SettleOutcome.FAULT:
                return
            self._refuse_all(_fault(settled))
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(CaseInput(case=self._case, known=known))
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(lambda: bool(self._queue) or self._woken, timeout=FAULT_PAUSE)
            self._woken = False

    async def _turn(self) -> None:
        """Decides and settles until ledger and workflow agree; then every command decided has its answer.

        A new run knows nothing yet: its first settling, at number 0, is answered with the whole ledger.
        """
        while True:
            asked = self._batch()
            taken = turn(self._case, self._state, self._drawn, [one.command for one in asked], self._due or {})
            settled = await self._settle(taken.request)
            if settled.outcome is not SettleOutcome.AHEAD:
                break
            self._fold(settled.unknown)
            self._drawn = Drawn(self._state, picture(self._state)) if self._state else None
        if settled.outcome is SettleOutcome.FAULT:
            self._refuse_all(_fault(settled))
            self._arm(workflow.now() + FAULT_PAUSE)
            return
        del self._queue[: len(asked)]
        self._drawn = taken.settled(settled)
        self._state = self._drawn.state if self._drawn else None
        self._due = settled.due
        self._arm(settled.alarm)
        for one, answer in zip(asked, taken.answers, strict=True):
            if isinstance(answer, Refusal):
                one.refusal = ApplicationError(answer.detail, answer.field, type=answer.code, non_retryable=True)
            else:
                one.receipt = taken.receipt(answer, self._state)

    def _refuse_all(self, refusal: ApplicationError) -> None:
        for one in self._queue:
            one.refusal = refusal
        self._queue.clear()

    def _batch(self) -> list[QueuedCommand]:
        """The commands decided together. Only an extension depends on a due date, so it waits for one just counted."""
        for number, asked in enumerate(self._queue):
            if needs_due(asked.command) and (number or self._due is None):
                return self._queue[:number]
        return list(self._queue)

    def _fold(self, events: Iterable[Event]) -> None:
        self._state = fold(self._state, events, self._case)

    async def _settle(self, request: Settle) -> Settled:
        handed.put(workflow.info().run_id, request)
        try:
            return await workflow.execute_local_activity_method(
                Settlings.settle, start_to_close_timeout=LOCAL_TIMEOUT, retry_policy=LOCAL_RETRIES
            )
        except FailureError:
            return await workflow.execute_activity_method(
                Settlings.settle, request, start_to_close_timeout=PATIENT_TIMEOUT, retry_policy=PATIENT_RETRIES
            )

    def _arm(self, alarm: datetime | None) -> None:
        """One timer, for the earliest alarm of all clocks; touched only when that moves."""
        if alarm == self._alarm:
            return
        self._alarm = alarm
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if alarm is None else asyncio.create_task(self._ring(alarm))

    async def _ring(self, alarm: datetime) -> None:
        # at least once: where a worker's clock lags behind the server's, an alarm that rang is still ahead for it
        await workflow.sleep(max(alarm - workflow.now(), SHORTEST_WAIT))
        self._alarm = None
        self._timer = None
        self._woken = True


def _fault(settled: Settled) -> ApplicationError:
    return ApplicationError(settled.fault or "", "case", type="ledger-fault", non_retryable=True)
