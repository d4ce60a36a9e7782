"""A part that is away for a while is told of, and nothing that stands is taken back meanwhile. Durations are those of a
rehearsal sixty times as fast: twelve seconds stand for twelve minutes."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from activities.store.store import Store
from api.alerting.alertmanager import FAST
from api.real_clock import real_now
from tests.alerts.house import WATER, House, Killed, Plan, heard
from tests.databases import PostgreSQL
from tests.desk import at
from tests.waiting import until
from workflows.worker import TASK_QUEUE

pytestmark = pytest.mark.slow

SCALE = 60
TIMING = FAST.model_copy(update={"heartbeat": timedelta(seconds=2)})
BEGINS = "2021-03-01 14:00"  # a Monday
UNTIL_DUE = timedelta(hours=5)  # a survey has four hours of the office, and noon is an hour
SURVEY = "joint-site-survey"
STEP_OVERDUE = "ShixianStepOverdue"
SILENCE = 8.0  # seconds without the dead man's signal, which comes every other second


@pytest.fixture(scope="module")
def house(
    temporal_binary: Path,
    prometheus_binary: Path,
    alertmanager_binary: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("outages"), Plan(at(BEGINS), rate=1)) as house:
        house.configure(timing=TIMING, scale=SCALE)
        yield house


def overdue(house: House, *cases: str) -> None:
    """Cases whose surveys are overdue, and told of."""
    for case in cases:
        house.open(case, house.now - UNTIL_DUE - timedelta(minutes=5))
    until(lambda: all(kinds(house, case) == ["raised"] for case in cases), f"{cases} are told of")


def kinds(house: House, case: str) -> list[str]:
    """What the department was told of a case's survey, in order."""
    return [
        one.kind
        for one in heard(house.arrivals)
        if (one.receiver, one.alert, one.labels.get("case_id"), one.labels.get("step"))
        == ("sz-water", STEP_OVERDUE, case, SURVEY)
    ]


def done(house: House, case: str) -> None:
    house.send(f"cases/{case}/steps/{SURVEY}/completions", f"{case}-done", who=WATER, outcome="done")


def platform(house: House, alert: str, since: datetime) -> list[str]:
    """What the operators were told of an alert since an instant."""
    found = [one for one in heard(house.arrivals) if (one.receiver, one.alert) == ("operators", alert)]
    return [one.kind for one in found if one.at >= since]


def back(house: House, killed: Killed) -> None:
    house.bring_back(killed.part)
    house.until_back(killed)


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


def test_a_dead_worker_is_told_of_and_what_falls_due_meanwhile_too(house: House) -> None:
    due = house.now + timedelta(seconds=20)
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


@pytest.mark.parametrize("part", ["alertmanager", "relay", "prometheus"])
def test_without_alertmanager_relay_or_prometheus_the_dead_mans_signal_stops(house: House, part: str) -> None:
    stands, ends = f"stands-without-{part}", f"ends-without-{part}"
    overdue(house, stands, ends)
    until(lambda: signal_since(house, real_now() - timedelta(seconds=4)), "the signal comes")
    killed = house.kill(part, again=False)
    until(lambda: not signal_since(house, real_now() - timedelta(seconds=SILENCE)), "the signal stops")
    done(house, ends)
    assert kinds(house, stands) == ["raised"]
    back(house, killed)
    came = real_now()
    until(lambda: signal_since(house, came), "the signal comes again")
    until(lambda: kinds(house, ends) == ["raised", "withdrawn"], "what ended is told")
    assert kinds(house, stands) == ["raised"]


def signal_since(house: House, since: datetime) -> bool:
    """Whether the dead man's switch was told that all is alive."""
    said = [one for one in list(house.arrivals) if one.notice["receiver"] == "dead-man"]
    return any(one.at >= since for one in said)


def test_a_database_that_is_away_is_told_of_and_takes_nothing_back(
    temporal_binary: Path,
    prometheus_binary: Path,
    alertmanager_binary: Path,
    postgresql: PostgreSQL,
    tmp_path: Path,
) -> None:
    plan = Plan(at(BEGINS), rate=1, database=postgresql.create())
    with House(tmp_path / "house", plan) as house:
        house.configure(timing=TIMING, scale=SCALE)
        overdue(house, "stands")
        due = house.now + timedelta(seconds=15)
        house.open("due-meanwhile", due - UNTIL_DUE)
        postgresql.stop()
        gone = real_now()
        until(lambda: not signal_since(house, real_now() - timedelta(seconds=SILENCE)), "the signal stops")
        until(lambda: "read_model" in failing_collectors(house), "Prometheus sees that the exporter cannot read")
        until(lambda: house.now > due + timedelta(seconds=5), "the step is due")
        assert kinds(house, "stands") == ["raised"]
        postgresql.start()
        until(lambda: signal_since(house, real_now() - timedelta(seconds=2)), "the signal comes again")
        until(lambda: kinds(house, "due-meanwhile") == ["raised"], "what fell due meanwhile is told")
        until(lambda: not failing_collectors(house), "the exporter reads again")
        until(lambda: told_and_withdrawn(house, gone), "the operators learn of it as soon as anything can be told")
        assert kinds(house, "stands") == ["raised"]


def told_and_withdrawn(house: House, since: datetime) -> bool:
    told = Counter(platform(house, "ShixianCollectorFailing", since))
    return told["raised"] == told["withdrawn"] > 0


def failing_collectors(house: House) -> set[str]:
    """Of which parts Prometheus tells that the exporter cannot read them."""
    return {one["collector"] for one in house.firing() if one["alertname"] == "ShixianCollectorFailing"}
