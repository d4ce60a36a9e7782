"""A clock is facts: what is limited, when it ran, what stopped it. `count` says what they come to."""

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

from sla.model import Model


class Unit(StrEnum):
    """Unit of a limit 时限单位."""

    WORKDAY = "workday"
    WORKHOUR = "workhour"
    DAY = "day"
    MONTH = "month"


class Limit(Model):
    """A length of time that a clock may use, in its own unit."""

    amount: Decimal
    unit: Unit = Unit.WORKDAY


class Interval(Model):
    """A stretch during which a counted party held the case; `end` None while it still does."""

    start: datetime
    end: datetime | None = None


class Suspension(Model):
    """A recorded ground on which a clock stands still 中止; `end` None while it is open."""

    id: str
    ground: str
    start: datetime
    end: datetime | None = None


class Extension(Model):
    """More time granted before expiry 延长期限, in the limit's unit."""

    id: str
    amount: Decimal
    at: datetime


class Receipt(Model):
    """Receipt of the application; without a supplement notice in time the law presumes acceptance (行政许可法 32)."""

    received: datetime
    noticed: datetime | None = None


class Policy(Model):
    """What the law leaves open (time.md section 6); stored with the case. Local times are Asia/Shanghai."""

    cutoff: time = time(17, 30)
    close: time | None = time(17, 30)  # None: the channel has no office hours, the day ends at 24:00
    roll_accept: bool = True
    roll_resume: bool = True
    count_start_day: bool = False
    morning: tuple[time, time] = (time(8, 30), time(12, 0))
    afternoon: tuple[time, time] = (time(13, 0), time(17, 30))


class Clock(Model):
    """One limit on one case, as facts only."""

    key: str
    jurisdiction: str = "CN"
    limit: Limit
    start: datetime | None = None
    receipt: Receipt | None = None
    running: tuple[Interval, ...] | None = None  # None: without gaps from start to stop
    suspensions: tuple[Suspension, ...] = ()
    extensions: tuple[Extension, ...] = ()
    stop: datetime | None = None
    policy: Policy = Policy()
    due_soon: int = 1  # remaining working days at which the case is due soon
    due_soon_at_first_close: bool = False  # instead: at the close of the first day (domain.md section 9, 1日)


class Standing(StrEnum):
    """Where a clock stands; the national lights are in the glossary."""

    NOT_STARTED = "not-started"
    ON_TIME = "on-time"
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"
    SUSPENDED = "suspended"
    MET = "met"
    MISSED = "missed"


class Horizon(Model):
    """The published calendar ends before the due date: nothing is guessed."""

    known_until: date
    counted: Decimal
    missing: Decimal


class Reading(Model):
    """What a clock's facts come to at one instant, under one calendar version.

    `used`, `suspended`, `remaining` and `overdue_by` are in the limit's unit (working hours to the minute).
    """

    calendar: str
    start_day: date | None = None  # the day the clock started by law (rolled; presumed acceptance included)
    presumed: bool = False
    used: Decimal = Decimal(0)
    suspended: Decimal = Decimal(0)
    limit: Decimal
    remaining: Decimal
    overdue_by: Decimal = Decimal(0)
    overdue: bool = False
    due_date: date | None = None
    due_at: datetime | None = None
    due_soon_at: datetime | None = None
    provisional: bool = False
    horizon: Horizon | None = None
    standing: Standing
