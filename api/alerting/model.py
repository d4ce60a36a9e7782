"""What a rule is: a recorded series, or an alert of one severity, which carries labels and a number and no prose."""

from datetime import timedelta
from enum import StrEnum

from sla.model import Model

PREFIX = "Shixian"
WATCHDOG = "Watchdog"  # the alert that always fires
RUNBOOKS = "docs/runbooks"
NONE = timedelta(0)
KEEP = timedelta(minutes=15)  # for which an exporter that is away ends no alert
VALUE = "value"  # the annotation with the number of an alert, from which the relay writes its texts


class Severity(StrEnum):
    """How grave it is: 提醒, 黄牌, 红牌; none for the switch that must keep arriving."""

    NONE = "none"
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Scope(StrEnum):
    """What an alert is about; routes are chosen by it."""

    STEP = "step"
    CASE = "case"
    COMMITMENT = "commitment"
    DEPARTMENT = "department"
    PLATFORM = "platform"


class Record(Model):
    """A series computed once, for alerts and dashboards: `level:metric:operation`."""

    name: str
    expression: str


class Alert(Model):
    """An alert of one severity. `hold`: how long it must be true; `keep`: how long it fires on where its series is gone.

    `$offset` in the expression stands for a look back by `offset`. `about`: labels that say in one line what it is about.
    """

    name: str
    severity: Severity
    scope: Scope
    expression: str
    about: tuple[str, ...] = ()
    hold: timedelta = NONE
    keep: timedelta = NONE
    offset: timedelta = NONE


class Group(Model):
    """Rules that are evaluated one after another; groups are evaluated side by side."""

    name: str
    records: tuple[Record, ...] = ()
    alerts: tuple[Alert, ...] = ()
