"""Figures of the alert path: from the instant at which a step is due to the notice at a webhook."""

import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from api.alerting.alertmanager import FAST, SHIPPED, Timing
from tests.alerts.house import House, Plan, heard
from tests.bench.figures import Sheet
from tests.desk import at

BEGINS = "2021-03-01 14:30"  # a Monday; what was accepted in its morning is due in its afternoon
UNTIL_DUE = timedelta(hours=5)  # a survey has four hours of the office, and noon is an hour
LEAD = timedelta(seconds=8)  # before the first case is due, and as much for the entering of twenty
LATEST = 120.0  # seconds after the last is due, until a trial has failed
STEP_OVERDUE, YELLOW = "ShixianStepOverdue", "warning"
HELD = {"fast": 5, "shipped": 60}  # seconds that the worst may take


@dataclass(frozen=True)
class Setting:
    """How the path is set, and how far apart the trials are; seconds."""

    name: str
    grace: float
    interval: int  # between scrapes, and between evaluations
    timing: Timing
    apart: float

    @property
    def said(self) -> str:
        """For those who read the figure."""
        waits = (self.timing.one_by_one_wait, self.timing.one_by_one_interval)
        wait, between = (f"{wait.total_seconds():g} s" for wait in waits)
        return f"grace {self.grace:g} s, scrape and evaluation {self.interval} s, wait {wait}, then {between}"


SETTINGS = (
    Setting("fast", grace=0.5, interval=1, timing=FAST, apart=1.5),
    Setting("shipped", grace=5, interval=5, timing=SHIPPED, apart=5),
)


def measure(sheet: Sheet, home: Path, trials: int) -> None:
    """As many steps fall due one after another, at instants of their own, with each of the settings."""
    for setting in SETTINGS:
        plan = Plan(at(BEGINS), rate=1, grace=timedelta(seconds=setting.grace))
        with House(home / f"alerts-{setting.name}", plan) as house:
            house.configure(timing=setting.timing, scale=1, interval=f"{setting.interval}s")
            took = list(_trials(house, setting, trials))
        against = f"from a step's due instant to the webhook, {trials} trials; {setting.said}"
        sheet.add(f"alert.{setting.name}.median", statistics.median(took), "s", against)
        sheet.add(f"alert.{setting.name}.worst", max(took), "s", f"{against}; at most {HELD[setting.name]}")


def _trials(house: House, setting: Setting, trials: int) -> Iterator[float]:
    """Seconds from due to told, by case. The later ones join a group that fires."""
    chance = random.Random(1)  # noqa: S311  # always the same instants
    offsets = [timedelta(seconds=setting.apart * (number + chance.random())) for number in range(trials)]
    # business time is as fast as real time; the cases are entered before the first of them is due
    first = house.now + LEAD * (1 + trials / 20)
    due = {f"trial-{number}": first + offset for number, offset in enumerate(offsets)}
    for case, instant in due.items():
        house.open(case, instant - UNTIL_DUE)
    assert house.now < first, "this machine is too slow to enter the cases in time"
    end = time.monotonic() + (max(due.values()) - house.now).total_seconds() + LATEST
    while not (told := _told(house)).keys() >= due.keys() and time.monotonic() < end:
        time.sleep(0.2)
    for case, instant in due.items():
        yield (told[case] - house.timeline.real(instant)).total_seconds()


def _told(house: House) -> dict[str, datetime]:
    """When the yellow card of each case first arrived."""
    cards = [one for one in heard(house.arrivals) if (one.alert, one.severity) == (STEP_OVERDUE, YELLOW)]
    return {one.labels["case_id"]: one.at for one in reversed(cards)}
