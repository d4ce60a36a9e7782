"""An exporter or a worker that is away for a while is told of, and nothing that stands is taken back meanwhile."""

import time
from datetime import timedelta

import pytest

from activities.store.store import Store
from api.real_clock import real_now
from tests.alerts.house import House
from tests.alerts.outage import (
    UNTIL_DUE,
    back,
    done,
    kinds,
    overdue,
    platform,
)
from tests.waiting import until
from workflows.worker import TASK_QUEUE

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("minutes", [12, 25], ids=["12-minutes", "longer-than-alerts-keep"])
def test_an_exporter_that_is_dead_takes_nothing_back_and_what_ended_meanwhile_is_told(
    house: House, minutes: int
) -> None:
    stands, ends = f"stands-{minutes}", f"ends-{minutes}"
    overdue(house, stands, ends)
    killed = house.kill("exporter", again=False)
    time.sleep(minutes / 3)
    done(house, ends)
    until(lambda: platform(house, "ShixianExporterDown", killed.at), "the operators are told")
    time.sleep(max(0.0, minutes - (real_now() - killed.at).total_seconds()))
    assert kinds(house, stands) == ["raised"]
    back(house, killed)
    until(lambda: kinds(house, ends) == ["raised", "withdrawn"], "what ended is told")
    until(lambda: platform(house, "ShixianExporterDown", killed.at) == ["raised", "withdrawn"], "sight is back")
    time.sleep(3)
    assert kinds(house, stands) == ["raised"]


def test_a_dead_worker_is_told_of_and_what_falls_due_meanwhile_too(house: House, pace: float) -> None:
    due = house.now + timedelta(seconds=20 * pace)
    house.open("due-without-a-worker", due - UNTIL_DUE)
    killed = house.kill("worker", again=False)
    pass_minutes_without_a_heartbeat(house)
    assert house.now < due, "this machine is too slow"
    until(lambda: platform(house, "ShixianWorkerStuck", killed.at), "the operators are told")
    until(lambda: kinds(house, "due-without-a-worker") == ["raised"], "the step is told of")
    assert platform(house, "ShixianWorkerStuck", killed.at) == ["raised"]
    back(house, killed)
    until(lambda: platform(house, "ShixianWorkerStuck", killed.at) == ["raised", "withdrawn"], "the heart beats again")


def pass_minutes_without_a_heartbeat(house: House) -> None:
    """As if the last beat had been more than five minutes ago: real time cannot be scaled."""
    store = Store.open(house.settings.database)
    store.heartbeat(f"queue/{TASK_QUEUE}", real_now() - timedelta(seconds=301))
    store.close()
