"""Parameters of a page's address: an unknown name or a value that is not one is refused, and named."""

from collections.abc import Collection
from typing import TypeVar

from fastapi import Request

from api.http.problems import Flaw, Problem

T = TypeVar("T")
EVERYWHERE = frozenset({"lang", "keys"})


def only_known(request: Request, *names: str) -> None:
    """Refuse parameters that the page does not have, and one that is given twice."""
    given = [name for name, _ in request.query_params.multi_items()]
    flaws = [Flaw(f"query/{name}", "unknown-parameter") for name in given if name not in {*names, *EVERYWHERE}]
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
