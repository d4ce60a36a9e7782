"""Lists of cases that people have given names, and those that a session has shown."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("session", sa.Column("lists", sa.Text(), nullable=True))
    op.create_table(
        "saved_view",
        sa.Column("actor", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("query", sa.Text(), nullable=False),
    )
