"""The legend of a ruler: only what occurs in it."""

from typing import NamedTuple

from api.ruler.account import OFF, Account, CellKind
from api.ruler.cells import style_of
from api.ruler.rows import Row
from api.ruler.words import say


class Key(NamedTuple):
    """A sample and its words."""

    css: str
    pattern: str
    text: str
    mark: str = ""  # a text in place of a sample


ORDER = (CellKind.START, CellKind.COUNTED, CellKind.LEFT, CellKind.OVERDUE, CellKind.SUSPENDED, CellKind.IDLE,
         CellKind.BINDING, CellKind.ASSUMED)  # fmt: skip


def keys_of(account: Account, rows: tuple[Row, ...]) -> tuple[Key, ...]:
    """Return the legend of what is drawn."""
    lang, kinds = account.lang, {cell.kind for cell in account.cells}
    parts = {part.kind for row in rows for part in row.stretches}
    keys = []
    for kind in ORDER:
        if kind in kinds or (kind is CellKind.SUSPENDED and "halted" in parts):
            css, pattern = style_of(kind, account.tone)
            word = say(account.tone.value if kind is CellKind.OVERDUE else kind.value, lang)
            keys.append(Key(f"cell {css}", pattern, word))
    if kinds & set(OFF):
        keys.append(Key("off", "", f"{say('weekend', lang)}、{say('holiday', lang)}" if lang == "zh" else "day off"))
    if any(cell.make_up for cell in account.cells):
        keys.append(Key("", "", say("make-up", lang), say("grid-make-up", lang)))
    if "uncounted" in parts:
        keys.append(Key("bar uncounted", "uncounted", say("applicant", lang)))
    if "late" in parts:
        keys.append(Key("bar over-target", "target", say("over-target", lang)))
    if any(row.target for row in rows):
        keys.append(Key("", "", say("target", lang), "|"))
    if any(row.told for row in rows):
        keys.append(Key("", "", say("happened", lang), ""))
    return tuple(keys)
