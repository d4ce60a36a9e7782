"""With a real Alertmanager: who joins is told, a resolution that is not true is held back, then told with its reason."""

import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.store.store import Store
from activities.store.tellings import State, Telling, TellingFilter
from api.alerting.alertmanager import FAST, render
from api.alerting.model import VALUE
from api.alerting.recipients import load
from api.real_clock import real_now
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.api.alerting.live import Alertmanager
from tests.api.relay.build import Hand, LiveCase
from tests.api.relay.running import Receiver, Relay
from tests.desk import Desk, at, water
from tests.waiting import until

pytestmark = pytest.mark.slow

BATCH = 64  # alerts that Prometheus posts at once
SURVEY = "joint-site-survey"
STEP = {
    "alertname": "ShixianStepOverdue",
    "severity": "warning",
    "scope": "step",
    "department": "sz-water",
    "procedure": "water-connection",
    "step": SURVEY,
}


@pytest.fixture
def database() -> str:
    return "sqlite"


class Posting(Alertmanager):
    """Alerts with a beginning and an end, as Prometheus posts them."""

    def post(self, *cases: str, began: datetime, ended: bool = False) -> None:
        ends = real_now() if ended else began + timedelta(hours=1)
        alerts = [
            {
                "labels": {**STEP, "case_id": case},
                "annotations": {"summary": f"ShixianStepOverdue {case}", VALUE: "2"},
                "startsAt": began.isoformat(),
                "endsAt": ends.isoformat(),
            }
            for case in cases
        ]
        self._ask("/api/v2/alerts", json.dumps(alerts).encode())


@pytest.fixture
def cases(store: Store) -> dict[str, LiveCase]:
    """Two cases whose survey is overdue, in a rehearsal that begins on a Friday morning."""
    store.set_timeline_once(Timeline(anchor_real=real_now(), anchor_business=at("2021-03-05 09:00"), rate=1))
    hand = Hand()
    made = {number: LiveCase(store, hand, number) for number in ("SZ-1", "SZ-2")}
    for case in made.values():
        officer = Desk()
        case.take(officer.open(at("2021-03-01 09:00"), water()), officer.accept(at("2021-03-01 10:00")))
    for case in made.values():
        case.ring("2021-03-04 18:00")
    return made


def told(store: Store) -> list[tuple[str, str | None, str | None]]:
    found: list[Telling] = store.tellings(TellingFilter(receiver="sz-water"))
    return [(one.kind, alert.case, alert.reason) for one in found for alert in one.alerts]


def test_from_alertmanager_to_the_people(
    store: Store, url: str, cases: dict[str, LiveCase], alertmanager_binary: Path, tmp_path: Path
) -> None:
    with Receiver() as people, Relay(tmp_path, url, {"hall": {"kind": "webhook", "url": people.url}}) as relay:
        config = render(
            load(relay.file), relay.url, today=real_now().date(), almanac=RELEASE, timing=FAST, office_hours=False
        )
        began = real_now()
        with Posting(alertmanager_binary, tmp_path, config) as alertmanager:
            alertmanager.post("SZ-1", began=began)
            until(lambda: len(told(store)) == 1)
            alertmanager.post("SZ-1", "SZ-2", began=began)
            until(lambda: len(told(store)) == 2)
            assert told(store) == [("raised", "SZ-1", None), ("raised", "SZ-2", None)]

            alertmanager.post("SZ-1", "SZ-2", began=began, ended=True)  # as when the exporter has died
            until(lambda: len(store.remembered(State.HELD)) == 2)
            time.sleep(3)
            assert len(told(store)) == 2
            cases["SZ-1"].take(Desk("colleague").complete(at("2021-03-05 09:01"), SURVEY))
            until(lambda: len(told(store)) == 3)
            assert told(store)[2:] == [("withdrawn", "SZ-1", "ended-late")]

            again = real_now()
            alertmanager.post("SZ-2", began=again)
            until(lambda: store.remembered(State.HELD) == [])
            time.sleep(2)
            assert len(told(store)) == 3
        until(lambda: len(arrived(people)) == 3)
        assert arrived(people) == [("raised", "SZ-1"), ("raised", "SZ-2"), ("withdrawn", "SZ-1")]
        [said] = people.arrivals[0].notice["alerts"]
        assert said["summary_zh"] == "【黄牌】案件 SZ-1 环节「联合踏勘」已逾期 2 个工作日"
        assert said["description"].splitlines()[1] == "Due: 2021-03-01 15:00 Beijing time, overdue by 2 working days."


def test_five_hundred_alerts_of_one_office_are_a_few_notices_that_tell_of_all(
    store: Store, url: str, cases: dict[str, LiveCase], alertmanager_binary: Path, tmp_path: Path
) -> None:
    numbers = [f"SZ-{number}" for number in range(500)]
    with Receiver() as people, Relay(tmp_path, url, {"hall": {"kind": "webhook", "url": people.url}}) as relay:
        config = render(
            load(relay.file), relay.url, today=real_now().date(), almanac=RELEASE, timing=FAST, office_hours=False
        )
        with Posting(alertmanager_binary, tmp_path, config) as alertmanager:
            began = real_now()
            for some in range(0, len(numbers), BATCH):
                alertmanager.post(*numbers[some : some + BATCH], began=began)
            until(lambda: len(told(store)) == len(numbers))
        until(lambda: store.undelivered()[0] == 0)
    assert sorted(case for _, case, _ in told(store) if case) == sorted(numbers)
    assert len(people.arrivals) <= len(numbers) / BATCH  # were each batch told by itself


def arrived(people: Receiver) -> list[tuple[str, Any]]:
    return [
        (one.notice["kind"], alert["labels"]["case_id"]) for one in people.arrivals for alert in one.notice["alerts"]
    ]
