"""Alembic over the scripts beside this module, which so are in an installed package as well."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from activities.store.database import Database

LOCK = 0x5348495849414E  # of PostgreSQL's advisory locks, ours


def migrate(database: Database) -> None:
    """Upgrade to the newest version in one transaction, under a lock."""
    with database.writing() as connection:
        if not database.sqlite:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
        command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """Make Alembic's configuration over an open transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
