"""How often a caller may ask: so much at once, and so much a second after that; in the memory of one process.

What a credential has spent is one number (GCRA): the instant at which its allowance is whole again.
"""

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType
from typing import NamedTuple

from api.access.networks import counted_as
from api.http.problems import Problem

MOST = 10_000  # callers that are remembered before those with a whole allowance are forgotten
ROUNDED = 1e-9  # seconds, of sums that are not exact

# What is read or counted for long, by method and route, and for how many cheap questions of that kind it stands.
# A parameter makes a route so where one is named: a list is cheap, a search by part or a whole table is not.
EXPENSIVE: Mapping[tuple[str, str, str | None], int] = MappingProxyType(
    {
        ("GET", "/v1/cases", "q"): 1,
        ("GET", "/v1/cases", "format"): 5,
        ("GET", "/cases", "q"): 1,
        ("GET", "/cases", "format"): 5,
        ("GET", "/desk/{owner}", "format"): 5,
        ("GET", "/told", "format"): 5,
        ("GET", "/v1/averages", None): 2,
        ("GET", "/v1/commitments/standings", None): 2,
        ("GET", "/v1/reports/{month}", None): 5,
        ("GET", "/reports/{month}", None): 5,
        ("GET", "/v1/calendars/notices/{number}", None): 2,
        ("GET", "/calendar/notices/{number}", None): 2,
        ("POST", "/v1/calendars/notices/{number}/approve", None): 2,
        ("POST", "/calendar/notices/{number}/approve", None): 2,
    }
)
# Whoever takes cases over paces itself by the worker, and is not to be stopped in the middle of a night's work.
UNCOUNTED = frozenset({("POST", "/v1/imports/cases")})


class AskingRate(NamedTuple):
    """So many a second, and so many at once before that; 0 a second: as many as anybody likes."""

    a_second: float
    at_once: float


class Allowance:
    """What each caller has left of one rate. Seconds are those of a monotonic clock."""

    def __init__(self, rate: AskingRate) -> None:
        self._rate = rate
        self._whole: dict[str, float] = {}

    def spend(self, who: str, cost: float, now: float) -> float:
        """Take something of a caller's allowance; returns the seconds to wait where too little is left, and takes nothing."""
        if not self._rate.a_second:
            return 0.0
        whole = max(now, self._whole.get(who, now)) + cost / self._rate.a_second
        wait = whole - now - max(self._rate.at_once, cost) / self._rate.a_second
        if wait > ROUNDED:
            return wait
        if len(self._whole) >= MOST:
            self._whole = {one: at for one, at in self._whole.items() if at > now}
        self._whole[who] = whole
        return 0.0


class AskedRoute(NamedTuple):
    """A request, as far as its cost goes; `given` are the names of its parameters."""

    method: str
    route: str
    given: frozenset[str] = frozenset()

    @property
    def expense(self) -> int:
        """What it takes of the budget for expensive questions; of several reasons the dearest."""
        return max(
            (
                cost
                for (method, route, parameter), cost in EXPENSIVE.items()
                if (method, route) == (self.method, self.route) and (parameter is None or parameter in self.given)
            ),
            default=0,
        )


class Allowances:
    """Three allowances: of requests and of expensive questions by credential, of refusals by address."""

    def __init__(self, requests: AskingRate, expensive: AskingRate) -> None:
        self._requests = Allowance(requests)
        self._expensive = Allowance(expensive)
        self._refusals = Allowance(requests)

    def take(self, credential: str, asked: AskedRoute, now: float) -> None:
        """Count a request of a caller; a Problem where it is one too many."""
        if (asked.method, asked.route) in UNCOUNTED:
            return
        _wait(self._requests.spend(credential, 1, now))
        expense = asked.expense
        if expense:
            _wait(self._expensive.spend(credential, expense, now))

    def refused(self, address: str | None, now: float) -> None:
        """Count a request that brought nothing that opens anything; a Problem where it is one too many."""
        _wait(self._refusals.spend(counted_as(address), 1, now))


def _wait(seconds: float) -> None:
    if seconds > 0:
        raise Problem("too-many-requests", headers={"Retry-After": str(ceil(seconds))})
