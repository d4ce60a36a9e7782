"""What is looked for among millions: approved cases, unconfirmed steps by owner, and the few cases with a parent or a survey."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

APPROVED, PENDING = sa.text("approved_at IS NOT NULL"), sa.text("pending")
WITH_OUTCOME = '%"outcome":"approved"%'


def upgrade() -> None:
    """Apply."""
    op.add_column("case_", sa.Column("approved_at", sa.BigInteger(), nullable=True))
    case = sa.table("case_", *map(sa.column, ("approved_at", "decided_at", "status", "picture")))
    approved = case.c.status == "decided", case.c.picture.like(WITH_OUTCOME)
    op.execute(case.update().where(*approved).values(approved_at=case.c.decided_at))
    kind = ["procedure", "jurisdiction", "approved_at", "variant"]
    op.create_index("case_approved", "case_", kind, sqlite_where=APPROVED, postgresql_where=APPROVED)
    owner = ["owner", "case", "pos"]
    op.create_index("step_unconfirmed", "step", owner, sqlite_where=PENDING, postgresql_where=PENDING)
    for name in (
        "survey",
        "parent",
    ):  # whole, their statistics said that a parent has as many children as there are cases
        some = sa.text(f"{name} IS NOT NULL")
        op.drop_index(f"case_{name}", "case_")
        op.create_index(f"case_{name}", "case_", [name], sqlite_where=some, postgresql_where=some)
