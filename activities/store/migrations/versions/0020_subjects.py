"""Whom a case is about: sealed, found by blind index, and a chained record without content."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ID = sa.String(32)
SQLITE = (
    """CREATE TRIGGER subject_event_no_update BEFORE UPDATE ON subject_event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    """CREATE TRIGGER subject_event_no_delete BEFORE DELETE ON subject_event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
)
POSTGRESQL = (
    """CREATE TRIGGER subject_event_no_change BEFORE UPDATE OR DELETE ON subject_event
    FOR EACH ROW EXECUTE FUNCTION event_append_only()""",
    """CREATE TRIGGER subject_event_no_truncate BEFORE TRUNCATE ON subject_event
    FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()""",
)


def upgrade() -> None:
    """Apply."""
    _add_subjects()
    op.create_table(
        "case_subject",
        sa.Column("case", sa.String(), primary_key=True),
        sa.Column("part", sa.String(), primary_key=True),
        sa.Column("subject", ID, primary_key=True),
    )
    op.create_index("case_subject_subject", "case_subject", ["subject"])
    op.create_table(
        "subject_event",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", ID, nullable=False),
        sa.Column("case", sa.String(), nullable=True),
        sa.Column("part", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("subject", "request_id", name="subject_event_request_id"),
    )
    op.create_index("subject_event_case", "subject_event", ["case", "number"])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _add_subjects() -> None:
    op.create_table(
        "subject",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "subject_key",
        sa.Column("subject", ID, sa.ForeignKey("subject.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("master", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "subject_token",
        sa.Column("token", sa.String(), primary_key=True),
        sa.Column("subject", ID, sa.ForeignKey("subject.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("subject_token_subject", "subject_token", ["subject"])
