"""The ruler in small, for lists: a box a day up to ten, else a bar."""

from decimal import Decimal
from typing import NamedTuple

from activities.record import Role
from api.ruler.words import Lang, say, short_amount
from api.views.case import ClockShown
from sla.clock import Unit
from sla.promise import Measure

BOXES, BOX, BAR = 10, 8, 80  # px: a box with its gap, and a bar's length


class Mini(NamedTuple):
    """How much of a limit is used; widths in px."""

    text: str
    boxes: tuple[str, ...]  # "counted", "left" or how it is over; empty for a bar
    used: int
    over: int
    tone: str
    width: int


def mini_of(shown: ClockShown, lang: Lang) -> Mini:
    """Return the small ruler of a clock."""
    unit, limit = shown.limit.unit, shown.limit.amount
    text = say("mini", lang, used=short_amount(shown.used, unit, lang), limit=short_amount(limit, unit, lang))
    tone = _tone(shown)
    whole = unit is not Unit.WORKHOUR and limit == int(limit) and max(limit, shown.used) <= BOXES
    if whole and limit + shown.used > 0:
        over = int(shown.overdue_by)
        counted = int(shown.used) - over
        boxes = ("counted",) * counted + ("left",) * max(0, int(limit) - counted) + (tone,) * over
        return Mini(text, boxes, 0, 0, tone, len(boxes) * BOX)
    longest = max(limit, shown.used, Decimal(1))
    used = round(BAR * (shown.used - shown.overdue_by) / longest)
    return Mini(text, (), used, round(BAR * shown.overdue_by / longest), tone, BAR)


def _tone(shown: ClockShown) -> str:
    if shown.role in (Role.STEP, Role.STAGE):
        return "over-target"
    return "overdue" if shown.judged and shown.measure != Measure.AVERAGE else "over-average"
