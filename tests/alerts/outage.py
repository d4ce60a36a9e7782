"""A house in which a part is away for a while, and what its people were told. Durations are those of a rehearsal sixty times as
fast: twelve seconds stand for twelve minutes."""

from datetime import datetime, timedelta

from api.alerting.alertmanager import FAST
from tests.alerts.house import WATER, House, Killed, heard
from tests.waiting import until

SCALE = 60
TIMING = FAST.model_copy(update={"heartbeat": timedelta(seconds=2)})
BEGINS = "2021-03-01 14:00"  # a Monday
UNTIL_DUE = timedelta(hours=5)  # a survey has four hours of the office, and noon is an hour
SURVEY = "joint-site-survey"
STEP_OVERDUE = "ShixianStepOverdue"
SILENCE = 8.0  # seconds without the dead man's signal, which comes every other second


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


def signal_since(house: House, since: datetime) -> bool:
    """Whether the dead man's switch was told that all is alive."""
    said = [one for one in list(house.arrivals) if one.notice["receiver"] == "dead-man"]
    return any(one.at >= since for one in said)
