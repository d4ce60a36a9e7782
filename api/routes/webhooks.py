"""Webhooks: a company manages its own, officers all. What is another's is indistinguishable from what is not there."""

import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from activities.store.webhooks import BY_HAND, CompanyWebhook, WebhookDelivery, WebhookState
from api.access.api_keys import CallerRole
from api.access.key_route import KeyRoute
from api.access.request_context import DOERS, OVERSEERS, Visit, Visiting, only
from api.announcing.cloud_event import CloudEvent, cloud_event
from api.http.access_bodies import WebhookBody, WebhookResendBody, WebhookRotationBody
from api.http.problems import Flaw, Problem
from api.http.responses import answer
from api.routes.case_lists import LEAST, MOST, USUAL
from api.webhooks.address_guard import ForbiddenAddress
from api.webhooks.of_settings import box_of, guard_of
from sla.companies import COMPANIES
from sla.model import Model
from workflows.announcing import AnnouncementKind

MANAGERS = (*DOERS, CallerRole.SYSADMIN)
READERS = (*OVERSEERS, *(role for role in MANAGERS if role not in OVERSEERS))
MOST_OF_ONE = 20  # webhooks of a company


async def _whole_company(visit: Visiting) -> None:
    """A webhook is told of all steps of its company: a key for some of them manages none."""
    if visit.caller.steps:
        raise Problem("forbidden")


router = APIRouter(
    route_class=KeyRoute,
    prefix="/v1/webhooks",
    tags=["webhooks"],
    dependencies=[Depends(only(*READERS)), Depends(_whole_company)],
)
MANAGING: dict[str, Any] = {"dependencies": [Depends(only(*MANAGERS))]}


class WebhookShown(Model):
    """A webhook. `reason`: why it is paused. `old_until`: until then the secret before its last one signs as well."""

    id: str
    company: str
    url: str
    kinds: tuple[AnnouncementKind, ...]
    state: WebhookState
    reason: str | None
    created: datetime
    made_by: str
    old_until: datetime | None
    failures: int
    failing_since: datetime | None
    delivered_at: datetime | None


class WebhookWithSecret(WebhookShown):
    """A webhook with its secret, which is shown this once."""

    secret: str


class WebhookList(Model):
    """Webhooks by company, the oldest first."""

    webhooks: tuple[WebhookShown, ...]


class DeadLetter(Model):
    """An event that could not be delivered in three days. `error`: the last one."""

    event: CloudEvent
    attempts: int
    since: datetime
    error: str | None


class DeadLetterList(Model):
    """Dead letters, in the order of events."""

    dead: tuple[DeadLetter, ...]
    next: str | None


class Resent(Model):
    """How many dead letters are sent again."""

    number: int


@router.get("", response_model=WebhookList)
async def list_webhooks(visit: Visiting) -> Response:
    """List webhooks that have not ended: a company's own, or all."""
    found = await visit.read(visit.services.store.webhooks, visit.caller.company)
    return answer(WebhookList(webhooks=tuple(map(_shown, found))))


@router.post("", status_code=201, response_model=WebhookWithSecret, **MANAGING)
async def add_webhook(visit: Visiting, body: WebhookBody) -> Response:
    """Add a webhook. It is told what is announced from now on; its secret is shown this once."""
    company = visit.caller.company or body.company
    if company is None or company not in COMPANIES or body.company not in (None, company):
        raise Problem("unknown-company", flaws=[Flaw("#/company", "unknown-company")])
    try:
        guard_of(visit.services.settings).check_form(body.url)
    except ForbiddenAddress as error:
        raise Problem("forbidden-address", flaws=[Flaw("#/url", str(error))]) from None
    hook, secret = await visit.read(_added, visit, company, body)
    return answer(WebhookWithSecret(**dict(_shown(hook)), secret=secret), 201)


@router.post("/{webhook}/rotate", response_model=WebhookWithSecret, **MANAGING)
async def rotate_webhook(visit: Visiting, webhook: str, body: WebhookRotationBody) -> Response:
    """Make another secret; for some hours each event is signed with both."""
    hook, secret = await visit.read(_rotated, visit, webhook, body.overlap_hours)
    return answer(WebhookWithSecret(**dict(_shown(hook)), secret=secret))


@router.post("/{webhook}/pause", response_model=WebhookShown, **MANAGING)
async def pause_webhook(visit: Visiting, webhook: str) -> Response:
    """Send nothing until it is resumed; what is announced meanwhile is kept."""
    return answer(_shown(await visit.read(_turned, visit, webhook, WebhookState.PAUSED)))


@router.post("/{webhook}/resume", response_model=WebhookShown, **MANAGING)
async def resume_webhook(visit: Visiting, webhook: str) -> Response:
    """Go on where it was paused."""
    return answer(_shown(await visit.read(_turned, visit, webhook, WebhookState.ACTIVE)))


@router.post("/{webhook}/end", response_model=WebhookShown, **MANAGING)
async def end_webhook(visit: Visiting, webhook: str) -> Response:
    """End a webhook for good; what waits for it is dropped, and its dead letters with it."""
    return answer(_shown(await visit.read(_turned, visit, webhook, WebhookState.ENDED)))


@router.get("/{webhook}/dead", response_model=DeadLetterList)
async def list_dead_letters(
    visit: Visiting,
    webhook: str,
    after: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=LEAST, le=MOST)] = USUAL,
) -> Response:
    """List what could not be delivered."""
    begin = visit.cursors.place(after, {"webhook": webhook}, int)
    found = await visit.read(_dead, visit, webhook, 0 if begin is None else begin[0], limit + 1)
    page, public_url = found[:limit], visit.services.settings.public_url
    shown = tuple(
        DeadLetter(
            event=cloud_event(one.announcement, public_url), attempts=one.attempts, since=one.at, error=one.error
        )
        for one in page
    )
    last = page[-1].announcement.number if len(found) > limit else None
    more = None if last is None else visit.cursors.cursor((last,), {"webhook": webhook})
    return answer(DeadLetterList(dead=shown, next=more))


@router.post("/{webhook}/send-again", response_model=Resent, **MANAGING)
async def send_dead_letters_again(visit: Visiting, webhook: str, body: WebhookResendBody) -> Response:
    """Send dead letters again: those that are named, or all."""
    return answer(Resent(number=await visit.read(_resent, visit, webhook, body.ids)))


def _added(visit: Visit, company: str, body: WebhookBody) -> tuple[CompanyWebhook, str]:
    store = visit.services.store
    others = store.webhooks(company)
    if any(one.url == body.url for one in others):
        raise Problem("webhook-exists", flaws=[Flaw("#/url", "webhook-exists")])
    if len(others) >= MOST_OF_ONE:
        raise Problem("too-many-webhooks")
    secret, sealed = box_of(visit.services.settings).new_secret()
    hook = CompanyWebhook(
        id=f"wh_{secrets.token_hex(6)}",
        company=company,
        url=body.url,
        kinds=tuple(sorted(set(body.kinds))),
        secret=sealed,
        created=visit.arrived,
        made_by=visit.caller.actor,
    )
    store.add_webhook(hook)
    return hook, secret


def _rotated(visit: Visit, id: str, hours: int) -> tuple[CompanyWebhook, str]:
    _own(visit, id)
    secret, sealed = box_of(visit.services.settings).new_secret()
    if not visit.services.store.rotate_webhook(id, sealed, visit.arrived + timedelta(hours=hours), visit.arrived):
        raise Problem("webhook-state")
    return _own(visit, id), secret


def _turned(visit: Visit, id: str, state: WebhookState) -> CompanyWebhook:
    _own(visit, id)
    reason = BY_HAND if state is WebhookState.PAUSED else None
    if not visit.services.store.turn_webhook(id, state, visit.arrived, reason):
        raise Problem("webhook-state")
    return _own(visit, id)


def _dead(visit: Visit, id: str, after: int, limit: int) -> list[WebhookDelivery]:
    return visit.services.store.dead_letters(_own(visit, id).id, after, limit)


def _resent(visit: Visit, id: str, ids: tuple[str, ...]) -> int:
    return visit.services.store.deliver_again(_own(visit, id).id, ids, visit.arrived)


def _own(visit: Visit, id: str) -> CompanyWebhook:
    """A webhook that the caller may manage; another company's is none."""
    hook = visit.services.store.webhook(id) if id.isascii() and id.isprintable() else None
    if hook is None or visit.caller.company not in (None, hook.company):
        raise Problem("unknown-webhook", flaws=[Flaw("path/webhook", "unknown-webhook")])
    return hook


def _shown(hook: CompanyWebhook) -> WebhookShown:
    return WebhookShown(**{name: getattr(hook, name) for name in WebhookShown.model_fields})
