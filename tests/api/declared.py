"""Every problem that any test provokes is one that the description declares of its operation."""

import re
from functools import cache

import httpx2

from api.app import describe
from api.description.problem_codes import codes_of
from api.http.problems import MEDIA_TYPE

PARAMETER = re.compile(r"\\\{\w+\\\}")


@cache
def operations() -> list[tuple[re.Pattern[str], str, frozenset[str]]]:
    """Addresses, those without parameters first, with a method and the codes that are declared."""
    paths = sorted(describe()["paths"].items(), key=lambda one: one[0].count("{"))
    return [
        (re.compile(PARAMETER.sub("[^?]+", re.escape(path))), method, frozenset(codes_of(operation, method)))
        for path, methods in paths
        for method, operation in methods.items()
    ]


async def declared(answer: httpx2.Response) -> None:
    """Refuses a problem that is not declared; what is asked of no operation is nobody's."""
    if answer.headers.get("content-type") != MEDIA_TYPE:
        return
    request = answer.request
    path, method = request.url.path, request.method.lower()
    found = [codes for pattern, verb, codes in operations() if verb == method and pattern.fullmatch(path)]
    if not found:
        return
    await answer.aread()
    code = str(answer.json()["type"]).rpartition(":")[2]
    assert any(code in codes for codes in found), f"api.description.problem_codes: {method} {path} answers {code}"
