"""Tables of what owners of steps are told, and of the webhooks that it goes to (`announcements.py`, `webhooks.py`).

Instants of webhooks and deliveries are real ones.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, text

from activities.store import tables

WAITING = text("state = 'waiting'")  # said in the same words where a query is to use the index

# An event of the ledger that nobody has looked through yet. Written with the event, one row for each: what is seen is committed.
unannounced = Table(
    "unannounced",
    tables.metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("case", String, nullable=False),
    Column("seq", Integer, nullable=False),
)

announcement = Table(
    "announcement",
    tables.metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False, unique=True),
    Column("case", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("step", String, nullable=False),
    Column("at", BigInteger, nullable=False),  # business instant at which Shixian was told
    Column("body", Text, nullable=False),
    Index("announcement_owner", "owner", "number"),
)

# One row: the last number, and how often numbers were given. Who writes compares it, so that numbers are committed in their order.
announcement_head = Table(
    "announcement_head",
    tables.metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
)

webhook = Table(
    "webhook",
    tables.metadata,
    Column("id", String, primary_key=True),
    Column("company", String, nullable=False),
    Column("url", String, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String),  # why it is paused
    Column("secret", Text, nullable=False),  # sealed
    Column("old_secret", Text),
    Column("old_until", BigInteger),
    Column("taken", BigInteger, nullable=False),  # number of the last announcement that was looked at for it
    Column("created", BigInteger, nullable=False),
    Column("made_by", String, nullable=False),
    Column("failures", BigInteger, nullable=False),
    Column("failing_since", BigInteger),
    Column("delivered_at", BigInteger),
    Index("webhook_company", "company", "created", "id"),
)

webhook_delivery = Table(
    "webhook_delivery",
    tables.metadata,
    Column("webhook", String, ForeignKey("webhook.id"), primary_key=True),
    Column("number", BigInteger, ForeignKey("announcement.number"), primary_key=True, autoincrement=False),
    Column("case", String, nullable=False),
    Column("state", String, nullable=False),  # waiting or dead
    Column("attempts", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("error", String),
    Index("webhook_delivery_waiting", "webhook", "case", "number", sqlite_where=WAITING, postgresql_where=WAITING),
)
