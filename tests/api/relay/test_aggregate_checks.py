"""Alerts of departments and commitments are over once the figures say so."""

from datetime import date, timedelta
from typing import Any

import pytest

from activities.record import Role
from activities.store.store import Store
from sla.clock import Standing
from tests.activities.store.build import T, a_case, a_clock, a_row, decided, put
from tests.api.relay.build import Hand, alert, desk, said, webhook
from tests.desk import CALENDAR

COMMITMENT = "sz-22-power-low"  # 7 working days on average
BROKEN: dict[str, Any] = {
    "case": None,
    "step": None,
    "scope": "commitment",
    "severity": "critical",
    "commitment": COMMITMENT,
}
LATE: dict[str, Any] = {
    "case": None,
    "step": None,
    "scope": "department",
    "severity": "critical",
    "department": "sz-water",
}
ENOUGH = timedelta(seconds=31)


@pytest.fixture
def hand() -> Hand:
    return Hand("2021-03-05 09:00")


def end(case: str, used: str) -> Any:
    verdict = Standing.MISSED if int(used) > 7 else Standing.MET
    row = decided(COMMITMENT, date(2021, 3, 1), verdict, used).model_copy(update={"calendar": CALENDAR})
    return a_case(case, row, jurisdiction="suzhou", open=False)


def test_a_broken_average_is_withdrawn_once_the_mean_is_within_the_promise(store: Store, hand: Hand) -> None:
    for number in range(5):
        put(store, end(f"long-{number}", "9"))
    relay = desk(store, hand)
    relay.accept("supervisors", webhook(alert("ShixianAverageCommitmentExceeded", **BROKEN)))
    relay.accept("supervisors", webhook(alert("ShixianAverageCommitmentExceeded", firing=False, **BROKEN)))
    assert relay.confirm() == 1
    for number in range(5):
        put(store, end(f"short-{number}", "5"))
    assert relay.confirm() == 1
    hand.at += ENOUGH
    assert relay.confirm() == 0
    assert [one[3] for one in said(store, "supervisors")] == [None, "resolved"]


def test_a_forecast_gives_way_to_the_breach_itself(store: Store, hand: Hand) -> None:
    for number in range(5):
        put(store, end(f"long-{number}", "9"))
    relay = desk(store, hand)
    forecast = {**BROKEN, "severity": "warning"}
    relay.accept("supervisors", webhook(alert("ShixianAverageCommitmentForecastBreach", **forecast)))
    relay.accept("supervisors", webhook(alert("ShixianAverageCommitmentForecastBreach", firing=False, **forecast)))
    assert relay.confirm() == 0


def test_a_department_is_late_until_a_tenth_of_its_steps_or_less_are(store: Store, hand: Hand) -> None:
    def steps(late: int, in_time: int) -> None:
        dues = [T] * late + [T + timedelta(days=30)] * in_time
        clocks = [
            a_row(a_clock(f"step/s{n}#1", Role.STEP, owner="市水务集团", step=f"s{n}"), due)
            for n, due in enumerate(dues)
        ]
        put(store, a_case("SZ-1", *clocks, jurisdiction="suzhou"))

    steps(3, 5)
    relay = desk(store, hand)
    relay.accept("sz-water", webhook(alert("ShixianDepartmentOverdueRatioHigh", **LATE)))
    relay.accept("sz-water", webhook(alert("ShixianDepartmentOverdueRatioHigh", firing=False, **LATE)))
    assert relay.confirm() == 1
    hand.at += ENOUGH
    steps(3, 26)
    assert relay.confirm() == 1
    hand.at += ENOUGH
    steps(3, 27)
    assert relay.confirm() == 0
