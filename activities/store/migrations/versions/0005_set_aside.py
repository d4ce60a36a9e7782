"""Until when a failed notice holds up those after it, and those that were set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SET_ASIDE = sa.text("outcome IN ('refused', 'given-up')")


def upgrade() -> None:
    """Apply."""
    op.add_column("outbox", sa.Column("held_until", sa.BigInteger(), nullable=True))
    op.create_index("delivery_set_aside", "delivery", ["at"], sqlite_where=SET_ASIDE, postgresql_where=SET_ASIDE)
