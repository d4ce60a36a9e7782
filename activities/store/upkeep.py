"""What is kept beside the cases: faults, heartbeats, the timeline; and the rows as a whole."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from activities.store import tables
from activities.store.audit_log import AuditLog
from activities.store.errors import TimelineRefused
from activities.store.instants import instant, maybe_instant, micros
from activities.store.judged_groups import judged_from_clocks
from activities.store.request_tables import request
from activities.store.sum_tables import judged_sum
from sla.model import Model
from sla.timeline import REAL_TIME, Timeline

READ_MODEL = (request, tables.clock, tables.step, tables.case)  # children first
TIMELINE = "timeline"
SECRET = 32  # bytes


class Fault(Model):
    """Something that must not be and that nothing has written over."""

    id: int
    case: str  # empty: of no single case
    kind: str
    detail: str
    at: datetime
    resolved_at: datetime | None = None


class Upkeep(AuditLog):
    """Everything that is of no single case."""

    def ping(self) -> None:
        """StoreUnavailable where the database does not answer."""
        with self.reading() as connection:
            connection.exec_driver_sql("SELECT 1")

    def clock(self) -> datetime | None:
        """Say what time the database has; None where its clock is this machine's own."""
        if self.sqlite:
            return None
        with self.reading() as connection:
            told: datetime | None = connection.exec_driver_sql("SELECT clock_timestamp()").scalar()
            return told

    def fault(self, case: str, kind: str, detail: str, at: datetime) -> None:
        """Record a fault; one that is open already is not recorded again."""
        upsert = sqlite.insert if self.sqlite else postgresql.insert
        values = {"case": case, "kind": kind, "detail": detail, "at": micros(at)}
        with self.writing() as connection:
            connection.execute(upsert(tables.fault).on_conflict_do_nothing(), values)

    def resolve_fault(self, case: str, kind: str, at: datetime) -> bool:
        """Mark the open fault as resolved; False where none was open."""
        row = tables.fault.c
        change = update(tables.fault).where(row.case == case, row.kind == kind, row.resolved_at.is_(None))
        with self.writing() as connection:
            return connection.execute(change.values(resolved_at=micros(at))).rowcount == 1

    def faults(self, *, case: str | None = None, resolved: bool = False) -> list[Fault]:
        """Read the open faults, of one case or of all, oldest first; the resolved ones as well where asked."""
        query = select(tables.fault).order_by(tables.fault.c.id)
        if case is not None:
            query = query.where(tables.fault.c.case == case)
        if not resolved:
            query = query.where(tables.fault.c.resolved_at.is_(None))
        with self.reading() as connection:
            found = connection.execute(query).mappings().all()
        return [
            Fault(**dict(row) | {"at": instant(row["at"]), "resolved_at": maybe_instant(row["resolved_at"])})
            for row in found
        ]

    def heartbeat(self, name: str, at: datetime) -> None:
        """Say that a process was alive."""
        upsert = sqlite.insert(tables.heartbeat) if self.sqlite else postgresql.insert(tables.heartbeat)
        beat = upsert.on_conflict_do_update(index_elements=["name"], set_={"at": upsert.excluded.at})
        with self.writing() as connection:
            connection.execute(beat, {"name": name, "at": micros(at)})

    def claim_turn(self, name: str, at: datetime, every: timedelta) -> bool:
        """Take a turn that one process has at a time; False where one was taken less than `every` ago."""
        row = tables.setting.c
        key = f"turn/{name}"
        upsert = sqlite.insert if self.sqlite else postgresql.insert
        with self.writing() as connection:
            connection.execute(upsert(tables.setting).on_conflict_do_nothing(), {"key": key, "value": ""})
            last = connection.scalar(select(row.value).where(row.key == key).with_for_update())
            if last and at - instant(int(last)) < every:
                return False
            connection.execute(update(tables.setting).where(row.key == key).values(value=str(micros(at))))
        return True

    def heartbeats(self) -> dict[str, datetime]:
        """Say when each process was last alive."""
        with self.reading() as connection:
            return {row.name: instant(row.at) for row in connection.execute(select(tables.heartbeat))}

    def timeline(self) -> Timeline:
        """Read the timeline in force: the stored one, or real time where none was set."""
        with self.reading() as connection:
            return _timeline(connection) or REAL_TIME

    def set_timeline_once(self, timeline: Timeline) -> None:
        """Store the timeline; TimelineRefused where the ledger holds an event and another one is in force."""
        with self.writing() as connection:
            if not self.sqlite:
                connection.exec_driver_sql("LOCK TABLE setting IN EXCLUSIVE MODE")
            known = _timeline(connection)
            identities = (known is None or known.identity) and timeline.identity
            if known == timeline or (identities and known is not None):
                return
            if not identities and connection.execute(select(tables.event.c.seq).limit(1)).first() is not None:
                raise TimelineRefused
            connection.execute(delete(tables.setting).where(tables.setting.c.key == TIMELINE))
            connection.execute(insert(tables.setting), {"key": TIMELINE, "value": timeline.model_dump_json()})
            self.audited(connection, "set-timeline", f"setting/{TIMELINE}", timeline.anchor_real)

    def go_on(self, begins: datetime, real: datetime, rate: int) -> Timeline:
        """Let a rehearsal go on at another rate, from a business instant or from its last event where that is later.

        `real` is the instant at which it does. Raises TimelineRefused where real time is in force.
        """
        with self.writing() as connection:
            known = _timeline(connection)
            if known is None or known.identity:
                raise TimelineRefused
            last = connection.scalar(select(func.max(tables.event.c.told)))
            begins = begins if last is None else max(begins, instant(last))
            timeline = Timeline(anchor_real=real, anchor_business=begins, rate=rate)
            changed = update(tables.setting).where(tables.setting.c.key == TIMELINE)
            connection.execute(changed.values(value=timeline.model_dump_json()))
            self.audited(connection, "set-timeline", f"setting/{TIMELINE}", real)
        return timeline

    def secret(self, name: str) -> str:
        """Read a secret of this installation, in hexadecimal; the first question makes it, once for all processes."""
        row = tables.setting.c
        query = select(row.value).where(row.key == name)
        with self.reading() as connection:
            known = connection.scalar(query)
        if known is not None:
            return str(known)
        upsert = sqlite.insert if self.sqlite else postgresql.insert
        values = {"key": name, "value": secrets.token_hex(SECRET)}
        with self.writing() as connection:
            connection.execute(upsert(tables.setting).on_conflict_do_nothing(), values)
            return str(connection.scalar(query))

    def dump_rows(self, case: str) -> list[tuple[str, dict[str, Any]]]:
        """Read the case's rows, table by table, the same on both databases: what a rebuild is compared by."""
        dumped: list[tuple[str, dict[str, Any]]] = []
        with self.reading() as connection:
            for table in reversed(READ_MODEL):
                query = select(table).where(table.c.case == case).order_by(*table.primary_key)
                dumped += [(table.name, dict(row)) for row in connection.execute(query).mappings()]
        return dumped

    def drop_rows(self, case: str | None = None) -> None:
        """Empty the read model, or one case's rows of it; the events stay."""
        with self.writing() as connection:
            if not self.sqlite:
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            for table in READ_MODEL:
                connection.execute(delete(table) if case is None else delete(table).where(table.c.case == case))

    def recount_judged(self) -> None:
        """Make the sums of judged promises anew from the rows of clocks."""
        with self.writing() as connection:
            if not self.sqlite:
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                connection.exec_driver_sql("LOCK TABLE clock IN SHARE MODE")  # whoever writes one writes a sum
            connection.execute(delete(judged_sum))
            connection.execute(insert(judged_sum).from_select([*judged_sum.c.keys()], judged_from_clocks()))

    def judged_sums_hold(self) -> bool:
        """Tell whether the sums of judged promises are those of the rows of clocks."""
        kept, counted = select(judged_sum).where(judged_sum.c.n != 0), judged_from_clocks()
        with self.reading() as connection:
            return set(connection.execute(kept).all()) == set(connection.execute(counted).all())


def _timeline(connection: Connection) -> Timeline | None:
    found = connection.scalar(select(tables.setting.c.value).where(tables.setting.c.key == TIMELINE))
    return None if found is None else Timeline.model_validate_json(found)
