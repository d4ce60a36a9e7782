"""Who made and who revoked a key, when it was used last; and who told and was told last, found without reading all."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TOLD = sa.text("told_at IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.add_column("api_key", sa.Column("used", sa.BigInteger(), nullable=True))
    op.add_column("api_key", sa.Column("made_by", sa.String(), nullable=True))
    op.add_column("api_key", sa.Column("revoked_by", sa.String(), nullable=True))
    op.create_index("step_told", "step", ["owner", "told_at"], sqlite_where=TOLD, postgresql_where=TOLD)
    op.create_index("telling_receiver", "telling", ["receiver", "number"])
