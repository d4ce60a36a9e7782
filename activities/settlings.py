"""The activity: settlings of different cases that wait at one time share a transaction, and its commit."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from weakref import WeakValueDictionary

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.settle import Prepared, Settle, Settled, Settler

TOGETHER = 32  # settlings in one transaction


class Handed:
    """Requests on their way to a local activity, which runs in the workflow's own process: they need no text.

    A run settles one request at a time, so its id is enough to find it by, and the activity has no argument to encode.
    """

    def __init__(self) -> None:
        self._requests: WeakValueDictionary[str, Settle] = WeakValueDictionary()

    def put(self, run: str, request: Settle) -> None:
        """Let a run's request be found for as long as the workflow holds it."""
        self._requests[run] = request

    def get(self, run: str | None) -> Settle:
        """Return the run's request; where its workflow has left the process nobody waits for an answer."""
        request = self._requests.get(run or "")
        if request is None:
            raise ApplicationError("The workflow that asked has left this process.", non_retryable=True)
        return request


handed = Handed()


class WaitingSettling(NamedTuple):
    """A settling that waits for its transaction, and the answer that it gets once that is committed."""

    prepared: Prepared
    answer: asyncio.Future[Settled]


class Settlings:
    """One writer for a process: while it waits for the disk, the settlings of its next transaction gather."""

    def __init__(self, settler: Settler) -> None:
        self._settler = settler
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="settle")
        self._waiting: list[WaitingSettling] = []
        self._writer: asyncio.Task[None] | None = None

    @activity.defn(name="settle")
    async def settle(self, asked: Settle | None = None) -> Settled:
        """Compare and append what is asked, or what the run has handed over; raises StoreUnavailable while the database is away.

        An attempt that is given up is dropped where it still waits. In a transaction it runs on to its end, and what
        it writes is adopted.
        """
        request = asked or handed.get(activity.info().workflow_run_id)
        waiting = WaitingSettling(self._settler.prepare(request), asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write(), name="settlings")
        return await waiting.answer

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while group := self._group():
                prepared = [one.prepared for one in group]
                try:
                    answers = await loop.run_in_executor(self._thread, self._settler.settle_together, prepared)
                except Exception as error:  # noqa: BLE001  # the thread could not be used; who waits must hear of it
                    answers = [error] * len(group)
                _tell(group, answers)
        finally:
            self._writer = None

    def _group(self) -> list[WaitingSettling]:
        """Takes what has waited longest, one of each case."""
        group: dict[str, WaitingSettling] = {}
        later: list[WaitingSettling] = []
        for one in self._waiting:
            case = one.prepared.request.case
            if one.answer.done():
                continue  # given up
            if case in group or len(group) == TOGETHER:
                later.append(one)
            else:
                group[case] = one
        self._waiting = later
        return list(group.values())


def _tell(group: Sequence[WaitingSettling], answers: Sequence[Settled | Exception]) -> None:
    for (_, waiting), answer in zip(group, answers, strict=True):
        if waiting.done():
            continue  # given up
        if isinstance(answer, Exception):
            waiting.set_exception(answer)
        else:
            waiting.set_result(answer)
