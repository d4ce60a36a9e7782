"""All that a ruler tells of one clock, counted: its days, its due date, what it waits for."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from activities.record import Event, Role, StepPicture
from activities.store.rows import CaseView, ClockRow
from activities.withdrawals import APPLICANT
from api.ruler.titles import Titles, titles_of
from api.ruler.words import Lang, holiday_name, joined, number, say
from api.views.case import ClockShown, clock_shown
from api.views.days import DayShown, days_shown
from sla.almanac import Almanac
from sla.axis import due_day, local_day
from sla.calendar import Calendar, DayKind
from sla.clock import Limit, Unit, count
from sla.days import DayUse
from sla.notices.table import SATURDAY
from sla.promise import Measure

TARGETS = (Role.STAGE, Role.STEP)


class CellKind(StrEnum):
    """How a civil day is drawn."""

    START = "start"
    COUNTED = "counted"
    LEFT = "left"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SUSPENDED = "suspended"
    IDLE = "idle"
    BINDING = "binding"
    OVERDUE = "overdue"
    ASSUMED = "assumed"  # beyond the published calendar
    AFTER = "after"  # a working day behind the stop, up to the due date


OFF = (CellKind.WEEKEND, CellKind.HOLIDAY)


class Tone(StrEnum):
    """What the days past the due date are: only a broken promise or statutory limit is red."""

    BROKEN = "overdue"
    TARGET = "over-target"
    WARNING = "over-average"


class Cell(NamedTuple):
    """A civil day of the ruler. `number`: the running count, `+n` past the due date; `used` in the limit's unit."""

    date: date
    kind: CellKind
    number: str = ""
    reason: str = ""
    make_up: bool = False
    provisional: bool = False
    used: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    basis: str = ""


class Account(NamedTuple):
    """A clock with its days, at one instant, in one language."""

    shown: ClockShown
    cells: tuple[Cell, ...]
    steps: tuple[StepPicture, ...]
    step_clocks: dict[str, ClockShown]  # of steps and stages, by key
    titles: Titles
    now: datetime  # the stop, where it has one
    today: date
    was_due: date | None
    known_until: date | None  # where the calendar ends before the due date
    lang: Lang

    @property
    def due(self) -> date | None:
        """The due date; the provisional one where it was asked for."""
        if self.shown.due_date is None and self.shown.projection is not None:
            return self.shown.projection.due_date
        return self.shown.due_date

    @property
    def due_at(self) -> datetime | None:
        """The due instant; the provisional one where it was asked for."""
        if self.shown.due_at is None and self.shown.projection is not None:
            return self.shown.projection.due_at
        return self.shown.due_at

    @property
    def tone(self) -> Tone:
        """How the days past the due date are drawn."""
        if self.shown.role in TARGETS:
            return Tone.TARGET
        return Tone.BROKEN if self.shown.judged and self.shown.measure != Measure.AVERAGE else Tone.WARNING

    @property
    def stopped(self) -> bool:
        """Whether nothing runs any more."""
        return self.shown.stopped_at is not None or self.shown.void


def account_of(
    view: CaseView,
    row: ClockRow,
    almanac: Almanac,
    now: datetime,
    *,
    lang: Lang,
    projected: bool = False,
    was_due: date | None = None,
) -> Account:
    """Count a clock for its ruler."""
    shown = clock_shown(row, view, almanac, now, projected=projected)
    ended = view.case.closed_at if row.picture.void else None
    end = min(shown.stopped_at or now, ended or now)
    titles = titles_of(view.case, lang)
    calendar = almanac.calendar_as_corrected(shown.calendar)
    days = days_shown(_to_the_horizon(row, shown), view, almanac, now)
    clocks = (other for other in view.clocks if other.picture.role in TARGETS)
    account = Account(
        shown=shown,
        cells=(),
        steps=view.steps,
        step_clocks={other.picture.clock.key: clock_shown(other, view, almanac, now) for other in clocks},
        titles=titles,
        now=end,
        today=local_day(end),
        was_due=was_due or _before_extensions(row, calendar, now, shown.due_date),
        known_until=shown.horizon.known_until if shown.horizon else None,
        lang=lang,
    )
    if shown.void and shown.stopped_at is None:
        days = tuple(day for day in days if day.date <= account.today)  # it ended with its case, before its due day
    counted = tuple(_cell(day, account, calendar) for day in days)
    return account._replace(cells=(*counted, *_further(account, days, calendar)))


def _to_the_horizon(row: ClockRow, shown: ClockShown) -> ClockRow:
    """A clock that is due beyond the calendar, as one that is due on its last day: its ledger then goes so far."""
    horizon, clock = shown.horizon, row.picture.clock
    if horizon is None or horizon.counted <= shown.used or shown.limit.unit is Unit.MONTH:
        return row
    limit = Limit(amount=horizon.counted, unit=shown.limit.unit)
    known = clock.model_copy(update={"limit": limit, "extensions": ()})
    return row.model_copy(update={"picture": row.picture.model_copy(update={"clock": known})})


def was_due(events: Iterable[Event], key: str, due: date | None) -> date | None:
    """Return when a clock was due before the last calendar that moved it; None where none did."""
    for event in sorted(events, key=lambda event: -event.seq):
        pair = event.body.get("moved", {}).get(key) if event.kind == "calendar-applied" else None
        if pair and pair[0]:
            before = due_day(datetime.fromisoformat(pair[0]))
            return None if before == due else before
    return None


def _before_extensions(row: ClockRow, calendar: Calendar, now: datetime, due: date | None) -> date | None:
    clock = row.picture.clock
    if not clock.extensions or due is None:
        return None
    before = count(clock.model_copy(update={"extensions": ()}), calendar, now).due_date
    return None if before == due else before


def _cell(day: DayShown, account: Account, calendar: Calendar) -> Cell:
    kind = _kind(day, account)
    return Cell(
        date=day.date,
        kind=kind,
        number=_number(day, kind),
        reason=_reason(day, account),
        make_up=day.make_up,
        provisional=calendar.provisional(day.date) and kind is CellKind.LEFT,
        used=day.used,
        total=day.total,
        basis=_basis(day, account),
    )


def _kind(day: DayShown, account: Account) -> CellKind:
    if day.kind is not DayUse.COUNTED:
        return CellKind(day.kind.value)
    if day.overdue is not None and account.due is not None and day.date > account.due:
        return CellKind.OVERDUE
    if not account.stopped and day.date > account.today:
        return CellKind.LEFT
    return CellKind.BINDING if day.before_binding else CellKind.COUNTED


def _number(day: DayShown, kind: CellKind) -> str:
    if kind is CellKind.OVERDUE:
        return f"+{number(day.overdue or Decimal(0))}"
    return number(day.total) if day.kind is DayUse.COUNTED and day.used > 0 else ""


def _reason(day: DayShown, account: Account) -> str:
    """For whom or what a day stood still, or its holiday; in as few words as say it."""
    lang = account.lang
    if day.kind is DayUse.SUSPENDED:
        return account.titles.ground(day.ground)
    if day.kind is DayUse.HOLIDAY:
        return holiday_name(day.holiday or "", lang)
    if day.kind is not DayUse.IDLE:
        return ""
    if not day.open_steps:
        return say("idle", lang)
    owners = dict.fromkeys(step.owner for step in day.open_steps if step.party != APPLICANT)
    applicant = any(step.party == APPLICANT for step in day.open_steps)
    return say("waiting-applicant", lang) if applicant else say("waiting-owner", lang, owner=joined([*owners], lang))


def _basis(day: DayShown, account: Account) -> str:
    zh = account.lang == "zh"
    steps = [step.title_zh if zh else step.title_en for step in day.open_steps]
    parts = [joined(list(dict.fromkeys(steps)), account.lang), holiday_name(day.holiday or "", account.lang)]
    if day.kind is DayUse.SUSPENDED:
        parts.append(account.titles.ground(day.ground))
    if day.make_up:
        parts.append(say("make-up", account.lang))
    return joined([part for part in parts if part], account.lang)


def _further(account: Account, days: tuple[DayShown, ...], calendar: Calendar) -> Iterable[Cell]:
    """Days behind the ledger that are still to be seen: up to the due date of what stopped, or beyond the calendar."""
    if not days:
        return
    last = max(filter(None, (account.due, account.was_due, account.today, days[-1].date)))
    day, total = days[-1].date, days[-1].total
    while day < last:
        day += timedelta(days=1)
        if day > calendar.known_until:
            if account.shown.projection is not None:
                works = day.weekday() < SATURDAY
                total += works
                text = number(total) if works and account.shown.limit.unit is Unit.WORKDAY else ""
                yield Cell(day, CellKind.ASSUMED if works else CellKind.WEEKEND, number=text, provisional=True)
            continue
        kind = calendar.kind(day)
        if kind in (DayKind.WORKING, DayKind.MAKE_UP):
            yield Cell(day, CellKind.AFTER, make_up=kind is DayKind.MAKE_UP)
        else:
            yield Cell(day, CellKind(kind.value), reason=holiday_name(calendar.holiday(day) or "", account.lang))
