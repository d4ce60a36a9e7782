"""The API's own pages, made from its OpenAPI description: its operations, examples, and every problem with what to do about it."""

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from shlex import quote as quoted
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response

from api.description.document import committed, committed_text, examples
from api.description.problem_codes import codes_of
from api.http.advice import advice
from api.http.problems import MEDIA_TYPE, PROBLEMS, Problem
from api.pages.answers import HEADERS, html
from api.pages.frame import bare_page, page
from api.pages.page_route import PageRoute, SignInNeeded, page_visit
from api.pages.parameters import only_known

router = APIRouter(route_class=PageRoute, include_in_schema=False)

DOCUMENT = "/openapi.json"


class DocumentedField(NamedTuple):
    """A field of a body, or a parameter: its name, where it stands, its kind, and what is said of it."""

    name: str
    place: str
    kind: str
    needed: bool
    said: str


class ExampleShown(NamedTuple):
    """A request as a line for a shell, and what a real office answered."""

    summary: str
    curl: str
    status: int
    answer: str


class OperationShown(NamedTuple):
    """An operation of the description."""

    name: str
    tag: str
    method: str
    path: str
    summary: str
    said: str
    parameters: tuple[DocumentedField, ...]
    body: tuple[DocumentedField, ...]
    examples: tuple[ExampleShown, ...]
    problems: tuple[tuple[str, int, str], ...]


@router.get("/docs")
async def show_docs(request: Request) -> Response:
    """List the operations, and the problems with what to do about each."""
    only_known(request)
    by_tag = groupby(sorted(operations().values(), key=lambda one: one.tag), key=lambda one: one.tag)
    problems = [(code, status, title, advice(code)) for code, (status, title) in PROBLEMS.items()]
    return await _shown(request, "docs.html", tags=[(tag, list(group)) for tag, group in by_tag], problems=problems)


@router.get("/docs/{operation}")
async def show_operation(request: Request, operation: str) -> Response:
    """Show one operation: its parameters, its body, examples, and the problems that it may answer."""
    only_known(request)
    found = operations().get(operation)
    if found is None:
        raise Problem("not-found")
    return await _shown(request, "docs_operation.html", operation=found)


@router.get(DOCUMENT)
async def show_document(request: Request) -> Response:
    """Send the description itself, for programs that write programs."""
    only_known(request)
    return Response(committed_text().encode(), headers=dict(HEADERS), media_type="application/json")


def operations() -> dict[str, OperationShown]:
    """Return the operations of the description by name."""
    found = (
        _operation(path, method, operation)
        for path, methods in committed()["paths"].items()
        for method, operation in methods.items()
    )
    return {one.name: one for one in found}


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> OperationShown:
    name, said = operation["operationId"], operation.get("description", "").partition("\n")
    parameters = tuple(
        DocumentedField(
            one["name"], one["in"], _kind(one["schema"]), one.get("required", False), one.get("description", "")
        )
        for one in operation.get("parameters", ())
    )
    return OperationShown(
        name=name,
        tag=operation.get("tags", [""])[0],
        method=method.upper(),
        path=path,
        summary=said[0],
        said=said[2].strip(),
        parameters=parameters,
        body=tuple(_fields(operation)),
        examples=tuple(
            ExampleShown(one["summary"], _curl(method, path, parameters, one), one["status"], _json(one["answer"]))
            for one in examples().get(name, {}).values()
        ),
        problems=tuple((code, *PROBLEMS[code]) for code in codes_of(operation, method)),
    )


def _fields(operation: Mapping[str, Any]) -> Iterator[DocumentedField]:
    """What stands in the body, by its schema."""
    content = operation.get("requestBody", {}).get("content", {})
    for one in content.values():
        schema = _resolved(one["schema"])
        for name, field in schema.get("properties", {}).items():
            needed = name in schema.get("required", ())
            yield DocumentedField(name, "body", _kind(field), needed, field.get("description", ""))


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that another refers to, also where it may be left out."""
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(choices) == 1:
        schema = choices[0]
    if "$ref" in schema:
        found: Mapping[str, Any] = committed()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _kind(schema: Mapping[str, Any]) -> str:
    """A kind in few words: `string, date-time`, `array of string`, or one of some words."""
    found = _resolved(schema)
    if "enum" in found:
        return " | ".join(map(str, found["enum"]))
    if found.get("type") == "array":
        return f"array of {_kind(found.get('items', {}))}"
    return ", ".join(part for part in (found.get("type", "any"), found.get("format")) if part)


def _curl(method: str, path: str, parameters: tuple[DocumentedField, ...], example: Mapping[str, Any]) -> str:
    """The request of an example as a line for a shell."""
    places = {one.name: one.place for one in parameters}
    given = example["parameters"]
    in_path = {name: quote(str(value)) for name, value in given.items() if places[name] == "path"}
    query = {name: _word(value) for name, value in given.items() if places[name] == "query"}
    address = path.format(**in_path) + (f"?{urlencode(query)}" if query else "")
    parts = [f'curl -sS "$SHIXIAN_URL{address}"', '-H "Authorization: Bearer $SHIXIAN_KEY"']
    parts += [f'-H "{name}: {value}"' for name, value in given.items() if places[name] == "header"]
    if method == "post":
        body = json.dumps(example["body"], ensure_ascii=False)
        parts += ['-H "Content-Type: application/json"', f"-d {quoted(body)}"]
    return " \\\n  ".join(parts)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


async def _shown(request: Request, template: str, **values: Any) -> Response:  # noqa: ANN401  # a template's
    values |= {"document": DOCUMENT, "media_type": MEDIA_TYPE}
    try:
        at = await page_visit(request)
    except SignInNeeded:
        return html(request, bare_page(request, template, **values))
    return page(at, template, **values)
