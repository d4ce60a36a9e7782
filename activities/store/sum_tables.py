"""The table of judged promises by month, as many rows as there are kinds of them. Triggers on `clock` keep it (migration 0023)."""

from sqlalchemy import Boolean, Column, Integer, String, Table

from activities.store import tables

judged_sum = Table(
    "judged_sum",
    tables.metadata,
    # a clock's columns; text that it may lack is empty here, for a key holds no NULL
    Column("stopped_in", String, primary_key=True),
    Column("commitment", String, primary_key=True),
    Column("also", String, primary_key=True),
    Column("jurisdiction", String, primary_key=True),
    Column("owner", String, primary_key=True),
    Column("ramp_up", Boolean, primary_key=True),
    Column("taken_over", Boolean, primary_key=True),
    Column("provisional", Boolean, primary_key=True),
    Column("standing", String, primary_key=True),
    Column("told_late", Boolean, primary_key=True),
    Column("used", String, primary_key=True),
    Column("calendar", String, primary_key=True),
    Column("n", Integer, nullable=False),  # 0 where all have gone
    Column("begun", Integer, nullable=False),  # of them with a day on which they started
    Column("beyond", Integer, nullable=False),  # without one, accepted where no calendar was published
)
KEY = tuple(judged_sum.primary_key.columns)
EMPTY = frozenset({"also", "jurisdiction"})  # what a clock may lack
