"""Instants as the clocks of another zone show them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sla.zone import first_shown, shown
from tests.sla.build import at

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_an_instant_is_counted_at_the_time_that_the_clocks_show() -> None:
    assert shown(utc("2014-03-01 23:30"), AMSTERDAM) == at("2014-03-02 00:30")
    assert shown(utc("2014-07-01 22:30"), AMSTERDAM) == at("2014-07-02 00:30")


def test_an_instant_without_an_offset_is_an_error() -> None:
    with pytest.raises(ValueError, match="no offset"):
        shown(utc("2014-03-01 23:30").replace(tzinfo=None), AMSTERDAM)


def test_a_time_that_clocks_show_twice_is_the_first_one() -> None:
    assert first_shown(at("2014-10-26 02:30"), AMSTERDAM) == utc("2014-10-26 00:30")


def test_a_time_that_clocks_skip_is_as_long_after_the_skip() -> None:
    assert first_shown(at("2014-03-30 02:30"), AMSTERDAM) == utc("2014-03-30 01:30")


def test_the_first_instant_of_a_day_that_has_no_midnight_is_that_of_the_skip() -> None:
    beirut = ZoneInfo("Asia/Beirut")
    assert first_shown(at("2014-03-30 00:00"), beirut) == utc("2014-03-29 22:00")
    assert shown(utc("2014-03-29 22:00"), beirut) == at("2014-03-30 01:00")


@given(
    some.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001  # UTC's
    some.sampled_from(["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_what_clocks_show_leads_back_to_the_instant_unless_they_show_it_twice(time: datetime, name: str) -> None:
    zone, instant = ZoneInfo(name), time.replace(tzinfo=UTC)
    back = first_shown(shown(instant, zone), zone)
    assert back in (instant, instant - timedelta(hours=1), instant - timedelta(minutes=30))
    assert shown(back, zone) == shown(instant, zone)
