"""Who waits for an announcement is woken by one look for all: a wait holds neither a connection nor a thread."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping

from activities.store.errors import StoreUnavailable
from activities.store.store import Store
from api.announcing.announcer import Announcer

LOOK = 0.5  # seconds between looks, while somebody waits

Ask = Callable[[Callable[[], Mapping[str, int]]], Awaitable[Mapping[str, int]]]


class Bell:
    """Looks for new announcements while somebody waits. `ask` runs what blocks in a thread."""

    def __init__(self, store: Store, ask: Ask) -> None:
        self._store = store
        self._ask = ask
        self._announcer = Announcer(store)
        self._waiting = 0
        self._looking: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._seen = 0
        self._last: dict[str, int] = {}  # number of the last announcement to each owner, of those seen

    async def wait(self, last: int, owners: Collection[str] | None, seconds: float) -> None:
        """Return once something was announced to one of the owners after the last number, or when the time is over."""
        self._waiting += 1
        try:
            self._seen = min(self._seen, last)
            if self._looking is None or self._looking.done():
                self._seen, self._last = last, {}
                self._looking = asyncio.create_task(self._look(), name="bell")
            async with asyncio.timeout(seconds):
                while not self._rung(last, owners):
                    await self._news.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting -= 1

    def _rung(self, last: int, owners: Collection[str] | None) -> bool:
        asked = list(self._last) if owners is None else owners
        return any(self._last.get(owner, 0) > last for owner in asked)

    async def _look(self) -> None:
        while self._waiting:
            try:
                found = await self._ask(self._found)
            except StoreUnavailable:
                found = {}
            if found:
                self._last = {**self._last, **found}
                self._seen = max(found.values())
                self._news.set()
                self._news = asyncio.Event()
            await asyncio.sleep(LOOK)

    def _found(self) -> Mapping[str, int]:
        self._announcer.look()
        return self._store.announced_to(self._seen)
