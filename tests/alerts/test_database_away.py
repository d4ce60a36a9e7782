"""A database that is away is told of, and nothing that stands is taken back meanwhile."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.real_clock import real_now
from tests.alerts.house import House, Plan
from tests.alerts.outage import BEGINS, SCALE, SILENCE, TIMING, UNTIL_DUE, kinds, overdue, platform, signal_since
from tests.databases import PostgreSQL
from tests.desk import at
from tests.waiting import until

pytestmark = pytest.mark.slow


def test_a_database_that_is_away_is_told_of_and_takes_nothing_back(
    temporal_binary: Path,
    prometheus_binary: Path,
    alertmanager_binary: Path,
    postgresql: PostgreSQL,
    tmp_path: Path,
    pace: float,
) -> None:
    plan = Plan(at(BEGINS), rate=1, database=postgresql.create())
    with House(tmp_path / "house", plan) as house:
        house.configure(timing=TIMING, scale=SCALE)
        overdue(house, "stands")
        due = house.now + timedelta(seconds=15 * pace)
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
