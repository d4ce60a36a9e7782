"""A ruler as HTML: the drawing, the weeks, the sentence, the legend and the table."""

from functools import cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from api.ruler.mini import Mini
from api.ruler.ruler import Ruler
from api.ruler.words import WEEKDAYS, say
from api.views.html import templates

SHEET = Path(__file__).parent / "templates" / "ruler.css"


def drawn(ruler: Ruler, name: str = "ruler") -> Markup:
    """Draw a ruler; `name` makes ids of its own where a page has several."""
    template = _templates().get_template("ruler.html")
    return Markup(template.render(ruler=ruler, name=name, say=say, weekdays=WEEKDAYS[ruler.lang]))  # noqa: S704  # escaped by the template


def drawn_small(mini: Mini) -> Markup:
    """Draw a small ruler."""
    return Markup(_templates().get_template("mini.html").render(mini=mini))  # noqa: S704  # escaped by the template


def stylesheet() -> str:
    """Return the style of rulers."""
    return SHEET.read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    return templates("api.ruler")
