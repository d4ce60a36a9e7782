"""Parameters of a page's address: an unknown name or a value that is not one is refused, and named."""

from collections.abc import Collection
from datetime import date
from typing import TypeVar

from fastapi import Request

from api.http.problems import Flaw, Problem

DIGITS = 10  # of a number
T = TypeVar("T")
EVERYWHERE = frozenset({"lang", "keys"})


def only_known(request: Request, *names: str, several: Collection[str] = ()) -> None:
    """Refuse parameters that the page does not have, and one that is given twice; `several`: those that may be."""
    given = [name for name, _ in request.query_params.multi_items()]
    known = {*names, *several, *EVERYWHERE}
    flaws = [Flaw(f"query/{name}", "unknown-parameter") for name in dict.fromkeys(given) if name not in known]
    given = [name for name in given if name not in several]
    flaws += [
        Flaw(f"query/{name}", "given-twice") for name in sorted({name for name in given if given.count(name) > 1})
    ]
    if flaws:
        raise Problem("bad-parameter", flaws=flaws)


def one_of(request: Request, name: str, known: Collection[str]) -> str | None:
    """Return the value of a parameter, None where it is left out or empty; a Problem where it is none of those known."""
    value = request.query_params.get(name) or None
    if value is not None and value not in known:
        raise Problem("bad-parameter", flaws=[Flaw(f"query/{name}", "unknown-value")])
    return value


def number_of(request: Request, name: str) -> int | None:
    """Return the number that a parameter says, None where it is left out or empty; a Problem for what is none."""
    value = request.query_params.get(name) or None
    if value is not None and not (value.isascii() and value.isdigit() and len(value) < DIGITS):
        raise Problem("bad-parameter", flaws=[Flaw(f"query/{name}", "not-a-number")])
    return None if value is None else int(value)


def day_of(request: Request, name: str) -> date | None:
    """Return the day that a parameter names, None where it is left out or empty; a Problem for what is no day."""
    value = request.query_params.get(name)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise Problem("bad-parameter", flaws=[Flaw(f"query/{name}", "not-a-day")]) from None
