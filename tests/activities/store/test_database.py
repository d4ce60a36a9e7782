"""Tables are made once, whoever makes them; a database that is away is told apart from a wrong statement."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from activities.store import tables
from activities.store.database import DRIVER_ERRORS, parse
from activities.store.errors import Conflict, StoreUnavailable, TablesMissing
from activities.store.store import Store
from tests.activities.store.build import append, new
from tests.databases import PostgreSQL
from tests.waiting import PROMPT

MIGRATE = "import sys; from activities.store.store import Store; Store.open(sys.argv[1]).migrate()"


def test_the_migrations_make_the_tables_that_the_code_reads(store: Store) -> None:
    with store.reading() as connection:
        found = compare_metadata(MigrationContext.configure(connection), tables.metadata)
    assert found == []


def test_migrating_again_changes_nothing(store: Store) -> None:
    append(store, "c1", new())
    store.migrate()
    store.migrate()
    assert len(store.events("c1")) == 1


def test_a_connection_that_is_still_in_use_when_the_store_is_closed_is_closed_after_that(url: str) -> None:
    opened = Store.open(url)
    with opened.reading() as connection:
        used = connection.connection.dbapi_connection
        opened.close()
        assert connection.scalar(text("SELECT 1")) == 1
    assert used is not None
    with pytest.raises(DRIVER_ERRORS, match="closed"):
        used.cursor().execute("SELECT 1")


def test_several_threads_may_migrate_at_once(empty_url: str) -> None:
    failures: list[Exception] = []

    def run() -> None:
        own = Store.open(empty_url)
        try:
            own.migrate()
        except Exception as error:  # noqa: BLE001
            failures.append(error)
        own.close()

    running = [Thread(target=run) for _ in range(4)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert failures == []
    with closing(Store.open(empty_url)) as opened:
        assert len(append(opened, "c1", new())) == 1


def test_several_processes_may_migrate_at_once(empty_url: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    running = [subprocess.Popen([sys.executable, "-c", MIGRATE, empty_url], env=environment) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    with closing(Store.open(empty_url)) as opened:
        assert len(append(opened, "c1", new())) == 1


@pytest.mark.parametrize("wrong", ["mysql://host/name", "sqlite://", "sqlite:///:memory:", "ledger.db"])
def test_another_database_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="the store is sqlite:///path or postgresql://host/name"):
        parse(wrong)


def test_a_wrong_statement_is_no_outage(store: Store) -> None:
    with pytest.raises(DBAPIError), store.reading() as connection:
        connection.exec_driver_sql("SELECT 1 +")
    store.ping()


def test_what_is_wrong_with_a_statement_is_said_without_its_values(store: Store) -> None:
    with pytest.raises(DBAPIError) as caught, store.reading() as connection:
        connection.execute(text("SELECT :value +"), {"value": "a private matter"})
    assert "a private matter" not in str(caught.value)


def test_tables_that_are_missing_or_older_are_told_with_what_makes_them(empty_url: str) -> None:
    with closing(Store.open(empty_url)) as opened:
        asked: list[Callable[[], object]] = [opened.keys, opened.heartbeats, lambda: append(opened, "c1", new())]
        for ask in asked:
            with pytest.raises(TablesMissing, match="shixian migrate"):
                ask()
        opened.migrate()
        with opened.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE event RENAME COLUMN digest TO was_digest")
        with pytest.raises(TablesMissing, match="shixian migrate"):
            append(opened, "c1", new())


def test_opening_a_store_whose_database_is_away_succeeds_and_using_it_does_not() -> None:
    for url in ("sqlite:////nowhere/at/all.db", "postgresql://nobody@127.0.0.1:1/none"):
        store = Store.open(url)
        with pytest.raises(StoreUnavailable):
            store.ping()
        with pytest.raises(StoreUnavailable):
            append(store, "c1", new())
        with pytest.raises(StoreUnavailable):
            store.migrate()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
def test_sqlite_writes_ahead_and_as_durably_as_set(url: str, *, durable: bool, level: int) -> None:
    opened = Store.open(url, durable=durable)
    with opened.reading() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() for pragma in pragmas]
    opened.close()
    assert found == ["wal", level, 1, 10_000]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_read_only_sqlite_is_away(store: Store) -> None:
    append(store, "c1", new())
    with store.appending() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreUnavailable):
        append(store, "c1", new())
    assert len(store.events("c1")) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_locked_sqlite_is_away_and_back_when_the_lock_is_gone(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.store.database.BUSY_TIMEOUT_MS", 100)
    opened = Store.open(url)
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable):
        append(opened, "c1", new())
    assert opened.events("c1") == []
    other.execute("ROLLBACK")
    other.close()
    append(opened, "c1", new())
    opened.close()
    assert store.head("c1").seq == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_sqlite_is_away_and_goes_on_when_there_is_room(store: Store) -> None:
    append(store, "c1", new())
    with store.appending() as cursor:  # the one connection that appends
        cursor.execute("PRAGMA page_count")
        [[pages]] = cursor.fetchall()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnavailable):
        append(store, "c1", *(new(text="x" * 5000) for _ in range(5)))
    with store.appending() as cursor:
        cursor.execute("PRAGMA max_page_count = 100000")
    append(store, "c1", *(new(text="x" * 5000) for _ in range(5)))
    assert store.head("c1").seq == 6
    assert store.verify_chain("c1") is None


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_read_only_postgresql_is_away(store: Store) -> None:
    with store.reading() as connection:  # the pool gives the same connection to the next
        connection.exec_driver_sql("SET SESSION default_transaction_read_only = on")
        connection.commit()
    with pytest.raises(StoreUnavailable):
        append(store, "c1", new())
    assert store.events("c1") == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_waits_too_long_for_a_case_is_told_so(url: str, store: Store) -> None:
    waiting = Store.open(url)
    with waiting.reading() as connection:  # the pool gives the same connection to the next
        connection.exec_driver_sql("SET SESSION statement_timeout = 200")
        connection.commit()
    with store.append("c1") as appending:
        started = time.monotonic()
        with pytest.raises(StoreUnavailable):
            append(waiting, "c1", new())
        assert time.monotonic() - started < PROMPT
        assert append(waiting, "c2", new())[0].seq == 1
        appending.fault("none", "the first goes on", new().at)
    waiting.close()
    assert len(store.faults()) == 1


def fail_while_away(server: PostgreSQL, store: Store, how: str) -> None:
    """Everything is refused at once, and inside an open transaction too."""
    with store.append("c1") as appending:
        appending.events_after(0)
        (server.kill if how == "kill" else server.stop)()
        appending.events_after(0)


@pytest.mark.parametrize("how", ["stop", "kill"])
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_postgresql_that_goes_away_is_away_at_once_and_back_with_the_next_call(
    postgresql: PostgreSQL, store: Store, how: str
) -> None:
    events = append(store, "c1", new(), new())
    try:
        with pytest.raises(StoreUnavailable):
            fail_while_away(postgresql, store, how)
        started = time.monotonic()
        for call in (store.ping, store.faults, store.migrate, lambda: append(store, "c1", new())):
            with pytest.raises(StoreUnavailable):
                call()
        assert time.monotonic() - started < PROMPT
    finally:
        postgresql.start()
    assert store.events("c1") == events
    append(store, "c1", new())
    assert store.verify_chain("c1") is None


def test_the_message_of_an_error_is_its_docstring() -> None:
    assert str(Conflict()).startswith("The ledger holds this number")
    assert str(Conflict("(number 3)")).endswith("(number 3)")
