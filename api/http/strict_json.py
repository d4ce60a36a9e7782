"""Reading JSON strictly: what the library lets pass and a database, a hash or a log would choke on."""

import json
import math
from collections.abc import Iterator

from api.http.problems import Flaw, Problem

DEEPEST = 16
LARGEST = 2**53 - 1  # beyond it two readers of the same JSON read two numbers

Path = tuple[str | int, ...]
Names = frozenset[str]  # every name that a body may have


class Repeated:
    """Stands where an object named something twice."""


def read(body: bytes, names: Names) -> object:
    """Read a JSON text; raises the Problem that says what is wrong in it, and where, by `names` alone."""
    try:
        value = json.loads(body.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        raise Problem("too-deep" if deep else "malformed") from None
    flaws = [Flaw(pointer(path, names), code) for path, code in _flaws(value, ())]
    repeated = [flaw for flaw in flaws if flaw.code == "duplicate-key"]
    if repeated:
        raise Problem("duplicate-key", flaws=repeated)
    if flaws:
        raise Problem("invalid", flaws=flaws)
    return value


def pointer(path: Path, names: Names) -> str:
    """Write a JSON pointer into a body. A name that is none of `names` is the client's own: it ends before that."""
    shown: list[str] = []
    for part in path:
        if isinstance(part, str) and part not in names:
            break
        shown.append(str(part))
    return "#" + "".join(f"/{part}" for part in shown)


def _once(pairs: list[tuple[str, object]]) -> object:
    named = dict(pairs)
    return named if len(named) == len(pairs) else Repeated()


def _flaws(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if len(path) > DEEPEST:
        raise Problem("too-deep")
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _flaws_of_text(name, path)
            yield from _flaws(one, (*path, name))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _flaws(one, (*path, number))
    elif isinstance(value, Repeated):
        yield path, "duplicate-key"
    elif isinstance(value, str):
        yield from _flaws_of_text(value, path)
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, "not-finite"
    elif isinstance(value, int) and abs(value) > LARGEST:
        yield path, "number-too-large"


def _flaws_of_text(text: str, path: Path) -> Iterator[tuple[Path, str]]:
    if "\0" in text:
        yield path, "nul"
    if any("\ud800" <= c <= "\udfff" for c in text):
        yield path, "lone-surrogate"
