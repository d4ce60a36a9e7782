"""Requests that schemathesis makes of the description, sent to a real office; what of the answers is not declared."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx2
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import describe
from api.routes.events import LONGEST_WAIT
from tests.api.office import Office, Person

Case = schemathesis.Case[Any]
BASE = "http://office"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def strict() -> dict[str, Any]:
    """The description without its "anything else", which would declare every status; who asks is the tests' to say."""
    described = describe()
    for operations in described["paths"].values():
        for operation in operations.values():
            del operation["responses"]["default"]
            operation.pop("security", None)
    return described


DESCRIBED = strict()
SCHEMA = schemathesis.openapi.from_dict(DESCRIBED)


def examples(method: str, path: str, count: int, there: Mapping[str, str]) -> list[Case]:
    """Makes as many as there are to make: half of what is there, a quarter of what might be, a quarter of what may not be."""
    operation, less = SCHEMA[path][method], count // 4
    named = {name: one for name, one in there.items() if f"{{{name}}}" in path}
    made = [done_anew(case) for case in _made(operation.as_strategy(path_parameters=named), count - 2 * less)]
    made += _made(operation.as_strategy(), less)
    if _may_be_wrong(DESCRIBED["paths"][path][method]):
        made += _made(operation.as_strategy(GenerationMode.NEGATIVE), less)
    return [answered_at_once(case) for case in made]


def _made(strategy: Any, count: int) -> list[Case]:
    made: list[Case] = []

    @settings(max_examples=count, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def keep(case: Case) -> None:
        made.append(case)

    keep()
    return made


def _may_be_wrong(operation: Mapping[str, Any]) -> bool:
    """Any text may stand in an address, so what asks for nothing else cannot be asked wrongly."""
    schemas = [one["schema"] for one in operation.get("parameters", ())]
    return "requestBody" in operation or any(
        one.keys() - {"type", "title"} or one["type"] != "string" for one in schemas
    )


def done_anew(case: Case) -> Case:
    """The same as something new, of a case as it is: else most would be refused for their headers."""
    if "Idempotency-Key" in {one.name for one in case.operation.headers}:
        case.headers["Idempotency-Key"] = uuid4().hex
    case.headers.pop("If-Match", None)
    return case


def answered_at_once(case: Case) -> Case:
    """The same without waiting for something to happen."""
    wait = str(case.query.get("wait", ""))
    if wait.isdecimal() and 0 < int(wait) <= LONGEST_WAIT:
        case.query["wait"] = "0"
    return case


class Sender:
    """Sends what was made, and keeps what of the answers is not declared."""

    def __init__(self, office: Office) -> None:
        self._http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=office.app))
        self.undeclared: list[str] = []

    async def send(self, case: Case, by: Person) -> None:
        """Sends one, as somebody."""
        asked = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
        headers = {
            name.encode(): value if isinstance(value, bytes) else value.encode("latin-1")
            for name, value in {**asked.headers, **by.headers}.items()
        }
        body: Any = asked.body
        request = httpx2.Request(str(asked.method), str(asked.url), headers=headers, content=body)
        answer = await self._http.send(request)
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            wrong = (f"{one.title}: {one.message}" for one in group.exceptions)
            said = f"{by.actor}: {asked.method} {asked.url} {asked.body!r}", f"{answer.status_code} {answer.text[:400]}"
            self.undeclared.append("\n".join([*said, *wrong]))

    async def close(self) -> None:
        """Ends what it made."""
        await self._http.aclose()
