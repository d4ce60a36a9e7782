"""The OpenAPI description made whole: the problems that each operation may answer, what to do about them, and examples."""

import json
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from itertools import groupby
from typing import Any

from api.description.problem_codes import BY_ITEM, codes_of, codes_of_items
from api.http.advice import advice
from api.http.problems import MEDIA_TYPE, PROBLEMS, ProblemShown, problem_type

SHOWN = {"$ref": "#/components/schemas/ProblemShown"}
ANYTHING_ELSE: Mapping[int | str, dict[str, Any]] = {
    "default": {
        "description": "Anything else is a problem (RFC 9457)",
        "content": {MEDIA_TYPE: {"schema": SHOWN}},
    }
}
OPENING = (
    "Watches administrative time limits. Every request under /v1 carries `Authorization: Bearer` with an API key or an access token; "
    "every command an `Idempotency-Key`, and may be sent again with it. Instants have an offset."
)
OF_PROBLEMS = (
    "What cannot be done as asked is answered by a problem (RFC 9457); its `type` ends with one of these codes."
)


@cache
def committed() -> dict[str, Any]:
    """Return the description as it is committed beside the code, which is the one that the routes make."""
    return json.loads(committed_text())  # type: ignore[no-any-return]


@cache
def committed_text() -> str:
    """Return the text of the committed description."""
    return (files("api") / "openapi.json").read_text(encoding="utf-8")


@cache
def examples() -> Mapping[str, Mapping[str, Any]]:
    """Return examples by operation: `parameters`, `body` and `answer`, as a real office took and gave them."""
    found: Mapping[str, Mapping[str, Any]]
    found = json.loads((files("api.description") / "examples.json").read_text(encoding="utf-8"))
    return found


def description() -> str:
    """Return the words before everything else: how requests are made, and every problem with what to do about it."""
    lines = [OPENING, "", OF_PROBLEMS, "", "| code | status | title | what to do |", "|---|---|---|---|"]
    lines += [f"| `{code}` | {status} | {title} | {advice(code)} |" for code, (status, title) in PROBLEMS.items()]
    return "\n".join(lines)


def complete(described: dict[str, Any]) -> None:
    """Add to a description what its routes do not say."""
    described["info"]["description"] = description()
    schemas = described["components"]["schemas"]
    shown = ProblemShown.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas.update(shown.pop("$defs", {}))
    schemas["ProblemShown"] = shown
    schemas["ProblemShown"]["properties"]["type"]["enum"] = sorted(problem_type(code) for code in PROBLEMS)
    for operations in described["paths"].values():
        for method, operation in operations.items():
            _add_problems(operation, method)
            _add_examples(operation)


def _add_problems(operation: dict[str, Any], method: str) -> None:
    by_status = sorted((PROBLEMS[code][0], code) for code in codes_of(operation, method))
    for status, group in groupby(by_status, key=lambda one: one[0]):
        codes = [code for _, code in group]
        content = operation["responses"].setdefault(str(status), {"description": ""}).setdefault("content", {})
        content[MEDIA_TYPE] = {
            "schema": {"allOf": [SHOWN, {"properties": {"type": {"enum": [problem_type(code) for code in codes]}}}]}
        }
        said = operation["responses"][str(status)]
        listed = ", ".join(f"`{code}`" for code in codes)
        said["description"] = f"{said['description']}; or {listed}" if said["description"] else listed
    if operation["operationId"] in BY_ITEM:
        listed = ", ".join(f"`{code}`" for code in codes_of_items())
        operation["responses"]["207"]["description"] = f"Each item with its own status; its problem is one of {listed}"


def _add_examples(operation: dict[str, Any]) -> None:
    for name, example in examples().get(operation["operationId"], {}).items():
        for parameter in operation.get("parameters", ()):
            if parameter["name"] in example["parameters"]:
                parameter.setdefault("examples", {})[name] = {"value": example["parameters"][parameter["name"]]}
        if example.get("body") is not None:
            content = operation["requestBody"]["content"]["application/json"]
            content.setdefault("examples", {})[name] = {"summary": example["summary"], "value": example["body"]}
        kind = "application/json" if example["status"] < HTTPStatus.BAD_REQUEST else MEDIA_TYPE
        answered = operation["responses"][str(example["status"])]["content"][kind]
        answered.setdefault("examples", {})[name] = {"summary": example["summary"], "value": example["answer"]}
