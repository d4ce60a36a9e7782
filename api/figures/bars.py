"""Twelve months of a promised average as a small drawing: where each bar stands, and what is written at it."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from api.figures.front import Bar, Trend
from api.figures.words import two_places

WIDTH, HEIGHT = 372, 93
LEFT, SLOT, BAR = 2, 28, 18
TOP, BASE = 13, 68
TALLEST = 2  # times the limit: a taller bar is cut, its number is not
TENTH = Decimal("0.1")
BESIDE_THE_NEXT = ("11", "12")  # months


class BarDrawn(NamedTuple):
    """A month's bar; without a height there is nothing to draw, and without a label there was no case."""

    x: int
    width: int
    middle: int
    y: str
    height: str
    label_y: str
    label: str
    kind: str
    cut: bool
    month: str
    year: str | None  # where one begins


class Drawing(NamedTuple):
    """A drawing in its own units, from the left and from the top."""

    width: int
    height: int
    base: int
    cut: int
    right: int
    limit_y: str
    limit: str
    bars: tuple[BarDrawn, ...]
    said: str  # all its numbers


def drawing(trend: Trend) -> Drawing:
    """Return the bars of a trend, its limit as a line."""
    means = [bar.mean for bar in trend.bars if bar.mean is not None]
    top = min(max([trend.limit, *means]), trend.limit * TALLEST) or Decimal(1)
    scale = (BASE - TOP) / top
    return Drawing(
        width=WIDTH,
        height=HEIGHT,
        base=BASE,
        cut=TOP + 11,
        right=LEFT + SLOT * len(trend.bars),
        limit_y=_shown(BASE - trend.limit * scale),
        limit=f"{trend.limit.normalize():f}",
        bars=tuple(_bar(place, bar, top, scale) for place, bar in enumerate(trend.bars)),
        said="；".join(map(_said, trend.bars)),
    )


def _bar(place: int, bar: Bar, top: Decimal, scale: Decimal) -> BarDrawn:
    height = min(bar.mean or Decimal(0), top) * scale
    x = LEFT + place * SLOT
    year, _, month = bar.month.partition("-")
    verdict = "gap" if bar.mean is None else "kept" if bar.kept else "broken"
    return BarDrawn(
        x=x + (SLOT - BAR) // 2,
        width=BAR,
        middle=x + SLOT // 2,
        y=_shown(BASE - height),
        height=_shown(height),
        label_y=_shown(BASE - height - 4),
        label="" if bar.mean is None else _number(bar.mean),
        kind=verdict if bar.ended else f"{verdict} running",
        cut=bar.mean is not None and bar.mean > top,
        month=month.lstrip("0"),
        # the first one gives way where the next year begins beside it
        year=year if month == "01" or (place == 0 and month not in BESIDE_THE_NEXT) else None,
    )


def _said(bar: Bar) -> str:
    running = "" if bar.ended else "（未结束 unfinished）"
    if bar.mean is None:
        return f"{bar.month} 无办结件 none{running}"
    verdict = "达标 kept" if bar.kept else "未达标 broken"
    return f"{bar.month} {two_places(bar.mean)}（{bar.n} 件 cases，{verdict}）{running}"


def _number(mean: Decimal) -> str:
    """Short enough for a bar."""
    return f"{mean.quantize(TENTH if mean < 100 else Decimal(1), ROUND_HALF_UP)}"


def _shown(value: Decimal) -> str:
    return f"{value.quantize(TENTH)}"
