"""The three rehearsals."""

from api.demo import alarms, cohorts, incidents, january_2020, promises
from api.demo.bankruptcies import bankruptcies
from api.demo.days import at
from api.demo.observed import observations
from api.demo.perform import Programme

DAY = 86_400  # seconds


def first_half_of_2021() -> Programme:
    """Return every core promise kept, broken, and kept only by a suspension; and what goes wrong on the way."""
    return Programme(
        name="first-half-of-2021",
        title="2021 上半年 First half of 2021",
        first_day=at(promises.FIRST_DAY, 8),
        rate=3 * DAY // 2,
        scripts=(*promises.scripts(), *cohorts.scripts()),
        incidents=(*incidents.INCIDENTS, observations, bankruptcies),
        means=tuple(cohorts.means()),
    )


def winter_of_2020() -> Programme:
    """Return cases during which the notice of 27 January 2020 arrives, and projects up to a promise not binding yet."""
    return Programme(
        name="winter-of-2020",
        title="2020 年初 January and February 2020",
        first_day=at(january_2020.FIRST, 8),
        rate=2 * DAY,
        scripts=january_2020.scripts(),
        incidents=january_2020.watches(),
    )


def alerts() -> Programme:
    """Return cases whose breaches reach people, through Prometheus, Alertmanager and the relay."""
    return Programme(
        name="alerts",
        title="告警 Alerts, March 2021",
        first_day=at(alarms.FIRST_DAY, 14),
        rate=alarms.RATE,
        scripts=alarms.scripts(),
        incidents=(),
        alarms=alarms.alarms(),
    )
