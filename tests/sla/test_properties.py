"""What holds for every clock."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from sla.clock import Clock, Extension, Interval, Limit, Policy, Standing, Suspension, Unit, count
from tests.sla.build import CHINA, national

INSTANTS = st.datetimes(datetime(2019, 1, 1), datetime(2024, 12, 31)).map(lambda at: at.replace(tzinfo=CHINA))  # noqa: DTZ001
SOON = st.timedeltas(timedelta(0), timedelta(days=60))
POLICIES = st.builds(
    Policy,
    roll_accept=st.booleans(),
    roll_resume=st.booleans(),
    count_start_day=st.booleans(),
    close=st.sampled_from([time(17, 30), time(12), None]),
)


@st.composite
def clocks(draw: st.DrawFn, units: tuple[Unit, ...] = tuple(Unit)) -> Clock:
    start = draw(INSTANTS)
    unit = draw(st.sampled_from(units))
    stretches = draw(st.lists(st.tuples(SOON, st.none() | SOON), max_size=4))
    spans = [(start + offset, None if length is None else start + offset + length) for offset, length in stretches]
    half = draw(st.integers(0, len(spans)))
    return Clock(
        key="property",
        limit=Limit(amount=Decimal(draw(st.integers(0, 3 if unit is Unit.MONTH else 40))), unit=unit),
        start=start,
        suspensions=tuple(Suspension(id=str(at), ground="g", start=at, end=end) for at, end in spans[:half]),
        running=draw(st.sampled_from([None, tuple(Interval(start=at, end=end) for at, end in spans[half:])])),
        extensions=tuple(
            Extension(id=str(offset), amount=Decimal(3), at=start + offset)
            for offset in draw(st.lists(SOON, max_size=2))
        ),
        stop=draw(st.none() | SOON.map(lambda length: start + length)),
        policy=draw(POLICIES),
    )


@given(clocks(), SOON)
def test_used_and_suspended_are_what_elapsed(clock: Clock, later: timedelta):
    assert clock.start is not None
    now = clock.start + later
    free = clock.model_copy(update={"suspensions": (), "running": None})
    reading, elapsed = count(clock, national(), now), count(free, national(), now)
    assert reading.used + reading.suspended == elapsed.used
    assert min(reading.used, reading.suspended, elapsed.used) >= 0
    assert elapsed.suspended == 0


@given(clocks((Unit.WORKDAY, Unit.DAY, Unit.MONTH)), st.integers(0, 5))
def test_a_longer_limit_is_never_due_earlier(clock: Clock, more: int):
    """Of the same kind: limits of the same day roll their start whatever the policy says."""
    assume(clock.limit.amount >= 1)
    assert clock.start is not None
    bare = clock.model_copy(update={"extensions": ()})
    longer = bare.model_copy(update={"limit": Limit(amount=bare.limit.amount + more, unit=bare.limit.unit)})
    due, later = (count(each, national(), clock.start).due_at for each in (bare, longer))
    assert later is None or (due is not None and due <= later)


@given(clocks(), SOON, SOON)
def test_used_never_shrinks_as_time_goes_by(clock: Clock, first: timedelta, second: timedelta):
    assert clock.start is not None
    running = clock.model_copy(update={"stop": None})
    before = count(running, national(), clock.start + min(first, second))
    after = count(running, national(), clock.start + max(first, second))
    assert before.used <= after.used
    assert before.due_at == after.due_at
    assert before.overdue <= after.overdue


@given(clocks(), SOON)
def test_a_reading_is_consistent_with_itself(clock: Clock, later: timedelta):
    assert clock.start is not None
    now = clock.start + later
    reading = count(clock, national(), now)
    assert reading.overdue == (reading.due_at is not None and (clock.stop or now) > reading.due_at)
    assert reading.overdue == (reading.standing in {Standing.OVERDUE, Standing.MISSED})
    assert reading.overdue_by == 0 or reading.overdue
    assert reading.remaining == max(0, reading.limit - reading.used)
    assert (reading.due_at is None) == (reading.due_date is None) == (reading.due_soon_at is None)
    if reading.due_soon_at is not None and reading.due_at is not None and clock.policy.close == time(17, 30):
        assert reading.due_soon_at <= max(reading.due_at, clock.start)


@given(clocks(), SOON)
def test_the_offset_in_which_an_instant_is_written_changes_nothing(clock: Clock, later: timedelta):
    assert clock.start is not None
    again = Clock.model_validate_json(clock.model_dump_json())
    assert count(again, national(), clock.start + later) == count(clock, national(), clock.start + later)


@given(st.dates(date(2019, 1, 1), date(2024, 12, 31)), st.integers(0, 60))
def test_without_a_suspension_the_limit_is_used_up_on_the_due_day(start: date, limit: int):
    begin = datetime.combine(start, time(10), CHINA)
    clock = Clock(key="c", limit=Limit(amount=Decimal(limit)), start=begin)
    due_at = count(clock, national(), begin).due_at
    assert due_at is not None
    at_close = count(clock, national(), due_at)
    assert (at_close.used, at_close.remaining, at_close.overdue) == (Decimal(limit), Decimal(0), False)
    assert count(clock, national(), due_at + timedelta(microseconds=1)).overdue
