"""Promised averages that are broken, or would be by their open cases."""

from datetime import datetime, timedelta
from typing import NamedTuple
from weakref import WeakKeyDictionary

from activities.store.store import Store
from api.access.request_context import Visit
from api.figures.averages import ALL, LISTED
from api.figures.front import Verdict
from api.figures.places import PLACES
from api.figures.shown import number_shown
from api.figures.tallies import PromiseTally
from api.figures.words import two_places
from api.pages.promises import board_of
from api.pages.words import PageWords
from sla.axis import local_day
from sla.forecast import Basis

FRESH = timedelta(minutes=1)  # in business time: how long they are not counted again


class Averages(NamedTuple):
    """Promised averages of the year, and of which instant they are."""

    at: datetime
    tallies: tuple[PromiseTally, ...]


class AverageRow(NamedTuple):
    """A promised average. `broken`: by what was decided; else one of both forecasts is."""

    commitment: str
    title: str
    place: str
    n: int
    limit: str
    mean: str
    broken: bool
    elapsed: str  # the mean if the open cases ended now
    due: str  # if each ended on its due date


_seen: WeakKeyDictionary[Store, Averages] = WeakKeyDictionary()


def averages(visit: Visit) -> Averages:
    """Return them at most a minute old; blocks."""
    store = visit.services.store
    known = _seen.get(store)
    if known is None or not timedelta(0) <= visit.told - known.at < FRESH:
        board = board_of(visit, ALL, local_day(visit.told))
        known = _seen[store] = Averages(visit.told, tuple(board.averages))
    return known


def broken_or_so_forecast(words: PageWords, seen: Averages) -> list[AverageRow]:
    """Return those that are broken, then those that are forecast to be."""
    return [
        _row(words, one)
        for verdict in (Verdict.BROKEN, Verdict.IN_DANGER)
        for one in seen.tallies
        if one.verdict is verdict
    ]


def _row(words: PageWords, tally: PromiseTally) -> AverageRow:
    promise, limit = tally.commitment, LISTED[tally.commitment.id]
    means = {basis: two_places(number_shown(one.exact_mean)) for basis, one in tally.forecast.items()}
    return AverageRow(
        commitment=promise.id,
        title=words.title(promise.title_zh, promise.title_en),
        place=words.title(*PLACES[promise.jurisdiction]),
        n=tally.year.n,
        limit=words.amount(limit.amount, limit.unit),
        mean=two_places(number_shown(tally.year.exact_mean)),
        broken=tally.verdict is Verdict.BROKEN,
        elapsed=means.get(Basis.ELAPSED, ""),
        due=means.get(Basis.DUE, ""),
    )
