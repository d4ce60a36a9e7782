"""HTML in which every text is escaped, because nothing else can be put into it."""

from html import escape

VOID = frozenset({"meta", "br"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, /, *parts: object, **attributes: str) -> Html:
    """An element. A part that is no HTML is escaped, None is left out; an attribute's name is written as in `class_`."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    if name in VOID:
        return Html(f"<{name}{given}>")
    return Html(f"<{name}{given}>{joined(*parts)}</{name}>")


def joined(*parts: object) -> Html:
    """Parts one after another."""
    return Html("".join(part if isinstance(part, Html) else escape(str(part)) for part in parts if part is not None))
