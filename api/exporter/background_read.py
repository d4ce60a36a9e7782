"""Rows that a thread of their own reads anew while somebody looks at them; whoever looks gets those at hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Condition, Thread
from time import monotonic, perf_counter
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

IDLE = 30.0  # seconds after the last look, until nothing is read any more
LONGEST = 300.0  # seconds between two readings, whatever one takes
SLACK = timedelta(seconds=1)  # by which a thread may be late on a busy machine


class Held(NamedTuple, Generic[T]):
    """What was read, and the real time at which that began."""

    value: T
    at: datetime


class Kept(Generic[T]):
    """One thing that is read again and again, by one thread alone. A failure is never kept: the next look tries anew."""

    def __init__(
        self, name: str, load: Callable[[], T], *, ttl: float, share: float, now: Callable[[], datetime]
    ) -> None:
        self.name = name
        self.held: Held[T] | None = None
        self.ok = False
        self.took = 0.0  # seconds, the last time
        self.failures: dict[str, int] = {}  # by the class of the error
        self._load = load
        self._ttl = ttl
        self._share = share  # of the time, that reading may take
        self._now = now
        self._changed = Condition()
        self._looked = -IDLE
        self._ended = 0.0
        self._reads = 0
        self._awaited = False
        self._reading = False
        self._closed = False
        self._thread = Thread(target=self._run, name=f"exporter-{name}", daemon=True)
        self._thread.start()

    def look(self, patience: float) -> Held[T] | None:
        """Return what is at hand; where that is nothing, too old or failed, wait up to `patience` seconds for a reading."""
        with self._changed:
            self._looked = monotonic()
            self._changed.notify_all()
            if not self._good() and patience > 0:
                self._wait_for(self._reads + 1, patience)
            return self.held

    def renew(self, patience: float) -> bool:
        """Wait for a reading that begins from now on; returns whether it came in time, and well."""
        with self._changed:
            self._looked = monotonic()
            wanted = self._reads + (2 if self._reading else 1)
            self._wait_for(wanted, patience)
            return self._reads >= wanted and self.ok

    def close(self) -> None:
        """End the thread once it has read what it is reading."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout=5)

    def _wait_for(self, reads: int, patience: float) -> None:
        # the one that is being read counts, where no later one is asked for
        self._awaited = self._awaited or reads > self._reads + self._reading
        self._changed.notify_all()
        self._changed.wait_for(lambda: self._reads >= reads or self._closed, patience)

    def _good(self) -> bool:
        """Whether the thread keeps up."""
        oldest = timedelta(seconds=self._pause() + 2 * self.took) + SLACK
        return self.ok and self.held is not None and self._now() - self.held.at <= oldest

    def _pause(self) -> float:
        return max(self._ttl, min(self.took / self._share, LONGEST))

    def _wait(self) -> float | None:
        """Seconds until it is time to read; None where nobody looks."""
        if self._awaited:
            return 0.0
        now = monotonic()
        return None if now - self._looked > IDLE else max(0.0, self._ended + self._pause() - now)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._closed and (wait := self._wait()) != 0.0:
                    self._changed.wait(wait)
                if self._closed:
                    return
                self._awaited = False
                self._reading = True
            self._read()

    def _read(self) -> None:
        at, begun = self._now(), perf_counter()
        held, failed = self.held, None
        try:
            held = Held(self._load(), at)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is counted and shown, and tried again
            failed = type(error).__name__
        with self._changed:
            self.held, self.ok, self.took = held, failed is None, perf_counter() - begun
            if failed is not None:
                self.failures[failed] = self.failures.get(failed, 0) + 1
            self._reads += 1
            self._reading = False
            self._ended = monotonic()
            self._changed.notify_all()
