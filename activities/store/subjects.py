"""Subjects as they are kept: ciphertext, wrapped key, what they are found by, and the cases that they belong to."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import sleep
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from activities.store import tables
from activities.store.errors import Conflict
from activities.store.instants import instant, micros
from activities.store.subject_log import NewSubjectEvent, SubjectEvent, SubjectLog, events_of
from activities.store.subject_tables import case_subject, subject, subject_event, subject_key, subject_token

SUBJECT, KEY, TOKEN, LINK = subject.c, subject_key.c, subject_token.c, case_subject.c
SEALED = (SUBJECT.id, SUBJECT.kind, SUBJECT.created, SUBJECT.ciphertext, KEY.master, KEY.wrapped)
MASTER = "subject-master"  # the setting that names the master key in use, so that another file of keys is noticed
AGAIN = 5  # looks whether nobody reads what the log of SQLite still holds of an erased subject
PAUSE = 0.2  # seconds between them


class SealedSubject(NamedTuple):
    """A subject that only its keys open."""

    id: str
    kind: str
    created: datetime
    ciphertext: bytes
    master: str
    wrapped: bytes


class SubjectLink(NamedTuple):
    """A subject's part of a case."""

    case: str
    part: str
    subject: str


class NewSubject(NamedTuple):
    """A subject with what it is found by."""

    sealed: SealedSubject
    tokens: Collection[str]


@dataclass(frozen=True, slots=True)
class SubjectChange:
    """What becomes of the subjects of a case. `master`: the master key that wraps the keys of new ones."""

    master: str
    new: Sequence[NewSubject] = ()
    changed: Sequence[NewSubject] = ()
    linked: Sequence[SubjectLink] = ()
    unlinked: Sequence[SubjectLink] = ()
    events: Sequence[NewSubjectEvent] = ()


class Subjects(SubjectLog):
    """The subjects."""

    def subject_links(self, cases: Collection[str]) -> list[SubjectLink]:
        """Read which subjects some cases have."""
        query = select(LINK.case, LINK.part, LINK.subject).where(LINK.case.in_(cases))
        with self.reading() as connection:
            return [SubjectLink(*row) for row in connection.execute(query.order_by(LINK.case, LINK.part, LINK.subject))]

    def subjects_of_cases(self, cases: Collection[str]) -> list[tuple[SubjectLink, SealedSubject | None]]:
        """Read the subjects of some cases, None for one that is erased."""
        links = (LINK.case, LINK.part, LINK.subject)
        joined = select(*links, *SEALED).join_from(case_subject, subject, SUBJECT.id == LINK.subject, isouter=True)
        query = joined.join(subject_key, KEY.subject == LINK.subject, isouter=True).where(LINK.case.in_(cases))
        with self.reading() as connection:
            found = connection.execute(query.order_by(*links)).all()
        return [(SubjectLink(*row[:3]), None if row[3] is None else _subject(row[3:])) for row in found]

    def cases_of_subjects(self, subjects: Collection[str]) -> list[SubjectLink]:
        """Read which cases some subjects belong to."""
        query = select(LINK.case, LINK.part, LINK.subject).where(LINK.subject.in_(subjects))
        with self.reading() as connection:
            return [SubjectLink(*row) for row in connection.execute(query.order_by(LINK.case, LINK.part))]

    def sealed_subjects(self, subjects: Collection[str]) -> dict[str, SealedSubject]:
        """Read subjects by id; one that is erased is left out."""
        with self.reading() as connection:
            found = connection.execute(_sealed().where(SUBJECT.id.in_(subjects)))
            return {row[0]: _subject(row) for row in found}

    def subjects_with(self, tokens: Collection[str], after: str, limit: int) -> list[SealedSubject]:
        """Read subjects that have every one of some tokens, by id, after one."""
        having = select(TOKEN.subject).where(TOKEN.token.in_(tokens), TOKEN.subject > after).group_by(TOKEN.subject)
        having = having.having(func.count() == len(tokens)).order_by(TOKEN.subject).limit(limit)
        with self.reading() as connection:
            found = connection.execute(_sealed().where(SUBJECT.id.in_(having.scalar_subquery())).order_by(SUBJECT.id))
            return [_subject(row) for row in found]

    def all_subjects(self, after: str = "", limit: int = 500) -> list[SealedSubject]:
        """Read subjects by id, after one."""
        with self.reading() as connection:
            found = connection.execute(_sealed().where(SUBJECT.id > after).order_by(SUBJECT.id).limit(limit))
            return [_subject(row) for row in found]

    def subjects_of_past_cases(self, before: datetime, limit: int) -> list[str]:
        """Read ids of subjects that are older than an instant and none of whose cases is open or was closed since."""
        row = tables.case.c
        since = or_(row.case.is_(None), row.closed_at.is_(None), row.closed_at >= micros(before))
        lives = select(LINK.case).join_from(case_subject, tables.case, row.case == LINK.case, isouter=True)
        lives = lives.where(LINK.subject == SUBJECT.id, since).correlate(subject)
        query = select(SUBJECT.id).where(SUBJECT.created < micros(before), ~lives.exists())
        with self.reading() as connection:
            return list(connection.scalars(query.order_by(SUBJECT.created, SUBJECT.id).limit(limit)))

    def subject_revision(self, case: str) -> int:
        """Read the number of the last event that is about a case; 0 where there is none."""
        with self.reading() as connection:
            return _revision(connection, case)

    def change_subjects(self, case: str, change: SubjectChange, after: int) -> None:
        """Change the subjects of a case, and put it on record; Conflict where `after` is not its revision any more."""
        with self.writing() as connection:
            self._lock(connection)
            if connection.scalar(_master()) != change.master:
                raise Conflict("(the master key was replaced meanwhile)")
            if _revision(connection, case) != after:
                raise Conflict(f"(the subjects of the case are not those of number {after})")
            for one in change.new:
                connection.execute(insert(subject), _columns(one.sealed))
                connection.execute(insert(subject_key), _key_columns(one.sealed))
                _put_tokens(connection, one)
            for one in change.changed:
                row = _columns(one.sealed)
                written = connection.execute(update(subject).where(SUBJECT.id == one.sealed.id).values(row))
                if not written.rowcount:
                    raise Conflict("(the subject was erased meanwhile)")
                connection.execute(delete(subject_token).where(TOKEN.subject == one.sealed.id))
                _put_tokens(connection, one)
            for link in change.unlinked:
                connection.execute(delete(case_subject).where(_is(link)))
            for link in change.linked:
                connection.execute(insert(case_subject), link._asdict())
            self.add_events(connection, change.events)

    def put_subject_event(self, new: NewSubjectEvent, allowed: Callable[[Sequence[SubjectEvent]], None]) -> None:
        """Put on record that an erasure is asked for or refused. `allowed` sees what happened before, and may raise."""
        with self.writing() as connection:
            self._lock(connection)
            allowed(events_of(connection, new.subject))
            self.add_events(connection, [new])

    def erase_subject(self, new: NewSubjectEvent, allowed: Callable[[Sequence[SubjectEvent]], None]) -> None:
        """Delete a subject with its key and all that it is found by, and put that on record; links and record stay."""
        with self.writing() as connection:
            self._lock(connection)
            allowed(events_of(connection, new.subject))
            connection.execute(delete(subject_token).where(TOKEN.subject == new.subject))
            connection.execute(delete(subject_key).where(KEY.subject == new.subject))
            connection.execute(delete(subject).where(SUBJECT.id == new.subject))
            self.add_events(connection, [new])

    def drop_remains(self) -> bool:
        """Empty SQLite's log of what was deleted; False while somebody still reads it. PostgreSQL ages it out itself."""
        if not self.sqlite:
            return True
        for _ in range(AGAIN):
            with self.engine.connect() as connection:
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
            if not busy:
                return True
            sleep(PAUSE)
        return False

    def rewrap_subjects(self, rewrapped: Callable[[SealedSubject], SealedSubject], master: str, at: datetime) -> int:
        """Wrap the key of every subject anew, all or none, and name the master key that did it; returns how many."""
        with self.writing() as connection:
            if not self.sqlite:
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            self._lock(connection)
            found = [_subject(row) for row in connection.execute(_sealed())]
            for one in found:
                row = _key_columns(rewrapped(one))
                connection.execute(update(subject_key).where(KEY.subject == one.id).values(row))
            setting = tables.setting
            connection.execute(update(setting).where(setting.c.key == MASTER).values(value=master))
            self.audited(connection, "replace-subject-master", f"subject-master/{master}", at)
        return len(found)

    def master_in_use(self) -> str | None:
        """Read the name of the master key in use; None where there is none yet."""
        with self.reading() as connection:
            return connection.scalar(_master())

    def claim_master(self, name: str) -> str:
        """Name the master key in use where there is none yet; returns the one in use."""
        upsert = sqlite.insert if self.sqlite else postgresql.insert
        with self.writing() as connection:
            connection.execute(upsert(tables.setting).on_conflict_do_nothing(), {"key": MASTER, "value": name})
            return str(connection.scalar(_master()))

    def _lock(self, connection: Connection) -> None:
        """One writer of the record at a time, as SQLite has anyway."""
        if not self.sqlite:
            connection.exec_driver_sql("LOCK TABLE subject_event IN EXCLUSIVE MODE")


def _master() -> Select[str]:
    return select(tables.setting.c.value).where(tables.setting.c.key == MASTER)


def _revision(connection: Connection, case: str) -> int:
    row = subject_event.c
    return connection.scalar(select(func.max(row.number)).where(row.case == case)) or 0


def _sealed() -> Select[Any]:
    return select(*SEALED).join_from(subject, subject_key, KEY.subject == SUBJECT.id)


def _subject(row: Sequence[Any]) -> SealedSubject:
    one = SealedSubject(*row)
    return one._replace(created=instant(row[2]), ciphertext=bytes(row[3]), wrapped=bytes(row[5]))


def _columns(one: SealedSubject) -> dict[str, Any]:
    return {"id": one.id, "kind": one.kind, "created": micros(one.created), "ciphertext": one.ciphertext}


def _key_columns(one: SealedSubject) -> dict[str, Any]:
    return {"subject": one.id, "master": one.master, "wrapped": one.wrapped}


def _put_tokens(connection: Connection, one: NewSubject) -> None:
    connection.execute(
        insert(subject_token), [{"token": token, "subject": one.sealed.id} for token in sorted(one.tokens)]
    )


def _is(link: SubjectLink) -> Any:  # noqa: ANN401  # a condition
    return and_(LINK.case == link.case, LINK.part == link.part, LINK.subject == link.subject)
