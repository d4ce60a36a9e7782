"""Alembic's environment: the transaction is the caller's."""

from alembic import context

from activities.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
