"""What a past case comes to under a rule."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sla.calendar import every_day
from sla.clock import AXES, Axes, Policy, Unit, count
from sla.elapsed import ElapsedDays, ElapsedHours
from sla.errors import LimitError
from sla.past import DECIDED, Judging, PastCase, PastReading, PastRule, PastUnit, PastVerdict, judge
from tests.sla.build import at, clock, day, national

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NONE = every_day(date(2010, 1, 1), date(2019, 12, 31))
EXACT: Axes = {**AXES, Unit.DAY: lambda offices, hours: ElapsedDays(NONE, offices, hours, rolls=True)}


def local(text: str) -> datetime:
    """An instant by Amsterdam's clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def rule(judging: Judging = Judging.DATE, limit: int | None = 56, **more: Any) -> PastRule:
    """Calendar days by Amsterdam's clocks, whole ones by the day and else to the second."""
    whole = judging is Judging.DATE
    values = {
        "unit": PastUnit.DAY,
        "limit": None if limit is None else Decimal(limit),
        "calendar": NONE,
        "zone": AMSTERDAM,
        "judging": judging,
        "policy": Policy(close=None, cutoff=datetime.max.time()),
        "axes": AXES if whole else EXACT,
    }
    return PastRule(**values | more)


def judged(start: str | None, stop: str | None, by: PastRule | None = None, now: str | None = None, **more: Any) -> Any:
    """The reading; untyped, for tests compare its decimals with whole numbers."""
    told = {"start": None if start is None else local(start), "stop": None if stop is None else local(stop)}
    return judge(PastCase(**told | more), by or rule(), None if now is None else local(now))


@pytest.mark.parametrize(
    ("judging", "stop", "verdict"),
    [
        (Judging.INSTANT, "2014-04-26 10:00:00", "met"),
        (Judging.INSTANT, "2014-04-26 10:00:01", "missed"),
        (Judging.DATE, "2014-04-26 10:00:01", "met"),
        (Judging.DATE, "2014-04-26 23:59:59", "met"),
        (Judging.DATE, "2014-04-27 00:00:00", "missed"),
    ],
)
def test_an_instant_judges_to_the_second_and_a_day_to_its_end(judging: Judging, stop: str, verdict: str) -> None:
    """Summer time began between: 56 days are an hour short of 56 times 24 hours."""
    found = judged("2014-03-01 10:00", stop, rule(judging))
    assert (found.verdict, found.due_date) == (verdict, day("2014-04-26"))
    assert found.due_at == local("2014-04-26 10:00" if judging is Judging.INSTANT else "2014-04-27 00:00")


def test_midnight_belongs_to_the_day_that_it_begins() -> None:
    found = judged("2014-03-01 00:00", "2014-04-27 00:00")
    assert (found.verdict, found.used, found.over) == ("missed", 57, 1)


def test_the_clocks_of_the_place_say_which_day_it_is() -> None:
    late = datetime(2014, 4, 26, 22, 30, tzinfo=UTC)  # half past midnight in Amsterdam
    case = PastCase(start=local("2014-03-01 10:00"), stop=late)
    assert judge(case, rule()).verdict is PastVerdict.MISSED
    assert judge(case, rule(zone=UTC)).verdict is PastVerdict.MET


def test_a_due_instant_in_an_hour_that_clocks_show_twice_is_the_first_but_never_before_the_start() -> None:
    second = datetime(2014, 10, 26, 1, 30, tzinfo=UTC)  # 2:30 for the second time
    assert judge(PastCase(start=second, stop=second), rule(Judging.INSTANT, 0)).verdict is PastVerdict.MET
    day_before = PastCase(start=local("2014-10-25 02:30"), stop=second)
    assert judge(day_before, rule(Judging.INSTANT, 1)).verdict is PastVerdict.MISSED


def test_a_limit_of_none_that_starts_after_the_close_is_missed() -> None:
    closing = rule(Judging.INSTANT, 0, axes=AXES, policy=Policy(cutoff=datetime.max.time()))
    assert judged("2014-03-03 17:30", "2014-03-03 17:30", closing).verdict is PastVerdict.MET
    assert judged("2014-03-03 17:31", "2014-03-03 17:31", closing).verdict is PastVerdict.MISSED


def in_hours(judging: Judging, limit: int) -> PastRule:
    axes: Axes = {Unit.WORKHOUR: lambda offices, hours: ElapsedHours(NONE, offices, hours, rolls=False)}
    return rule(judging, limit, unit=PastUnit.HOUR, axes=axes, policy=Policy())


def test_hours_pass_on_any_day_and_at_night_and_none_is_lost_when_clocks_are_put_forward() -> None:
    evening = "2014-03-29 20:00"  # a Saturday; at two in the night it is three
    found = judged(evening, "2014-03-30 09:00", in_hours(Judging.INSTANT, 12))
    assert (found.verdict, found.used, found.due_at) == ("met", 12, local("2014-03-30 09:00"))
    late = judged(evening, "2014-03-30 09:00:01", in_hours(Judging.INSTANT, 12))
    assert (late.verdict, late.over) == ("missed", Decimal("0.00027"))
    pause = ((local("2014-03-30 01:00"), local("2014-03-30 04:00")),)
    halted = judged(evening, "2014-03-30 11:00", in_hours(Judging.INSTANT, 12), suspensions=pause)
    assert (halted.verdict, halted.used, halted.suspended, halted.due_at) == ("met", 12, 2, local("2014-03-30 11:00"))


def test_hours_judged_by_the_day_are_in_time_until_the_day_is_over_on_which_they_end() -> None:
    by = in_hours(Judging.DATE, 12)
    assert judged("2014-03-03 13:00", "2014-03-04 23:59", by).verdict is PastVerdict.MET
    assert judged("2014-03-03 13:00", "2014-03-05 00:00", by).verdict is PastVerdict.MISSED
    assert judged("2014-03-03 11:59", "2014-03-04 00:00", by).verdict is PastVerdict.MISSED


def test_suspensions_put_the_end_off_if_they_began_in_time() -> None:
    in_time = ((local("2014-03-05 10:00"), local("2014-03-09 12:00")),)
    too_late = ((local("2014-05-05 10:00"), local("2014-05-09 12:00")),)
    stop = "2014-04-30 10:00"
    assert judged("2014-03-01 10:00", stop, suspensions=in_time).verdict is PastVerdict.MET
    assert judged("2014-03-01 10:00", stop, suspensions=too_late).verdict is PastVerdict.MISSED


def test_what_begins_with_the_end_or_after_it_halts_nothing() -> None:
    stop = local("2014-04-30 00:00")
    found = judged("2014-03-01 10:00", "2014-04-30 00:00", suspensions=((stop, None),))
    assert (found.verdict, found.due_date, found.suspended) == (PastVerdict.MISSED, day("2014-04-26"), 0)


def test_a_case_that_cannot_be_judged_says_why() -> None:
    assert judged(None, "2014-03-01 10:00").verdict is PastVerdict.NO_START
    assert judged("2014-03-01 10:00", None, rule(limit=None)).verdict is PastVerdict.NO_LIMIT
    assert judged("2014-03-02 10:00", "2014-03-01 10:00").verdict is PastVerdict.ENDS_FIRST
    assert judged("2014-03-01 10:00", "2014-03-01 09:00").verdict is PastVerdict.MET
    assert judged("2014-03-01 10:00", "2014-03-01 09:00", rule(Judging.INSTANT)).verdict is PastVerdict.ENDS_FIRST
    assert judged("2019-12-20 10:00", "2019-12-24 10:00").verdict is PastVerdict.BEYOND
    assert judged("2009-12-20 10:00", "2010-12-24 10:00").verdict is PastVerdict.BEYOND


def test_an_end_beyond_the_calendar_may_be_late_but_what_it_used_is_not_known() -> None:
    found = judged("2019-10-01 10:00", "2020-01-02 10:00")
    assert (found.verdict, found.used, found.over) == (PastVerdict.MISSED, None, None)


def test_an_open_case_is_judged_at_an_instant_or_said_open() -> None:
    start = "2014-03-01 10:00"
    assert judged(start, None) == PastReading(
        PastVerdict.OPEN, day("2014-04-26"), local("2014-04-27 00:00").astimezone(UTC), Decimal(56)
    )
    assert judged(start, None, now="2014-04-26 23:00").verdict is PastVerdict.ON_TIME
    assert judged(start, None, now="2014-04-27 00:00").verdict is PastVerdict.OVERDUE
    halted = ((local("2014-03-05 10:00"), None),)
    found = judged(start, None, now="2014-05-26 23:00", suspensions=halted)
    assert (found.verdict, found.due_date, found.used) == (PastVerdict.SUSPENDED, None, 4)
    over = ((local("2014-03-05 10:00"), local("2014-03-06 10:00")),)
    assert judged(start, None, now="2014-03-26 23:00", suspensions=over).verdict is PastVerdict.ON_TIME


def test_a_case_may_bring_its_own_limit_or_its_due_instant() -> None:
    start, stop = "2014-03-01 10:00", "2014-03-08 12:00"
    assert judged(start, stop, limit=Decimal(6)).verdict is PastVerdict.MISSED
    assert judged(start, stop, rule(limit=None), limit=Decimal(7)).verdict is PastVerdict.MET
    by_day = judged(start, stop, rule(limit=None), due=day("2014-03-08"))
    assert (by_day.verdict, by_day.due_date, by_day.limit, by_day.used) == ("met", day("2014-03-08"), None, 7)
    told = judged(start, stop, rule(Judging.INSTANT, None), due=local("2014-03-08 11:00"))
    assert (told.verdict, told.due_at, told.over) == (PastVerdict.MISSED, local("2014-03-08 11:00"), None)
    lasts = judged(start, "2014-03-08 23:59", rule(Judging.INSTANT, None), due=day("2014-03-08"))
    assert (lasts.verdict, lasts.due_at) == (PastVerdict.MET, local("2014-03-09 00:00"))


def test_half_a_month_is_no_limit() -> None:
    with pytest.raises(LimitError):
        judged("2014-03-01 10:00", "2014-03-08 12:00", rule(unit=PastUnit.MONTH, axes=AXES), limit=Decimal("0.5"))


@given(
    some.integers(0, 40), some.integers(0, 60 * 24 * 60), some.integers(0, 365 * 24 * 60), some.sampled_from([*Unit])
)
def test_in_china_by_the_instant_it_is_what_a_clock_comes_to(limit: int, minutes: int, first: int, unit: Unit) -> None:
    start = at("2020-01-01 00:00") + first * (at("2020-01-01 00:01") - at("2020-01-01 00:00"))
    stop = start + minutes * (at("2020-01-01 00:01") - at("2020-01-01 00:00"))
    shanghai = rule(
        Judging.INSTANT,
        limit,
        unit=PastUnit(unit),
        calendar=national(),
        zone=ZoneInfo("Asia/Shanghai"),
        policy=Policy(),
        axes=AXES,
    )
    found = judge(PastCase(start=start, stop=stop), shanghai)
    facts = clock(None, limit, unit).model_copy(update={"start": start, "stop": stop})
    reading = count(facts, national(), stop)
    assert found.verdict in DECIDED
    assert (found.due_at, found.used, found.over or 0) == (reading.due_at, reading.used, reading.overdue_by)
    assert found.verdict == str(reading.standing)
