"""Which clocks were over before it was told; known of a case with its next command, of all with `shixian rebuild`."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NOTED = sa.text("noted")


def upgrade() -> None:
    """Apply."""
    op.add_column("clock", sa.Column("noted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("clock_noted", "clock", ["case", "pos"], sqlite_where=NOTED, postgresql_where=NOTED)
