"""Rows of the read model to and from columns."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from activities.record import CasePicture, ClockPicture, Head, StepPicture
from activities.store.groups import binds, bits, fixed_marks, order_of, place_of
from activities.store.instants import maybe_instant, maybe_micros, micros
from activities.store.rows import CaseRows, CaseView, ChangedRows, ClockRow, main_clock, model_text, overdue_rung
from sla.axis import local_day
from sla.clock import Clock, Horizon, Standing

Columns = dict[str, Any]
ON_DESK = ("open", "running", "suspended")
MONTH = len("2026-11")
APPROVED = ("decided", "approved")  # status and outcome


class Shown(NamedTuple):
    """A case's rows as columns, those that change; `sizes` is how many there are of each kind, changed or not."""

    case: Columns
    steps: list[Columns]
    clocks: list[Columns]
    sizes: tuple[int, int]


def shown(rows: CaseRows | ChangedRows) -> Shown:
    """Return the columns of a case's rows; None among them stands for one that stays as it is."""
    case = rows.case
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
    place = place_of(case, main)
    return {
        "case": case.case,
        "number": case.case.lower(),
        "tail": case.case.lower()[::-1],
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
        "approved_at": maybe_micros(case.decided_at) if (case.status, case.outcome) == APPROVED else None,
        "closed_at": maybe_micros(case.closed_at),
        "main": None if main is None else main.picture.clock.key,
        "standing": None if main is None or main.standing is None else main.standing.value,
        "due_at": None if main is None else maybe_micros(main.due_at),
        "due_soon_at": None if main is None else maybe_micros(main.due_soon_at),
        "group_": place.value,
        "group_order": order_of(case, main, place),
        "judged": binds(main),
        "marks": bits(fixed_marks(case, main)),
        "steps": len(rows.steps),
        "clocks": len(rows.clocks),
        "fee": _fee(case),
        "picture": model_text(case),
    }


def step_columns(case: CasePicture, pos: int, step: StepPicture) -> Columns:
    """Return a step's row."""
    return {
        "case": case.case,
        "pos": pos,
        "key": step.key,
        "occurrence": step.occurrence,
        "party": step.party,
        "owner": step.owner,
        "stage": step.stage,
        "status": step.status,
        "pending": step.pending,
        "desk": case.open and step.status in ON_DESK,
        "coming": step.coming,
        "opened_at": maybe_micros(step.opened_at),
        "started_at": maybe_micros(step.started_at),
        "completed_at": maybe_micros(step.completed_at),
        "told_at": maybe_micros(step.told_at),
        "picture": model_text(step),
    }


def clock_columns(case: CasePicture, pos: int, row: ClockRow) -> Columns:
    """Return a clock's row: facts, due instants, rungs."""
    picture, stop = row.picture, row.picture.clock.stop
    stopped_on = None if stop is None else local_day(stop).isoformat()
    return {
        "case": case.case,
        "pos": pos,
        "key": picture.clock.key,
        "role": picture.role.value,
        "owner": picture.owner,
        "jurisdiction": case.jurisdiction,
        "taken_over": case.taken_over is not None,
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
        "left_order": row.left_order,
        "stopped_at": maybe_micros(stop),
        "stopped_on": stopped_on,
        "stopped_in": None if stopped_on is None else stopped_on[:MONTH],
        "overdue_seq": None if (overdue := overdue_rung(picture)) is None else overdue.seq,
        "told_late": any(rung.told_late for rung in picture.rungs),
        "noted": overdue is not None and overdue.noted,
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
        left_order=columns["left_order"],
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
        faulty=bool(case["faulty"]),
    )


def _since(clock: Clock, start_day: date | None) -> str | None:
    """The earliest day on which the clock's count depends: acceptance on a day off would move with the calendar."""
    begun = clock.receipt.received if clock.receipt is not None else clock.start
    if begun is None:
        return _day(start_day)
    raw = local_day(begun)
    return _day(raw if start_day is None else min(raw, start_day))


def _fee(case: CasePicture) -> str | None:
    """The verdict of its promises about money that bind: one that is missed before one that is met."""
    verdicts = {fee.verdict for fee in case.fees if not fee.ramp_up}
    return next((one.value for one in (Standing.MISSED, Standing.MET) if one.value in verdicts), None)


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
