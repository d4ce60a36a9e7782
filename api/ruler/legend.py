"""The legend of a ruler: only what occurs in it."""

from collections.abc import Iterable
from typing import NamedTuple

from api.ruler.account import OFF, Account, CellKind, Tone
from api.ruler.cells import style_of
from api.ruler.rows import RulerRow
from api.ruler.sheet import Shape
from api.ruler.words import say


class Key(NamedTuple):
    """A sample and its words."""

    css: str
    pattern: str
    text: str
    mark: str = ""  # a text in place of a sample


ORDER = (CellKind.START, CellKind.COUNTED, CellKind.LEFT, CellKind.OVERDUE, CellKind.SUSPENDED, CellKind.IDLE,
         CellKind.BINDING, CellKind.ASSUMED)  # fmt: skip


def keys_of(account: Account, rows: tuple[RulerRow, ...], shapes: Iterable[Shape]) -> tuple[Key, ...]:
    """Return the legend of what is drawn, each word once."""
    lang, seen = account.lang, {shape.css for shape in shapes}
    keys: list[Key] = []
    for kind in ORDER:
        css, pattern = style_of(kind, account.tone)
        if f"cell {css}" in seen or (kind is CellKind.SUSPENDED and "bar suspended" in seen):
            word = say(account.tone.value if kind is CellKind.OVERDUE else kind.value, lang)
            keys.append(Key(f"cell {css}", pattern, word))
    if "off" in seen and any(cell.kind in OFF for cell in account.cells):
        keys.append(Key("off", "", say("day-off", lang)))
    if any(cell.make_up for cell in account.cells):
        keys.append(Key("", "", say("make-up", lang), say("grid-make-up", lang)))
    if "bar uncounted" in seen:
        keys.append(Key("bar uncounted", "uncounted", say("applicant", lang)))
    if "bar over-target" in seen and account.tone is not Tone.TARGET:
        keys.append(Key("bar over-target", "target", say("over-target", lang)))
    if any(row.target for row in rows):
        keys.append(Key("", "", say("target", lang), "|"))
    if any(row.told for row in rows):
        keys.append(Key("", "", say("happened", lang)))
    return tuple(keys)
