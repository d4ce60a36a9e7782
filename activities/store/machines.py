"""Machines that a provider of identities vouches for: whose they are and what they may do stands here, not in their tokens."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, String, Table, Text, insert, or_, select, text, update

from activities.store import tables
from activities.store.audit_log import AuditLog
from activities.store.instants import instant, maybe_instant, micros
from sla.model import Model

LIVE = text("ended IS NULL")

machine = Table(
    "machine",
    tables.metadata,
    Column("id", String, primary_key=True),
    Column("issuer", String, nullable=False),
    Column("client", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("company", String),
    Column("role", String, nullable=False),
    Column("steps", Text, nullable=False),
    Column("networks", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("made_by", String),  # NULL: at the command line
    Column("used", BigInteger),  # last, to the hour
    Column("ended", BigInteger),
    Column("ended_by", String),
    # a client that was ended may be added again
    Index("machine_live", "issuer", "client", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
)
ROW = machine.c


class Machine(Model):
    """A client of a provider, and whom it stands for. Empty `steps`: all of its company's; empty `networks`: everywhere."""

    id: str
    issuer: str
    client: str
    actor: str
    company: str | None = None
    role: str
    steps: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    created: datetime
    made_by: str | None = None  # an actor; None: at the command line
    used: datetime | None = None  # last; noted at most once an hour
    ended: datetime | None = None
    ended_by: str | None = None


class Machines(AuditLog):
    """The machines."""

    def add_machine(self, new: Machine) -> None:
        """Keep a machine; Conflict where its client is one already."""
        values = new.model_dump() | {
            "steps": json.dumps(new.steps),
            "networks": json.dumps(new.networks),
            "created": micros(new.created),
        }
        with self.writing() as connection:
            connection.execute(insert(machine), values)
            self.audited(connection, "add-machine", f"machine/{new.id}", new.created)

    def machine(self, issuer: str, client: str) -> Machine | None:
        """Read the machine that a client is, None where it is none or has ended."""
        query = select(machine).where(ROW.issuer == issuer, ROW.client == client, ROW.ended.is_(None))
        with self.reading() as connection:
            found = connection.execute(query).mappings().first()
        return None if found is None else _machine(found)

    def machines(self) -> list[Machine]:
        """Read the machines, those that have ended too, oldest first."""
        with self.reading() as connection:
            found = connection.execute(select(machine).order_by(ROW.created, ROW.id)).mappings().all()
        return [_machine(row) for row in found]

    def end_machine(self, id: str, at: datetime, by: str | None = None) -> bool:
        """End a machine by id; False where there is none or it has ended already."""
        change = update(machine).where(ROW.id == id, ROW.ended.is_(None)).values(ended=micros(at), ended_by=by)
        with self.writing() as connection:
            ended = connection.execute(change).rowcount == 1
            if ended:
                self.audited(connection, "end-machine", f"machine/{id}", at)
        return ended

    def use_machine(self, id: str, at: datetime, *, unless_since: datetime) -> None:
        """Note that a machine was let in; not where it was already since an instant."""
        change = update(machine).where(ROW.id == id, or_(ROW.used.is_(None), ROW.used < micros(unless_since)))
        with self.writing() as connection:
            connection.execute(change.values(used=micros(at)))


def _machine(row: Mapping[Any, Any]) -> Machine:
    values = dict(row) | {
        "steps": tuple(json.loads(row["steps"])),
        "networks": tuple(json.loads(row["networks"])),
        "created": instant(row["created"]),
        "used": maybe_instant(row["used"]),
        "ended": maybe_instant(row["ended"]),
    }
    return Machine(**values)
