"""Single steps and cases: what is kept from one instant to another equals what is counted anew."""

from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from activities.record import ClockPicture, Role
from activities.rungs import Instant
from activities.store.instants import micros
from activities.store.watch import Detail
from api.exporter.case_series import Lines
from api.exporter.standings import Moment
from sla.axis import local_day
from sla.clock import ApplicationReceipt, Clock, Extension, Limit, Suspension, Unit, count
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.desk import at

START = at("2021-09-24 10:00")  # the holidays of autumn lie ahead
HOURS = st.integers(0, 24 * 30)
IDENTITY = Timeline(anchor_real=START, anchor_business=START)


def picture(clock: Clock) -> str:
    return ClockPicture(clock=clock, role=Role.STEP, owner="somebody").model_dump_json()


def detail(clock: Clock, due_at: datetime, case: str = "1", *, judged: bool = True) -> Detail:
    return Detail(case, "suzhou", "water", "市水务局", "survey", "promise/p", judged, micros(due_at), picture(clock))


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    unit = draw(st.sampled_from(Unit))
    begun = START + timedelta(hours=draw(HOURS))
    halts = [
        Suspension(
            id=str(n),
            ground="tender",
            start=begun + timedelta(hours=draw(HOURS)),
            end=draw(st.none() | HOURS.map(lambda hours: begun + timedelta(hours=hours + 24 * 31))),
        )
        for n in range(draw(st.integers(0, 2)))
    ]
    more = draw(st.integers(0, 2))
    return Clock(
        key="step/survey#1",
        jurisdiction="suzhou",
        limit=Limit(amount=Decimal(draw(st.integers(0, 20))), unit=unit),
        start=draw(st.none() | st.just(begun)),
        receipt=draw(st.none() | st.just(ApplicationReceipt(received=START))),
        suspensions=tuple(halts),
        extensions=(Extension(id="e", amount=Decimal(more), at=begun),) if more else (),
    )


@settings(deadline=None, max_examples=300)
@given(clocks(), st.lists(st.integers(0, 60 * 24 * 60), min_size=2, max_size=6))
def test_a_ratio_that_is_kept_is_what_counting_anew_would_say(clock: Clock, minutes: list[int]) -> None:
    [line] = Lines(lambda jurisdiction, owner: owner, RELEASE).renewed([detail(clock, START)], START)
    for minute in sorted(minutes):
        now = START + timedelta(minutes=minute)
        reading = count(clock, RELEASE.calendar_for("suzhou", local_day(now)), now)
        wanted = float(reading.used / reading.limit) if reading.limit else 1.0
        found = line.elapsed(now)
        if clock.limit.unit is Unit.WORKHOUR:  # it may be a minute old
            minute_ago = count(clock, RELEASE.calendar_for("suzhou", local_day(now)), now - timedelta(minutes=1))
            earlier = float(minute_ago.used / minute_ago.limit) if minute_ago.limit else 1.0
            assert earlier <= found <= wanted
        else:
            assert found == wanted


@settings(deadline=None)
@given(st.integers(0, 60 * 24), st.integers(-48, 24 * 40))
def test_days_over_are_the_working_days_after_the_due_day(due: int, later: int) -> None:
    due_at = START + timedelta(hours=due)
    now = due_at + timedelta(hours=later)
    moment = Moment.of(Instant(now, IDENTITY, timedelta(0), RELEASE))
    clock = Clock(key="k", limit=Limit(amount=Decimal(3)), start=START)
    [line] = Lines(lambda jurisdiction, owner: owner, RELEASE).renewed([detail(clock, due_at)], now)
    days = line.overdue_workdays(now, moment)
    if later < 0:
        assert days is None
        return
    calendar = RELEASE.calendar_for("suzhou", local_day(now))
    day, wanted = local_day(due_at - timedelta(microseconds=1)), 0
    while day < local_day(now):
        day += timedelta(days=1)
        wanted += calendar.is_working(day) if day <= calendar.known_until else 0
    assert days == wanted
    [warned] = Lines(lambda jurisdiction, owner: owner, RELEASE).renewed([detail(clock, due_at, judged=False)], now)
    assert warned.overdue_workdays(now, moment) is None


def test_what_has_not_changed_is_the_same_line() -> None:
    lines = Lines(lambda jurisdiction, owner: owner, RELEASE)
    clock = Clock(key="k", limit=Limit(amount=Decimal(3)), start=START)
    one, two = lines.renewed([detail(clock, START, "1"), detail(clock, START, "2")], START)
    moved = detail(clock, START + timedelta(days=1), "2")
    again = lines.renewed([detail(clock, START, "1"), moved], START)
    assert again[0] is one
    assert again[1] is not two
    assert again[1].labels == two.labels
    assert dict(one.labels) == {
        "department": "市水务局",
        "procedure": "water",
        "step": "survey",
        "case_id": "1",
        "commitment": "p",
    }
