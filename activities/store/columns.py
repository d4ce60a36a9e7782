"""Rows of the read model to and from columns."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from activities.record import CasePicture, ClockPicture, Head, Rung, RungKind, StepPicture
from activities.store.instants import maybe_instant, maybe_micros, micros
from activities.store.rows import CaseLine, CaseRows, CaseView, ChangedRows, ClockRow, main_clock, model_text
from activities.store.tables import LAST
from sla.axis import local_day
from sla.clock import Clock, Horizon, Standing

Columns = dict[str, Any]


class Shown(NamedTuple):
    """A case's rows as columns, those that change; `sizes` is how many there are of each kind, changed or not."""

    case: Columns
    steps: list[Columns]
    clocks: list[Columns]
    sizes: tuple[int, int]


def shown(rows: CaseRows | ChangedRows) -> Shown:
    """Return the columns of a case's rows; None among them stands for one that stays as it is."""
    case = rows.case.case
    return Shown(
        case=case_columns(rows),
        steps=[step_columns(case, pos, step) for pos, step in enumerate(rows.steps) if step is not None],
        clocks=[clock_columns(case, pos, clock) for pos, clock in enumerate(rows.clocks) if clock is not None],
        sizes=(len(rows.steps), len(rows.clocks)),
    )


def case_columns(rows: CaseRows | ChangedRows) -> Columns:
    """Return the case's row, with its main clock's due instants and standing."""
    case = rows.case
    main = main_clock(rows)
    due_at = None if main is None else maybe_micros(main.due_at)
    return {
        "case": case.case,
        "procedure": case.procedure,
        "variant": case.variant,
        "jurisdiction": case.jurisdiction,
        "owner": case.owner,
        "status": case.status,
        "open": case.open,
        "survey": case.survey,
        "parent": case.parent,
        "excluded": case.excluded,
        "received_at": micros(case.received_at),
        "accepted_at": maybe_micros(case.accepted_at),
        "decided_at": maybe_micros(case.decided_at),
        "closed_at": maybe_micros(case.closed_at),
        "main": None if main is None else main.picture.clock.key,
        "standing": None if main is None or main.standing is None else main.standing.value,
        "due_at": due_at,
        "due_soon_at": None if main is None else maybe_micros(main.due_soon_at),
        "due_order": LAST if due_at is None else due_at,
        "steps": len(rows.steps),
        "clocks": len(rows.clocks),
        "picture": model_text(case),
    }


def step_columns(case: str, pos: int, step: StepPicture) -> Columns:
    """Return a step's row."""
    return {
        "case": case,
        "pos": pos,
        "key": step.key,
        "occurrence": step.occurrence,
        "party": step.party,
        "owner": step.owner,
        "stage": step.stage,
        "status": step.status,
        "pending": step.pending,
        "opened_at": maybe_micros(step.opened_at),
        "started_at": maybe_micros(step.started_at),
        "completed_at": maybe_micros(step.completed_at),
        "told_at": maybe_micros(step.told_at),
        "picture": model_text(step),
    }


def clock_columns(case: str, pos: int, row: ClockRow) -> Columns:
    """Return a clock's row: facts, due instants, rungs."""
    picture, stop = row.picture, row.picture.clock.stop
    return {
        "case": case,
        "pos": pos,
        "key": picture.clock.key,
        "role": picture.role.value,
        "owner": picture.owner,
        "commitment": picture.commitment,
        "measure": picture.measure,
        "also": json.dumps(picture.also) if picture.also else None,
        "step": picture.step,
        "stage": picture.stage,
        "judged": picture.judged,
        "ramp_up": picture.ramp_up,
        "void": picture.void,
        "live": stop is None and not picture.void,
        "verdict": picture.verdict,
        "judged_under": picture.judged_under,
        "calendar": row.calendar,
        "standing": None if row.standing is None else row.standing.value,
        "since": _since(picture.clock, row.start_day),
        "start_day": _day(row.start_day),
        "presumed": row.presumed,
        "due_date": _day(row.due_date),
        "due_at": maybe_micros(row.due_at),
        "due_soon_at": maybe_micros(row.due_soon_at),
        "provisional": row.provisional,
        "horizon": None if row.horizon is None else row.horizon.model_dump_json(),
        "limit": _plain(row.limit),
        "used": _plain(row.used),
        "suspended": _plain(row.suspended),
        "stopped_at": maybe_micros(stop),
        "stopped_on": None if stop is None else local_day(stop).isoformat(),
        "overdue_seq": _overdue(picture.rungs),
        "told_late": any(rung.told_late for rung in picture.rungs),
        "picture": model_text(picture),
    }


def clock_row(columns: Mapping[Any, Any]) -> ClockRow:
    """Return a clock's row from its columns."""
    return ClockRow(
        picture=ClockPicture.model_validate_json(columns["picture"]),
        calendar=columns["calendar"],
        standing=_standing(columns["standing"]),
        start_day=_date(columns["start_day"]),
        presumed=columns["presumed"],
        limit=Decimal(columns["limit"]),
        due_date=_date(columns["due_date"]),
        due_at=maybe_instant(columns["due_at"]),
        due_soon_at=maybe_instant(columns["due_soon_at"]),
        provisional=columns["provisional"],
        horizon=None if columns["horizon"] is None else Horizon.model_validate_json(columns["horizon"]),
        used=_decimal(columns["used"]),
        suspended=_decimal(columns["suspended"]),
    )


def case_line(columns: Mapping[Any, Any]) -> CaseLine:
    """Return a case's line in a list; `standing` is the query's."""
    return CaseLine(
        case=CasePicture.model_validate_json(columns["picture"]),
        main=columns["main"],
        standing=_standing(columns["standing"]),
        due_at=maybe_instant(columns["due_at"]),
        due_soon_at=maybe_instant(columns["due_soon_at"]),
        cursor=(columns["due_order"], columns["case"]),
    )


def case_view(
    case: Mapping[Any, Any], steps: list[str], clocks: Sequence[Mapping[Any, Any]], head: tuple[int, str]
) -> CaseView:
    """Return a whole case from its columns; of steps only the picture is needed."""
    return CaseView(
        case=CasePicture.model_validate_json(case["picture"]),
        steps=tuple(StepPicture.model_validate_json(step) for step in steps),
        clocks=tuple(clock_row(clock) for clock in clocks),
        head=Head(seq=head[0], hash=head[1]),
        main=case["main"],
    )


def _since(clock: Clock, start_day: date | None) -> str | None:
    """The earliest day on which the clock's count depends: acceptance on a day off would move with the calendar."""
    begun = clock.receipt.received if clock.receipt is not None else clock.start
    if begun is None:
        return _day(start_day)
    raw = local_day(begun)
    return _day(raw if start_day is None else min(raw, start_day))


def _overdue(rungs: tuple[Rung, ...]) -> int | None:
    standing = (rung.seq for rung in reversed(rungs) if rung.kind is RungKind.OVERDUE and rung.withdrawn is None)
    return next(standing, None)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _date(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _plain(value: Decimal | None) -> str | None:
    """The shortest text of a number, so that 8 and 8.0 are one row."""
    return None if value is None else f"{value.normalize():f}"


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _standing(value: str | None) -> Standing | None:
    return None if value is None else Standing(value)
