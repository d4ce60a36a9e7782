"""Steps on desks, and how many cases and steps stand how; nothing here reads what is closed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Join, and_, case, func, literal, or_, select, tuple_, union_all

from activities.record import CasePicture, StepPicture
from activities.store import tables
from activities.store.columns import clock_row
from activities.store.conditions import (
    CASE,
    CLOCK,
    NEVER,
    PLACES,
    STEP,
    Condition,
    any_over,
    due_in,
    here,
    number,
    opened,
    overdue_at,
    red_since,
    standing_at,
)
from activities.store.database import Database
from activities.store.groups import BIT, CaseGroup, Mark, StoredGroup
from activities.store.instants import maybe_instant, micros
from activities.store.lines import (
    Card,
    CaseFilter,
    CaseTally,
    DeskCursor,
    DeskLine,
    DeskSums,
    DueDay,
    DueSpan,
    Instants,
    PlaceDays,
    StepLine,
    StepTally,
    Tallies,
)
from sla.clock import Standing

PROCEDURE = CASE.procedure.label("of_procedure")
APPLICANT = "applicant"  # whose steps are on no desk of ours


class Desks(Database):
    """What lists of steps ask of the read model, and numbers of open cases and steps, each answer from one snapshot."""

    def tallies(self, wanted: CaseFilter, at: Instants) -> Tallies:
        """Count the open cases that a filter holds, and the steps of theirs that are on desks, by jurisdiction."""
        steps = select(CASE.jurisdiction, *_step_sums(at)).select_from(_on_desks())
        steps = steps.where(_ours(), CASE.open, *opened(wanted, at)).group_by(CASE.jurisdiction)
        with self.snapshot(), self.reading() as connection:
            of_steps = connection.execute(steps).mappings().all()
            return Tallies(
                cases=self.case_tallies(wanted, at),
                steps={row["jurisdiction"]: _step_tally(row) for row in of_steps},
            )

    def case_tallies(self, wanted: CaseFilter, at: Instants) -> dict[str, CaseTally]:
        """Count the open cases that a filter holds, by jurisdiction."""
        return self.tallies_of([wanted], at)[0]

    def tallies_of(self, wanted: Sequence[CaseFilter], at: Instants) -> list[dict[str, CaseTally]]:
        """Count the open cases that each of some filters holds, by jurisdiction, in one statement."""
        each = [
            select(literal(nth).label("nth"), CASE.jurisdiction, *_case_sums(at))
            .where(CASE.open, *opened(one, at))
            .group_by(CASE.jurisdiction)
            for nth, one in enumerate(wanted)
        ]
        tallies: list[dict[str, CaseTally]] = [{} for _ in wanted]
        with self.reading() as connection:
            for row in connection.execute(union_all(*each)).mappings():
                tallies[row["nth"]][row["jurisdiction"]] = _case_tally(row)
        return tallies

    def desks(
        self, at: Instants, owners: Collection[str] | None = None, keys: Collection[str] | None = None
    ) -> list[DeskSums]:
        """Count the steps on each desk, by jurisdiction and owner; with `owners` and `keys` theirs, and these alone."""
        whose = (CASE.jurisdiction, STEP.owner)
        query = select(*whose, *_step_sums(at)).select_from(_on_desks()).where(_ours(), *_whose(owners, keys))
        query = query.group_by(*whose)
        with self.reading() as connection:
            found = connection.execute(query.order_by(*whose)).mappings().all()
        return [DeskSums(jurisdiction=row["jurisdiction"], owner=row["owner"], steps=_step_tally(row)) for row in found]

    def desk_steps(
        self,
        owners: Collection[str] | None,
        at: Instants,
        *,
        jurisdiction: str | None = None,
        survey: str | None = None,
        standing: Sequence[Standing] = (),
        due: DueDay | DueSpan | None = None,
        keys: Collection[str] | None = None,
        after: DeskCursor | None = None,
        limit: int = 50,
    ) -> list[DeskLine]:
        """Read the steps on the desks of owners (None: of all), the most urgent first; `keys`: of these steps alone."""
        rank, order = _order()
        columns = (CASE.jurisdiction, STEP.case.label("of_case"), STEP.pos.label("of_pos"), PROCEDURE)
        pictures = (CASE.picture.label("case_picture"), STEP.picture.label("step_picture"))
        said = (_stands(at).label("stands"), rank.label("rank"), order.label("order"))
        query = select(*columns, *pictures, tables.clock, *said).select_from(_on_desks())
        query = query.where(tables.ON_DESK)
        if owners is not None:
            query = query.where(STEP.owner.in_(owners))
        if jurisdiction is not None:
            query = query.where(CASE.jurisdiction == jurisdiction)
        if survey is not None:
            query = query.where(CASE.survey == survey)
        if standing:
            query = query.where(_stands(at).in_([one.value for one in standing]))
        if due is not None:
            query = query.where(CLOCK.standing.is_(None), due_in(CLOCK.due_at, due, at))
        if keys is not None:
            query = query.where(STEP.key.in_(keys))
        if after is not None:
            query = query.where(tuple_(rank, order, STEP.case, STEP.pos) > tuple_(*after))
        with self.reading() as connection:
            found = connection.execute(query.order_by(rank, order, STEP.case, STEP.pos).limit(limit)).mappings().all()
        return [
            DeskLine(
                **dict(_step_line(row, at.places.get(row["jurisdiction"]))),
                case=CasePicture.model_validate_json(row["case_picture"]),
                cursor=(row["rank"], row["order"], row["of_case"], row["of_pos"]),
            )
            for row in found
        ]


def current_steps(connection: Connection, places: Mapping[str, str], at: Instants) -> dict[str, list[StepLine]]:
    """Read the steps on desks of cases, each of a place."""
    query = (
        select(
            STEP.case.label("of_case"),
            STEP.picture.label("step_picture"),
            PROCEDURE,
            tables.clock,
            _stands(at).label("stands"),
        )
        .select_from(_on_desks())
        .where(tables.ON_DESK, STEP.case.in_(places))
        .order_by(STEP.case, STEP.pos)
    )
    found: dict[str, list[StepLine]] = {}
    for row in connection.execute(query).mappings():
        line = _step_line(row, at.places.get(places[row["of_case"]]))
        found.setdefault(row["of_case"], []).append(line)
    return found


# --- steps ------------------------------------------------------------------------------------------------------------


def _on_desks() -> Join:
    """Steps with their cases, and with their planning targets where these run."""
    target = and_(tables.LIVE_STEP, CLOCK.case == STEP.case, CLOCK.step == STEP.key)
    of_open = and_(CASE.open, CASE.case == STEP.case)
    return tables.step.join(tables.case, of_open).outerjoin(tables.clock, target)


def _ours() -> Condition:
    return and_(tables.ON_DESK, STEP.party != APPLICANT)


def _whose(owners: Collection[str] | None, keys: Collection[str] | None) -> Iterable[Condition]:
    if owners is not None:
        yield STEP.owner.in_(owners)
    if keys is not None:
        yield STEP.key.in_(keys)


def _stands(at: Instants) -> ColumnElement[str | None]:
    return case(
        (CLOCK.case.is_(None), None),
        (CLOCK.standing.is_not(None), CLOCK.standing),
        (CLOCK.due_at < micros(at.now), Standing.OVERDUE.value),
        (CLOCK.due_soon_at <= micros(at.now), Standing.DUE_SOON.value),
        else_=Standing.ON_TIME.value,
    )


def _order() -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Dated ones soonest first, suspended ones with the least left, those beyond the calendar, those without a target."""
    dated = and_(CLOCK.standing.is_(None), CLOCK.due_at.is_not(None))
    rank = case((dated, 0), (CLOCK.standing == Standing.SUSPENDED.value, 1), (CLOCK.case.is_not(None), 2), else_=3)
    since = func.coalesce(STEP.started_at, STEP.opened_at, 0)
    return rank, case((dated, CLOCK.due_at), else_=func.coalesce(CLOCK.left_order, since))


def _step_line(row: Mapping[Any, Any], days: PlaceDays | None) -> StepLine:
    stands = None if row["stands"] is None else Standing(row["stands"])
    card = None
    if stands is Standing.OVERDUE:
        red = days is not None and row["due_at"] <= micros(days.red_for(row["of_procedure"]))
        card = Card.RED if red else Card.YELLOW
    return StepLine(
        step=StepPicture.model_validate_json(row["step_picture"]),
        clock=None if row["key"] is None else clock_row(row),
        standing=stands,
        card=card,
    )


# --- numbers ----------------------------------------------------------------------------------------------------------


def _case_sums(at: Instants) -> Iterable[ColumnElement[Any]]:
    dated, overdue, standing = CASE.group_ == StoredGroup.DATED, overdue_at(at), standing_at(at)
    since = here({place: days.since for place, days in at.places.items()})
    yield func.count().label("open")
    yield number("overdue", overdue)
    yield number("long", and_(dated, ~CASE.judged, CASE.group_order < micros(at.now)))
    yield number("due_soon", standing == Standing.DUE_SOON.value)
    yield number("on_time", standing == Standing.ON_TIME.value)
    for group in (CaseGroup.SUSPENDED, CaseGroup.NOT_STARTED, CaseGroup.JUDGED, CaseGroup.BEYOND):
        yield number(group.name.lower(), CASE.group_ == PLACES[group])
    yield number("due_today", and_(dated, due_in(CASE.due_at, DueDay.TODAY, at)))
    yield number("due_tomorrow", and_(dated, due_in(CASE.due_at, DueDay.TOMORROW, at)))
    yield number("new_overdue", and_(overdue, CASE.due_at >= since))
    yield number("step_over", any_over(at))
    yield number("suspended_supplement", and_(CASE.group_ == StoredGroup.SUSPENDED, _marked(Mark.SUPPLEMENT)))
    yield number("noted", _marked(Mark.NOTED))
    yield number("lacking", _marked(Mark.LACKING))
    yield func.min(case((overdue, CASE.due_at))).label("longest")


def _marked(mark: Mark) -> Condition:
    return CASE.marks.bitwise_and(BIT[mark]) != 0


def _case_tally(row: Mapping[Any, Any]) -> CaseTally:
    numbers = {name: row[name] for name in CaseTally.model_fields}
    return CaseTally(**numbers | {"longest": maybe_instant(row["longest"])})


def _step_sums(at: Instants) -> Iterable[ColumnElement[Any]]:
    standing, moving = _stands(at), CLOCK.standing.is_(None)
    over = standing == Standing.OVERDUE.value
    red, before = _latest(red_since(at)), _latest(red_since(at, before=True))
    since = here({place: days.since for place, days in at.places.items()})
    yield func.count().label("open")
    yield number("over", over)
    yield number("due_soon", standing == Standing.DUE_SOON.value)
    yield number("on_time", standing == Standing.ON_TIME.value)
    yield number("suspended", standing == Standing.SUSPENDED.value)
    yield number("untimed", or_(standing.is_(None), standing == Standing.NOT_STARTED.value))
    yield number("clocked", and_(CLOCK.case.is_not(None), standing != Standing.SUSPENDED.value))
    yield number("red", and_(over, CLOCK.due_at <= red))
    yield number("due_today", and_(moving, due_in(CLOCK.due_at, DueDay.TODAY, at)))
    yield number("due_tomorrow", and_(moving, due_in(CLOCK.due_at, DueDay.TOMORROW, at)))
    yield number("new_over", and_(over, CLOCK.due_at >= since))
    yield number("new_red", and_(over, CLOCK.due_at <= red, CLOCK.due_at > before))


def _latest(instants: Sequence[tuple[Condition, int]]) -> ColumnElement[int]:
    return case(*instants, else_=NEVER) if instants else literal(NEVER)


def _step_tally(row: Mapping[Any, Any]) -> StepTally:
    return StepTally(**{name: row[name] for name in StepTally.model_fields})
