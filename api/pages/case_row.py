"""A case in a list, in words: how it stands, with whom it is, how much is left, and what else is to be known of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup

from activities.record import CasePicture
from activities.store.groups import CORRECTION, CaseGroup, Mark
from activities.store.lines import Card, CaseLine, Instants, PlaceDays, StepLine
from api.figures.places import PLACES
from api.intake.subjects import SubjectNames
from api.pages.case_words import owner_name
from api.pages.frame import PageVisit
from api.pages.words import PageWords, message
from api.ruler.drawing import drawn_small
from api.ruler.mini import mini_of
from api.ruler.words import Lang, short_amount
from api.views.case import ClockShown
from api.views.lines import line_clock, returned_for
from sla.axis import local_day
from sla.clock import Standing, Suspension, Unit
from workflows.drafting.grounds import APPLICANT_WORKS, COMMON, CONSTRUCTION, TAX_PAYMENT
from workflows.procedures import ALL

DAY = timedelta(days=1)
GROUNDS = {one.key: one for one in (*COMMON, *CONSTRUCTION, APPLICANT_WORKS, TAX_PAYMENT)}
LONG, RAMP_UP, NONE = "long", "ramp-up", "none"  # standings of a line beside those of a clock
CARDS = {
    Card.YELLOW: message("Step over: yellow card"),
    Card.RED: message("Step over: red card"),
}
MARKS = {
    Mark.TOLD_LATE: message("told late"),
    Mark.AVERAGE: message("promised average"),
    Mark.RAMP_UP: message("before it binds"),
    Mark.PROVISIONAL: message("provisional"),
    Mark.NEXT_DAY: message("accepted the next day"),
    Mark.EXCLUDED: message("no promise (major project)"),
    Mark.FEE: message("fee"),
    Mark.NOTED: message("over before it was told"),
    Mark.LACKING: message("something is missing"),
    Mark.TAKEN_OVER: message("taken over"),
}


class Left(NamedTuple):
    """What is left of a limit, or how far it is over; red only where a promise or a statutory limit is broken."""

    text: str
    unit: str
    over: bool
    red: bool


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of a list. Somebody who does not see the whole case has neither its standing nor its clock."""

    case: str
    href: str
    matter: str
    variant: str
    place: str
    accepted: str
    step: str  # the first of those on desks
    owner: str
    steps: int  # how many are on desks
    cards: tuple[Card, ...]
    marks: tuple[str, ...]
    name: str = ""  # of the project, or else of the applicant
    group: CaseGroup | None = None
    standing: str | None = None
    due: str = ""
    left: Left | None = None
    used: str = ""
    ruler: Markup | None = None


def case_row(
    at: PageVisit, days: Instants, line: CaseLine, place: int | None = None, names: SubjectNames | None = None
) -> CaseRow:
    """Return a line in the words of a page; `days`: of its instant; `place`: of its list among those of the session."""
    case, words, whole = line.case, at.words, at.caller.owners is None
    steps = [step for step in line.steps if at.caller.may_touch(step.step)]
    tail = "" if place is None else f"?l={place}"
    matter, variant = matter_of(words, case)
    row = CaseRow(
        case=case.case,
        href=f"/cases/{case.case}{tail}",
        matter=matter,
        variant=variant,
        place=words.title(*PLACES.get(case.jurisdiction, (case.jurisdiction, case.jurisdiction))),
        accepted="—" if case.accepted_at is None else words.day(local_day(case.accepted_at)),
        step=_step(words, steps),
        owner=_owner(words, case.jurisdiction, steps),
        steps=len(steps),
        cards=tuple(sorted({step.card for step in steps if step.card is not None}, reverse=True)),
        marks=tuple(_marks(at, line)),
        name="" if names is None else names.project or names.applicant,
    )
    if not whole:
        return row
    return _with_clock(at, days, line, row)


def matter_of(words: PageWords, case: CasePicture) -> tuple[str, str]:
    """Name the matter of a case, and its variant."""
    known = ALL.get(case.procedure)
    variant = next((one for one in known.variants if one.key == case.variant), None) if known else None
    return (
        words.title(known.title_zh, known.title_en) if known else words.title(case.title_zh, case.title_en),
        case.variant if variant is None else words.title(variant.title_zh, variant.title_en),
    )


def _with_clock(at: PageVisit, days: Instants, line: CaseLine, row: CaseRow) -> CaseRow:
    almanac = at.visit.services.almanac
    clock, supplement = line_clock(line, almanac, at.now), returned_for(line, almanac, at.now)
    lang: Lang = "zh" if at.words.zh else "en"
    return replace(
        row,
        group=line.group,
        standing=standing_of(line),
        due=due_of(at.words, days.places.get(line.case.jurisdiction), clock, beyond=line.group is CaseGroup.BEYOND),
        left=None if clock is None else left_of(at.words, line, clock, at.now),
        used="" if clock is None else used_of(at.words, clock),
        ruler=None if clock is None else drawn_small(mini_of(clock, lang)),
        marks=(*_returned(at.words, line, clock, supplement), *row.marks, *_missing(at.words, clock)),
    )


def standing_of(line: CaseLine) -> str:
    """Say how a line stands: past an average, or before a promise binds, is never overdue."""
    if line.standing in (Standing.OVERDUE, Standing.MISSED) and line.clock is not None:
        if line.clock.picture.ramp_up:
            return RAMP_UP
        if not line.clock.picture.judged:
            return LONG
    return NONE if line.standing is None else line.standing.value


def left_of(words: PageWords, line: CaseLine, clock: ClockShown, now: datetime) -> Left | None:
    """Say what is left of a line's clock; None where it goes on no more."""
    if clock.stopped_at is not None or line.group in (CaseGroup.JUDGED, CaseGroup.CLOSED):
        return None
    return time_left(words, clock, now, red=line.group is CaseGroup.OVERDUE)


def time_left(words: PageWords, clock: ClockShown, now: datetime, *, red: bool) -> Left:
    """Say what is left of a running clock in its limit's unit; of one that is due today, in hours and minutes."""
    unit = clock.limit.unit
    if clock.standing is Standing.OVERDUE:
        if clock.overdue_by > 0:
            return Left(words.number(clock.overdue_by), _short(words, clock.overdue_by, unit), over=True, red=red)
        return Left(words.say("less than 1"), _short(words, Decimal(1), unit), over=True, red=red)
    if clock.standing is Standing.SUSPENDED or clock.due_at is None or clock.due_date != words.today:
        return Left(words.number(clock.remaining), words.unit(unit, clock.remaining), over=False, red=False)
    return Left(words.span(clock.due_at - now), "", over=False, red=False)


def _short(words: PageWords, amount: Decimal, unit: Unit) -> str:
    return short_amount(amount, unit, "zh").rpartition(" ")[2] if words.zh else words.unit(unit, amount)


def due_of(words: PageWords, place: PlaceDays | None, clock: ClockShown | None, *, beyond: bool) -> str:
    """Say when a clock is due; `beyond`: the published calendar ends before that."""
    if clock is not None and beyond and clock.horizon is not None:
        return words.say("awaits the holidays of %(year)s", year=clock.horizon.known_until.year + 1)
    if clock is None or clock.due_at is None or clock.due_date is None or clock.standing is Standing.SUSPENDED:
        return "—"
    tomorrow = local_day(place.tomorrow.first) if place is not None and place.tomorrow is not None else None
    return words.due(clock.due_at, near=True, tomorrow=tomorrow)


def used_of(words: PageWords, clock: ClockShown) -> str:
    """Say how much of a limit is used."""
    if clock.limit.amount == 0:
        return words.say("the same day")
    unit = "" if clock.limit.unit is Unit.WORKDAY else " " + _short(words, clock.limit.amount, clock.limit.unit)
    stroke = "／" if words.zh else " / "
    return f"{words.number(clock.used)}{stroke}{words.number(clock.limit.amount)}{unit}"


def _step(words: PageWords, steps: list[StepLine]) -> str:
    if not steps:
        return "—"
    first = words.title(steps[0].step.title_zh, steps[0].step.title_en)
    return first if len(steps) == 1 else words.say("%(first)s and others, %(n)s together", first=first, n=len(steps))


def _owner(words: PageWords, jurisdiction: str, steps: list[StepLine]) -> str:
    owners = list(dict.fromkeys(step.step.owner for step in steps))
    if not owners:
        return ""
    first = owner_name(words, jurisdiction, owners[0])
    if len(owners) == 1:
        return first
    return words.say("%(first)s and others, %(n)s offices", first=first, n=len(owners))


def _marks(at: PageVisit, line: CaseLine) -> Iterable[str]:
    words = at.words
    if at.caller.owners is not None:
        if line.case.survey is not None:
            yield words.say("survey %(number)s", number=line.case.survey)
        return
    halts = line.clock.picture.clock.suspensions if line.clock is not None else ()
    open_halts = [halt for halt in halts if halt.end is None] if line.group is CaseGroup.SUSPENDED else []
    yield from (halt_said(words, halt) for halt in open_halts)
    for mark in line.marks:
        if mark is Mark.SURVEY:
            yield words.say("survey %(number)s", number=line.case.survey)
        elif mark in MARKS:
            yield words.say(MARKS[mark])


def halt_said(words: PageWords, halt: Suspension) -> str:
    """Say on which ground and since when a clock stands still."""
    known = [GROUNDS[key] for key in (halt.ground or "").split(", ") if key in GROUNDS]
    said = words.listed(words.title(one.title_zh, one.title_en) for one in known) or words.say("Suspended")
    return words.say("%(ground)s, since %(day)s", ground=said, day=words.day(local_day(halt.start)))


def _returned(words: PageWords, line: CaseLine, clock: ClockShown | None, supplement: Decimal | None) -> Iterable[str]:
    """How long it was with the applicant for a correction; while it still is, since when it is says more."""
    halts = line.clock.picture.clock.suspensions if line.clock is not None else ()
    still = line.group is CaseGroup.SUSPENDED and any(one.end is None and one.ground == CORRECTION for one in halts)
    if still or Mark.SUPPLEMENT not in line.marks:
        return
    if clock is None or not supplement:
        yield words.say("returned")
        return
    unit = _short(words, supplement, clock.limit.unit)
    yield words.say("returned for %(amount)s", amount=f"{words.number(supplement)} {unit}")


def _missing(words: PageWords, clock: ClockShown | None) -> Iterable[str]:
    if clock is not None and clock.horizon is not None and clock.horizon.missing > 0 and clock.due_at is None:
        missing = clock.horizon.missing
        unit = _short(words, missing, clock.limit.unit)
        yield words.say("%(amount)s missing", amount=f"{words.number(missing)} {unit}")
