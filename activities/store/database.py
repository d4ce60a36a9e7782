"""Engines, transactions and what their failures mean."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock, local
from time import monotonic, sleep
from typing import Any, cast
from weakref import WeakValueDictionary

import psycopg
from sqlalchemy import ClauseElement, Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from activities.store.errors import Conflict, StoreError, StoreUnavailable, TablesMissing

BUSY_TIMEOUT_MS = 10_000
LOOK = 0.001  # seconds between looks whether another process has ended its write
POSTGRESQL_OPTIONS = "-c statement_timeout=5000 -c idle_in_transaction_session_timeout=10000 -c timezone=UTC"
# connection lost, resources gone, operator or timeout, read-only, idle too long, lock not given, serialization, deadlock
AWAY_STATES = ("08", "53", "57", "25006", "25P03", "55P03", "40001", "40P01")
TAKEN_CODES = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    sqlite3.SQLITE_CONSTRAINT_TRIGGER,  # the one that keeps events from being replaced
}
AWAY_CODES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PROTOCOL,
}
MISSING = re.compile(r"^no such (table|column)|has no column named")
MISSING_STATES = {"42P01", "42703"}  # undefined table, undefined column
DRIVER_ERRORS = (sqlite3.Error, psycopg.Error)


class _Gate:
    """One writer at a time on a SQLite file in this process: waiting here is fair, waiting in SQLite is not."""

    def __init__(self) -> None:
        self._lock = Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise StoreUnavailable("(another writer holds it)")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


_gates: WeakValueDictionary[str, _Gate] = WeakValueDictionary()


class Database:
    """One engine and its transactions."""

    def __init__(self, url: URL, *, durable: bool, read_only: bool = False) -> None:
        self.sqlite = url.get_backend_name() == "sqlite"
        self.durable = durable
        waiting = BUSY_TIMEOUT_MS
        self.engine = _sqlite(url, durable=durable, busy_timeout=waiting) if self.sqlite else _postgresql(url)
        self.by_place = create_engine(url, paramstyle="qmark" if self.sqlite else "format").dialect
        # what every command runs has a connection to itself: its pages stay in memory from one command to the next
        self._appender = _sqlite(url, durable=durable, busy_timeout=0) if self.sqlite else self.engine
        if read_only:
            for engine in {self.engine, self._appender}:
                _refuse_writes(engine, sqlite=self.sqlite)
        self._writer = self.engine.execution_options(begin="BEGIN IMMEDIATE")
        # one snapshot for all statements of a read
        level: dict[str, Any] = {} if self.sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reader = self.engine.execution_options(**level)
        self._gate: AbstractContextManager[None] = nullcontext()
        if self.sqlite:
            self._gate = _gates.setdefault(url.database or "", _Gate())
        self._held = local()  # the snapshot of a thread

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Hold one write transaction; it commits where the body ends, and rolls back where it raises."""
        with translated(), self._gate, self._writer.begin() as connection:
            yield connection

    @contextmanager
    def appending(self) -> Iterator[DBAPICursor]:
        """Hold a write transaction on the driver's own cursor: for the few statements that every command runs."""
        with translated(), self._gate:
            connection = self._appender.raw_connection()
            try:
                cursor = connection.cursor()
                if self.sqlite:
                    _begin(cursor)
                yield cursor
                connection.commit()
            except DRIVER_ERRORS as error:
                if is_away(error):
                    connection.invalidate(error)
                raise
            finally:
                connection.close()  # what was not committed is rolled back

    def dispose(self) -> None:
        """Close the connections; one that a thread still uses is closed when that is done with it."""
        for engine in {self._appender, self.engine}:
            # it goes back to a pool that nobody asks any more
            event.listen(engine, "checkin", _close)
            engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Hold one snapshot; within `snapshot` that one."""
        held: Connection | None = getattr(self._held, "connection", None)
        if held is not None:
            yield held
            return
        with translated(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let everything that this thread reads meanwhile be of one snapshot."""
        before: Connection | None = getattr(self._held, "connection", None)
        with self.reading() as connection:
            self._held.connection = connection
            try:
                yield
            finally:
                self._held.connection = before

    def sql(self, statement: ClauseElement, *columns: str) -> str:
        """Write a statement for `exec_driver_sql`, parameters by name; `columns` are those it writes if not all."""
        return str(statement.compile(dialect=self.engine.dialect, column_keys=columns or None))


def by_place(cursor: DBAPICursor) -> DBAPICursor:
    """Return a cursor of the same transaction for long texts, which psycopg's usual one would read through at every call."""
    connection: object = cursor.connection
    return cast("DBAPICursor", psycopg.RawCursor(connection)) if isinstance(connection, psycopg.Connection) else cursor


def _begin(cursor: DBAPICursor) -> None:
    """Begins to write on SQLite, which itself would look for another process's end ever more rarely, up to 100 ms apart."""
    deadline = monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            sleep(LOOK)
        else:
            return


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into the store's, whether SQLAlchemy has wrapped them or not."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable("(no connection is free)") from error
    except DBAPIError as error:
        if error.orig is not None and (refused := _refusal(error.orig)):
            raise refused from error
        if error.connection_invalidated:
            raise StoreUnavailable from error
        raise
    except DRIVER_ERRORS as error:
        if refused := _refusal(error):
            raise refused from error
        raise


def _refusal(error: BaseException) -> StoreError | None:
    if is_taken(error):
        return Conflict()
    if is_missing(error):
        return TablesMissing()
    return StoreUnavailable() if is_away(error) else None


def is_taken(error: BaseException) -> bool:
    """Tell whether a unique key is taken; any other broken constraint is a fault of the code."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) in TAKEN_CODES
    return getattr(error, "sqlstate", None) == "23505"


def is_missing(error: BaseException) -> bool:
    """Tell whether the statement names a table or a column that is not there."""
    if isinstance(error, sqlite3.Error):
        return MISSING.search(str(error)) is not None  # it has no code of its own
    return getattr(error, "sqlstate", None) in MISSING_STATES


def is_away(error: BaseException) -> bool:
    """Tell whether the error speaks of the database's state rather than of the statement."""
    if isinstance(error, sqlite3.Error):
        # the low byte is the primary code
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in AWAY_CODES
    state = getattr(error, "sqlstate", None)
    if state is None:
        return type(error).__name__ in {"OperationalError", "InterfaceError", "ConnectionTimeout", "PipelineAborted"}
    return str(state).startswith(AWAY_STATES)


def parse(url: str) -> URL:
    """Return the URL with this store's driver; anything but these two databases is a ValueError."""
    scheme, _, rest = url.partition("://")
    if scheme == "postgresql":
        return make_url(f"postgresql+psycopg://{rest}")
    if scheme == "sqlite" and rest.startswith("/") and rest not in {"/", "/:memory:"}:
        return make_url(f"sqlite+pysqlite://{rest}")
    raise ValueError("the store is sqlite:///path or postgresql://host/name")


def _close(_: DBAPIConnection | None, kept: ConnectionPoolEntry) -> None:
    kept.close()


def _refuse_writes(engine: Engine, *, sqlite: bool) -> None:
    """Every new connection can read and nothing else."""
    statement = "PRAGMA query_only=ON" if sqlite else "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"

    @event.listens_for(engine, "connect")
    def connected(connection: DBAPIConnection, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        connection.commit()


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=8,
        pool_timeout=3,
        connect_args={
            "connect_timeout": 3,
            "options": POSTGRESQL_OPTIONS,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 5000,
        },
    )


def _sqlite(url: URL, *, durable: bool, busy_timeout: int) -> Engine:
    engine = create_engine(url, hide_parameters=True, paramstyle="named", pool_size=8, max_overflow=32, pool_timeout=10)

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        pragmas = (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            f"synchronous={'FULL' if durable else 'NORMAL'}",
            "foreign_keys=ON",
            "recursive_triggers=ON",
            # what is deleted is overwritten: the key of an erased subject must not stay in a free page. The commands'
            # own connection (`_appender`) deletes nothing of the kind and is not slowed down by it.
            f"secure_delete={'ON' if busy_timeout else 'OFF'}",
            f"busy_timeout={busy_timeout}",
        )
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine
