"""How many cases are on their way at once: fewer as soon as answers take longer than they did, so that others keep their time."""

from collections import deque

WINDOW = 50  # answers that are looked at together
RISE = 2.0  # times the quickest window's
TOLERATED = 0.25  # seconds within which no rise is looked at


class Pace:
    """A limit that answers move: halved where the 99th percentile has risen, one more where it has not."""

    def __init__(self, most: int) -> None:
        self.limit = most
        self._most = most
        self._took: deque[float] = deque(maxlen=WINDOW)
        self._since = 0
        self._best: float | None = None

    def answered(self, seconds: float) -> None:
        """Take an answer's time into account; once for each window the limit may move."""
        self._took.append(seconds)
        self._since += 1
        if self._since < WINDOW:
            return
        self._since = 0
        slowest = sorted(self._took)[-max(1, WINDOW // 100)]
        self._best = slowest if self._best is None else min(self._best, slowest)
        if slowest > max(TOLERATED, RISE * self._best):
            self.limit = max(1, self.limit // 2)
        else:
            self.limit = min(self._most, self.limit + 1)

    def refused(self) -> None:
        """Take a refusal for want of room, or an unknown outcome, into account."""
        self._since = 0
        self.limit = max(1, self.limit // 2)
