"""The report's first page as data: it equals a recount of the events, and says what its definitions say."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from activities.store.store import Store
from api.figures.averages import LISTED
from api.figures.front import Front, State, Verdict, front
from api.figures.month import days_of, report
from tests.api.figures.averages_oracle import _ledger
from tests.api.figures.filling import Drawn, fill, instant
from tests.api.figures.front_oracle import Told, bars, told
from tests.desk import at

PLACES = Decimal("0.000001")


def differences(url: str, store: Store, month: str, now: datetime) -> list[str]:
    """Where the first page says something else than the events come to, of the month and of the month before."""
    ledger, found = _ledger(url), report(store, instant(now), month, "s").front
    first = days_of(month).first
    wrong = []
    for day, states in (
        (first, {one.commitment: one.now for one in found.promises}),
        (first - timedelta(days=1), {one.commitment: one.before for one in found.promises}),
    ):
        wanted = told(ledger, day, now)
        assert wanted.keys() <= states.keys() == LISTED.keys()
        wrong += [
            f"{name} {day:%Y-%m}: {_facts(state)}, the events come to {wanted[name]}"
            for name, state in states.items()
            if _facts(state) != _rounded(wanted.get(name, _nothing(state)))
        ]
    return wrong + _other_bars(ledger, found, now)


def _other_bars(ledger, found: Front, now: datetime) -> list[str]:
    wrong = []
    for trend in found.trends:
        wanted = bars(ledger, trend.commitment, now)
        for bar in trend.bars:
            n, mean = wanted.get(bar.month, (0, None))
            if (bar.n, bar.mean, bar.kept) != (n, _places(mean), None if mean is None else mean <= trend.limit):
                wrong.append(f"{trend.commitment} {bar}: the events come to {n}, {mean}")
    return wrong


def _facts(state: State) -> Told:
    return Told(**{**state.model_dump(), "verdict": state.verdict.value})


def _nothing(state: State) -> Told:
    """Of a commitment that no case is of."""
    zero = None if state.late is None else 0
    return Told("not-measured", 0, 0, zero, zero, zero)


def _rounded(one: Told) -> Told:
    return one._replace(
        mean=_places(one.mean), year_mean=_places(one.year_mean), expected_mean=_places(one.expected_mean)
    )


def _places(value: Fraction | None) -> Decimal | None:
    return None if value is None else (Decimal(value.numerator) / value.denominator).quantize(PLACES)


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    begins=st.dates(date(2020, 1, 6), date(2021, 4, 30)),
    days=st.integers(5, 75),
    later=st.integers(0, 90),
    hour=st.integers(0, 23),
)
def test_the_first_page_equals_a_recount_of_the_events(seed: int, begins: date, days: int, later: int, hour: int):
    last = at(f"{begins + timedelta(days=days)} {hour:02}:00")
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'ledger.db'}"
        store = Store.open(url, durable=False)
        store.migrate()
        fill(store, 60, Drawn(seed, begins, days, last))
        now = last
        months = {f"{last - timedelta(days=back):%Y-%m}" for back in (0, 31, 62)}
        assert [wrong for month in sorted(months) for wrong in differences(url, store, month, now)] == []
        store.close()
