"""Delivery of announcements: each webhook has a task of its own, each case of it its own order.

A process that dies has lost nothing: what waits is in the database, and leaves it once it has arrived.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from activities.store.errors import StoreUnavailable
from activities.store.store import Store
from activities.store.webhooks import GONE, CompanyWebhook, WebhookDelivery, WebhookState
from api.announcing.announcer import Announcer
from api.announcing.cloud_event import cloud_event_text
from api.process_notes import Say, note
from api.webhooks.posting import Attempted, Poster
from api.webhooks.secret_box import SecretBox, SecretLost
from sla.companies import COMPANIES

T = TypeVar("T")

log = logging.getLogger("shixian.relay")

# After each attempt that failed; the next one after the last is none. Three days in all (Standard Webhooks).
PAUSES: Sequence[timedelta] = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
LOOK = 1.0  # seconds between looks for what is new, and for what waits for another attempt
SIDE_BY_SIDE = 8  # deliveries to one webhook at once, each of another case
THREADS = 4
NO_SECRET = "secret-lost"  # noqa: S105  # nosec B105  # the word for it


class SenderParts(NamedTuple):
    """What delivery needs; whoever made it ends it."""

    store: Store
    box: SecretBox
    poster: Poster
    public_url: str
    now: Callable[[], datetime]
    say: Say
    pauses: Sequence[timedelta] = PAUSES
    look: float = LOOK


class WebhookSender:
    """The tasks of all webhooks."""

    def __init__(self, parts: SenderParts) -> None:
        self._parts = parts
        self._announcer = Announcer(parts.store)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="webhooks")
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Deliver until it is cancelled; what is on its way then is sent again later."""
        try:
            while True:
                try:
                    await self._look()
                except StoreUnavailable:
                    pass
                except Exception as error:  # noqa: BLE001  # what cannot be announced must not end what can be delivered
                    log.error("announcing failed: %s", type(error).__name__)
                await asyncio.sleep(self._parts.look)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
            self._pool.shutdown(wait=False, cancel_futures=True)

    async def _look(self) -> None:
        """Announce what is new, put it into the outboxes, and have a task for each active webhook and no other."""
        active = {one.id: one for one in await self._ask(self._fill)}
        for id in [id for id in self._tasks if id not in active or self._tasks[id].done()]:
            self._tasks.pop(id).cancel()
        for id in active.keys() - self._tasks.keys():
            self._tasks[id] = asyncio.create_task(self._serve(id), name=f"webhook-{id}")

    def _fill(self) -> list[CompanyWebhook]:
        store = self._parts.store
        self._announcer.look()
        active = [one for one in store.webhooks() if one.state is WebhookState.ACTIVE]
        for one in active:
            store.fill_outbox(one, COMPANIES.get(one.company, ()), self._parts.now())
        return active

    async def _serve(self, id: str) -> None:
        """Deliver to one webhook. Cases go side by side, what is told of one case one after another."""
        on_the_way: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                try:
                    await self._start(id, on_the_way)
                except Exception as error:  # noqa: BLE001  # one announcement must not end the others
                    log.error("webhook %s: %s", id, type(error).__name__)
                # whoever is done first makes room; where nothing is on its way, the pause is all there is to wait for
                pause = asyncio.create_task(asyncio.sleep(self._parts.look))
                await asyncio.wait({pause, *on_the_way.values()}, return_when=asyncio.FIRST_COMPLETED)
                pause.cancel()
                for case in [case for case, task in on_the_way.items() if task.done()]:
                    del on_the_way[case]
        finally:
            for task in on_the_way.values():
                task.cancel()
            await asyncio.gather(*on_the_way.values(), return_exceptions=True)

    async def _start(self, id: str, on_the_way: dict[str, asyncio.Task[None]]) -> None:
        parts = self._parts
        room, cases = SIDE_BY_SIDE - len(on_the_way), list(on_the_way)
        if room == 0:
            return
        due = await self._insist(lambda: parts.store.due_deliveries(id, parts.now(), but=cases, limit=room))
        if not due:
            return
        hook = await self._insist(lambda: parts.store.webhook(id))  # as it is now: its secret may have been rotated
        if hook is None or hook.state is not WebhookState.ACTIVE:
            return
        for one in due:
            on_the_way[one.announcement.case] = asyncio.create_task(self._deliver(hook, one))

    async def _deliver(self, hook: CompanyWebhook, one: WebhookDelivery) -> None:
        parts, told = self._parts, one.announcement
        at = parts.now()
        attempted = await self._attempt(hook, one, at)
        if attempted.why is None:
            await self._insist(lambda: parts.store.delivered(hook.id, told.number, parts.now()))
            return
        why, again_at = attempted.why, self._again_at(one, at)
        if attempted.gone:
            # it is kept for when the webhook is resumed, and nothing else is sent there
            again_at = at
            if await self._insist(lambda: parts.store.turn_webhook(hook.id, WebhookState.PAUSED, parts.now(), GONE)):
                text = "webhook {id} of {company} answered 410 and is paused"
                parts.say(note("webhook-gone", text, id=hook.id, company=hook.company))
        await self._insist(lambda: parts.store.failed(hook.id, told.number, why, at, again_at))

    async def _attempt(self, hook: CompanyWebhook, one: WebhookDelivery, at: datetime) -> Attempted:
        parts, told = self._parts, one.announcement
        try:
            secrets = [parts.box.open(sealed) for sealed in _secrets(hook, at)]
        except SecretLost:
            return Attempted(NO_SECRET)
        return await parts.poster.post(hook.url, secrets, told.id, cloud_event_text(told, parts.public_url), at)

    def _again_at(self, one: WebhookDelivery, at: datetime) -> datetime | None:
        pauses = self._parts.pauses
        return at + pauses[one.attempts] if one.attempts < len(pauses) else None

    async def _ask(self, question: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, question)

    async def _insist(self, question: Callable[[], T]) -> T:
        """The store's answer, once it gives one."""
        while True:
            try:
                return await self._ask(question)
            except StoreUnavailable:
                await asyncio.sleep(self._parts.look)


def _secrets(hook: CompanyWebhook, at: datetime) -> list[str]:
    """What signs now: the secret, and for a while the one before."""
    rotating = hook.old_secret is not None and hook.old_until is not None and at < hook.old_until
    return [hook.secret, *([hook.old_secret] if rotating and hook.old_secret is not None else [])]
