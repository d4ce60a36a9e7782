"""The tables. Instants are integers (`instants.py`), dates ISO text, structures JSON text: the same on both databases.

What the tables hold and why is told where it is written; `migrations` makes them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

FIXED = "fixed"  # in a column's info: for one case, or one step of it, always the same
FOREVER = {FIXED: True}
APPLIED = "kind = 'calendar-applied'"
# conditions of partial indexes, which SQLite uses only for a query that says them in the same words
PENDING, TOLD_LATE = text("pending"), text("told_late")
LAST = 2**63 - 1  # where a case without due date is sorted: after all others

metadata = MetaData()

head = Table(
    "head",
    metadata,
    Column("case", String, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("case", String, ForeignKey("head.case"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("told", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
    Column("request_id", String),
    Column("digest", String),
    Column("body", Text, nullable=False),
    Column("calendar", String, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("natural_key", String),
    # A missing id or key is NULL, and NULLs are distinct in a unique index on both databases.
    UniqueConstraint("case", "request_id", name="event_request_id"),
    UniqueConstraint("case", "natural_key", name="event_natural_key"),
    Index("event_told", "told"),
    Index("event_applied", "told", sqlite_where=text(APPLIED), postgresql_where=text(APPLIED)),
)

case = Table(
    "case_",
    metadata,
    Column("case", String, primary_key=True),
    Column("procedure", String, nullable=False, info=FOREVER),
    Column("variant", String, nullable=False, info=FOREVER),
    Column("jurisdiction", String, nullable=False, info=FOREVER),
    Column("owner", String, nullable=False, info=FOREVER),
    Column("status", String, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("survey", String, info=FOREVER),
    Column("parent", String, info=FOREVER),
    Column("excluded", String, info=FOREVER),
    Column("received_at", BigInteger, nullable=False, info=FOREVER),
    Column("accepted_at", BigInteger),
    Column("decided_at", BigInteger),
    Column("closed_at", BigInteger),
    # of the main clock (`rows.main_clock`): what a list sorts and filters by
    Column("main", String),
    Column("standing", String),
    Column("due_at", BigInteger),
    Column("due_soon_at", BigInteger),
    Column("due_order", BigInteger, nullable=False),
    Column("steps", Integer, nullable=False),  # how many rows it has in `step` and in `clock`
    Column("clocks", Integer, nullable=False),
    Column("picture", Text, nullable=False),
    Index("case_order", "due_order", "case"),
    Index("case_open", "open", "due_order", "case"),
    Index("case_due_soon", "open", "due_soon_at"),
    Index("case_procedure", "procedure", "jurisdiction"),
    Index("case_owner", "owner"),
    Index("case_survey", "survey"),
    Index("case_parent", "parent"),
    # all that is counted of an open case, the condition with it: where that is missing SQLite reads the rows themselves
    Index(
        "case_watch",
        *("open", "case", "jurisdiction", "procedure", "owner", "standing", "due_at", "due_soon_at"),
        sqlite_where=text("open = 1"),
        postgresql_where=text("open"),
    ),
)

step = Table(
    "step",
    metadata,
    Column("case", String, ForeignKey("case_.case", ondelete="CASCADE"), primary_key=True),
    Column("pos", Integer, primary_key=True, autoincrement=False),
    Column("key", String, nullable=False, info=FOREVER),
    Column("occurrence", Integer, nullable=False),
    Column("party", String, nullable=False, info=FOREVER),
    Column("owner", String, nullable=False, info=FOREVER),
    Column("stage", String, info=FOREVER),
    Column("status", String, nullable=False),
    Column("pending", Boolean, nullable=False),
    Column("opened_at", BigInteger),
    Column("started_at", BigInteger),
    Column("completed_at", BigInteger),
    Column("told_at", BigInteger),
    Column("picture", Text, nullable=False),
    Index("step_owner", "owner", "case"),
    Index("step_pending", "case", "pos", sqlite_where=PENDING, postgresql_where=PENDING),
)

clock = Table(
    "clock",
    metadata,
    Column("case", String, ForeignKey("case_.case", ondelete="CASCADE"), primary_key=True),
    Column("pos", Integer, primary_key=True, autoincrement=False),
    Column("key", String, nullable=False),
    Column("role", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("commitment", String),
    Column("measure", String),
    Column("also", Text),
    Column("step", String),
    Column("stage", String),
    Column("judged", Boolean, nullable=False),
    Column("ramp_up", Boolean, nullable=False),
    Column("void", Boolean, nullable=False),
    Column("live", Boolean, nullable=False),  # neither stopped nor void
    Column("verdict", String),
    Column("judged_under", String),
    Column("calendar", String, nullable=False),
    Column("standing", String),  # NULL: by comparison of due_at and due_soon_at with now
    Column("since", String),  # first day that a changed calendar could touch
    Column("start_day", String),
    Column("presumed", Boolean, nullable=False),
    Column("due_date", String),
    Column("due_at", BigInteger),
    Column("due_soon_at", BigInteger),
    Column("provisional", Boolean, nullable=False),
    Column("horizon", Text),
    Column("limit", String, nullable=False),
    Column("used", String),  # at the stop
    Column("suspended", String),  # at the stop
    Column("stopped_at", BigInteger),
    Column("stopped_on", String),
    Column("overdue_seq", Integer),  # of the event that raised overdue, while it stands
    Column("told_late", Boolean, nullable=False),
    Column("picture", Text, nullable=False),
    Index("clock_due", "live", "due_at"),
    Index("clock_since", "live", "since"),
    # all that is counted of a live clock
    Index(
        "clock_watch",
        *("live", "role", "due_at", "case", "step", "owner", "standing", "due_soon_at", "overdue_seq", "ramp_up"),
        sqlite_where=text("live = 1"),
        postgresql_where=text("live"),
    ),
    Index(
        "clock_judged",
        "stopped_on",
        sqlite_where=text("commitment IS NOT NULL"),
        postgresql_where=text("commitment IS NOT NULL"),
    ),
    Index("clock_told_late", "case", "pos", sqlite_where=TOLD_LATE, postgresql_where=TOLD_LATE),
)

fault = Table(
    "fault",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case", String, nullable=False),  # empty: of no single case
    Column("kind", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("resolved_at", BigInteger),
    # A fault that is met again and again while it lasts is one fault.
    Index(
        "fault_open",
        "case",
        "kind",
        unique=True,
        sqlite_where=text("resolved_at IS NULL"),
        postgresql_where=text("resolved_at IS NULL"),
    ),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", String, primary_key=True),
    Column("prefix", String, nullable=False),
    Column("hash", String, nullable=False, unique=True),
    Column("actor", String, nullable=False),
    Column("company", String),
    Column("role", String, nullable=False),
    Column("steps", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("revoked", BigInteger),
)

# Of people who have signed in to the pages (`sessions.py`); instants here are real ones.
session = Table(
    "session",
    metadata,
    Column("hash", String(64), primary_key=True),  # of the cookie's text, which is kept nowhere
    Column("key", String, ForeignKey("api_key.id")),  # with which it was begun; its end ends the session
    Column("actor", String, nullable=False),
    Column("company", String),
    Column("role", String, nullable=False),
    Column("steps", Text, nullable=False),
    Column("began", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Index("session_seen", "seen"),
)

setting = Table(
    "setting",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("name", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
)

# What the relay of alerts remembers and has told (`tellings.py`); instants here are real ones.
told = Table(
    "told",
    metadata,
    Column("receiver", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("case", String),
    Column("since", BigInteger, nullable=False),
    Column("picture", Text, nullable=False),
    Index("told_state", "state", "since"),
)

telling = Table(
    "telling",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("receiver", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("telling_at", "at"),
    Index("telling_kind", "kind", "at"),
)

telling_alert = Table(
    "telling_alert",
    metadata,
    Column("number", Integer, ForeignKey("telling.number"), primary_key=True),
    Column("pos", Integer, primary_key=True, autoincrement=False),
    Column("alertname", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("case", String),
    Column("step", String),
    Column("named", Boolean, nullable=False),  # False: counted among further ones
    Column("reason", String),
    Index("telling_alert_case", "case"),
)

SET_ASIDE = text("outcome IN ('refused', 'given-up')")

delivery = Table(
    "delivery",
    metadata,
    Column("number", Integer, ForeignKey("telling.number"), primary_key=True),
    Column("nth", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("outcome", String, nullable=False),
    Column("error", String),
    Index("delivery_set_aside", "at", sqlite_where=SET_ASIDE, postgresql_where=SET_ASIDE),
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", Integer, ForeignKey("telling.number"), primary_key=True, autoincrement=False),
    Column("channel", String, nullable=False),
    Column("receiver", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("held_until", BigInteger),  # set by the first failure: until then it holds up what comes after it
    Index("outbox_order", "channel", "receiver", "number"),
    Index("outbox_at", "at"),
)
