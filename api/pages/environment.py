"""Templates of the pages, and the two files that every page asks for: one style, one script."""

import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from api.pages.words import Language, catalogue
from api.ruler.drawing import stylesheet

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
STATIC = Path(__file__).parent / "static"


class Asset(NamedTuple):
    """A file that browsers keep for ever: its name says what is in it."""

    name: str
    media_type: str
    content: bytes


@cache
def assets() -> dict[str, Asset]:
    """Return the style and the script, by `css` and `js`."""
    parts = [part.read_text(encoding="utf-8") for part in sorted((STATIC / "style").glob("*.css"))]
    style = COMMENT.sub("", "\n".join([stylesheet(), *parts]))
    style = "".join(f"{line.strip()}\n" for line in style.splitlines() if line.strip())
    return {
        "css": _asset("board", "css", "text/css", style.encode()),
        "js": _asset("board", "js", "text/javascript", (STATIC / "board.js").read_bytes()),
    }


def _asset(name: str, kind: str, media_type: str, content: bytes) -> Asset:
    return Asset(f"{name}-{sha256(content).hexdigest()[:12]}.{kind}", media_type, content)


@cache
def environment(language: Language) -> Environment:
    """Return the templates in a language. Every text put into one is escaped; a name that is not given is an error."""
    made = Environment(
        loader=PackageLoader("api.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    return made
