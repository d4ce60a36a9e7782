"""The tables. Instants are integers (`instants.py`), dates ISO text, structures JSON text: the same on both databases.

What the tables hold and why is told where it is written; `migrations` makes them.
"""

from typing import Any

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
    TextClause,
    UniqueConstraint,
    text,
)

FIXED = "fixed"  # in a column's info: for one case, or one step of it, always the same
FOREVER = {FIXED: True}
APPLIED = "kind = 'calendar-applied'"
# conditions of partial indexes, which SQLite uses only for a query that says them in the same words
PENDING, TOLD_LATE, ON_DESK, NOTED, COMING = map(text, ("pending", "told_late", "desk", "noted", "coming"))
OPEN, CLOSED, LIVE_STEP = map(text, ("group_ < 5", "group_ = 5", "live AND role = 'step'"))
HAPPENED = text("kind IN ('calendar-applied', 'confirmed', 'decided', 'rung-raised', 'rung-withdrawn')")
BYTES = String().with_variant(String(collation="C"), "postgresql")  # compared byte by byte, as SQLite does
FEE, APPROVED = text("fee IS NOT NULL"), text("approved_at IS NOT NULL")
OF_KIND = ("procedure", "jurisdiction", "approved_at", "variant")
TOLD, PROMISE = text("told_at IS NOT NULL"), text("commitment IS NOT NULL")
STOPPED_PROMISE = text("commitment IS NOT NULL AND stopped_on IS NOT NULL")

metadata = MetaData()


def _where(condition: TextClause) -> dict[str, Any]:
    """Make an index partial, on both databases."""
    return {"sqlite_where": condition, "postgresql_where": condition}


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
    Index("event_happened", "told", "case", "seq", **_where(HAPPENED)),
    Index("event_applied", "told", **_where(text(APPLIED))),
)

case = Table(
    "case_",
    metadata,
    Column("case", String, primary_key=True),
    Column("number", BYTES, nullable=False, info=FOREVER),  # the same in lower case
    Column("tail", BYTES, nullable=False, info=FOREVER),  # and read from its end
    Column("procedure", String, nullable=False, info=FOREVER),
    Column("variant", String, nullable=False),  # another one once it is reclassified
    Column("jurisdiction", String, nullable=False, info=FOREVER),
    Column("owner", String, nullable=False),
    Column("status", String, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("survey", String, info=FOREVER),
    Column("parent", String, info=FOREVER),
    Column("excluded", String),
    Column("received_at", BigInteger, nullable=False, info=FOREVER),
    Column("accepted_at", BigInteger),
    Column("decided_at", BigInteger),
    Column("approved_at", BigInteger),  # the same, of a case that was approved and not revoked since
    Column("closed_at", BigInteger),
    # of the main clock (`rows.main_clock`): what a list sorts and filters by
    Column("main", String),
    Column("standing", String),
    Column("due_at", BigInteger),
    Column("due_soon_at", BigInteger),
    Column("group_", Integer, nullable=False),  # `groups.Place`
    Column("group_order", BigInteger, nullable=False),  # within it
    Column("judged", Boolean, nullable=False),  # False: past its due instant it is a long case, not a broken promise
    Column("marks", Integer, nullable=False),  # `groups.FIXED_MARKS`, a bit each
    Column("steps", Integer, nullable=False),  # how many rows it has in `step` and in `clock`
    Column("clocks", Integer, nullable=False),
    Column("fee", String),  # verdict of its promise about money, where it has one that binds
    Column("picture", Text, nullable=False),
    # lists of open cases and of closed ones: neither reads the other's
    Index("case_open", "group_", "group_order", "case", "judged", **_where(OPEN)),
    *(
        Index(f"case_closed_{name}", *columns, "case", **_where(CLOSED))
        for name, columns in {
            "order": ("group_order",),
            "procedure": ("procedure", "group_order"),
            "owner": ("owner", "group_order"),
            "due": ("due_at",),
            "number": ("number",),
            "tail": ("tail",),
        }.items()
    ),
    Index("case_survey", "survey", **_where(text("survey IS NOT NULL"))),  # most have none
    Index("case_parent", "parent", **_where(text("parent IS NOT NULL"))),
    Index("case_fee", "fee", "decided_at", **_where(FEE)),
    Index("case_approved", *OF_KIND, **_where(APPROVED)),
    # all that is counted of an open case, the condition with it: where that is missing SQLite reads the rows themselves
    Index(
        "case_watch",
        *("open", "case", "jurisdiction", "procedure", "owner", "standing", "due_at", "due_soon_at"),
        *("main", "group_", "group_order", "judged", "marks", "variant", "number"),
        sqlite_where=text("open = 1"),
        postgresql_where=text("open"),
    ),
)

step = Table(
    "step",
    metadata,
    Column("case", String, ForeignKey("case_.case", ondelete="CASCADE"), primary_key=True),
    Column("pos", Integer, primary_key=True, autoincrement=False),
    Column("key", String, nullable=False),  # at its place another step may stand once the case is reclassified
    Column("occurrence", Integer, nullable=False),
    Column("party", String, nullable=False),
    Column("owner", String, nullable=False),  # another one once it is handed over
    Column("stage", String),
    Column("status", String, nullable=False),
    Column("pending", Boolean, nullable=False),
    Column("desk", Boolean, nullable=False),  # it is on its owner's desk, in an open case
    Column("coming", Boolean, nullable=False),  # it comes there next
    Column("opened_at", BigInteger),
    Column("started_at", BigInteger),
    Column("completed_at", BigInteger),
    Column("told_at", BigInteger),
    Column("picture", Text, nullable=False),
    Index("step_owner", "owner", "case"),
    Index("step_desk", "owner", "case", "pos", **_where(ON_DESK)),
    Index("step_current", "case", "pos", **_where(ON_DESK)),
    Index("step_told", "owner", "told_at", **_where(TOLD)),
    Index("step_coming", "owner", "case", "pos", **_where(COMING)),
    Index("step_pending", "case", "pos", **_where(PENDING)),
    Index("step_unconfirmed", "owner", "case", "pos", **_where(PENDING)),
)

clock = Table(
    "clock",
    metadata,
    Column("case", String, ForeignKey("case_.case", ondelete="CASCADE"), primary_key=True),
    Column("pos", Integer, primary_key=True, autoincrement=False),
    Column("key", String, nullable=False),
    Column("role", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("jurisdiction", String, info=FOREVER),  # of its case
    Column("taken_over", Boolean, nullable=False, info=FOREVER),  # its case ran elsewhere before
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
    Column("left_order", BigInteger),  # of one that stands still: what is left, comparable between units
    Column("stopped_at", BigInteger),
    Column("stopped_on", String),
    Column("stopped_in", String),  # the month of that day
    Column("overdue_seq", Integer),  # of the event that raised overdue, while it stands
    Column("told_late", Boolean, nullable=False),
    Column("noted", Boolean, nullable=False),  # overdue by a rung that alarmed nobody
    Column("picture", Text, nullable=False),
    Index("clock_due", "live", "due_at"),
    Index("clock_since", "live", "since"),
    Index("clock_step", "case", "step", "standing", "due_at", "due_soon_at", **_where(LIVE_STEP)),
    # all that is counted of a live clock
    Index(
        "clock_watch",
        *("live", "role", "due_at", "case", "step", "owner", "standing", "due_soon_at", "overdue_seq", "ramp_up"),
        sqlite_where=text("live = 1"),
        postgresql_where=text("live"),
    ),
    Index("clock_judged", "stopped_on", **_where(PROMISE)),
    # all that is summed of a promise that was judged, in the order in which it is grouped: nothing is sorted, no row is read
    Index(
        "clock_tally",
        *("stopped_in", "commitment", "also", "jurisdiction", "owner", "ramp_up", "taken_over", "provisional"),
        *("standing", "told_late", "used", "calendar", "stopped_on", "case", "start_day", "horizon", "void"),
        **_where(STOPPED_PROMISE),
    ),
    Index("clock_told_late", "case", "pos", **_where(TOLD_LATE)),
    Index("clock_noted", "case", "pos", **_where(NOTED)),
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
    Index("fault_open", "case", "kind", unique=True, **_where(text("resolved_at IS NULL"))),
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
    Column("used", BigInteger),  # last, to the hour
    Column("made_by", String),  # NULL: at the command line
    Column("revoked_by", String),
    Column("networks", Text),  # from which it may be used; NULL: from everywhere
    Column("renews", String),  # id of the key whose place it takes: once
    Index("api_key_renews", "renews", unique=True),
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
    Column("lists", Text),  # what was asked for in the last lists of cases, each with its number
    Column("person", String),  # whose it is, where it was begun without a key
    Index("session_seen", "seen"),
)

# Lists of cases that somebody has given a name (`saved_views.py`).
saved_view = Table(
    "saved_view",
    metadata,
    Column("actor", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("query", Text, nullable=False),
)

# What operators bring of the calendar, and what became of it (`almanac_log.py`); instants are business ones.
DECIDED = text("kind IN ('approved', 'rejected')")

almanac_event = Table(
    "almanac_event",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("proposal", Integer),  # number of the event that proposed it
    Column("at", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
    Column("request_id", String),
    Column("digest", String),
    Column("body", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("request_id", name="almanac_event_request_id"),
    Index("almanac_event_decided", "proposal", unique=True, **_where(DECIDED)),
)

# Cases that a sweep has given an earlier alarm, until their runs are told of it.
waking = Table(
    "waking",
    metadata,
    Column("case", String, primary_key=True),
    Column("alarm", BigInteger, nullable=False),
    Index("waking_alarm", "alarm", "case"),
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
    Index("telling_receiver", "receiver", "number"),
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
    Index("delivery_set_aside", "at", **_where(SET_ASIDE)),
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
