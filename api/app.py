"""The HTTP API, put together."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, get_args

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from api.http.middleware import GUARDED, Guard
from api.http.problems import MEDIA_TYPE, PROBLEMS, Problem, ProblemShown, problem_response
from api.http.request_counts import Requests
from api.http.validation import flaws_of
from api.routes import cases, commands, completions, health, metrics, oversight, registers
from api.services import Services
from workflows.messages import Command

THREADS = 24  # questions to the database at once; the commands themselves need no thread
KINDS = [kind.model_fields["kind"].default for kind in get_args(get_args(Command)[0])]  # of commands
BY_STATUS = {
    400: "malformed",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "not-json",
}
DECIMALS = (("Limit", "amount"), ("Day", "used"), ("Day", "total"))
PROBLEM: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "Anything else is a problem (RFC 9457)",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemShown"}}},
    }
}
DESCRIPTION = (
    "Watches administrative time limits. Every request under /v1 carries `Authorization: Bearer` with an API key; "
    "every command an `Idempotency-Key`, and may be sent again with it. Instants have an offset."
)


def create_app(services: Services) -> FastAPI:
    """The application over parts that it does not own; its lifespan ends only its own threads."""
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="api")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        pool.shutdown(wait=False, cancel_futures=True)

    app = _routes(lifespan)
    app.state.services = services
    app.state.pool = pool
    app.state.requests = Requests(KINDS)
    app.add_middleware(Guard, services=services, pool=pool, requests=app.state.requests)
    return app


def describe() -> dict[str, Any]:
    """The OpenAPI description, which needs no parts."""
    described: dict[str, Any] = _routes(None).openapi()
    schemas = described["components"]["schemas"]
    shown = ProblemShown.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas.update(shown.pop("$defs", {}))
    schemas["ProblemShown"] = shown
    schemas["ProblemShown"]["properties"]["type"]["enum"] = sorted(f"urn:shixian:problem:{code}" for code in PROBLEMS)
    _as_answered(schemas)
    described["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for path, operations in described["paths"].items():
        if path.startswith(GUARDED):
            for operation in operations.values():
                operation["security"] = [{"key": []}]
    return described


def _as_answered(schemas: dict[str, Any]) -> None:
    """Decimal numbers are answered as numbers, where the library would write text."""
    for name, field in DECIMALS:
        schemas[name]["properties"][field] = {"title": field.capitalize(), "type": "number"}


def _routes(lifespan: Any) -> FastAPI:  # noqa: ANN401  # what FastAPI takes
    app = FastAPI(
        title="Shixian 时限",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        responses=PROBLEM,
        generate_unique_id_function=lambda route: route.name,
    )
    for part in (cases, commands, completions, registers, oversight, health, metrics):
        app.include_router(part.router)
    for status in BY_STATUS:
        app.add_exception_handler(status, _of_the_framework)
    app.add_exception_handler(RequestValidationError, _invalid)
    return app


async def _of_the_framework(request: Request, error: Exception) -> Response:
    """No such route, no such method: the framework's own refusals in the one shape."""
    status: int = getattr(error, "status_code", 0)
    headers: dict[str, str] | None = getattr(error, "headers", None)
    return problem_response(Problem(BY_STATUS[status], headers=headers), request.state.request_id)


async def _invalid(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return problem_response(Problem("invalid", flaws=flaws_of(found, in_request=True)), request.state.request_id)
