"""Keys that are renewed, and networks that they may be used from; the machines that a provider of identities vouches for."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("api_key", sa.Column("networks", sa.Text(), nullable=True))
    op.add_column("api_key", sa.Column("renews", sa.String(), nullable=True))
    op.create_index("api_key_renews", "api_key", ["renews"], unique=True)
    op.create_table(
        "machine",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("networks", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=True),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
    )
    live = sa.text("ended IS NULL")
    op.create_index(
        "machine_live", "machine", ["issuer", "client"], unique=True, sqlite_where=live, postgresql_where=live
    )
