"""The tables of subjects. All but the record can be emptied of one subject; the record holds ids and no content."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from activities.store.tables import metadata

ID = String(32)  # 128 random bits in hexadecimal

subject = Table(
    "subject",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
)

# The key of each subject, wrapped by a master key that the database does not hold.
subject_key = Table(
    "subject_key",
    metadata,
    Column("subject", ID, ForeignKey("subject.id", ondelete="CASCADE"), primary_key=True),
    Column("master", String, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)

subject_token = Table(
    "subject_token",
    metadata,
    Column("token", String, primary_key=True),
    Column("subject", ID, ForeignKey("subject.id", ondelete="CASCADE"), primary_key=True),
    Index("subject_token_subject", "subject"),
)

# Whom a case is about; it stays when a subject is erased, and then says that there was one.
case_subject = Table(
    "case_subject",
    metadata,
    Column("case", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("subject", ID, primary_key=True),
    Index("case_subject_subject", "subject"),
)

subject_event = Table(
    "subject_event",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("subject", ID, nullable=False),
    Column("case", String),
    Column("part", String),
    Column("at", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
    Column("request_id", String),
    Column("body", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("subject", "request_id", name="subject_event_request_id"),
    Index("subject_event_case", "case", "number"),
)
