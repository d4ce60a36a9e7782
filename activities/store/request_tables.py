"""The table of requests: commands that one asked for and another grants (`requests.py`). Rows of the read model."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, literal_column, text

from activities.store import tables

OPEN_REQUEST = text("status = 'open'")

request = Table(
    "request",
    tables.metadata,
    Column("case", String, ForeignKey("case_.case", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # of the event that asked
    Column("kind", String, nullable=False, info=tables.FOREVER),  # of the command
    Column("jurisdiction", String, nullable=False, info=tables.FOREVER),  # of its case
    Column("asked_by", String, nullable=False, info=tables.FOREVER),
    Column("asked_at", BigInteger, nullable=False, info=tables.FOREVER),
    Column("due_at", BigInteger, info=tables.FOREVER),  # NULL: the calendar was not published so far
    Column("status", String, nullable=False),
    Column("picture", Text, nullable=False),
    Index("request_open", "asked_at", "case", "number", sqlite_where=OPEN_REQUEST, postgresql_where=OPEN_REQUEST),
    Index("request_asked", "asked_at", "case", "number"),
)
IS_OPEN = request.c.status == literal_column("'open'")  # in these words the index serves
