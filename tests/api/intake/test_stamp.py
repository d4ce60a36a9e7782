"""When a fact is told too late, and when it lies in the future, at any rate of business time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest

from api.access.api_keys import Caller, CallerRole
from api.access.auditing import AuditDesk
from api.access.request_context import Visit
from api.http.cursors import Cursors
from api.http.problems import Problem
from api.intake.stamp import backdated, stamp
from api.services import Services
from api.settings import Settings
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.desk import at

REAL = datetime(2026, 3, 2, 4, tzinfo=UTC)
NOON = at("2021-03-04 12:00")  # a Thursday
CALENDAR = RELEASE.calendar_for("suzhou", date(2021, 3, 4))


def visiting(rate: int = 1) -> Visit:
    """A request that arrives at noon, business time. Stamping asks no store and no server."""
    timeline = Timeline(anchor_real=REAL, anchor_business=NOON, rate=rate)
    none: Any = None
    services = Services(none, none, timeline, Settings(), RELEASE, lambda: REAL)
    caller, pool = Caller("window-3", CallerRole.OFFICER), cast("ThreadPoolExecutor", none)
    return Visit(services, pool, caller, "r", REAL, 0, Cursors(none), AuditDesk(services.store, pool), "127.0.0.1")


@pytest.mark.parametrize(
    ("happened", "late"),
    [
        ("2021-03-04 11:00", False),
        ("2021-03-01 00:00", False),
        ("2021-02-28 23:59", True),
        ("2021-02-27 12:00", True),
        ("2021-02-26 12:00", True),
    ],
)
def test_three_working_days_are_not_too_late(happened: str, late: bool) -> None:
    assert backdated(visiting(), at(happened), CALENDAR) is late


def test_what_is_told_at_once_is_never_too_late_however_fast_business_time_runs() -> None:
    a_day_a_second = visiting(rate=86_400)
    assert not backdated(a_day_a_second, NOON - timedelta(days=5), CALENDAR)  # five seconds ago
    assert backdated(a_day_a_second, NOON - timedelta(days=6), CALENDAR)


@pytest.mark.parametrize(
    ("rate", "ahead", "refused"),
    [
        (1, timedelta(minutes=5), False),
        (1, timedelta(minutes=5, microseconds=1), True),
        (86_400, timedelta(days=5), False),
        (86_400, timedelta(days=5, seconds=1), True),
    ],
)
def test_more_than_the_tolerance_ahead_is_the_future(rate: int, ahead: timedelta, refused: bool) -> None:
    visit = visiting(rate)
    code = None
    try:
        stamped = stamp(visit, "c", "accept", {"at": NOON + ahead}, "k", None)
    except Problem as problem:
        code = problem.code
    else:
        assert (stamped.at, stamped.told) == (NOON + ahead, NOON)
    assert (code == "in-future") is refused


def test_what_says_no_instant_happens_when_it_is_told() -> None:
    stamped = stamp(visiting(), "c", "accept", {}, "k", 7)
    assert (stamped.at, stamped.told, stamped.request_id, stamped.seen) == (NOON, NOON, "window-3:k", 7)
    assert stamped.owners is None


def test_a_company_s_request_ids_are_its_own() -> None:
    water = replace(visiting(), caller=Caller("program", CallerRole.UTILITY, "suzhou-water", ("市水务集团",)))
    stamped = stamp(water, "c", "complete", {"step": "water-on"}, "k", None)
    assert (stamped.request_id, stamped.owners) == ("suzhou-water:k", ("市水务集团",))
