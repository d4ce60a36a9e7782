"""The keys, without their text: who uses them, until when, and when last."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from activities.store.instants import instant, micros
from activities.store.keys import ApiKey
from api.access.api_keys import CallerRole, KeyState, key_state
from api.access.key_route import KeyRoute
from api.access.request_context import KEEPERS, Visiting, only
from api.http.responses import answer
from api.routes.case_lists import LEAST, MOST, USUAL
from sla.model import Model

router = APIRouter(route_class=KeyRoute, prefix="/v1/keys", tags=["keys"], dependencies=[Depends(only(*KEEPERS))])


class KeyShown(Model):
    """A key. `last_used`: to the hour; `made_by`, `revoked_by`: an actor, none at the command line.

    `networks`: from which it may be used, none for everywhere; `renews`: the key whose place it takes.
    """

    id: str
    prefix: str
    actor: str
    role: CallerRole
    company: str | None
    steps: tuple[str, ...]
    created: datetime
    made_by: str | None
    expires: datetime | None
    last_used: datetime | None
    revoked: datetime | None
    revoked_by: str | None
    networks: tuple[str, ...]
    renews: str | None
    state: KeyState


class KeyList(Model):
    """Keys, oldest first. `next` goes on where this page ends."""

    keys: tuple[KeyShown, ...]
    next: str | None


@router.get("", response_model=KeyList)
async def list_keys(
    visit: Visiting,
    after: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=LEAST, le=MOST)] = USUAL,
) -> Response:
    """List the keys, those that have ended as well."""
    begin = visit.cursors.place(after, {}, int, str)
    last = None if begin is None else (instant(begin[0]), begin[1])
    found = await visit.read(visit.services.store.keys, after=last, limit=limit + 1)
    page = found[:limit]
    more = visit.cursors.cursor((micros(page[-1].created), page[-1].id), {}) if len(found) > limit else None
    return answer(KeyList(keys=tuple(_shown(key, visit.arrived) for key in page), next=more))


def _shown(key: ApiKey, now: datetime) -> KeyShown:
    return KeyShown(**key.model_dump(exclude={"hash", "used"}), last_used=key.used, state=key_state(key, now))
