"""The audit log: one row for every action and every refusal, each chained by hash to the one before.

Who acts is said by the way in (`acting`); what was done, by the method of the store that does it, in its transaction.
"""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from activities.record import GENESIS, Head
from activities.store import tables
from activities.store.audit_tables import audit, audit_head
from activities.store.database import Database
from activities.store.errors import AuditUnavailable
from activities.store.hashing import canonical
from activities.store.instants import instant, micros, written
from sla.model import Model

TAG = b"shixian/audit/1\n"
DONE = "done"
REFUSED = "refused:"  # followed by the code
PAGE = 1000  # rows that a check reads at once
ROW = audit.c


class Who(NamedTuple):
    """Somebody who acts, when (real time), from where, under which request."""

    at: datetime
    actor: str
    role: str
    source_ip: str
    request_id: str


class AuditEntry(NamedTuple):
    """What somebody did, or was refused."""

    who: Who
    action: str
    object: str
    outcome: str = DONE


class AuditRow(Model):
    """A row of the log."""

    seq: int
    at: datetime
    actor: str
    role: str
    action: str
    object: str
    outcome: str
    source_ip: str
    request_id: str
    hash: str


class AuditFilter(Model):
    """Which rows are asked for; None: any."""

    since: datetime | None = None
    actor: str | None = None
    action: str | None = None
    object: str | None = None


_doer: ContextVar[Who | None] = ContextVar("doer", default=None)


@contextmanager
def acting(who: Who) -> Iterator[None]:
    """Say who does what this thread writes meanwhile."""
    token = _doer.set(who)
    try:
        yield
    finally:
        _doer.reset(token)


def operator(at: datetime) -> Who:
    """Name whoever runs this process on the machine itself, by the number of its account."""
    return Who(at, f"uid:{os.getuid()}", "operator", "local", secrets.token_hex(8))


class AuditLog(Database):
    """The log."""

    def audit(self, entries: Sequence[AuditEntry]) -> None:
        """Append rows in a transaction of their own; once it returns they are on the disk."""
        with self.writing() as connection:
            append(connection, entries)

    def audited(self, connection: Connection, action: str, object: str, at: datetime) -> None:
        """Append the row of what this transaction does; `at` is when, where no way in has said who acts."""
        append(connection, [AuditEntry(_doer.get() or operator(at), action, object)])

    def audit_rows(self, wanted: AuditFilter, before: int | None = None, limit: int = 50) -> list[AuditRow]:
        """Read rows, the newest first, before a number."""
        query = select(audit).order_by(ROW.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(ROW.seq < before)
        if wanted.since is not None:
            query = query.where(ROW.at >= micros(wanted.since))
        for column, value in ((ROW.actor, wanted.actor), (ROW.action, wanted.action), (ROW.object, wanted.object)):
            if value is not None:
                query = query.where(column == value)
        with self.reading() as connection:
            found = connection.execute(query).mappings().all()
        return [AuditRow(**{n: row[n] for n in AuditRow.model_fields} | {"at": instant(row["at"])}) for row in found]

    def audit_head(self) -> Head:
        """Say where the chain stands."""
        with self.reading() as connection:
            found = connection.execute(select(audit_head.c.seq, audit_head.c.hash)).first()
        return Head() if found is None else Head(seq=found[0], hash=found[1])

    def heads(self) -> tuple[dict[str, Head], Head]:
        """Read where every case's ledger stands, and the audit log's chain, at one moment."""
        row = tables.head.c
        with self.snapshot(), self.reading() as connection:
            found = connection.execute(select(row.case, row.seq, row.hash).where(row.seq > 0))
            cases = {case: Head.model_construct(seq=seq, hash=hash_) for case, seq, hash_ in found}
            return cases, self.audit_head()

    def event_hashes(self, case: str) -> dict[int, str]:
        """Read the hashes of a case's events, by number."""
        row = tables.event.c
        with self.reading() as connection:
            found = connection.execute(select(row.seq, row.hash).where(row.case == case).order_by(row.seq))
            return {int(row.seq): str(row.hash) for row in found}

    def audit_hash(self, seq: int) -> str | None:
        """Read the hash of a row; GENESIS at 0, None where there is no such row."""
        if seq == 0:
            return GENESIS
        with self.reading() as connection:
            return connection.scalar(select(ROW.hash).where(ROW.seq == seq))

    def broken_audit(self) -> int | None:
        """Find the first number at which the chain does not hold or a row is missing; None: it holds."""
        with self.snapshot():
            head, seq, previous = self.audit_head(), 0, GENESIS
            while page := self._page(seq):
                for row in page:
                    if (row["seq"], row["prev_hash"], row["hash"]) != (seq + 1, previous, _hash(row, previous)):
                        return seq + 1
                    seq, previous = row["seq"], row["hash"]
        return None if (head.seq, head.hash) == (seq, previous) else min(head.seq, seq) + 1

    def _page(self, after: int) -> list[dict[str, Any]]:
        query = select(audit).where(ROW.seq > after).order_by(ROW.seq).limit(PAGE)
        with self.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def append(connection: Connection, entries: Sequence[AuditEntry]) -> None:
    """Append rows in the transaction of a connection; others who append wait for its end, so it is done last."""
    found = connection.execute(select(audit_head.c.seq, audit_head.c.hash).with_for_update()).first()
    rows = chained(found, entries)
    connection.execute(insert(audit), rows)
    connection.execute(update(audit_head).values(seq=rows[-1]["seq"], hash=rows[-1]["hash"]))


def chained(head: Sequence[Any] | None, entries: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    """Return the columns of rows that follow a head (number and hash), in the table's order."""
    if head is None:
        raise AuditUnavailable("(its head is missing)")
    seq, previous = head
    rows: list[dict[str, Any]] = []
    for who, action, of, outcome in entries:
        seq += 1
        row = {
            "seq": seq,
            "at": micros(who.at),
            "actor": who.actor,
            "role": who.role,
            "action": action,
            "object": of,
            "outcome": outcome,
            "source_ip": who.source_ip,
            "request_id": who.request_id,
            "prev_hash": previous,
        }
        previous = row["hash"] = _hash(row, previous)
        rows.append(row)
    return rows


def _hash(row: dict[str, Any], previous: str) -> str:
    """SHA-256 over the tag, the previous hash and the canonical JSON of all else, in hexadecimal."""
    said = {name: value for name, value in row.items() if name not in ("prev_hash", "hash")}
    text = canonical(said | {"at": written(row["at"])})
    return sha256(TAG + previous.encode() + b"\n" + text.encode()).hexdigest()
