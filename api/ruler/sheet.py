"""The sheet that a ruler is drawn on. A text is put where it overlaps no other and is not cut, or it is left out."""

from enum import StrEnum
from typing import NamedTuple

WIDE = 0x2E80  # from here on characters are as wide as they are high
NARROW, CAPITAL, BOLDER, HIGH, DEEP = 0.58, 0.72, 1.06, 0.88, 0.2  # parts of an em
GAP = 2.0  # px between two texts


class Anchor(StrEnum):
    """Which part of a text lies at its place."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


Box = tuple[float, float, float, float]  # left, top, right, bottom


class Label(NamedTuple):
    """A text; `y` is its baseline."""

    text: str
    x: float
    y: float
    size: int = 12
    anchor: Anchor = Anchor.START
    css: str = ""
    bold: bool = False
    english: bool = False

    @property
    def width(self) -> float:
        """Its estimated width in px."""
        return text_width(self.text, self.size, bold=self.bold)

    @property
    def box(self) -> Box:
        """Left, top, right, bottom."""
        width = self.width
        left = self.x - {Anchor.START: 0.0, Anchor.MIDDLE: width / 2, Anchor.END: width}[self.anchor]
        return left, self.y - HIGH * self.size, left + width, self.y + DEEP * self.size


class Shape(NamedTuple):
    """A rectangle or a path; `pattern` fills it with one of the drawing's own."""

    css: str
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0
    path: str = ""
    pattern: str = ""


class Sheet:
    """Shapes and texts in the order in which they are drawn."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.shapes: list[Shape] = []
        self.labels: list[Label] = []
        self._taken: list[Box] = []  # by the labels

    def draw(self, *shapes: Shape) -> None:
        """Draw shapes over those that are there."""
        self.shapes.extend(shapes)

    def put(self, *places: Label) -> bool:
        """Put a text at the first of its places that is free; False where none is."""
        for label in places:
            if label.text and self._free(box_of := label.box):
                self.labels.append(label)
                self._taken.append(box_of)
                return True
        return False

    def _free(self, place: Box) -> bool:
        left, top, right, bottom = place
        if left < 0 or right > self.width or top < 0:
            return False
        return not any(
            left < one[2] + GAP and one[0] < right + GAP and top < one[3] and one[1] < bottom for one in self._taken
        )


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Estimate the width of a text in px: a Chinese character is as wide as it is high."""
    ems = sum(1.0 if ord(one) >= WIDE else CAPITAL if one.isupper() else NARROW for one in text)
    return ems * size * (BOLDER if bold else 1.0)


def wrapped(text: str, size: int, width: float) -> list[str]:
    """Break a text into lines that are at most so wide, at blanks where it has them."""
    lines, line = [], ""
    for word in text.split(" ") if " " in text and ord(text[0]) < WIDE else list(text):
        glue = " " if line and " " in text and ord(text[0]) < WIDE else ""
        if line and text_width(line + glue + word, size) > width:
            lines.append(line)
            line = word
        else:
            line += glue + word
    return [*lines, line]


def line(css: str, x1: float, y1: float, x2: float, y2: float) -> Shape:
    """Return a straight line."""
    return Shape(css, path=f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}")


def box(css: str, x: float, y: float, width: float, height: float, pattern: str = "") -> Shape:
    """Return a rectangle."""
    return Shape(css, round(x, 1), round(y, 1), round(max(width, 0.8), 1), round(height, 1), pattern=pattern)
