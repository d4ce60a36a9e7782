"""Which steps come to a desk next; known of a case with its next command that changes them, of all with `shixian rebuild`."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COMING = sa.text("coming")


def upgrade() -> None:
    """Apply."""
    op.add_column("step", sa.Column("coming", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("step_coming", "step", ["owner", "case", "pos"], sqlite_where=COMING, postgresql_where=COMING)
