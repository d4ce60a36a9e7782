"""What was read just now is believed for two seconds: whatever is ended in the database is out within five."""

import time
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K")
V = TypeVar("V")

KEPT = 2.0  # seconds
MOST = 1000


class RecentlyRead(NamedTuple, Generic[V]):
    """What was read, and the monotonic second at which it was asked for."""

    value: V
    at: float


class LatelyRead(Generic[K, V]):
    """Single things as `read` returned them, None where there is none; that there is nothing is not believed at all."""

    def __init__(self, read: Callable[[K], V | None]) -> None:
        self._read = read
        self._kept: dict[K, RecentlyRead[V]] = {}

    def look_up(self, name: K) -> V | None:
        """Return what there is under a name; raises what `read` raises."""
        asked = time.monotonic()
        kept = self._kept.get(name)
        if kept is not None and asked - kept.at < KEPT:
            return kept.value
        found = self._read(name)
        if found is not None:
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[name] = RecentlyRead(found, asked)
        return found
