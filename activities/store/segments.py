"""A part of a list of cases, in the order of an index."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, select, tuple_

from activities.store import tables
from activities.store.conditions import IS_OPEN, Condition
from activities.store.lines import Cursor


class Segment(NamedTuple):
    """A part of a list, in the order of `keys`; a window where rows of closed cases are read that it may not keep."""

    held: list[Condition]  # what its index decides
    keys: tuple[ColumnElement[Any], ...]
    kept: list[Condition]
    order: ColumnElement[Any] | None = None  # what is kept of a line's place beside its number
    place: Callable[[Cursor], tuple[Any, ...]] = lambda after: (after[1], after[2])
    descending: bool = False
    window: bool = False

    @property
    def opened(self) -> bool:
        """Tell whether it holds open cases alone."""
        return any(one is IS_OPEN for one in self.held)

    def rows(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """Select them all."""
        return select(*columns).select_from(tables.case).where(*self.held)

    def beyond(self, after: Cursor) -> Condition:
        """Tell whether a row comes after a place."""
        mine, theirs = tuple_(*self.keys), tuple_(*self.place(after))
        return mine < theirs if self.descending else mine > theirs

    def until(self, last: Sequence[Any]) -> Condition:
        """Tell whether a row comes no later than another one."""
        mine, theirs = tuple_(*self.keys), tuple_(*last)
        return mine >= theirs if self.descending else mine <= theirs

    def ordered(self, query: Select[Any]) -> Select[Any]:
        """Order rows."""
        return query.order_by(*(key.desc() if self.descending else key for key in self.keys))
