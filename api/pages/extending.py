"""What an extension moves, to be seen before it is granted: the promise and the limit of the law, each on its ruler."""

from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup

from activities.record import Role
from activities.store.rows import CaseView, ClockRow
from api.pages.case_words import ROLES, CaseNames
from api.pages.frame import PageVisit
from api.ruler.drawing import drawn
from api.ruler.ruler import ruler_of
from sla.axis import due_day
from workflows.dry_run import Foreseen


class LimitMoved(NamedTuple):
    """A limit with its due instants before and after, and the ruler that it would have."""

    kind: str
    name: str
    before: datetime | None
    after: datetime | None
    ruler: Markup


class ExtensionForeseen(NamedTuple):
    """What an extension comes to. `promise_stays`: there is a promise, and it is due when it was."""

    limits: tuple[LimitMoved, ...]
    promise_stays: bool


def extension_shown(at: PageVisit, names: CaseNames, found: Foreseen, extended: str) -> ExtensionForeseen:
    """Return the rulers of the promise, of the limit of the law, and of what is extended; blocks."""
    was = {} if found.before is None else {row.picture.clock.key: row for row in found.before.clocks}
    rows = [row for row in found.after.clocks if _belongs(row, found.after, extended)]
    limits = tuple(_limit(at, names, found.after, row, was.get(row.picture.clock.key)) for row in rows)
    promises = [
        limit.before == limit.after
        for row, limit in zip(rows, limits, strict=True)
        if row.picture.clock.key == found.after.main and row.picture.role is Role.PROMISE
    ]
    return ExtensionForeseen(limits, promise_stays=bool(promises) and all(promises))


def _belongs(row: ClockRow, view: CaseView, extended: str) -> bool:
    key = row.picture.clock.key
    return key in {view.main, extended} or row.picture.role is Role.STATUTORY


def _limit(at: PageVisit, names: CaseNames, view: CaseView, row: ClockRow, before: ClockRow | None) -> LimitMoved:
    key, due = row.picture.clock.key, None if before is None else before.due_at
    moved = due is not None and due != row.due_at
    ruler = ruler_of(
        view, row, at.visit.services.almanac, at.now,
        lang="zh" if at.words.zh else "en", was_due=due_day(due) if due is not None and moved else None,
    )  # fmt: skip
    return LimitMoved(
        kind=at.words.say(ROLES[row.picture.role]),
        name=names.clock(key),
        before=due,
        after=row.due_at,
        ruler=drawn(ruler, f"ruler-{view.clocks.index(row)}"),
    )
