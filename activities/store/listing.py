"""Lists of cases: in segments, each in the order of an index, so that a page costs the same whatever has been closed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    false,
    func,
    literal,
    not_,
    select,
    true,
    union_all,
)

from activities.record import CasePicture
from activities.store import tables
from activities.store.columns import clock_row
from activities.store.conditions import (
    CASE,
    CLOCK,
    IS_CLOSED,
    IS_OPEN,
    OF_DESKS,
    Condition,
    closed_within,
    due_within,
    group_at,
    kept,
    of_group,
    of_owner,
    opened,
    standing_at,
    told_late,
)
from activities.store.database import Database
from activities.store.desks import current_steps
from activities.store.groups import CaseGroup, Mark, StoredGroup, marks_of
from activities.store.instants import maybe_instant
from activities.store.lines import Card, CaseFilter, CaseLine, CaseLines, Cursor, Instants, Sort, StepLine
from activities.store.segments import Segment
from sla.clock import Standing

FEW = ("survey", "parent")  # of which no case has many
OPEN_GROUPS = tuple(group for group in CaseGroup if group is not CaseGroup.CLOSED)
CLOCKS = tuple(one.label(f"clock_{one.name}") for one in CLOCK)
SORTED_NUMBER = CASE.case.concat("")  # which no index has: open cases are sorted by it, not all cases read
MOST = 10_001  # where counting stops
WINDOW = MOST  # rows of closed cases that a page reads at most, of which it keeps what is asked for


NumberedSegment = tuple[int, Segment]


class Listing(Database):
    """What lists of cases ask of the read model, each answer from one snapshot."""

    def grouped(
        self,
        wanted: CaseFilter,
        at: Instants,
        *,
        sort: Sort = Sort.LEFT,
        descending: bool = False,
        after: Cursor | None = None,
        limit: int = 50,
    ) -> list[CaseLine]:
        """Read cases in the order asked for; see `case_page`, which says whether there are more."""
        return list(self.case_page(wanted, at, sort=sort, descending=descending, after=after, limit=limit).lines)

    def case_page(
        self,
        wanted: CaseFilter,
        at: Instants,
        *,
        sort: Sort = Sort.LEFT,
        descending: bool = False,
        after: Cursor | None = None,
        limit: int = 50,
    ) -> CaseLines:
        """Read a page of a list, those without a value last; `after`: where the page before ended.

        Of closed cases a page reads a window, so it may hold fewer than `limit`, and the list goes on nevertheless.
        They come by closing, where a due date is asked for by that, and where a number is, by number.
        ValueError: closed cases are not sorted so (`sorts_closed`).
        """
        rows: list[Mapping[Any, Any]] = []
        following: Cursor | None = None
        found: Sequence[Mapping[Any, Any]]
        ended: tuple[int, str] | None
        begin = 0 if after is None else after[0]
        segments = list(enumerate(_segments(wanted, at, sort, descending=descending)))
        few = (wanted.q is not None or wanted.open is None) and sort is Sort.LEFT and after is None
        with self.reading() as connection:
            for part in _parts(segments[begin:], few=few):
                number, segment = part[0]
                more = limit + 1 - len(rows)
                if len(part) > 1:
                    found, ended = connection.execute(_together(part, at, more)).mappings().all(), None
                else:
                    found, ended = _read(connection, segment, number, at, after if number == begin else None, more)
                rows += found
                if len(rows) > limit:
                    rows = rows[:limit]
                    following = _cursor(rows[-1])
                    break
                if ended is not None:
                    following = (number, *ended)
                    break
            return CaseLines(lines=_lines(connection, rows, at), following=following)

    def first_cases(self, wanted: CaseFilter, at: Instants, limit: int) -> tuple[CaseLine, ...]:
        """Read the first cases of a list of open ones, the most urgent first, in one look at all groups."""
        query = _together(list(enumerate(_opened(wanted, at, Sort.LEFT, descending=False))), at, limit)
        with self.reading() as connection:
            return _lines(connection, connection.execute(query).mappings().all(), at)

    def sequence(
        self, wanted: CaseFilter, at: Instants, *, sort: Sort = Sort.LEFT, descending: bool = False
    ) -> list[str]:
        """Read the numbers of a list in its order, up to `MOST`; of closed cases those of one window."""
        numbers: list[str] = []
        with self.reading() as connection:
            for segment in _segments(wanted, at, sort, descending=descending):
                query = segment.rows(CASE.case).where(*segment.kept)
                window = _window_end(connection, segment, None)
                if window is not None:
                    query = query.where(segment.until(window))
                numbers += connection.scalars(segment.ordered(query).limit(MOST - len(numbers)))
                if len(numbers) >= MOST or window is not None:
                    break
        return numbers

    def number(self, wanted: CaseFilter, at: Instants) -> int | None:
        """Count a list up to `MOST`; None where more rows of closed cases than a window would have to be read."""
        parts: list[Segment] = []
        if wanted.open is not False and wanted.closed is None:
            parts.append(Segment([CASE.open], (), opened(wanted, at)))
        if wanted.open is not True:
            parts += _closed(wanted, at, Sort.LEFT, descending=False)
        if not parts:
            return 0
        with self.reading() as connection:
            each = connection.execute(union_all(*(_counted(part, nth) for nth, part in enumerate(parts))))
            counts = sorted(tuple(row) for row in each)
        total = 0
        for _, n, cut in counts:
            total += n
            if cut and total < MOST:
                return None
        return min(total, MOST)


def sorts_closed(wanted: CaseFilter, sort: Sort) -> bool:
    """Tell whether a list may be sorted so: of closed cases not every order has an index."""
    if wanted.open is True or sort is Sort.LEFT:
        return True
    if sort is Sort.CASE:
        return not wanted.q and wanted.due is None
    return sort is Sort.DUE and wanted.open is False and not wanted.q


# --- segments ---------------------------------------------------------------------------------------------------------


def _segments(wanted: CaseFilter, at: Instants, sort: Sort, *, descending: bool) -> Iterable[Segment]:
    if not sorts_closed(wanted, sort):
        raise ValueError(f"closed cases are not sorted by {sort}")
    if wanted.open is None and sort is Sort.CASE:
        yield _numbered(wanted, at, descending=descending)
        return
    if wanted.open is not False and wanted.closed is None:
        yield from _opened(wanted, at, sort, descending=descending)
    if wanted.open is not True:
        yield from _closed(wanted, at, sort, descending=descending)


def _opened(wanted: CaseFilter, at: Instants, sort: Sort, *, descending: bool) -> Iterable[Segment]:
    conditions = opened(wanted, at)
    held = [IS_OPEN]
    if sort is Sort.CASE:
        yield Segment(held, (SORTED_NUMBER,), conditions, place=_by_case, descending=descending)
        return
    if sort is Sort.ACCEPTED:
        known = [*held, CASE.accepted_at.is_not(None)]
        yield Segment(known, (CASE.accepted_at, CASE.case), conditions, CASE.accepted_at, descending=descending)
        unknown = [*held, CASE.accepted_at.is_(None)]
        yield Segment(unknown, (SORTED_NUMBER,), conditions, place=_by_case)
        return
    by_order = (CASE.group_order, CASE.case)
    groups: tuple[CaseGroup, ...] = OPEN_GROUPS
    if sort is Sort.DUE:
        dated = [*held, CASE.group_ == StoredGroup.DATED]
        yield Segment(dated, by_order, conditions, CASE.group_order, descending=descending)
        groups = OPEN_GROUPS[2:]
    for group in groups:
        if not wanted.group or group in wanted.group:
            yield Segment([*held, of_group(group, at)], by_order, conditions, CASE.group_order)


def _closed(wanted: CaseFilter, at: Instants, sort: Sort, *, descending: bool) -> Iterable[Segment]:
    if wanted.group and CaseGroup.CLOSED not in wanted.group:
        return
    if wanted.step is not None or (wanted.flag and set(wanted.flag) <= OF_DESKS):
        return  # nothing of theirs is on a desk
    conditions = [*kept(wanted, at), *of_owner(wanted, closed=True)]
    more = {name for name, value in wanted if value not in (None, ()) and name not in ("open", "group", "q")}
    if wanted.subject:  # no subject has many cases, so they need no window
        more = set()
    if wanted.q:
        yield from _by_number(wanted.q.lower(), conditions, window=bool(more))
    elif sort is Sort.CASE:
        yield _numbered(wanted, at, descending=descending)
    elif sort is Sort.DUE or wanted.due is not None:
        yield from _by_due(wanted, at, conditions, descending=descending or sort is Sort.LEFT)
    else:
        yield _by_closing(wanted, conditions, more)


def _by_closing(wanted: CaseFilter, conditions: list[Condition], more: set[str]) -> Segment:
    """By the index of which the least is left out."""
    own = {
        "survey": wanted.survey,
        "parent": wanted.parent,
        "owner": wanted.owner[0] if len(wanted.owner) == 1 else None,
        "procedure": wanted.procedure,
    }
    name = next((name for name, value in own.items() if value is not None), None)
    held = [IS_CLOSED] if name is None else [IS_CLOSED, CASE[name] == own[name]]
    if wanted.closed is not None:
        held.append(closed_within(wanted.closed))
    window = name not in FEW and bool(more - {name, "closed"})
    return Segment(held, (CASE.group_order, CASE.case), conditions, CASE.group_order, window=window)


def _by_due(wanted: CaseFilter, at: Instants, conditions: list[Condition], *, descending: bool) -> Iterable[Segment]:
    held = [IS_CLOSED, CASE.due_at.is_not(None)]
    if wanted.due is not None:
        held.append(due_within(wanted.due, at))
    by_due = (CASE.due_at, CASE.case)
    yield Segment(held, by_due, conditions, CASE.due_at, descending=descending, window=bool(conditions))
    if wanted.due is None:
        undated = [IS_CLOSED, CASE.due_at.is_(None)]
        yield Segment(undated, (CASE.case,), conditions, place=_by_case, window=True)


def _numbered(wanted: CaseFilter, at: Instants, *, descending: bool) -> Segment:
    """Cases by number, closed ones among them."""
    conditions = [*kept(wanted, at), *of_owner(wanted, closed=wanted.open is False)]
    if wanted.open is False:
        conditions.append(CASE.group_ == StoredGroup.CLOSED)
    return Segment([], (CASE.case,), conditions, place=_by_case, descending=descending, window=bool(conditions))


def _by_number(q: str, conditions: list[Condition], *, window: bool) -> Iterable[Segment]:
    """Closed cases whose number begins so, then those that end so: what is in the middle, no index finds."""
    begins, ends = _beginning(CASE.number, q), _beginning(CASE.tail, q[::-1])
    by_number, by_tail = (CASE.number, CASE.case), (CASE.tail, CASE.case)
    yield Segment([IS_CLOSED, begins], by_number, conditions, place=lambda a: (a[2].lower(), a[2]), window=window)
    rest = [*conditions, not_(begins)]
    yield Segment([IS_CLOSED, ends], by_tail, rest, place=lambda a: (a[2].lower()[::-1], a[2]), window=True)


def _beginning(column: ColumnElement[str], text: str) -> Condition:
    return and_(column >= text, column < text + "\x7f")  # numbers are ASCII


def _by_case(after: Cursor) -> tuple[Any, ...]:
    return (after[2],)


# --- rows -------------------------------------------------------------------------------------------------------------


def _parts(segments: list[NumberedSegment], *, few: bool) -> Iterable[list[NumberedSegment]]:
    """Put together what is read at once: the open segments behind the first, of which most hold little.

    `few`: the first holds little as well.
    """
    alone = 0 if few else 1
    yield from [segments[:alone]] if segments and alone else []
    opens = [one for one in segments[alone:] if one[1].opened]
    yield from [opens] if opens else []
    yield from ([one] for one in segments[alone:] if not one[1].opened)


def _together(segments: list[NumberedSegment], at: Instants, limit: int) -> Select[Any]:
    """Select the first rows of segments that follow each other, none of them descending and none a window."""
    each = [one.ordered(_shown(one, number, at)).limit(limit).subquery() for number, one in segments]
    whole = union_all(*(select(one) for one in each)).subquery()
    first = select(whole).order_by(whole.c.segment, whole.c.order, whole.c.case).limit(limit).subquery()
    return _with_clocks(first).order_by(first.c.segment, first.c.order, first.c.case)


def _with_clocks(rows: Subquery) -> Select[Any]:
    """Select rows with their main clocks."""
    main = and_(CLOCK.case == rows.c.case, CLOCK.key == rows.c.main)
    return select(rows, *CLOCKS).select_from(rows.outerjoin(tables.clock, main))


def _read(
    connection: Connection, segment: Segment, number: int, at: Instants, after: Cursor | None, limit: int
) -> tuple[Sequence[Mapping[Any, Any]], tuple[int, str] | None]:
    """Rows of a segment after a place, and where the window ended that they were looked for in."""
    query = _shown(segment, number, at)
    if after is not None:
        query = query.where(segment.beyond(after))
    window = _window_end(connection, segment, after)
    if window is not None:
        query = query.where(segment.until(window))
    keys = [key.label(f"key_{nth}") for nth, key in enumerate(segment.keys)]
    rows = segment.ordered(query.add_columns(*keys)).limit(limit).subquery()
    order = (rows.c[key.name].desc() if segment.descending else rows.c[key.name] for key in keys)
    found = connection.execute(_with_clocks(rows).order_by(*order)).mappings().all()
    return found, None if window is None else (window[0] if isinstance(window[0], int) else 0, window[-1])


def _shown(segment: Segment, number: int, at: Instants) -> Select[Any]:
    order = literal(0) if segment.order is None else segment.order
    shown = (CASE.case, CASE.jurisdiction, CASE.main, CASE.due_at, CASE.due_soon_at, CASE.picture, CASE.marks)
    said = (standing_at(at).label("standing"), group_at(at).label("group"), told_late().label("told_late"))
    place = (literal(number).label("segment"), order.label("order"))
    return segment.rows(*shown, *said, *place).where(*segment.kept)


def _counted(segment: Segment, nth: int) -> Select[int, int, bool]:
    """Count what is kept of a segment up to `MOST`, and whether there is more of it than a window."""
    if not segment.window:
        some = segment.rows(literal(1).label("kept")).where(*segment.kept).limit(MOST).subquery()
        return select(literal(nth), func.count(), false()).select_from(some)
    kept = case((and_(true(), *segment.kept), 1), else_=0).label("kept")
    read = segment.ordered(segment.rows(kept)).limit(WINDOW + 1).subquery()
    return select(literal(nth), func.coalesce(func.sum(read.c.kept), 0), func.count() > WINDOW).select_from(read)


def _window_end(connection: Connection, segment: Segment, after: Cursor | None) -> Sequence[Any] | None:
    """Keys of the last row that may be read; None where there are fewer, or all are kept."""
    if not segment.window:
        return None
    query = segment.rows(*segment.keys)
    if after is not None:
        query = query.where(segment.beyond(after))
    found = connection.execute(segment.ordered(query).offset(WINDOW - 1).limit(1)).first()
    return None if found is None else tuple(found)


def _cursor(row: Mapping[Any, Any]) -> Cursor:
    return (row["segment"], row["order"], row["case"])


def _lines(connection: Connection, rows: Sequence[Mapping[Any, Any]], at: Instants) -> tuple[CaseLine, ...]:
    steps = current_steps(connection, {row["case"]: row["jurisdiction"] for row in rows}, at)
    return tuple(_line(row, steps.get(row["case"], ())) for row in rows)


def _line(row: Mapping[Any, Any], steps: Sequence[StepLine]) -> CaseLine:
    cards = {Mark.STEP_YELLOW: Card.YELLOW, Mark.STEP_RED: Card.RED}
    marks = [mark for mark, card in cards.items() if any(step.card is card for step in steps)]
    marks += [Mark.TOLD_LATE] if row["told_late"] else []
    return CaseLine(
        case=CasePicture.model_validate_json(row["picture"]),
        main=row["main"],
        standing=None if row["standing"] is None else Standing(row["standing"]),
        group=CaseGroup(row["group"]),
        due_at=maybe_instant(row["due_at"]),
        due_soon_at=maybe_instant(row["due_soon_at"]),
        clock=None if row["clock_key"] is None else clock_row({one.name: row[f"clock_{one.name}"] for one in CLOCK}),
        steps=tuple(steps),
        marks=(*marks, *marks_of(row["marks"])),
        cursor=_cursor(row),
    )
