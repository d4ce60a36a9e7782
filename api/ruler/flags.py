"""Flags of now, due and was due, and the edge of the published calendar."""

from datetime import datetime

from api.ruler.account import TARGETS, Account
from api.ruler.cells import CELLS, COUNTS, GROUND, HIGH
from api.ruler.scale import Scale
from api.ruler.sheet import Anchor, Label, Sheet, box, line
from api.ruler.words import day_text, say
from sla.axis import due_day, due_time

TOP, TALL, PAD, BASE = 0.0, 20.0, 8.0, 14.0
MONTH_LANE = 33.0  # where two flags would lie over one another


def draw_flags(sheet: Sheet, scale: Scale, account: Account, bottom: float) -> None:
    """Draw the flags with their lines: now's ends at its line, due's begins at it; the other way round once it is over."""
    now, due = account.now, account.due_at
    after = due is not None and now > due
    _flag(sheet, scale.at(now), _now_text(account), "today", bottom, rightwards=after)
    if due is not None:
        _flag(sheet, scale.at(due), _due_text(account, due), "due", bottom, rightwards=not after)
    if account.was_due is not None:
        x = scale.end_of(account.was_due)
        sheet.draw(line("was-due", x, GROUND, x, CELLS + HIGH + 4))
        text = say("was-due", account.lang, day=day_text(account.was_due, account.lang))
        sheet.put(*_under(text, x))
    if account.known_until is not None:
        _edge(sheet, scale, account, bottom)


def _now_text(account: Account) -> str:
    key = "ended" if account.shown.void else "done" if account.stopped else "today"
    return say(key, account.lang, day=day_text(account.today, account.lang))


def _due_text(account: Account, due: datetime) -> str:
    if account.shown.due_at is None:
        return say("assumed-due", account.lang, day=day_text(due_day(due), account.lang))
    key = "target-due" if account.shown.role in TARGETS else "due"
    return say(key, account.lang, day=day_text(due_day(due), account.lang), time=due_time(due))


def _flag(sheet: Sheet, x: float, text: str, css: str, bottom: float, *, rightwards: bool) -> None:
    label = Label(text, 0, BASE, 12, css=f"flag-{css}", bold=True)
    width = label.width + 2 * PAD
    if rightwards and x + width > sheet.width:
        rightwards = False
    left = x if rightwards else max(0.0, x - width)
    sheet.draw(line(f"line-{css}", x, TALL, x, bottom))
    if sheet.put(label._replace(x=left + PAD), label._replace(x=left + PAD, y=MONTH_LANE)):
        top = TOP if sheet.labels[-1].y == BASE else TALL
        sheet.draw(box(f"flag flag-box-{css}", left, top, width, TALL if top == TOP else 16.0))


def _under(text: str, x: float) -> list[Label]:
    places = [(x, Anchor.MIDDLE), (x + 3, Anchor.START), (x - 3, Anchor.END)]
    return [Label(text, at, y, 12, anchor, "was") for y in (COUNTS, COUNTS + 12) for at, anchor in places]


def _edge(sheet: Sheet, scale: Scale, account: Account, bottom: float) -> None:
    day = account.known_until
    if day is None:
        return
    x, y, side = scale.end_of(day), GROUND, 1
    path = [f"M{x:.1f} {y:.0f}"]
    while y + 6 <= bottom:
        y, side = y + 6, -side
        path.append(f"L{x + 3 * side:.1f} {y:.0f}")
    sheet.draw(line("edge", 0, 0, 0, 0)._replace(path="".join(path)))
    text = say("known-until", account.lang, day=day_text(day, account.lang))
    sheet.put(
        *([] if account.shown.projection else [Label(text, x + 8, CELLS + 18, 12, css="edge-text")]),
        Label(text, x + 8, CELLS - 11, 12, css="edge-text"),
        Label(text, x + 8, COUNTS, 12, css="edge-text"),
        Label(text, x - 8, COUNTS, 12, Anchor.END, "edge-text"),
        Label(text, x - 8, COUNTS + 12, 12, Anchor.END, "edge-text"),
    )
