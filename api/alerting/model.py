"""What a rule is: a recorded series, or an alert of one severity with its texts in two languages."""

from datetime import timedelta
from enum import StrEnum

from sla.model import Model

PREFIX = "Shixian"
WATCHDOG = "Watchdog"  # the alert that always fires
RUNBOOKS = "docs/runbooks"
NONE = timedelta(0)
KEEP = timedelta(minutes=15)  # for which an exporter that is away ends no alert


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


class Texts(Model):
    """Templates of Prometheus: one line, and what one has to know and do."""

    summary_zh: str
    summary: str
    description_zh: str
    description: str


class Record(Model):
    """A series computed once, for alerts and dashboards: `level:metric:operation`."""

    name: str
    expression: str


class Alert(Model):
    """An alert of one severity. `hold`: how long it must be true; `keep`: how long it fires on where its series is gone.

    `$offset` in the expression stands for a look back by `offset`.
    """

    name: str
    severity: Severity
    scope: Scope
    expression: str
    texts: Texts
    hold: timedelta = NONE
    keep: timedelta = NONE
    offset: timedelta = NONE


class Group(Model):
    """Rules that are evaluated one after another; groups are evaluated side by side."""

    name: str
    records: tuple[Record, ...] = ()
    alerts: tuple[Alert, ...] = ()
