"""Alembic over the scripts beside this module, which so are in an installed package as well."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, select

from activities.store import tables
from activities.store.database import Database

REBUILT = "0014"  # the last one that leaves rows to be rebuilt
LOCK = 0x5348495849414E  # of PostgreSQL's advisory locks, ours


def migrate(database: Database) -> bool:
    """Upgrade to the newest version in one transaction, under a lock; True where rows then lack what only a rebuild fills."""
    with database.writing() as connection:
        if not database.sqlite:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
        before = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(configuration(connection), "head")
        if before is None or before >= REBUILT:
            return False
        return connection.execute(select(tables.case.c.case).limit(1)).first() is not None


def configuration(connection: Connection) -> Config:
    """Make Alembic's configuration over an open transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
