"""When a request is sent again, and after how long."""

from dataclasses import dataclass
from random import SystemRandom

from shixian_client.errors import ApiProblem

CHANCE = SystemRandom()
NOT_NOW = frozenset({429, 503})  # nothing accepted is lost: the same request with the same key


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how patiently. Pauses double from `first` up to `longest` seconds, each between half and the whole.

    A longer Retry-After is waited for, up to `patience` seconds: whoever is told to wait longer is told so at once.
    """

    times: int = 5  # after the first
    first: float = 0.5
    longest: float = 30.0
    patience: float = 120.0

    def pause(self, sent: int, error: ApiProblem | None) -> float | None:
        """Return how many seconds to wait after a request was sent `sent` times; None: no more.

        `error` None: there was no answer.
        """
        if sent > self.times or (error is not None and error.status not in NOT_NOW):
            return None
        backoff = min(self.longest, self.first * 2.0 ** (sent - 1)) * CHANCE.uniform(0.5, 1.0)
        told = None if error is None else error.retry_after
        if told is None:
            return backoff
        return None if told > self.patience else told + backoff
