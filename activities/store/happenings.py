"""What has happened since an instant that is worth a look: rungs, decisions, confirmations, moved due dates."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    type_coerce,
    union_all,
)

from activities.record import Role
from activities.store import tables
from activities.store.conditions import CASE, IS_CLOSED, here
from activities.store.database import Database
from activities.store.instants import maybe_instant, micros
from activities.store.ledger import EVENT, event_of
from activities.store.lines import Happening, Instants, Recent
from sla.clock import Standing

E, STEP = tables.event.c, tables.step.c
HAPPENED = and_(tables.HAPPENED)
NOTHING = cast(null(), BigInteger)
LOOKS = ("closed", "case", "step", "moved", "waiting")
TARGETS = (Role.STEP, Role.STAGE)  # what begins the keys of planning targets' clocks
HAPPENINGS = ("calendar-applied", "confirmed", "decided", "rung-raised", "rung-withdrawn")


class Happenings(Database):
    """What officers ask about since yesterday; bounded by what was told since then."""

    def happened(
        self,
        since: datetime,
        *,
        kinds: Collection[str] = HAPPENINGS,
        after: tuple[int, str, int] | None = None,
        limit: int = 50,
    ) -> list[Happening]:
        """Read events told since a business instant, oldest first; `after`: when the last one was told, its case and number."""
        query = select(*EVENT, E.case, CASE.jurisdiction).join(tables.case, CASE.case == E.case)
        query = query.where(HAPPENED, E.told >= micros(since), E.kind.in_(kinds))
        if after is not None:
            query = query.where(tuple_(E.told, E.case, E.seq) > tuple_(*after))
        with self.reading() as connection:
            found = connection.execute(query.order_by(E.told, E.case, E.seq).limit(limit)).all()
        return [_happening(row) for row in found]

    def recent(self, at: Instants) -> Recent:
        """Count what has happened since the last close of each place: decided, alarms withdrawn, moved; and what waits."""
        looks = (_closed(at), self._withdrawn(at), _moved(at), _waiting())
        with self.reading() as connection:
            found: Sequence[Any] = connection.execute(union_all(*looks)).all()
        numbers: dict[str, dict[str, int]] = {look: {} for look in LOOKS}
        for look, key, number, _ in found:
            numbers[look][key] = number
        verdicts, moved = numbers["closed"], {one.partition(" ") for one in numbers["moved"]}
        return Recent(
            decided=sum(verdicts.values()),
            met=verdicts.get(Standing.MET.value, 0),
            missed=verdicts.get(Standing.MISSED.value, 0),
            cases_withdrawn=dict(sorted(numbers["case"].items())),
            steps_withdrawn=dict(sorted(numbers["step"].items())),
            moved=len({case for case, _, body in moved if _moves(json.loads(body))}),
            waiting=numbers["waiting"][""],
            waiting_since=next(maybe_instant(first) for look, _, _, first in found if look == "waiting"),
        )

    def _withdrawn(self, at: Instants) -> Select[Any]:
        """Alarms by what they were of and by reason."""
        body = type_coerce(E.body, JSON) if self.sqlite else cast(E.body, JSON)
        clock = body["clock"].as_string()
        target = or_(*(clock.startswith(f"{role.value}/") for role in TARGETS))
        each = _since(at, "rung-withdrawn", case((target, "step"), else_="case"), body["reason"].as_string())
        of, reason = each.subquery().c
        return select(of, reason, func.count(), NOTHING).group_by(of, reason)


def _since(at: Instants, kind: str, *columns: ColumnElement[Any]) -> Select[Any]:
    """Events that were told since the last close of their place."""
    each = {place: days.since for place, days in at.places.items()}
    told = E.told >= min(map(micros, each.values()), default=micros(at.now))  # as an index can say it
    query = select(*columns).join(tables.case, CASE.case == E.case)
    return query.where(HAPPENED, told, E.told >= here(each), E.kind == kind)


def _closed(at: Instants) -> Select[str, Any, int, int]:
    """Decided cases by the verdict of a promise that binds each of them."""
    each = {place: days.since for place, days in at.places.items()}
    first = min(map(micros, each.values()), default=micros(at.now))
    verdict = func.coalesce(case((CASE.judged, CASE.standing)), "").label("verdict")
    query = select(literal("closed"), verdict, func.count(), NOTHING).where(IS_CLOSED, CASE.status == "decided")
    return query.where(CASE.group_order <= -first, -CASE.group_order >= here(each)).group_by(verdict)


def _moved(at: Instants) -> Select[Any]:
    return _since(at, "calendar-applied", literal("moved"), E.case + " " + E.body, literal(1), NOTHING)


def _moves(body: Mapping[str, Any]) -> bool:
    return any(before is not None for before, _ in body["moved"].values())


def _waiting() -> Select[str, str, int, Any]:
    query = select(literal("waiting"), literal(""), func.count(), func.min(STEP.told_at))
    return query.where(tables.PENDING)


def _happening(row: Sequence[Any]) -> Happening:
    event, number = event_of(row[:-2]), row[-2]
    return Happening(case=number, jurisdiction=row[-1], event=event, cursor=(micros(event.told), number, event.seq))
