"""Working days of a jurisdiction, as they were known on a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.calendar import DayKind, build, without
from sla.errors import CalendarHorizonError, CalendarVersionError, UnknownJurisdictionError
from sla.notices.amendments import AMENDMENTS
from sla.notices.national import NOTICES
from sla.notices.notice import Change, Notice, Period, dates
from sla.release import RELEASE
from tests.sla.build import ALL, day, national

KNOWN_DAYS = st.dates(date(2004, 1, 2), date(2026, 12, 31))


@pytest.mark.parametrize(
    "make_up", ["2005-12-31", "2006-12-30", "2006-12-31", "2007-12-29", "2011-12-31", "2018-12-29"]
)
def test_a_make_up_day_in_december_ordered_by_the_next_notice_works(make_up: str):
    calendar = national()
    assert calendar.kind(day(make_up)) is DayKind.MAKE_UP
    assert not RELEASE.calendar_for("CN", day(make_up).replace(month=10, day=1)).is_working(day(make_up))


@pytest.mark.parametrize("off", ["2007-12-31", "2018-12-31"])
def test_a_day_off_in_december_ordered_by_the_next_notice_is_a_holiday(off: str):
    assert national().kind(day(off)) is DayKind.HOLIDAY
    assert national().holiday(day(off)) == "元旦"


def test_the_nth_working_day_after_a_saturday_is_counted_from_the_next_working_day():
    assert [national().add(day("2026-03-07"), n) for n in (1, 2, 5)] == [
        day("2026-03-09"),
        day("2026-03-10"),
        day("2026-03-13"),
    ]


def test_nothing_added_to_a_rest_day_is_the_working_day_before_it():
    assert national().add(day("2026-03-07"), 0) == day("2026-03-06")
    assert national().add(day("2026-03-06"), 0) == day("2026-03-06")


def test_working_days_are_never_taken_off():
    with pytest.raises(ValueError, match="never taken off"):
        national().add(day("2026-03-07"), -1)


@given(KNOWN_DAYS, st.integers(1, 300))
def test_adding_and_counting_are_inverse(start: date, number: int):
    calendar = national()
    left = calendar.between(start, calendar.known_until)
    if number > left:
        with pytest.raises(CalendarHorizonError) as error:
            calendar.add(start, number)
        assert (error.value.counted, error.value.missing) == (left, number - left)
    else:
        end = calendar.add(start, number)
        assert calendar.between(start, end) == number
        assert calendar.is_working(end)
        assert calendar.day(calendar.count(end)) == end


@given(KNOWN_DAYS)
def test_a_day_works_where_the_count_steps(each: date):
    calendar = national()
    before = calendar.count(each - timedelta(days=1))
    assert calendar.count(each) - before == calendar.is_working(each)
    assert calendar.clipped(each) == calendar.count(each)
    assert (calendar.kind(each) in {DayKind.WORKING, DayKind.MAKE_UP}) == calendar.is_working(each)


def test_the_next_working_day_skips_a_holiday():
    assert national().next_working(day("2026-09-30")) == day("2026-10-08")


@pytest.mark.parametrize(
    ("each", "kind", "holiday"),
    [
        ("2026-03-02", DayKind.WORKING, None),
        ("2026-03-07", DayKind.WEEKEND, None),
        ("2026-10-03", DayKind.HOLIDAY, "国庆节"),
        ("2026-10-10", DayKind.MAKE_UP, None),
        ("2015-09-03", DayKind.HOLIDAY, "抗战胜利纪念日"),
        ("2019-05-02", DayKind.HOLIDAY, "劳动节"),
        ("2020-02-01", DayKind.HOLIDAY, "春节"),
        ("2024-02-09", DayKind.WORKING, None),
        ("2004-01-22", DayKind.HOLIDAY, "春节"),
        ("2005-10-01", DayKind.HOLIDAY, "国庆节"),
    ],
)
def test_a_day_says_what_it_is(each: str, kind: DayKind, holiday: str | None):
    assert (national().kind(day(each)), national().holiday(day(each))) == (kind, holiday)


@pytest.mark.parametrize("beyond", ["2027-01-01", "2027-06-07", "9999-12-31"])
def test_a_day_beyond_the_calendar_is_an_error(beyond: str):
    calendar = national()
    with pytest.raises(CalendarHorizonError, match="known until 2026-12-31, nothing after it"):
        calendar.count(day(beyond))
    with pytest.raises(CalendarHorizonError, match="nothing after it"):
        calendar.is_working(day(beyond))
    with pytest.raises(CalendarHorizonError):
        calendar.add(day(beyond), 1)
    with pytest.raises(CalendarHorizonError, match="known until 2026-12-31: 3 counted, 2 missing"):
        calendar.add(day("2026-12-28"), 5)
    assert calendar.clipped(day(beyond)) == 5745


@pytest.mark.parametrize("before", ["2003-12-31", "2003-01-01", "0001-01-01"])
def test_a_day_before_the_calendar_is_an_error(before: str):
    calendar = national()
    for ask in (calendar.count, calendar.is_working, calendar.kind, calendar.next_working):
        with pytest.raises(CalendarHorizonError, match="known from 2004-01-01") as error:
            ask(day(before))
        assert error.value.known_from == date(2004, 1, 1)
    assert calendar.clipped(day(before)) == 0


def test_there_is_no_working_day_before_the_first():
    assert national().day(1) == date(2004, 1, 2)
    for ask in (lambda: national().day(0), lambda: national().add(date(2004, 1, 1), 0)):
        with pytest.raises(CalendarHorizonError):
            ask()


def test_the_horizon_says_what_was_counted_and_what_is_missing():
    with pytest.raises(CalendarHorizonError) as error:
        national().add(day("2026-12-21"), 20)
    assert (error.value.known_until, error.value.counted, error.value.missing) == (date(2026, 12, 31), 8, 12)
    with pytest.raises(CalendarHorizonError) as error:
        national().day(5750)
    assert (error.value.counted, error.value.missing) == (5745, 5)


@pytest.mark.parametrize(
    ("as_of", "until"),
    [
        ("2003-01-01", "2005-12-31"),
        ("2020-01-25", "2020-12-31"),
        ("2020-10-01", "2020-12-31"),
        ("2020-11-24", "2020-12-31"),
        ("2020-11-25", "2021-12-31"),
        ("2026-11-21", "2026-12-31"),
    ],
)
def test_a_calendar_reaches_to_the_end_of_the_last_year_published(as_of: str, until: str):
    assert national(day(as_of)).known_until == day(until)


def test_the_extension_of_january_2020_is_known_on_the_27th():
    before, after = national(day("2020-01-26")), national(day("2020-01-27"))
    assert before.changed_days(after) == after.changed_days(before) == {day("2020-01-31"), day("2020-02-01")}
    assert before.is_working(day("2020-01-31"))
    assert not after.is_working(day("2020-01-31"))


def test_days_that_only_one_calendar_knows_have_changed():
    changed = national(day("2018-12-05")).changed_days(national(day("2018-12-06")))
    year = {date(2019, 1, 1) + timedelta(days=offset) for offset in range(365)}
    assert changed == year | {day("2018-12-29"), day("2018-12-31")}


def test_calendars_of_one_publication_are_one():
    assert national(day("2020-02-03")) is national(day("2020-11-24"))
    assert (
        RELEASE.calendar_for("suzhou", ALL)
        is RELEASE.calendar_for("taicang", ALL)
        is RELEASE.calendar_for("CN-JS", ALL)
        is national()
    )


@pytest.mark.parametrize("place", ["CN", "CN-GX", "CN-BJ", "CN-HB", "CN-SC-513400"])
def test_a_version_gives_its_calendar_back(place: str):
    for known in (date(2003, 1, 1), *RELEASE.publications(place)):
        calendar = RELEASE.calendar_for(place, known)
        again = RELEASE.calendar_of_version(calendar.version)
        assert again.changed_days(calendar) == set()
        assert again.version == calendar.version


def test_a_version_names_jurisdiction_and_publication():
    assert national(day("2020-02-03")).version.startswith("CN:2020-01-27:")
    assert national(day("2003-02-03")).version.startswith("CN:base:")


@pytest.mark.parametrize("version", ["CN:2020-01-27:00000000", "CN:base:00000000", "CN:soon:00000000", "CN"])
def test_a_version_that_cannot_be_given_back_is_an_error(version: str):
    with pytest.raises(CalendarVersionError):
        RELEASE.calendar_of_version(version)


def test_an_unknown_jurisdiction_is_an_error():
    with pytest.raises(UnknownJurisdictionError, match="'CN-XX'"):
        RELEASE.calendar_for("CN-XX", ALL)


def test_an_overlay_holds_in_its_place_only():
    festival = day("2024-04-11")
    assert RELEASE.calendar_for("CN-GX", ALL).holiday(festival) == "壮族三月三"
    assert national().is_working(festival)
    assert RELEASE.calendar_for("CN-GX", day("2024-03-21")).is_working(festival)


def test_an_overlay_may_move_a_national_make_up_day():
    guangxi = RELEASE.calendar_for("CN-GX", ALL)
    assert not guangxi.is_working(day("2017-04-01"))
    assert guangxi.kind(day("2017-04-08")) is DayKind.MAKE_UP


def test_hubei_stayed_closed_longer_in_2020():
    assert RELEASE.calendar_for("CN-HB", ALL).next_working(day("2020-01-23")) == day("2020-02-14")
    assert national().next_working(day("2020-01-23")) == day("2020-02-03")


def test_an_overlay_of_a_year_not_yet_published_waits_for_it():
    assert RELEASE.calendar_for("CN-BJ", day("2005-01-01")).known_until == date(2005, 12, 31)
    assert RELEASE.calendar_for("CN-BJ", day("2008-01-01")).holiday(day("2008-08-08")) == "奥运会开幕日"


@pytest.mark.parametrize(
    ("each", "soft"), [("2026-12-28", False), ("2026-12-29", True), ("2026-12-31", True), ("2025-12-31", False)]
)
def test_the_last_three_days_of_the_last_year_are_provisional(each: str, soft: bool):
    assert national().provisional(day(each)) is soft


def test_the_days_on_which_knowledge_changed_are_listed():
    known = RELEASE.publications()
    assert known == tuple(sorted(set(known)))
    assert {day("2015-05-13"), day("2019-03-22"), day("2020-01-27"), day("2025-11-04")} <= set(known)
    assert set(RELEASE.publications("CN-HB")) - set(known) == {day("2020-02-01")}


def test_a_notice_for_the_next_year_extends_the_calendar_and_keeps_the_old_version():
    notice = Notice(
        year=2027,
        published=date(2026, 11, 25),
        periods=(Period(name="元旦", first=date(2027, 1, 1), last=date(2027, 1, 21)),),
        off_days=dates(
            "2027-01-01 2027-01-04 2027-01-05 2027-01-06 2027-01-07 2027-01-08 2027-01-11 2027-01-12 2027-01-13 "
            "2027-01-14 2027-01-15 2027-01-18 2027-01-19"
        ),
        work_days=(),
        working_days=248,
    )
    later = build("CN", date(2026, 11, 25), (*NOTICES, notice), AMENDMENTS, ())
    assert later.known_until == date(2027, 12, 31)
    earlier = build("CN", date(2026, 11, 24), (*NOTICES, notice), AMENDMENTS, ())
    assert earlier.version == national().version


def test_the_order_of_publication_is_the_order_of_effect():
    first = Change(
        id="a",
        jurisdiction="CN",
        dated=date(2026, 2, 1),
        reason="r",
        periods=(),
        to_off=dates("2026-03-02"),
        checked="c",
    )
    local = build("CN-XX", ALL, NOTICES, AMENDMENTS, (first,))
    assert not local.is_working(day("2026-03-02"))
    assert build("CN-XX", date(2026, 1, 31), NOTICES, AMENDMENTS, (first,)).is_working(day("2026-03-02"))


@given(off=KNOWN_DAYS, asked=KNOWN_DAYS)
def test_a_calendar_without_a_day_is_the_same_but_for_that_day(off: date, asked: date):
    calendar = RELEASE.calendar_for("CN", date(2026, 1, 1))
    lacking = without(calendar, frozenset([off]))
    assert lacking.is_working(asked) is (calendar.is_working(asked) and asked != off)
    assert lacking.changed_days(calendar) == ({off} if calendar.is_working(off) else set())
