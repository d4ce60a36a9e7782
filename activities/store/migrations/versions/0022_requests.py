"""Commands that one asks for and another grants: rows of the read model."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OPEN = sa.text("status = 'open'")
ORDER = ["asked_at", "case", "number"]


def upgrade() -> None:
    """Apply. No case has a request yet, so there is nothing to rebuild."""
    op.create_table(
        "request",
        sa.Column("case", sa.String(), sa.ForeignKey("case_.case", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("jurisdiction", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
    )
    op.create_index("request_open", "request", ORDER, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("request_asked", "request", ORDER)
