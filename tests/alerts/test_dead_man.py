"""Without Alertmanager, relay or Prometheus the dead man's signal stops, and nothing that stands is taken back meanwhile."""

from datetime import timedelta

import pytest

from api.real_clock import real_now
from tests.alerts.house import House
from tests.alerts.outage import SILENCE, back, done, kinds, overdue, signal_since
from tests.waiting import until

pytestmark = pytest.mark.slow


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
