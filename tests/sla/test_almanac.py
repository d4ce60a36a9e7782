"""An almanac is a value: what one knows, another does not, and what it gave it gives again."""

from dataclasses import FrozenInstanceError
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.almanac import NATION, PLACES, Almanac
from sla.errors import CalendarHorizonError, CalendarVersionError, UnknownJurisdictionError
from sla.notices.amendments import AMENDMENTS
from sla.notices.national import NOTICES
from sla.release import RELEASE

DAYS = st.dates(date(2003, 1, 1), date(2030, 12, 31))


def shortened(years: int) -> Almanac:
    """The release's notices without the last ones; amendments of years that it knows."""
    notices = NOTICES[: len(NOTICES) - years]
    last = max(notice.year for notice in notices)
    return Almanac(notices, tuple(change for change in AMENDMENTS if change.days[-1].year <= last))


def test_a_notice_more_extends_what_is_known_and_the_one_almanac_says_nothing_to_the_other() -> None:
    short = shortened(1)
    later, earlier = (one.calendar_for(NATION, date.max) for one in (RELEASE, short))
    assert later.known_until.year == earlier.known_until.year + 1
    with pytest.raises(CalendarHorizonError):
        earlier.is_working(later.known_until)
    assert not later.changed_days(earlier) & {date(earlier.known_until.year, 6, number) for number in range(1, 31)}


@settings(deadline=None)  # the first of each makes its calendars
@given(years=st.integers(0, 5), place=st.sampled_from(sorted(PLACES)), as_of=DAYS)
def test_every_version_gives_its_calendar_back(years: int, place: str, as_of: date) -> None:
    almanac = shortened(years)
    calendar = almanac.calendar_for(place, as_of)
    assert almanac.calendar_of_version(calendar.version) is calendar
    assert almanac.changed_days(calendar.version, calendar.version) == ()


@settings(deadline=None)  # the first of each makes its calendars
@given(years=st.integers(1, 5), as_of=DAYS)
def test_equal_tables_make_equal_versions_whoever_holds_them(years: int, as_of: date) -> None:
    short = shortened(years).calendar_for(NATION, as_of)
    whole = RELEASE.calendar_for(NATION, as_of)
    assert (short.version == whole.version) is (short.days == whole.days and short.known_until == whole.known_until)


def test_days_off_of_a_place_are_known_only_to_the_almanac_that_has_them() -> None:
    assert RELEASE.calendar_for("CN-GX", date(2024, 6, 1)).holiday(date(2024, 4, 11)) == "壮族三月三"
    with pytest.raises(UnknownJurisdictionError):
        shortened(0).calendar_for("CN-GX", date(2024, 6, 1))


@pytest.mark.parametrize("version", ["", "CN", "CN:yesterday:00000000", "CN:2020-01-27:00000000"])
def test_a_version_that_it_never_gave_is_refused(version: str) -> None:
    with pytest.raises(CalendarVersionError):
        RELEASE.calendar_of_version(version)
    assert not RELEASE.gives_back(version)
    assert RELEASE.gives_back(RELEASE.calendar_for(NATION, date.max).version)
    assert RELEASE.changed_days(version, RELEASE.calendar_for(NATION, date.max).version) is None


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        RELEASE.notices = ()  # type: ignore[misc]


@given(as_of=DAYS, place=st.sampled_from(sorted(PLACES)))
def test_entries_are_what_was_known_in_the_order_in_which_it_became_known(as_of: date, place: str) -> None:
    known = [entry.known for entry in RELEASE.entries(place, as_of)]
    assert known == sorted(known)
    assert {day for day in known if day != date.min} == {day for day in RELEASE.publications(place) if day <= as_of}
