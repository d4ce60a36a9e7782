"""Reading the log of notices: what each was about, and whether it arrived. Instants are real ones."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, and_, case, func, literal, or_, select, tuple_

from activities.store import tables
from activities.store.database import Database
from activities.store.instants import instant, maybe_instant
from activities.store.outbox import LAST_SET_ASIDE
from activities.store.tellings import AlertLine, TellingFilter, conditions_of
from sla.model import Model

TELLING, ALERT, DELIVERY, OUTBOX = tables.telling.c, tables.telling_alert.c, tables.delivery.c, tables.outbox.c


class NoticeArrival(StrEnum):
    """Where a notice is. A channel that cannot say whether it arrived was handed it over."""

    WAITING = "waiting"
    REFUSED = "refused"
    GIVEN_UP = "given-up"
    DELIVERED = "delivered"
    HANDED_OVER = "handed-over"


UNDELIVERED = (NoticeArrival.WAITING, NoticeArrival.REFUSED, NoticeArrival.GIVEN_UP)


class NoticePlace(NamedTuple):
    """A place in the list: those that did not arrive come first, of each kind the newest."""

    undelivered: bool
    number: int


class NoticeFilter(TellingFilter):
    """Which notices a list holds that says how each fared."""

    arrival: NoticeArrival | None = None


class Delivery(Model):
    """How a notice fared: the last attempt, where there was any, and when the next one is due."""

    arrival: NoticeArrival
    attempts: int = 0
    at: datetime | None = None
    error: str | None = None
    next_at: datetime | None = None


class LoggedNotice(Model):
    """A notice of the log with its first alerts; `count` says how many it has."""

    number: int
    receiver: str
    channel: str
    kind: str
    at: datetime
    body: str
    delivery: Delivery
    count: int
    alerts: tuple[AlertLine, ...]


class ToldAlert(Model):
    """An alert of a case as one receiver was told of it."""

    number: int
    pos: int  # among the alerts of the notice
    receiver: str
    channel: str
    kind: str
    at: datetime
    delivery: Delivery
    alert: AlertLine


class NoticeLog(Database):
    """The log of notices, the newest first."""

    def notices(
        self, wanted: NoticeFilter, after: NoticePlace | None = None, limit: int = 50, shown: int = 3
    ) -> list[LoggedNotice]:
        """Read notices without reminders, after a place, each with its first alerts: of the case where one is asked for."""
        conditions = _conditions(wanted)
        rows: list[Mapping[Any, Any]] = []
        with self.reading() as connection:
            for undelivered in (True, False):
                if len(rows) == limit or not _holds(wanted, after, undelivered=undelivered):
                    continue
                query = select(*_NOTICE, TELLING.body, *_LAST).select_from(_with_last(tables.telling))
                query = query.where(*conditions, _UNDELIVERED if undelivered else ~_UNDELIVERED)
                if after is not None and after.undelivered is undelivered:
                    query = query.where(TELLING.number < after.number)
                query = query.order_by(TELLING.number.desc()).limit(limit - len(rows))
                rows += connection.execute(query).mappings()
            numbers = [row["number"] for row in rows]
            of_notices = [ALERT.number.in_(numbers), *([ALERT.case == wanted.case] if wanted.case else [])]
            place = func.row_number().over(partition_by=ALERT.number, order_by=ALERT.pos).label("place")
            count = func.count().over(partition_by=ALERT.number).label("count")
            ranked = select(tables.telling_alert, place, count).where(*of_notices).subquery()
            lines = select(ranked).where(ranked.c.place <= shown).order_by(ranked.c.number, ranked.c.place)
            alerts: dict[int, list[AlertLine]] = {number: [] for number in numbers}
            counts = dict.fromkeys(numbers, 0)
            for line in connection.execute(lines).mappings():
                alerts[line["number"]].append(_alert(line))
                counts[line["number"]] = line["count"]
        return [
            LoggedNotice(
                **_notice(row),
                body=row["body"],
                count=counts[row["number"]],
                alerts=tuple(alerts[row["number"]]),
            )
            for row in rows
        ]

    def told_of_case(
        self,
        of: str,
        before: tuple[int, int] | None = None,
        limit: int = 200,
        receivers: Collection[str] | None = None,
        steps: Collection[str] | None = None,
    ) -> list[ToldAlert]:
        """Read who was told what of a case, the newest first, before a number and place.

        Where they are given, only what these receivers were told, and only of these steps.
        """
        joined = tables.telling_alert.join(tables.telling, TELLING.number == ALERT.number)
        query = select(*_NOTICE, *_LAST, *_ALERT, ALERT.pos).select_from(_with_last(joined)).where(ALERT.case == of)
        if before is not None:
            query = query.where(tuple_(ALERT.number, ALERT.pos) < tuple_(*map(literal, before)))
        if receivers is not None:
            query = query.where(TELLING.receiver.in_(receivers))
        if steps is not None:
            query = query.where(ALERT.step.in_(steps))
        newest = query.order_by(ALERT.number.desc(), ALERT.pos.desc()).limit(limit)
        with self.reading() as connection:
            found = connection.execute(newest).mappings().all()
        return [ToldAlert(**_notice(row), pos=row["pos"], alert=_alert(row)) for row in found]


_LATEST = tables.delivery.alias("latest")
_NOTICE = (TELLING.number, TELLING.receiver, TELLING.channel, TELLING.kind, TELLING.at)
_ALERT = tuple(ALERT[name] for name in AlertLine.model_fields)
_LAST = (
    case((OUTBOX.number.is_not(None), NoticeArrival.WAITING.value), else_=_LATEST.c.outcome).label("arrival"),
    _LATEST.c.nth.label("attempts"),
    _LATEST.c.at.label("tried_at"),
    _LATEST.c.error,
    OUTBOX.next_at,
)
_UNDELIVERED = or_(
    TELLING.number.in_(select(OUTBOX.number)), TELLING.number.in_(select(DELIVERY.number).where(LAST_SET_ASIDE))
)


def _with_last(notices: FromClause) -> FromClause:
    """Notices with their last attempt, and their place in the outbox where they have one."""
    later = tables.delivery.alias("later_one").c
    last = select(func.max(later.nth)).where(later.number == TELLING.number).scalar_subquery()
    tried = and_(_LATEST.c.number == TELLING.number, _LATEST.c.nth == last)
    return notices.outerjoin(_LATEST, tried).outerjoin(tables.outbox, OUTBOX.number == TELLING.number)


def _holds(wanted: NoticeFilter, after: NoticePlace | None, *, undelivered: bool) -> bool:
    """Tell whether a part of the list can hold what is asked for and was not read before."""
    if wanted.arrival is not None and (wanted.arrival in UNDELIVERED) is not undelivered:
        return False
    return after is None or not undelivered or after.undelivered


def _conditions(wanted: NoticeFilter) -> list[ColumnElement[bool]]:
    conditions = conditions_of(wanted)
    if wanted.arrival is NoticeArrival.WAITING:
        conditions.append(OUTBOX.number.is_not(None))
    elif wanted.arrival is not None:
        conditions += [OUTBOX.number.is_(None), _LATEST.c.outcome == wanted.arrival.value]
    return conditions


def _notice(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("number", "receiver", "channel", "kind")},
        "at": instant(row["at"]),
        "delivery": Delivery(
            arrival=row["arrival"],
            attempts=row["attempts"] or 0,
            at=maybe_instant(row["tried_at"]),
            error=row["error"],
            next_at=maybe_instant(row["next_at"]),
        ),
    }


def _alert(row: Mapping[Any, Any]) -> AlertLine:
    return AlertLine(**{name: row[name] for name in AlertLine.model_fields})
