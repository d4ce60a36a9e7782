"""What the relay has yet to deliver, and what it had to set aside. Instants are real ones."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple, TypeVar

from sqlalchemy import ColumnElement, and_, delete, func, insert, literal_column, select, update

from activities.store import tables
from activities.store.database import Database
from activities.store.instants import maybe_instant, micros
from sla.model import Model

TELLING, DELIVERY, OUTBOX = tables.telling.c, tables.delivery.c, tables.outbox.c
HOLD = timedelta(minutes=15)  # for which a notice that fails holds up what its receiver hears after it
SET_ASIDE = ("refused", "given-up")  # outcomes after which a notice leaves the outbox and was not delivered
AT_A_TIME = 500

T = TypeVar("T")


class Attempt(Model):
    """One try to deliver a notice. `outcome`: delivered, handed-over, refused, failed or given-up."""

    nth: int
    at: datetime
    outcome: str
    error: str | None = None


class Pending(NamedTuple):
    """A notice that is to be delivered."""

    number: int
    id: str
    receiver: str
    kind: str
    body: str
    attempts: int


class Outbox(Database):
    """Notices on their way."""

    def pending(self, channel: str, now: datetime) -> Pending | None:
        """Read the notice to deliver next: of each receiver its oldest, so that each hears things in order.

        One that has failed for `HOLD` is tried beside that order, when its next try has come.
        """
        beside = OUTBOX.held_until <= micros(now)
        ordered = OUTBOX.held_until.is_(None) | (OUTBOX.held_until > micros(now))
        oldest = select(func.min(OUTBOX.number)).where(OUTBOX.channel == channel, ordered).group_by(OUTBOX.receiver)
        query = (
            select(TELLING.number, TELLING.id, TELLING.receiver, TELLING.kind, TELLING.body, OUTBOX.attempts)
            .join(tables.outbox, OUTBOX.number == TELLING.number)
            .where(OUTBOX.channel == channel, OUTBOX.number.in_(oldest) | beside, OUTBOX.next_at <= micros(now))
            .order_by(OUTBOX.next_at, OUTBOX.number)
            .limit(1)
        )
        with self.reading() as connection:
            found = connection.execute(query).first()
        return None if found is None else Pending(*found)

    def attempted(self, number: int, attempt: Attempt, again_at: datetime | None) -> None:
        """Put an attempt on record; without `again_at` the notice leaves the outbox."""
        values = {"number": number, **attempt.model_dump(), "at": micros(attempt.at)}
        waiting = OUTBOX.number == number
        with self.writing() as connection:
            connection.execute(insert(tables.delivery), values)
            if again_at is None:
                connection.execute(delete(tables.outbox).where(waiting))
            else:
                held = func.coalesce(OUTBOX.held_until, micros(attempt.at + HOLD))
                later = {"attempts": attempt.nth, "next_at": micros(again_at), "held_until": held}
                connection.execute(update(tables.outbox).where(waiting).values(later))

    def give_up(self, before: datetime, now: datetime) -> int:
        """Take notices older than `before` out of the outbox, and say so in the log; how many those were."""
        old = select(OUTBOX.number, OUTBOX.attempts).where(OUTBOX.at < micros(before))
        with self.writing() as connection:
            found = connection.execute(old).all()
            for number, attempts in found:
                given_up = {"number": number, "nth": attempts + 1, "at": micros(now), "outcome": "given-up"}
                connection.execute(insert(tables.delivery), given_up)
                connection.execute(delete(tables.outbox).where(OUTBOX.number == number))
        return len(found)

    def set_aside(self, since: datetime) -> int:
        """Count the notices refused or given up since an instant, and neither sent again nor waiting for it."""
        query = select(func.count()).select_from(tables.delivery).where(DELIVERY.at >= micros(since), LAST_SET_ASIDE)
        with self.reading() as connection:
            return connection.execute(query).scalar_one()

    def send_again(self, numbers: Iterable[int], at: datetime) -> list[int]:
        """Put notices that were set aside into the outbox once more; the numbers of those that were."""
        again: list[int] = []
        with self.writing() as connection:
            for some in some_of(sorted(set(numbers))):
                query = select(TELLING.number, TELLING.channel, TELLING.receiver, TELLING.at, DELIVERY.nth)
                query = query.join(tables.delivery, DELIVERY.number == TELLING.number)
                query = query.where(TELLING.number.in_(some), LAST_SET_ASIDE).order_by(TELLING.number)
                for number, channel, receiver, _, nth in connection.execute(query).all():
                    waiting = {"number": number, "channel": channel, "receiver": receiver, "attempts": nth}
                    connection.execute(insert(tables.outbox), {**waiting, "at": micros(at), "next_at": micros(at)})
                    again.append(number)
        return again

    def undelivered(self) -> tuple[int, datetime | None]:
        """Count the notices that wait for delivery, and say since when the oldest does."""
        with self.reading() as connection:
            count, oldest = connection.execute(
                select(func.count(), func.min(OUTBOX.at)).select_from(tables.outbox)
            ).one()
        return count, maybe_instant(oldest)


def some_of(items: Iterable[T]) -> Iterator[list[T]]:
    """Cut items into parts that one statement may name."""
    rest = iter(items)
    while part := list(islice(rest, AT_A_TIME)):
        yield part


def _last_set_aside() -> ColumnElement[bool]:
    """Of a delivery: it was the notice's last, it set the notice aside, and the notice does not wait again."""
    later = tables.delivery.alias("later")
    after = select(later.c.number).where(later.c.number == DELIVERY.number, later.c.nth > DELIVERY.nth)
    waits = select(OUTBOX.number).where(OUTBOX.number == DELIVERY.number)
    set_aside = DELIVERY.outcome.in_([literal_column(repr(one)) for one in SET_ASIDE])  # so worded the index serves
    return and_(set_aside, ~after.exists(), ~waits.exists())


LAST_SET_ASIDE = _last_set_aside()
