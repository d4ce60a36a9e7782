"""A clock's ruler: what is drawn, said and told in a table, as one value."""

from datetime import date, datetime
from typing import NamedTuple

from activities.store.rows import CaseView, ClockRow
from api.ruler.account import TARGETS, Account, Cell, account_of
from api.ruler.cells import CELLS, draw_cells, draw_grounds, put_counts, put_days, put_months, put_runs
from api.ruler.flags import draw_flags
from api.ruler.grid import Week, weeks_of
from api.ruler.legend import Key, keys_of
from api.ruler.rows import OWNER, ROW, TITLE, RulerRow, rows_of, union_note
from api.ruler.scale import GUTTER, Scale, scale_of
from api.ruler.sentence import sentence_of
from api.ruler.sheet import Anchor, Label, Shape, Sheet, box, line, text_width
from api.ruler.table import Run, runs_of
from api.ruler.words import Lang, full_day, say, short_amount
from sla.almanac import Almanac

FIRST_ROW, BAR, LOW = 135.0, 14.0, 6.0
OWNERS_END = GUTTER - 8
STRETCHES = {"held": ("held", ""), "planned": ("planned", ""), "late": ("over-target", "target"),
             "halted": ("suspended", "bars"), "uncounted": ("uncounted", "uncounted")}  # fmt: skip


class Ruler(NamedTuple):
    """What a page shows of why a clock is due on its day; no cells where it has not started or no calendar holds it."""

    title: str
    sentence: str
    cells: tuple[Cell, ...]
    rows: tuple[RulerRow, ...]
    width: float
    height: float
    size: str
    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...]
    keys: tuple[Key, ...]
    weeks: tuple[Week, ...]
    runs: tuple[Run, ...]
    due: date | None
    today: date
    lang: Lang


def ruler_of(
    view: CaseView,
    row: ClockRow,
    almanac: Almanac,
    now: datetime,
    *,
    lang: Lang = "zh",
    fold: bool = True,
    projected: bool = False,
    was_due: date | None = None,
) -> Ruler:
    """Return the ruler of one of a case's clocks. `was_due`: what a calendar moved the due date from; see `was_due`."""
    return ruler_from(
        account_of(view, row, almanac, now, lang=lang, projected=projected, was_due=was_due), row, fold=fold
    )


def ruler_from(account: Account, row: ClockRow, *, fold: bool = True) -> Ruler:
    """Return the ruler of a clock that was counted for it."""
    rows = rows_of(account)
    drawn = _drawn(account, row, rows, fold=fold) if account.cells else None
    sheet, height, size = drawn or (Sheet(0), 0.0, "")
    return Ruler(
        title=_title(account),
        sentence=sentence_of(account, row.picture.clock.policy),
        cells=account.cells,
        rows=rows,
        width=sheet.width,
        height=height,
        size=size,
        shapes=tuple(sheet.shapes),
        labels=tuple(sheet.labels),
        keys=keys_of(account, rows, sheet.shapes),
        weeks=weeks_of(account),
        runs=runs_of(account),
        due=account.due,
        today=account.today,
        lang=account.lang,
    )


def _title(account: Account) -> str:
    shown, lang = account.shown, account.lang
    limit = short_amount(shown.limit.amount, shown.limit.unit, lang)
    key = "target-used-of" if shown.role in TARGETS else "used-of"
    used = short_amount(shown.used, shown.limit.unit, lang)
    due = "" if account.due is None else f" · {full_day(account.due, lang)}"
    return f"{say(key, lang, used=used, limit=limit)}{due}"


def _drawn(account: Account, row: ClockRow, rows: tuple[RulerRow, ...], *, fold: bool) -> tuple[Sheet, float, str]:
    policy = row.picture.clock.policy
    scale = scale_of(account, policy, fold=fold)
    union = union_note(account)
    bottom = FIRST_ROW + sum(one.height for one in rows) + (ROW if union else 0) + 4
    sheet = Sheet(round(scale.width))
    draw_grounds(sheet, scale, bottom)
    draw_cells(sheet, scale, account, policy, bottom)
    draw_flags(sheet, scale, account, bottom)
    _head(sheet, account)
    put_counts(sheet, scale, account)
    put_runs(sheet, scale, account)
    put_months(sheet, scale, account)
    put_days(sheet, scale, account)
    y = FIRST_ROW
    for one in rows:
        _row(sheet, scale, account, one, y)
        y += one.height
    if union:
        sheet.put(Label(union, GUTTER, y + 17, OWNER, css="union"))
    return sheet, bottom, scale.size.value


def _head(sheet: Sheet, account: Account) -> None:
    shown, lang = account.shown, account.lang
    key = "target-used-of" if shown.role in TARGETS else "used-of"
    used = short_amount(shown.used, shown.limit.unit, lang)
    limit = short_amount(shown.limit.amount, shown.limit.unit, lang)
    sheet.put(Label(say("clock", lang), 0, CELLS + 12, TITLE, css="title", bold=True))
    sheet.put(Label(say(key, lang, used=used, limit=limit), 0, CELLS + 26, OWNER, css="owner"))


def _row(sheet: Sheet, scale: Scale, account: Account, row: RulerRow, y: float) -> None:
    base = y + 17
    for text in row.title:
        sheet.put(Label(text, 0, base, TITLE, css="title", bold=row.current), Label(text, 0, base, OWNER, css="title"))
        base += 15
    owner_y = base - 15 if row.beside else base
    sheet.put(Label(row.owner, OWNERS_END, owner_y, OWNER, Anchor.END, "owner"))
    right = scale.at(account.now)
    for kind, begin, end in row.stretches:
        css, pattern = STRETCHES[kind]
        x = scale.at(begin)
        width = scale.at(end) - x
        sheet.draw(box(f"bar {css}", x, y + LOW, width, BAR, pattern))
        right = x + width if row.stretches[0].begin == begin else max(right, x + width)
    right = _marks(sheet, scale, row, y, right)
    left = min((scale.at(part.begin) for part in row.stretches), default=right)
    css = "note late" if row.late else "note"
    beside = [Label(row.note, right + 8, y + 17, OWNER, css=css)]
    if left - 8 - text_width(row.note, OWNER) >= GUTTER:
        beside.append(Label(row.note, left - 8, y + 17, OWNER, Anchor.END, css))
    within = Label(row.note, right - 10, y + 17, OWNER, Anchor.END, css)
    if not sheet.put(*beside) and sheet.put(within):
        edge, _, until, _ = within.box
        sheet.draw(box("run-ground", edge - 4, y + LOW - 1, until - edge + 8, BAR + 2))


def _marks(sheet: Sheet, scale: Scale, row: RulerRow, y: float, right: float) -> float:
    """Draw the target and what happened and was told; return where the row ends."""
    middle = y + LOW + BAR / 2
    if row.target is not None:
        x = scale.at(row.target)
        sheet.draw(line("target", x, y + 3, x, y + 23))
        right = max(right, x)
    if row.happened is not None and row.told is not None:
        first, last = scale.at(row.happened), scale.at(row.told)
        sheet.draw(line("told", first, middle, last, middle), _diamond("happened", first, middle))
        sheet.draw(_diamond("told-mark", last, middle))
        right = max(right, last + 5)
    return right


def _diamond(css: str, x: float, y: float) -> Shape:
    return Shape(css, path=f"M{x - 5:.1f} {y:.1f}L{x:.1f} {y - 5:.1f}L{x + 5:.1f} {y:.1f}L{x:.1f} {y + 5:.1f}Z")
