"""Delivery out of the outbox: each channel has a task of its own, so that a slow one delays no other."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

from activities.store.errors import StoreUnavailable
from activities.store.outbox import Attempt, Pending
from activities.store.store import Store
from api.alerting.recipients import Channel
from api.relay.channels import Way, way_of
from api.relay.metrics import DeliveryCounts
from api.relay.notice import Notification
from api.relay.outcome import DeliveryOutcome, Reply
from api.relay.posting import PATIENCE

T = TypeVar("T")

log = logging.getLogger("shixian.relay")

SHORTEST, LONGEST = timedelta(seconds=1), timedelta(minutes=5)  # between attempts
LOOK = 1.0  # seconds between looks for what waits for another attempt
MINUTE = 60.0
THREADS = 4
LAST = PATIENCE + 1.0  # seconds for attempts that are under way when it has to end


def pause(attempts: int) -> timedelta:
    """Return how long to wait after a number of attempts: twice as long each time."""
    return min(LONGEST, SHORTEST * (1 << min(attempts - 1, 20)))


class Rate:
    """At most `most` messages in any window of time, and none while the channel asked for silence."""

    def __init__(self, most: int | None, window: float = MINUTE) -> None:
        self._most = most
        self._window = window
        self._sent: deque[float] = deque()
        self._silent_until = 0.0

    async def free(self) -> None:
        """Wait until one more may be sent."""
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(max(0.0, self._silent_until - clock()))
        if self._most is not None and len(self._sent) >= self._most:
            await asyncio.sleep(max(0.0, self._sent[0] + self._window - clock()))

    def sent(self) -> None:
        """Count one that is sent now."""
        if self._most is not None:
            if len(self._sent) >= self._most:
                self._sent.popleft()
            self._sent.append(asyncio.get_running_loop().time())

    def be_silent(self, wait: timedelta) -> None:
        """Send nothing for a while, as the channel asked."""
        self._silent_until = asyncio.get_running_loop().time() + wait.total_seconds()


class Sender:
    """The tasks of all channels."""

    def __init__(
        self, store: Store, channels: Mapping[str, Channel], counts: DeliveryCounts, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._counts = counts
        self._now = now
        self._channels = dict(channels)
        self._ways: dict[str, Way] = {name: way_of(channel) for name, channel in channels.items()}
        self._awake = {name: asyncio.Event() for name in channels}
        self._in_flight: set[asyncio.Task[None]] = set()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="outbox")

    def wake(self) -> None:
        """Something may have come into the outbox."""
        for event in self._awake.values():
            event.set()

    async def run(self) -> None:
        """Deliver until it is cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for name, channel in self._channels.items():
                    tasks.create_task(self._deliver(name, Rate(channel.rate)), name=f"channel-{name}")
        finally:
            if self._in_flight:  # what is under way is brought to its end: cut off, it would be sent again
                await asyncio.wait(self._in_flight, timeout=LAST)
            for way in self._ways.values():
                await way.close()
            self._pool.shutdown(wait=False, cancel_futures=True)

    async def _deliver(self, channel: str, rate: Rate) -> None:
        while True:
            try:
                await self._deliver_next(channel, rate)
            except Exception as error:  # noqa: BLE001  # a notice that cannot be read must not end the channel
                log.error("channel %s: %s", channel, type(error).__name__)
                await asyncio.sleep(LOOK)

    async def _deliver_next(self, channel: str, rate: Rate) -> None:
        await rate.free()
        self._awake[channel].clear()
        pending = await self._insist(lambda: self._store.pending(channel, self._now()))
        if pending is not None:
            rate.sent()
            attempt = asyncio.create_task(self._attempt(channel, pending, rate))
            self._in_flight.add(attempt)
            attempt.add_done_callback(self._in_flight.discard)
            await asyncio.shield(attempt)
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._awake[channel].wait(), LOOK)

    async def _attempt(self, channel: str, pending: Pending, rate: Rate) -> None:
        at = self._now()
        reply = await self._ways[channel].send(Notification.model_validate_json(pending.body), pending.id, at)
        self._counts.attempted(channel, reply.outcome)
        if reply.wait is not None:
            rate.be_silent(reply.wait)
        attempt = Attempt(nth=pending.attempts + 1, at=at, outcome=reply.outcome, error=reply.why)
        again_at = self._again_at(reply, attempt.nth)
        # a database that is away now must not make it send again what was delivered
        await self._insist(lambda: self._store.attempted(pending.number, attempt, again_at))

    def _again_at(self, reply: Reply, attempts: int) -> datetime | None:
        """When a failure is tried again; None for what is out of hand, or set aside."""
        if reply.outcome is not DeliveryOutcome.FAILED:
            return None
        return self._now() + max(pause(attempts), reply.wait or SHORTEST)

    async def _insist(self, question: Callable[[], T]) -> T:
        """The store's answer, once it gives one."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                return await loop.run_in_executor(self._pool, question)
            except StoreUnavailable:
                await asyncio.sleep(LOOK)
