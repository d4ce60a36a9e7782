"""What lists of cases and steps are asked for, and what they hold."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Self

from activities.record import CasePicture, Event, StepPicture
from activities.store.groups import CaseGroup, Mark
from activities.store.rows import ClockRow
from sla.clock import Standing
from sla.model import Model

OVER = "over"  # in place of a step's key: any that is past its planning target


class DueSpan(Model):
    """Instants from one to another, both included."""

    first: datetime
    last: datetime


class DueDay(StrEnum):
    """A day that is named by how near it is; which one it is, depends on the place."""

    TODAY = "today"
    TOMORROW = "tomorrow"  # the next working day


class PlaceDays(Model):
    """What an instant is to one place: its working days decide."""

    today: DueSpan
    tomorrow: DueSpan | None  # None where the published calendar ends before it
    since: datetime  # the last close before today: what has become overdue since then is new
    red: datetime  # a step that was due then, or earlier, has the red card
    red_before: datetime  # the same as of `since`
    red_of: Mapping[str, datetime] = {}  # of procedures with a number of their own
    red_before_of: Mapping[str, datetime] = {}

    def red_for(self, procedure: str) -> datetime:
        """Return when a step of a procedure was due at the latest that has the red card."""
        return self.red_of.get(procedure, self.red)


class Instants(Model):
    """One instant with what lists compare with; by jurisdiction."""

    now: datetime
    places: Mapping[str, PlaceDays] = {}


class Sort(StrEnum):
    """By what a list is sorted."""

    LEFT = "left"  # in groups, the most urgent first
    DUE = "due"
    ACCEPTED = "accepted"
    CASE = "case"


class CaseFilter(Model):
    """Which cases a list holds; what is None or empty asks nothing, and of several values any will do."""

    procedure: str | None = None
    variant: str | None = None
    jurisdiction: str | None = None
    standing: tuple[Standing, ...] = ()
    group: tuple[CaseGroup, ...] = ()
    due: DueDay | DueSpan | None = None  # of clocks that run, and of what is closed
    closed: DueSpan | None = None  # when it was closed; none that is open then
    status: tuple[str, ...] = ()  # of the case
    step: str | None = None  # key of a step that is on a desk, or OVER
    flag: tuple[Mark, ...] = ()
    owner: tuple[str, ...] = ()  # of the case, or of a step that is on its desk
    open: bool | None = None
    survey: str | None = None
    parent: str | None = None
    subject: tuple[str, ...] = ()  # ids; a case has one of them
    q: str | None = None  # a part of the case number, upper or lower case
    owner_in: tuple[str, ...] | None = None  # only cases in which one of these owns a step


class Card(StrEnum):
    """What a step has that is past its planning target."""

    YELLOW = "yellow"
    RED = "red"


class StepLine(Model):
    """A step on a desk. `standing` is of its planning target at the asked instant, None where it has none that runs."""

    step: StepPicture
    clock: ClockRow | None
    standing: Standing | None
    card: Card | None


Cursor = tuple[int, int, str]  # part of the list, order within it, number
DeskCursor = tuple[int, int, str, int]


class CaseLine(Model):
    """A case in a list; `standing` is of its main clock at the asked instant, None where it has none."""

    case: CasePicture
    main: str | None
    standing: Standing | None
    group: CaseGroup
    due_at: datetime | None
    due_soon_at: datetime | None
    clock: ClockRow | None  # the main one
    steps: tuple[StepLine, ...]  # on desks
    marks: tuple[Mark, ...]
    cursor: Cursor


class CaseLines(Model):
    """A page of a list, and where it goes on; None where it ends."""

    lines: tuple[CaseLine, ...]
    following: Cursor | None


class DeskLine(StepLine):
    """A step on a desk, with its case."""

    case: CasePicture
    cursor: DeskCursor


class CaseTally(Model):
    """How many cases stand how.

    Of open ones `overdue`, `long`, `due_soon`, `on_time`, `suspended`, `not_started` and `judged` make up `open`; the
    others count cases that are among these.
    """

    open: int = 0
    overdue: int = 0  # a promise or a statutory limit
    long: int = 0  # past an average, or what does not bind yet
    due_soon: int = 0
    on_time: int = 0  # with those beyond the calendar
    suspended: int = 0
    not_started: int = 0  # or without a clock
    judged: int = 0  # the promise has its verdict, the case goes on
    beyond: int = 0
    due_today: int = 0
    due_tomorrow: int = 0
    new_overdue: int = 0
    step_over: int = 0
    suspended_supplement: int = 0
    noted: int = 0  # over before it was told: nobody was alarmed
    lacking: int = 0  # accepted while something is missing
    longest: datetime | None = None  # due instant of the one that is overdue longest

    @classmethod
    def total(cls, parts: Iterable[Self]) -> Self:
        """Add up tallies of different cases."""
        each = list(parts)
        longest = min((one.longest for one in each if one.longest is not None), default=None)
        numbers = {name: sum(getattr(one, name) for one in each) for name in cls.model_fields if name != "longest"}
        return cls(**numbers, longest=longest)

    @property
    def undated(self) -> int:
        """Those whose due date is not known, or that have none."""
        return self.beyond + self.not_started


class StepTally(Model):
    """How many steps on desks stand how; `over`, `due_soon`, `on_time`, `suspended` and `untimed` make up `open`.

    None of the applicant's.
    """

    open: int = 0
    over: int = 0
    due_soon: int = 0
    on_time: int = 0
    suspended: int = 0
    untimed: int = 0  # not begun, or without a planning target
    clocked: int = 0  # with a planning target that is not suspended: what the share that is over is a share of
    red: int = 0  # of those over; the others have the yellow card
    due_today: int = 0
    due_tomorrow: int = 0
    new_over: int = 0
    new_red: int = 0

    @classmethod
    def total(cls, parts: Iterable[Self]) -> Self:
        """Add up tallies of different steps."""
        each = list(parts)
        return cls(**{name: sum(getattr(one, name) for one in each) for name in cls.model_fields})

    @property
    def yellow(self) -> int:
        """Those that are over and have not the red card."""
        return self.over - self.red


class Tallies(Model):
    """Numbers at one instant, by jurisdiction."""

    cases: Mapping[str, CaseTally]
    steps: Mapping[str, StepTally]


class DeskSums(Model):
    """One owner's desk; two cities may have owners of one name."""

    jurisdiction: str
    owner: str
    steps: StepTally


class Happening(Model):
    """An event with its case."""

    case: str
    jurisdiction: str
    event: Event
    cursor: tuple[int, str, int]  # when it was told, its case, its number


class Recent(Model):
    """What has happened since an instant."""

    decided: int = 0
    met: int = 0  # of the decided ones; the others have no promise that is judged
    missed: int = 0
    cases_withdrawn: Mapping[str, int] = {}  # alarms of promises and other limits of cases, by reason
    steps_withdrawn: Mapping[str, int] = {}  # of planning targets
    moved: int = 0  # due dates that another calendar moved
    waiting: int = 0  # completions that count only once an officer has confirmed them, whenever they were told
    waiting_since: datetime | None = None
