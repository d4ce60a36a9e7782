"""Reading JSON strictly: what the library lets pass and a database, a hash or a log would choke on."""

import json
import math
from collections.abc import Iterator

from api.http.problems import Flaw, Problem

DEEPEST = 16
LARGEST = 2**53 - 1  # beyond it two readers of the same JSON read two numbers

Path = tuple[str | int, ...]


class Repeated:
    """Stands where an object named something twice."""


def read(body: bytes) -> object:
    """The value of a JSON text, or the Problem that names what is wrong in it."""
    try:
        value = json.loads(body.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        raise Problem("too-deep" if deep else "malformed") from None
    flaws = list(_flaws(value, ()))
    repeated = [Flaw(pointer, code) for pointer, code in flaws if code == "duplicate-key"]
    if repeated:
        raise Problem("duplicate-key", flaws=repeated)
    if flaws:
        raise Problem("invalid", flaws=flaws)
    return value


def pointer(path: Path) -> str:
    """A JSON pointer into the body. A name that no body has is the client's own, so the pointer ends before it."""
    shown: list[str] = []
    for part in path:
        if isinstance(part, str) and part not in FIELDS:
            break
        shown.append(str(part))
    return "#" + "".join(f"/{part}" for part in shown)


FIELDS: set[str] = set()  # every name that a body may have; `api.http.bodies` fills it in


def _once(pairs: list[tuple[str, object]]) -> object:
    named = dict(pairs)
    return named if len(named) == len(pairs) else Repeated()


def _flaws(value: object, path: Path) -> Iterator[Flaw]:
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
        yield Flaw(pointer(path), "duplicate-key")
    elif isinstance(value, str):
        yield from _flaws_of_text(value, path)
    elif isinstance(value, float) and not math.isfinite(value):
        yield Flaw(pointer(path), "not-finite")
    elif isinstance(value, int) and abs(value) > LARGEST:
        yield Flaw(pointer(path), "number-too-large")


def _flaws_of_text(text: str, path: Path) -> Iterator[Flaw]:
    if "\0" in text:
        yield Flaw(pointer(path), "nul")
    if any("\ud800" <= c <= "\udfff" for c in text):
        yield Flaw(pointer(path), "lone-surrogate")
