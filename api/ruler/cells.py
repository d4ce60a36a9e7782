"""The row of cells, and what stands over and under it: grounds, names of days off, counts, what a run waits for."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby, pairwise

from api.ruler.account import OFF, Account, Cell, CellKind, Tone
from api.ruler.scale import FOLD, HALF, Column, Scale, Size
from api.ruler.sheet import Anchor, Label, Sheet, box, line, text_width
from api.ruler.words import WEEKDAYS, day_text, month_text, number, say, short_amount
from sla.axis import SHANGHAI, local
from sla.clock import Policy, Unit

MONTHS, NUMBERS, NAMES, CELLS, COUNTS = 33.0, 53.0, 69.0, 80.0, 122.0  # baselines, of the cells their top
GROUND, HIGH = 42.0, 28.0
LEAST_MONTH = 30.0
FORENOON = 0.2
RUNS = (CellKind.SUSPENDED, CellKind.IDLE)
PATTERNS = {
    CellKind.SUSPENDED: "bars",
    CellKind.OVERDUE: "late",
    "lunch": "lunch",
}
TONES = {Tone.BROKEN: "late", Tone.TARGET: "target", Tone.WARNING: "average"}
EVERY = {Size.MEDIUM: 5, Size.SMALL: 10}


def draw_grounds(sheet: Sheet, scale: Scale, bottom: float) -> None:
    """Draw the grey grounds of days off and the lines of months, through all rows."""
    for off, run in groupby(scale.columns, key=lambda column: column.folded or column.cells[0].kind in OFF):
        columns = list(run)
        if off:
            first, last = columns[0], columns[-1]
            sheet.draw(box("off", first.x, GROUND, last.end - first.x, bottom - GROUND))
    for column in scale.columns:
        if column.first.day == 1 or column is scale.columns[0]:
            sheet.draw(line("month", column.x, 22, column.x, bottom))


def draw_cells(sheet: Sheet, scale: Scale, account: Account, policy: Policy, bottom: float) -> None:
    """Draw the cells; folds as a zigzag."""
    for column in scale.columns:
        if column.folded:
            _fold(sheet, column, bottom)
        elif scale.size is Size.HOURS:
            _hours(sheet, scale, column, account, policy)
        else:
            _cell(sheet, column.cells[0], column.x, column.width, account)


def _cell(sheet: Sheet, cell: Cell, x: float, width: float, account: Account) -> None:
    if cell.kind in OFF or cell.kind is CellKind.AFTER:
        return
    gap = 0.5 if width < 12 else 1.0
    css, pattern = style_of(cell.kind, account.tone)
    sheet.draw(box(f"cell {css}", x + gap, CELLS, width - 2 * gap, HIGH, pattern))
    if cell.kind is CellKind.BINDING:
        inner = min(3.0, width / 4)
        sheet.draw(box("cell inner", x + gap + inner, CELLS + 3, width - 2 * (gap + inner), HIGH - 6))
    if cell.provisional and cell.kind is CellKind.LEFT:
        sheet.draw(line("provisional", x + gap, CELLS + HIGH + 3, x + width - gap, CELLS + HIGH + 3))


def style_of(kind: CellKind, tone: Tone) -> tuple[str, str]:
    """Return the class and the pattern of a kind of cell."""
    if kind is CellKind.OVERDUE:
        return tone.value, TONES[tone]
    return kind.value, PATTERNS.get(kind, "")


def _fold(sheet: Sheet, column: Column, bottom: float) -> None:
    middle, y, side = column.x + column.width / 2, GROUND + 30, 1
    path = [f"M{middle:.1f} {y:.0f}"]
    while y + 8 <= bottom:
        y, side = y + 8, -side
        path.append(f"L{middle + 4 * side:.1f} {y:.0f}")
    sheet.draw(line("fold", column.x, GROUND + 30, column.x, bottom)._replace(path="".join(path)))
    sheet.draw(box("fold-ground", column.x + 1, CELLS - 1, column.width - 2, HIGH + 2))


def _hours(sheet: Sheet, scale: Scale, column: Column, account: Account, policy: Policy) -> None:
    cell = column.cells[0]
    if cell.kind in OFF:
        return
    day = cell.date
    windows = [policy.morning, policy.afternoon]
    for begin, end in windows:
        edges = _edges(account, datetime.combine(day, begin, SHANGHAI), datetime.combine(day, end, SHANGHAI))
        for first, last in pairwise(edges):
            kind = _kind_at(account, cell, first + (last - first) / 2)
            if kind is not None:
                css, pattern = style_of(kind, account.tone)
                x = scale.at(first)
                sheet.draw(box(f"cell {css}", x, CELLS, scale.at(last) - x, HIGH, pattern))
        _half_hours(sheet, scale, datetime.combine(day, begin, SHANGHAI), datetime.combine(day, end, SHANGHAI))
    lunch = [scale.at(datetime.combine(day, at, SHANGHAI)) for at in (policy.morning[1], policy.afternoon[0])]
    sheet.draw(box("lunch", lunch[0], CELLS, lunch[1] - lunch[0], HIGH, "lunch"))
    sheet.draw(line("night", column.end, GROUND, column.end, CELLS + HIGH))


def _half_hours(sheet: Sheet, scale: Scale, begin: datetime, end: datetime) -> None:
    at = begin + HALF
    while at < end:
        x = scale.at(at)
        sheet.draw(line("half", x, CELLS + HIGH - 5, x, CELLS + HIGH))
        at += HALF


def _edges(account: Account, begin: datetime, end: datetime) -> list[datetime]:
    """Instants between which an office window is of one kind."""
    shown = account.shown
    marks = [shown.started_at, account.now, account.due_at]
    marks += [at for halt in shown.suspensions for at in (halt.start, halt.end)]
    inside = {local(at) for at in marks if at is not None and begin < local(at) < end}
    return sorted({begin, end, *inside})


def _kind_at(account: Account, cell: Cell, at: datetime) -> CellKind | None:
    """What an instant is drawn as: whole days for limits in days, minutes for limits in hours."""
    shown = account.shown
    started = shown.started_at is None or at >= shown.started_at
    if shown.limit.unit is not Unit.WORKHOUR:
        shown_kind = cell.kind if cell.kind is not CellKind.AFTER else None
        return shown_kind if started or cell.kind is not CellKind.START else None
    if not started:
        return None
    if any(halt.start <= at < (halt.end or account.now) for halt in shown.suspensions):
        return CellKind.SUSPENDED
    if cell.kind is CellKind.IDLE:
        return CellKind.IDLE
    past = account.due_at is not None and at > account.due_at
    if at <= account.now:
        return CellKind.OVERDUE if past else CellKind.COUNTED
    return None if past or account.stopped or account.due_at is None else CellKind.LEFT


def put_months(sheet: Sheet, scale: Scale, account: Account) -> None:
    """Put each month's name at its first day where it has room; the year with the first of a year."""
    starts = [column for column in scale.columns if column.first.day == 1 or column is scale.columns[0]]
    starts += [column for column in scale.columns if column.folded and _turns(column) and column not in starts]
    starts.sort(key=lambda column: column.x)
    ends = [*(column.x for column in starts[1:]), sheet.width]
    told: int | None = None  # the year that stands there already
    for column, end in zip(starts, ends, strict=True):
        day = column.last if column.folded and _turns(column) and column is not starts[0] else column.first
        text = month_text(day, account.lang, year=day.year != told)
        room = end - column.x
        if room >= LEAST_MONTH and text_width(text, 12, bold=True) + 6 <= room:
            told = day.year if sheet.put(Label(text, column.x + 4, MONTHS, 12, css="month", bold=True)) else told


def _turns(column: Column) -> bool:
    return (column.first.year, column.first.month) != (column.last.year, column.last.month)


def put_days(sheet: Sheet, scale: Scale, account: Account) -> None:
    """Put numbers of days, 班, names of days off and weekdays over the cells."""
    for column in scale.columns:
        if column.folded:
            continue
        day, middle = column.first, column.x + column.width / 2
        if scale.size is Size.HOURS:
            text = day_text(day, account.lang)
            sheet.put(Label(text, column.x + 4, NUMBERS, 12, css="day"))
        elif scale.size is Size.LARGE:
            sheet.put(Label(str(day.day), middle, NUMBERS, 12, Anchor.MIDDLE, "day"))
        elif day.weekday() == 0:
            sheet.put(Label(str(day.day), column.x + 1, NUMBERS, 12, css="day"))
    _names(sheet, scale, account)


def _names(sheet: Sheet, scale: Scale, account: Account) -> None:
    lang = account.lang
    for column in scale.columns:
        if not column.folded and column.cells[0].make_up:
            place = Label(
                say("grid-make-up", lang), column.x + column.width / 2, NAMES, 12, Anchor.MIDDLE, "make-up", bold=True
            )
            sheet.put(place)
    holidays = [c for c in scale.columns if not c.folded]
    for name, run in groupby(holidays, key=lambda c: c.cells[0].reason if c.cells[0].kind is CellKind.HOLIDAY else ""):
        columns = list(run)
        if name:
            middle = (columns[0].x + columns[-1].end) / 2
            short = name.removesuffix("节")
            texts = [name, short, say("rest", lang)]
            sheet.put(*(Label(text, middle, NAMES, 12, Anchor.MIDDLE, "name") for text in texts))
    if scale.size not in (Size.LARGE, Size.HOURS):
        return
    for column in holidays:
        if column.cells[0].kind is CellKind.HOLIDAY:
            continue
        name = WEEKDAYS[lang][column.first.weekday()]
        sheet.put(Label(name, column.x + column.width / 2, NAMES, 12, Anchor.MIDDLE, "weekday"))


def put_runs(sheet: Sheet, scale: Scale, account: Account) -> None:
    """Say in each run of suspended or idle days why, and how many working days it did not count."""
    lang = account.lang
    folds = [column for column in scale.columns if column.folded]
    for column in folds:
        _put_fold(sheet, column, account)
    shown = [column for column in scale.columns if not column.folded and column.cells[0].kind not in OFF]
    for (kind, reason), run in groupby(shown, key=lambda column: (column.cells[0].kind, column.cells[0].reason)):
        columns = list(run)
        if kind not in RUNS:
            continue
        left, right = columns[0].x, columns[-1].end
        if any(left - FOLD <= fold.x <= right and fold_reason(fold) == reason for fold in folds):
            continue  # the fold beside it says the same of more days
        middle, n = (left + right) / 2, len(columns)
        full = say("run", lang, reason=reason, n=n)
        short = say("run-short", lang, reason=reason, n=n)
        inside = [Label(full, middle, CELLS + 18, 12, Anchor.MIDDLE, "run")]
        under = [Label(text, middle, COUNTS, 12, Anchor.MIDDLE, "run") for text in (full, short, str(n))]
        fits = text_width(full, 12) + 8 <= right - left
        if sheet.put(*(inside if fits else ()), *under) and sheet.labels[-1].y < COUNTS:
            half = sheet.labels[-1].width / 2 + 4
            sheet.draw(box("run-ground", middle - half, CELLS + 5, 2 * half, HIGH - 10))
    binding = [column for column in shown if column.cells[0].kind is CellKind.BINDING]
    if binding:
        middle = (binding[0].x + binding[-1].end) / 2
        sheet.put(*_centred(say("binding", lang), middle, binding[0].x))


def _centred(text: str, middle: float, left: float) -> Iterator[Label]:
    yield Label(text, middle, COUNTS, 12, Anchor.MIDDLE, "run")
    yield Label(text, left, COUNTS, 12, css="run")
    yield Label(text, left, COUNTS + 11, 12, css="run")


def _put_fold(sheet: Sheet, column: Column, account: Account) -> None:
    middle, lang = column.x + column.width / 2, account.lang
    sheet.put(Label(say("fold-days", lang, n=len(column.cells)), middle, CELLS + 12, 11, Anchor.MIDDLE, "fold"))
    text = say("fold-not", lang)
    sheet.put(Label(text, middle, CELLS + 25, 11 if text_width(text, 11) <= column.width else 8, Anchor.MIDDLE, "fold"))
    sheet.put(Label(fold_reason(column), middle, NAMES, 12, Anchor.MIDDLE, "run"))


def fold_reason(column: Column) -> str:
    """Return what most of the idle days of a fold waited for; nothing where they are days off."""
    reasons = [cell.reason for cell in column.cells if cell.kind is CellKind.IDLE]
    return max(dict.fromkeys(reasons), key=reasons.count) if reasons else ""


def put_counts(sheet: Sheet, scale: Scale, account: Account) -> None:
    """Put the running count: today's and what is left first, then in the cells, or under each fifth or tenth."""
    lang, used = account.lang, account.shown.used
    today = scale.column(account.today)
    columns = [column for column in scale.columns if not column.folded and column.cells[0].number]
    inside = scale.size in (Size.LARGE, Size.HOURS) and account.shown.limit.unit is not Unit.WORKHOUR
    if inside:
        for column in columns:
            sheet.put(_inside(scale, column))
    late = [column for column in columns if column.cells[0].kind is CellKind.OVERDUE]
    if late and not inside:
        sheet.put(_under(late[-1], "late", bold=True))
    if not inside and today is not None and account.cells and used > 0:
        sheet.put(_used_now(scale, today, account))
    left = [column for column in columns if column.cells[0].kind is CellKind.LEFT]
    if left and account.shown.remaining > 0:
        text = say("left-short", lang, n=number(account.shown.remaining))
        middle = (left[0].x + left[-1].end) / 2
        places = [(middle, Anchor.MIDDLE), (left[0].x, Anchor.START), (left[-1].end + 4, Anchor.START)]
        sheet.put(*(Label(text, x, COUNTS, 12, anchor, "now", bold=True) for x, anchor in places))
    if not inside:
        for column in reversed(late):
            sheet.put(_under(column, "late", bold=True))
        _every(sheet, scale, columns)


def _every(sheet: Sheet, scale: Scale, columns: Sequence[Column]) -> None:
    step = EVERY.get(scale.size)
    if step is None:
        return
    for column in columns:
        text = column.cells[0].number
        if text.isdigit() and int(text) % step == 0:
            sheet.put(_under(column, "count"))


def _used_now(scale: Scale, today: Column, account: Account) -> Label:
    if scale.size is Size.HOURS:
        text = short_amount(account.shown.used, account.shown.limit.unit, account.lang)
        return Label(text, scale.at(account.now), COUNTS, 12, Anchor.MIDDLE, "now", bold=True)
    text = number(account.shown.used)
    return Label(text, today.x + today.width / 2, COUNTS, 12, Anchor.MIDDLE, "now", bold=True)


def _inside(scale: Scale, column: Column) -> Label:
    cell = column.cells[0]
    part = FORENOON if scale.size is Size.HOURS else 0.5  # beside the hatched lunch
    kinds = {
        CellKind.LEFT: "in-left",
        CellKind.OVERDUE: "in-late",
        CellKind.BINDING: "in-left",
        CellKind.ASSUMED: "in-left",
    }
    css = kinds.get(cell.kind, "in-counted")
    return Label(cell.number, column.x + column.width * part, CELLS + 18, 12, Anchor.MIDDLE, css, bold=True)


def _under(column: Column, css: str, *, bold: bool = False) -> Label:
    return Label(column.cells[0].number, column.x + column.width / 2, COUNTS, 12, Anchor.MIDDLE, css, bold=bold)
