"""When people are told, against the calendar that due dates are counted by."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.alerting.alertmanager import PLACE, render
from api.alerting.hours import (
    AFTER_CLOSE,
    MAKE_UP_WORKDAYS,
    PUBLIC_HOLIDAYS,
    WORKING_HOURS,
    Exceptions,
    exceptions,
    office_hours,
    time_intervals,
)
from api.alerting.recipients import default
from sla.calendar import Calendar, DayKind
from sla.clock import Policy
from sla.departments import DEPARTMENTS
from sla.release import RELEASE

FIRST, LAST = date(2020, 1, 1), date(2026, 12, 31)
KNOWN = RELEASE.calendar_for(PLACE, date(2026, 1, 1))
BEFORE, AFTER = date(2020, 1, 26), date(2020, 1, 27)  # the day on which Spring Festival of 2020 was prolonged
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTES = (0, 509, 510, 719, 720, 779, 780, 1049, 1050, 1051, 1079, 1080, 1439)  # edges, and a minute beside each
DAY_MINUTES = 24 * 60


def written(calendar: Calendar, since: date, policy: Policy | None = None) -> dict[str, list[dict[str, Any]]]:
    """The intervals by name, as read from the YAML that Alertmanager gets."""
    made = time_intervals(exceptions(calendar, since), office_hours(policy or Policy()))
    read = yaml.safe_load(yaml.safe_dump(made))
    return {one["name"]: one["time_intervals"] for one in read}


def minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


def within(ranges: list[str], value: int) -> bool:
    parts = [(int(one.partition(":")[0]), int(one.rpartition(":")[2])) for one in ranges]
    return any(first <= value <= last for first, last in parts)


def holds(entry: Mapping[str, Any], day: date, minute: int) -> bool:
    """Whether an entry has this minute, as Alertmanager's documentation says: all fields, any value of each."""
    assert entry["location"] == "Asia/Shanghai"
    assert set(entry) <= {"times", "weekdays", "days_of_month", "months", "years", "location"}
    if "times" in entry and not any(
        minutes(one["start_time"]) <= minute < minutes(one["end_time"]) for one in entry["times"]
    ):
        return False
    if "weekdays" in entry:
        spans = [one.partition(":") for one in entry["weekdays"]]
        if not any(WEEKDAYS.index(a) <= day.weekday() <= WEEKDAYS.index(b or a) for a, _, b in spans):
            return False
    numbers = {"days_of_month": day.day, "months": day.month, "years": day.year}
    return all(within(entry[name], number) for name, number in numbers.items() if name in entry)


def told(intervals: Mapping[str, list[dict[str, Any]]], day: date, minute: int) -> bool:
    """Active in one of the first two, and not muted by the third."""
    active = any(holds(entry, day, minute) for name in (WORKING_HOURS, MAKE_UP_WORKDAYS) for entry in intervals[name])
    return active and not any(holds(entry, day, minute) for entry in intervals[PUBLIC_HOLIDAYS])


ALL_YEARS = written(KNOWN, FIRST)


@pytest.mark.parametrize("year", range(FIRST.year, LAST.year + 1))
def test_every_day_of_seven_years_is_told_as_the_calendar_works(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    wrong = [
        (day, minute)
        for day in days
        for minute in MINUTES
        if told(ALL_YEARS, day, minute) != (KNOWN.is_working(day) and 510 <= minute < 1080)
    ]
    assert len(days) >= 365
    assert wrong == []


@settings(deadline=None)  # a calendar is built when it is first asked for
@given(
    st.dates(date(2007, 11, 1), LAST),
    st.dates(FIRST, LAST),
    st.integers(0, DAY_MINUTES - 1),
    st.times(time(6), time(10)).map(lambda at: at.replace(second=0, microsecond=0)),
    st.one_of(st.none(), st.times(time(15), time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0))),
)
@example(date(2020, 1, 26), date(2020, 1, 31), 600, time(8, 30), time(17, 30))
@example(date(2020, 1, 27), date(2020, 1, 31), 600, time(8, 30), time(17, 30))
@example(date(2026, 1, 1), date(2026, 2, 14), DAY_MINUTES - 1, time(8, 30), None)
def test_whatever_was_known_on_a_day_decides_and_so_do_the_offices_own_hours(
    as_of: date, day: date, minute: int, opens: time, close: time | None
) -> None:
    calendar = RELEASE.calendar_for(PLACE, as_of)
    policy = Policy(morning=(opens, time(12)), close=close)
    intervals = written(calendar, min(as_of, day), policy)
    # beyond what is published nothing is known: neither holidays nor make-up days
    works = calendar.is_working(day) if day <= calendar.known_until else day.weekday() < 5
    last = DAY_MINUTES
    if close is not None:
        until = datetime.combine(day, max(close, time(17, 30))) + AFTER_CLOSE
        last = min(DAY_MINUTES, (until - datetime.combine(day, time())) // timedelta(minutes=1))
    assert told(intervals, day, minute) == (works and opens.hour * 60 + opens.minute <= minute < last)


def test_a_saturday_of_work_is_a_day_of_work() -> None:
    saturday = date(2026, 2, 14)
    assert saturday.weekday() == 5
    assert KNOWN.kind(saturday) is DayKind.MAKE_UP
    assert told(ALL_YEARS, saturday, minutes("10:00"))
    assert not told(ALL_YEARS, saturday, minutes("20:00"))
    assert not told(ALL_YEARS, saturday - timedelta(days=7), minutes("10:00"))


def test_the_holiday_that_was_prolonged_is_one_from_the_day_on_which_that_was_known() -> None:
    friday, saturday, monday = date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 3)
    ten = minutes("10:00")
    before, after = (written(RELEASE.calendar_for(PLACE, day), day) for day in (BEFORE, AFTER))
    assert [told(before, day, ten) for day in (friday, saturday, monday)] == [True, True, True]
    assert [told(after, day, ten) for day in (friday, saturday, monday)] == [False, False, True]


def test_what_falls_due_at_the_close_is_told_the_same_day() -> None:
    policy = Policy()
    assert policy.close == time(17, 30)
    assert office_hours(policy) == {"start_time": "08:30", "end_time": "18:00"}
    assert told(ALL_YEARS, date(2026, 3, 2), minutes("17:59"))
    assert not told(ALL_YEARS, date(2026, 3, 2), minutes("18:00"))


def test_a_run_of_days_off_has_one_entry_for_each_month() -> None:
    off = (date(2023, 9, 29), date(2023, 9, 30), date(2023, 10, 1), date(2023, 10, 2), date(2023, 10, 4))
    entries = {one["name"]: one["time_intervals"] for one in time_intervals(Exceptions((), off), {})}
    assert [(each["months"], each["days_of_month"]) for each in entries[PUBLIC_HOLIDAYS]] == [
        (["9"], ["29:30"]),
        (["10"], ["1:2"]),
        (["10"], ["4:4"]),
    ]
    assert entries[MAKE_UP_WORKDAYS] == []


def test_days_that_are_over_are_left_out() -> None:
    assert exceptions(KNOWN, date(2026, 10, 1)).make_up == (date(2026, 10, 10),)
    assert exceptions(KNOWN, LAST + timedelta(days=1)) == ((), ())


def test_one_calendar_is_right_for_every_department() -> None:
    for day in RELEASE.publications():
        assert {RELEASE.calendar_for(one.jurisdiction, day).version for one in DEPARTMENTS.values()} == {
            RELEASE.calendar_for(PLACE, day).version
        }


def test_a_rehearsal_has_no_office_hours() -> None:
    assert "time_intervals" not in render(
        default(), "http://127.0.0.1:8082", today=FIRST, almanac=RELEASE, office_hours=False
    )
