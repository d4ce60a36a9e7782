"""People who sign in by a provider of identities, their sessions, and the sign-ins that have begun."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "person_account",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=True),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Text(), nullable=False),
        sa.Column("locked", sa.BigInteger(), nullable=True),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.Column("unlocked", sa.BigInteger(), nullable=True),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
    )
    live = sa.text("ended IS NULL")
    for name, columns in (("person_account_live", ["issuer", "subject"]), ("person_account_actor", ["actor"])):
        op.create_index(name, "person_account", columns, unique=True, sqlite_where=live, postgresql_where=live)
    op.create_table(
        "begun_sign_in",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
    )
    op.create_index("begun_sign_in_began", "begun_sign_in", ["began"])
    op.add_column("session", sa.Column("person", sa.String(), nullable=True))
    op.create_index("session_person", "session", ["person"])
