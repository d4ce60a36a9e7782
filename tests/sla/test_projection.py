"""A due date beyond the published calendar is projected for who asks, and called provisional."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.clock import count
from sla.projection import project
from tests.sla.build import at, clock, day, interval, national, suspension


def test_a_due_date_beyond_the_calendar_assumes_weeks_of_five_days():
    facts = clock("2026-12-28", 5)  # Tuesday to Thursday are known to work; Friday and Monday are assumed to
    shown = project(facts, national(), at("2026-12-28"))
    assert shown is not None
    assert (shown.due_date, shown.due_at) == (day("2027-01-04"), at("2027-01-04 17:30"))
    assert shown.provisional
    assert "provisional" in shown.assumes
    assert "2026-12-31" in shown.assumes


def test_asking_for_a_projection_changes_no_reading():
    facts, now = clock("2026-12-28", 5), at("2026-12-28")
    before = count(facts, national(), now)
    project(facts, national(), now)
    after = count(facts, national(), now)
    assert before == after
    assert after.due_date is None
    assert after.calendar == national().version


def test_suspensions_count_in_a_projection():
    facts = clock("2026-12-28", 5, suspensions=(suspension("2026-12-29", "2026-12-30"),))
    shown = project(facts, national(), at("2026-12-30"))
    assert shown is not None
    assert shown.due_date == day("2027-01-05")


def test_a_case_accepted_beyond_the_calendar_is_projected_too():
    shown = project(clock("2027-02-06", 2), national(), at("2027-02-06"))
    assert shown is not None
    assert shown.due_date == day("2027-02-10")


@pytest.mark.parametrize(
    "facts",
    [
        clock(None, 5),
        clock("2026-03-02", 5),  # its due date is known
        clock("2003-12-30", 5),  # before the calendar
        clock("2026-12-28", 5, suspensions=(suspension("2026-12-29"),)),  # it has none
        clock("2026-12-28", 5, running=(interval("2026-12-28", "2026-12-29"),)),
        clock("2026-12-28", 5, stop=at("2026-12-29")),
    ],
)
def test_nothing_is_projected_where_nothing_is_missing(facts):
    assert project(facts, national(), at("2026-12-30")) is None


def test_a_projection_ends_somewhere():
    facts, now = clock("2026-12-28", 30), at("2026-12-28")
    assert project(facts, national(), now, until=date(2027, 1, 31)) is None
    assert project(facts, national(), now, until=date(2027, 2, 28)) is not None


@given(st.integers(0, 400), st.integers(0, 60))
def test_where_the_calendar_reaches_it_is_what_the_calendar_says(limit: int, offset: int):
    """A limit that ends beyond it is due later than one that ends within."""
    begin = at("2026-10-12") + timedelta(days=offset)
    facts = clock(None, limit).model_copy(update={"start": begin})
    shown, reading = project(facts, national(), begin), count(facts, national(), begin)
    assert (shown is None) != (reading.due_date is None)
    assert shown is None or shown.due_date > national().known_until
