"""What lists ask of a case's row, as SQL; an instant decides what is overdue."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, select

from activities.store import tables
from activities.store.groups import BIT, CaseGroup, Mark, StoredGroup, bits
from activities.store.instants import micros
from activities.store.lines import OVER, CaseFilter, DueDay, DueSpan, Instants
from activities.store.subject_tables import case_subject
from sla.clock import Standing

CASE, STEP, CLOCK = tables.case.c, tables.step.c, tables.clock.c
NEVER = -(2**63)
PLACES = {
    CaseGroup.SUSPENDED: StoredGroup.SUSPENDED,
    CaseGroup.BEYOND: StoredGroup.BEYOND,
    CaseGroup.NOT_STARTED: StoredGroup.NOT_STARTED,
    CaseGroup.JUDGED: StoredGroup.JUDGED,
    CaseGroup.CLOSED: StoredGroup.CLOSED,
}
OF_DESKS = {Mark.STEP_YELLOW, Mark.STEP_RED}
Condition = ColumnElement[bool]
# in the words of the indexes: SQLite takes one of some rows only for a query that says which in the same words
IS_OPEN: Condition = and_(tables.OPEN)
IS_CLOSED: Condition = and_(tables.CLOSED)


def standing_at(at: Instants) -> ColumnElement[str | None]:
    """Return where the main clock stands."""
    return case(
        (CASE.standing.is_not(None), CASE.standing),
        (CASE.main.is_(None), None),
        (CASE.due_at < micros(at.now), Standing.OVERDUE.value),
        (CASE.due_soon_at <= micros(at.now), Standing.DUE_SOON.value),
        else_=Standing.ON_TIME.value,
    )


def overdue_at(at: Instants) -> Condition:
    """Tell whether a promise or a statutory limit is passed that is judged case by case."""
    return and_(CASE.group_ == StoredGroup.DATED, CASE.judged, CASE.group_order < micros(at.now))


def of_group(group: CaseGroup, at: Instants) -> Condition:
    """Tell whether a case is in a group."""
    if group is CaseGroup.OVERDUE:
        return overdue_at(at)
    if group is CaseGroup.DATED:
        return and_(CASE.group_ == StoredGroup.DATED, or_(~CASE.judged, CASE.group_order >= micros(at.now)))
    return CASE.group_ == PLACES[group]


def group_at(at: Instants) -> ColumnElement[str]:
    """Return the group of a case."""
    fixed = {place.value: group.value for group, place in PLACES.items()}
    dated = case((overdue_at(at), CaseGroup.OVERDUE.value), else_=CaseGroup.DATED.value)
    return case((CASE.group_ == StoredGroup.DATED, dated), else_=case(fixed, value=CASE.group_))


def kept(wanted: CaseFilter, at: Instants) -> list[Condition]:
    """Return what a filter asks of a case, but for whether it is open and for a part of its number."""
    conditions: list[Condition] = [
        CASE[name] == value
        for name in ("procedure", "variant", "jurisdiction", "survey", "parent")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.standing:
        conditions.append(standing_at(at).in_([standing.value for standing in wanted.standing]))
    if wanted.group:
        conditions.append(or_(*(of_group(group, at) for group in wanted.group)))
    if wanted.due is not None:
        conditions += [CASE.group_.in_((StoredGroup.DATED, StoredGroup.CLOSED)), due_in(CASE.due_at, wanted.due, at)]
    if wanted.closed is not None:
        conditions += [CASE.group_ == StoredGroup.CLOSED, closed_within(wanted.closed)]
    if wanted.status:
        conditions.append(CASE.status.in_(wanted.status))
    if wanted.step is not None:
        on_desk = select(STEP.case).where(tables.ON_DESK, STEP.key == wanted.step).correlate(None)
        conditions.append(any_over(at) if wanted.step == OVER else CASE.case.in_(on_desk))
    if wanted.flag:
        conditions.append(or_(false(), *_flags(set(wanted.flag), at)))
    if wanted.subject:
        linked = select(case_subject.c.case).where(case_subject.c.subject.in_(wanted.subject)).correlate(None)
        conditions.append(CASE.case.in_(linked))
    if wanted.owner_in is not None:
        theirs = select(STEP.case).where(STEP.case == CASE.case, STEP.owner.in_(wanted.owner_in))
        conditions.append(theirs.correlate(tables.case).exists() if wanted.owner_in else false())
    return conditions


def of_owner(wanted: CaseFilter, *, closed: bool) -> Iterable[Condition]:
    """Return what a filter asks of the owners: of the case, or of a step on a desk, which closed ones are not."""
    if not wanted.owner:
        return
    own = CASE.owner.in_(wanted.owner)
    on_desk = select(STEP.case).where(tables.ON_DESK, STEP.owner.in_(wanted.owner)).correlate(None)
    yield own if closed else or_(own, CASE.case.in_(on_desk))


def opened(wanted: CaseFilter, at: Instants) -> list[Condition]:
    """Return what a filter asks of an open case; which rows are open ones, each query says in the words of its index."""
    some = [CASE.number.contains(wanted.q.lower(), autoescape=True)] if wanted.q else []
    return [*kept(wanted, at), *of_owner(wanted, closed=False), *some]


def due_in(column: ColumnElement[Any], due: DueDay | DueSpan, at: Instants) -> Condition:
    """Tell whether a due instant is within a span, or on a day that the case's place decides."""
    if isinstance(due, DueSpan):
        return column.between(micros(due.first), micros(due.last))
    spans = [(place, days.today if due is DueDay.TODAY else days.tomorrow) for place, days in at.places.items()]
    here = [
        and_(CASE.jurisdiction == place, column.between(micros(span.first), micros(span.last)))
        for place, span in spans
        if span is not None
    ]
    return or_(false(), *here)


def due_within(due: DueDay | DueSpan, at: Instants) -> Condition:
    """Tell whether a case's due instant may be what is asked for, as an index can say it."""
    spans = [due] if isinstance(due, DueSpan) else _spans(due, at)
    if not spans:
        return false()
    return CASE.due_at.between(min(micros(s.first) for s in spans), max(micros(s.last) for s in spans))


def closed_within(span: DueSpan) -> Condition:
    """Tell whether a closed case was closed within a span, as the indexes of closed cases order them: the last first."""
    return CASE.group_order.between(-micros(span.last), -micros(span.first))


def _spans(due: DueDay, at: Instants) -> list[DueSpan]:
    days = (days.today if due is DueDay.TODAY else days.tomorrow for days in at.places.values())
    return [span for span in days if span is not None]


def any_over(at: Instants) -> Condition:
    """Tell whether a case has a step that is past its planning target."""
    return CASE.case.in_(_over(CLOCK.due_at < micros(at.now)))


def here(instants: Mapping[str, datetime]) -> ColumnElement[int]:
    """Return an instant that the case's place decides."""
    at = {place: micros(instant) for place, instant in instants.items()}
    return case(at, value=CASE.jurisdiction, else_=NEVER) if at else literal(NEVER)


def red_since(at: Instants, *, before: bool = False) -> list[tuple[Condition, int]]:
    """Return when a step was due at the latest that has the red card, for the cases of each place; `before`: as of its last close."""
    found: list[tuple[Condition, int]] = []
    for place, days in at.places.items():
        common, own = (days.red_before, days.red_before_of) if before else (days.red, days.red_of)
        others = [CASE.procedure.not_in(own)] if own else []
        found.append((and_(CASE.jurisdiction == place, *others), micros(common)))
        found += [
            (and_(CASE.jurisdiction == place, CASE.procedure == name), micros(instant)) for name, instant in own.items()
        ]
    return found


def number(name: str, condition: Condition) -> ColumnElement[int]:
    """Count the rows that something holds for."""
    return func.sum(case((condition, 1), else_=0)).label(name)


def _over(*conditions: Condition) -> Select[tuple[str]]:
    return select(CLOCK.case).where(tables.LIVE_STEP, CLOCK.standing.is_(None), *conditions).correlate(None)


def _flags(asked: set[Mark], at: Instants) -> Iterable[Condition]:
    fixed = tuple(mark for mark in asked if mark in BIT)
    if fixed:
        yield CASE.marks.bitwise_and(bits(fixed)) != 0
    if Mark.TOLD_LATE in asked:
        yield told_late()
    for cases, since in red_since(at) if asked & OF_DESKS else ():
        red = CLOCK.due_at <= since
        if Mark.STEP_RED in asked:
            yield and_(cases, CASE.case.in_(_over(red)))
        if Mark.STEP_YELLOW in asked:
            yield and_(cases, CASE.case.in_(_over(~red, CLOCK.due_at < micros(at.now))))


def told_late() -> Condition:
    """Tell whether a late posting has disproved a breach of a case."""
    return select(CLOCK.case).where(tables.TOLD_LATE, CLOCK.case == CASE.case).correlate(tables.case).exists()
