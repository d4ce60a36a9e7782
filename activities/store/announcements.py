"""What owners of steps are told, in one order that holds for all: a number that is seen has no lower one to come."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, func, insert, select, update

from activities.record import Role
from activities.store import tables
from activities.store.announcement_tables import announcement, announcement_head, unannounced
from activities.store.database import Database
from activities.store.instants import instant, micros
from sla.model import Model

ROW, HEAD, NEW = announcement.c, announcement_head.c, unannounced.c
CLOCK = tables.clock.c


class NewAnnouncement(Model):
    """What somebody is told, before it has a number. `body` holds what depends on its kind."""

    id: str
    case: str
    seq: int
    kind: str
    owner: str
    step: str
    at: datetime
    body: Mapping[str, Any] = {}


class Announcement(NewAnnouncement):
    """What somebody is told, at its place in the order."""

    number: int


class Unannounced(NamedTuple):
    """Events that nobody has looked through, by case: their numbers, and the ids of their rows."""

    revision: int
    cases: Mapping[str, Sequence[int]]
    ids: Sequence[int]


class Announcements(Database):
    """Announcements, and the events that they are yet to be made from."""

    def unannounced(self, limit: int) -> Unannounced:
        """Read the events to look through next; those of one case in order."""
        with self.reading() as connection:
            revision = connection.execute(select(HEAD.revision)).scalar_one()
            found = connection.execute(select(unannounced).order_by(NEW.id).limit(limit)).all()
        cases: dict[str, list[int]] = {}
        for _, case, seq in found:
            cases.setdefault(case, []).append(seq)
        return Unannounced(revision, cases, [row[0] for row in found])

    def announce(self, done: Unannounced, news: Sequence[NewAnnouncement]) -> bool:
        """Give numbers to what was found in some events, and be done with these; False where another process was."""
        with self.writing() as connection:
            head = connection.execute(select(HEAD.number, HEAD.revision).with_for_update()).one()
            if head.revision != done.revision:
                return False
            rows = [_columns(one, number) for number, one in enumerate(news, head.number + 1)]
            if rows:
                connection.execute(insert(announcement), rows)
            connection.execute(delete(unannounced).where(NEW.id.in_(done.ids)))
            moved = {"number": head.number + len(rows), "revision": head.revision + 1}
            connection.execute(update(announcement_head).values(moved))
        return True

    def announcements(
        self,
        after: int,
        *,
        owners: Collection[str] | None = None,
        steps: Collection[str] = (),
        kinds: Collection[str] = (),
        limit: int = 50,
    ) -> list[Announcement]:
        """Read announcements after a number, in order; to these owners, of these steps, of these kinds, where given."""
        query = _chosen(select(announcement), owners, steps, kinds)
        with self.reading() as connection:
            found = connection.execute(query.where(ROW.number > after).order_by(ROW.number).limit(limit)).mappings()
            return [read_announcement(row) for row in found]

    def last_announced(self) -> int:
        """Read the number of the last announcement; 0 where there is none."""
        with self.reading() as connection:
            return int(connection.execute(select(HEAD.number)).scalar_one())

    def announced_to(self, after: int) -> dict[str, int]:
        """Read the last number after one of each owner that was told something since."""
        query = select(ROW.owner, func.max(ROW.number)).where(ROW.number > after).group_by(ROW.owner)
        with self.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def step_dues(self, cases: Collection[str]) -> dict[tuple[str, str], datetime]:
        """Read when steps of cases are due, by case and clock; those without a date are left out."""
        query = select(CLOCK.case, CLOCK.key, CLOCK.due_at).where(CLOCK.case.in_(cases), CLOCK.role == Role.STEP.value)
        with self.reading() as connection:
            found = connection.execute(query.where(CLOCK.due_at.is_not(None)))
            return {(case, key): instant(due) for case, key, due in found}


def _chosen(
    query: Select[Any], owners: Collection[str] | None, steps: Collection[str], kinds: Collection[str]
) -> Select[Any]:
    if owners is not None:
        query = query.where(ROW.owner.in_(owners))
    if steps:
        query = query.where(ROW.step.in_(steps))
    return query.where(ROW.kind.in_(kinds)) if kinds else query


def _columns(one: NewAnnouncement, number: int) -> dict[str, Any]:
    body = json.dumps(one.body, ensure_ascii=False, separators=(",", ":"))
    return {**one.model_dump(), "number": number, "at": micros(one.at), "body": body}


def read_announcement(row: Mapping[Any, Any]) -> Announcement:
    """Return the announcement of a row."""
    return Announcement(**{**row, "at": instant(row["at"]), "body": json.loads(row["body"])})
