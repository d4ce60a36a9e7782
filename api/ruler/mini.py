"""The ruler in small, for lists: a box a day up to ten, else a bar."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from activities.record import Role
from api.ruler.words import Lang, say, short_amount
from api.views.case import ClockShown
from sla.clock import Unit
from sla.promise import Measure

TARGETS = (Role.STEP, Role.STAGE)  # of planning, which are no limits
BOXES, BOX, BAR = 10, 8, 80  # px: a box with its gap, and a bar's length


SOLID = ("counted", "overdue")  # the others are hollow, or pale


class BoxRun(NamedTuple):
    """Boxes of one kind beside each other; in px."""

    kind: str
    begin: int
    length: int

    @property
    def hollow(self) -> bool:
        """Whether it has an edge of another colour than its inside."""
        return self.kind not in SOLID


class Mini(NamedTuple):
    """How much of a limit is used; widths in px."""

    text: str
    boxes: tuple[str, ...]  # "counted", "left" or how it is over; empty for a bar
    used: int
    over: int
    tone: str
    width: int

    @property
    def runs(self) -> Iterator[BoxRun]:
        """The boxes, those of one kind together: each run is drawn as one dashed line."""
        begin = 0
        for kind, boxes in groupby(self.boxes):
            length = BOX * len(list(boxes))
            yield BoxRun(kind, begin, length)
            begin += length


def mini_of(shown: ClockShown, lang: Lang) -> Mini:
    """Return the small ruler of a clock."""
    unit, limit = shown.limit.unit, shown.limit.amount
    said = "target-used-of" if shown.role in TARGETS else "mini"
    text = say(said, lang, used=short_amount(shown.used, unit, lang), limit=short_amount(limit, unit, lang))
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
    if shown.role in TARGETS:
        return "over-target"
    judged = shown.judged and not shown.ramp_up
    return "overdue" if judged and shown.measure != Measure.AVERAGE else "over-average"
