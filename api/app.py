"""The HTTP API, put together."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, get_args

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from activities.almanacs import AlmanacHolder
from activities.proposals import ProposalBoard
from api.access.access_tokens import AccessTokens, TokenRules
from api.access.allowances import Allowances, AskingRate
from api.access.api_keys import Keyring
from api.access.auditing import AuditDesk
from api.access.callers import Callers
from api.access.look_up import LookUpCodes, LookUpGate
from api.access.openid_provider import OpenIDProvider, ProviderRules
from api.access.provider_keys import ProviderKeys
from api.announcing.bell import Bell
from api.description.document import ANYTHING_ELSE, complete
from api.http.bare_app import bare_app, refused
from api.http.cursors import Cursors
from api.http.middleware import Envelope
from api.http.names import NAMES
from api.http.problems import Problem, outcome_unknown
from api.http.validation import flaws_of
from api.intake.notice_desk import NoticeDesk
from api.intake.notice_previews import NoticePreviews
from api.pages.board import add_pages
from api.processes.almanac_watch import AlmanacWatch
from api.request_counts import Requests
from api.routes import (
    audit,
    cases,
    commands,
    completions,
    desks,
    events,
    health,
    imports,
    keys,
    machines,
    metrics,
    notices,
    observations,
    oversight,
    people,
    receipts,
    registers,
    requests,
    subjects,
    webhooks,
)
from api.secret_files import SecretFile, one_token
from api.services import Services
from sla.almanac import Almanac
from workflows.dispatch import OutcomeUnknownError
from workflows.messages import Command

THREADS = 24  # questions to the database at once; the commands themselves need no thread
KINDS = [kind.model_fields["kind"].default for kind in get_args(get_args(Command)[0])]  # of commands
DECIMALS = (("Limit", "amount"), ("DayShown", "used"), ("DayShown", "total"))


def create_app(services: Services) -> FastAPI:
    """Return the application over parts that it does not own; its lifespan ends only its own threads."""
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="api")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(app.state.almanac_watch.watch(), name="calendar")
        yield
        watching.cancel()
        app.state.notices.previews.close()
        pool.shutdown(wait=False, cancel_futures=True)
        if app.state.people is not None:
            app.state.people.threads.shutdown(wait=False, cancel_futures=True)

    app = _routes(lifespan)
    add_pages(app)
    app.state.services = services
    app.state.pool = pool
    app.state.audit = AuditDesk(services.store, pool)
    app.state.keyring = Keyring(services.store, sandbox=services.rehearsal)
    app.state.people = _people(services)
    app.state.callers = Callers(app.state.keyring, _tokens(services))
    app.state.allowances = _allowances(services)
    app.state.cursors = Cursors(services.store.secret)
    app.state.look_up_codes = LookUpCodes(services.store.secret)
    app.state.look_up_gate = LookUpGate()
    app.state.requests = Requests(KINDS)
    app.state.bell = Bell(services.store, lambda question: asyncio.get_running_loop().run_in_executor(pool, question))
    _add_notices(app, services)
    deadline = services.settings.request_deadline
    app.add_middleware(Envelope, now=services.now, deadline=deadline, answered=app.state.requests.answered)
    return app


def _allowances(services: Services) -> Allowances:
    settings = services.settings
    requests = AskingRate(settings.requests_per_second, settings.requests_at_once)
    return Allowances(requests, AskingRate(settings.expensive_per_second, settings.expensive_at_once))


def _tokens(services: Services) -> AccessTokens | None:
    """What takes the access tokens of machines; None where no issuer is set."""
    settings = services.settings
    if not settings.machine_issuer:
        return None
    longest = settings.machine_token_life.total_seconds()
    rules = TokenRules(settings.machine_issuer, settings.machine_audience, settings.machine_algorithms, longest)
    return AccessTokens(rules, ProviderKeys(settings.machine_keys_url).key, services.store)


def _people(services: Services) -> OpenIDProvider | None:
    """The provider that people sign in with; None where none is set."""
    settings = services.settings
    if not settings.people_issuer:
        return None
    file = settings.people_secret_file
    secret = (lambda: None) if file is None else SecretFile("PEOPLE_SECRET_FILE", file, one_token)
    rules = ProviderRules(settings.people_issuer, settings.people_client, secret, settings.people_algorithms)
    return OpenIDProvider(rules)


def _add_notices(app: FastAPI, services: Services) -> None:
    """What loads notices. Each request keeps the services, and so the almanac, that it began with."""
    holder = services.almanacs or AlmanacHolder(services.store, services.almanac)

    def renew(almanac: Almanac) -> None:
        app.state.services = replace(app.state.services, almanac=almanac)

    watch = AlmanacWatch("api", holder, renew, services.say)
    board = ProposalBoard(services.store, holder.release)
    app.state.almanac_watch = watch
    app.state.notices = NoticeDesk(holder, board, NoticePreviews(services.store, board), watch.look)


def describe() -> dict[str, Any]:
    """Return the OpenAPI description, which needs no parts."""
    described: dict[str, Any] = _routes(None).openapi()
    complete(described)
    _as_answered(described["components"]["schemas"])
    return described


def _as_answered(schemas: dict[str, Any]) -> None:
    """Decimal numbers are answered as numbers, where the library would write text."""
    for name, field in DECIMALS:
        schemas[name]["properties"][field] = {"title": field.capitalize(), "type": "number"}


def _routes(lifespan: Any) -> FastAPI:  # noqa: ANN401  # what FastAPI takes
    app = bare_app(
        title="Shixian 时限",
        version="1",
        lifespan=lifespan,
        responses=dict(ANYTHING_ELSE),
        generate_unique_id_function=lambda route: route.name,
    )
    parts = (
        cases, receipts, desks, events, commands, completions, imports, notices, observations, registers, oversight, requests,
        subjects, keys, machines, people, webhooks, audit, health, metrics
    )  # fmt: skip
    for part in parts:
        app.include_router(part.router)
    app.include_router(completions.batches)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(OutcomeUnknownError, _unknown)
    return app


async def _invalid(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return await refused(request, Problem("invalid", flaws=flaws_of(found, NAMES, in_request=True)))


async def _unknown(request: Request, error: Exception) -> Response:
    return await refused(request, outcome_unknown())
