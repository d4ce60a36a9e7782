"""A ruler as HTML: the drawing, the weeks, the sentence, the legend and the table."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from api.ruler.mini import Mini
from api.ruler.ruler import Ruler
from api.ruler.sheet import Shape
from api.ruler.words import WEEKDAYS, say
from api.views.html import templates

ROUNDED = 0.3  # px, by which boxes beside each other may overlap
SHEET = Path(__file__).parent / "templates" / "ruler.css"


def drawn(ruler: Ruler, name: str = "ruler") -> Markup:
    """Draw a ruler; `name` makes ids of its own where a page has several."""
    template = _templates().get_template("ruler.html")
    shapes = list(_together(ruler.shapes))
    return Markup(template.render(ruler=ruler, shapes=shapes, name=name, say=say, weekdays=WEEKDAYS[ruler.lang]))  # noqa: S704  # escaped by the template


def _together(shapes: Iterable[Shape]) -> Iterator[Shape]:
    """Draw the boxes of a row that are alike as one path, so that a page says once what is common to them."""
    row: list[Shape] = []
    for shape in shapes:
        if row and not _beside(row[-1], shape):
            yield from _paths(row)
            row = []
        row.append(shape)
    yield from _paths(row)


def _beside(last: Shape, shape: Shape) -> bool:
    """Tell whether a box lies in the row of the one before, right of it: their order is then all one."""
    if last.path or shape.path:
        return False
    return (last.y, last.height) == (shape.y, shape.height) and shape.x >= last.x + last.width - ROUNDED


def _paths(row: Iterable[Shape]) -> Iterator[Shape]:
    alike: dict[tuple[str, str], list[Shape]] = {}
    for shape in row:
        alike.setdefault((shape.css, shape.pattern), []).append(shape)
    for (css, pattern), boxes in alike.items():
        if len(boxes) == 1:
            yield from boxes
        else:
            path = "".join(f"M{one.x:g} {one.y:g}h{one.width:g}v{one.height:g}h{-one.width:g}z" for one in boxes)
            yield Shape(f"boxes {css}", path=path, pattern=pattern)


def drawn_small(mini: Mini) -> Markup:
    """Draw a small ruler."""
    return Markup(_templates().get_template("mini.html").render(mini=mini))  # noqa: S704  # escaped by the template


def stylesheet() -> str:
    """Return the style of rulers."""
    return SHEET.read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    return templates("api.ruler")
