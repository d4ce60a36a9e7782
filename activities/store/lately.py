"""When each office was last heard of, and when it was last told; each is looked for from the newest backwards."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all

from activities.store import tables
from activities.store.database import Database
from activities.store.instants import instant

CASE, STEP = tables.case.c, tables.step.c
TELLING, DELIVERY = tables.telling.c, tables.delivery.c
NEWEST = 200  # postings, or notices, that are looked through for one office
ARRIVED = ("delivered", "handed-over")  # outcomes after which a notice is out of our hands


class Owner(NamedTuple):
    """An owner of steps, in its jurisdiction."""

    jurisdiction: str
    owner: str


class LastDelivery(NamedTuple):
    """The last notice that a receiver got: when (real time), and whether the channel said so or only took it over."""

    at: datetime
    outcome: str


class Lately(Database):
    """What was last. An office of which nothing is among the newest is left out."""

    def last_postings(self, offices: Collection[Owner]) -> dict[Owner, datetime]:
        """Read when a step of each was last told to be done (business time)."""
        named = Counter(office.owner for office in offices)
        if not offices:
            return {}
        queries = [
            select(literal(one.jurisdiction), literal(one.owner), _last_told(one, alone=named[one.owner] == 1))
            for one in offices
        ]
        with self.reading() as connection:
            found = connection.execute(union_all(*queries)).all()
        return {Owner(place, owner): instant(at) for place, owner, at in found if at is not None}

    def last_deliveries(self, receivers: Collection[str]) -> dict[str, LastDelivery]:
        """Read what each receiver of notices got last."""
        if not receivers:
            return {}
        with self.reading() as connection:
            found = connection.execute(union_all(*(_last_got(one) for one in receivers))).all()
        return {receiver: LastDelivery(instant(at), outcome) for receiver, at, outcome in found}


def _last_told(office: Owner, *, alone: bool) -> ColumnElement[int | None]:
    """Of an owner whose name another city has as well, only postings of the office's own city count."""
    newest = select(STEP.case, STEP.told_at).where(STEP.owner == office.owner, tables.TOLD)
    newest = newest.order_by(STEP.told_at.desc()).limit(1 if alone else NEWEST)
    some = newest.subquery()
    last = select(func.max(some.c.told_at))
    if not alone:
        last = last.join(tables.case, CASE.case == some.c.case).where(CASE.jurisdiction == office.jurisdiction)
    return last.scalar_subquery()


def _last_got(receiver: str) -> Select[str, int, str]:
    newest = select(TELLING.number).where(TELLING.receiver == receiver).order_by(TELLING.number.desc()).limit(NEWEST)
    got = select(literal(receiver).label("receiver"), DELIVERY.at, DELIVERY.outcome)
    got = got.where(DELIVERY.number.in_(newest), DELIVERY.outcome.in_(ARRIVED)).order_by(DELIVERY.at.desc()).limit(1)
    last = got.subquery()
    return select(last.c.receiver, last.c.at, last.c.outcome)
