"""Pictures stand once on a page, and are styled by themselves: what refers to one lends it no rule of its own place."""

import re
from pathlib import Path

import api.pages
from api.pages.environment import assets
from api.pages.frame import STANDINGS

SPRITE = (Path(api.pages.__file__).parent / "templates" / "sprite.html").read_text(encoding="utf-8")


def test_what_is_within_a_picture_is_styled_by_a_class_alone() -> None:
    style = assets()["css"].content.decode()
    classes = {name for one in re.findall(r'<(?:circle|path|rect) class="([^"]+)"', SPRITE) for name in one.split()}
    assert classes
    assert {name for name in classes if not re.search(rf"^\.{name} {{", style, re.MULTILINE)} == set()
    assert not re.search(r"\S[ >]+\.i-", style)


def test_each_standing_has_a_picture_or_the_common_one() -> None:
    drawn = set(re.findall(r'<symbol id="i-([a-z-]+)"', SPRITE))
    assert {str(one) for one in STANDINGS} - drawn == {"not-started"}
    assert "other" in drawn
