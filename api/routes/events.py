"""What has happened: since an instant, for who oversees; and in one order without gaps, for whom it concerns."""

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from activities.store.announcements import Announcement
from activities.store.happenings import HAPPENINGS
from activities.store.lines import Happening
from api.access.key_route import KeyRoute
from api.access.request_context import OVERSEERS, Visit, Visiting
from api.announcing.announcer import Announcer
from api.announcing.bell import Bell
from api.announcing.cloud_event import CloudEvent, cloud_event
from api.http.fields import Instant
from api.http.problems import Flaw, Problem
from api.http.responses import answer
from api.routes.case_lists import LEAST, MOST, USUAL
from api.views.case import EventShown, event_shown
from sla.model import Model
from workflows.announcing import AnnouncementKind

router = APIRouter(route_class=KeyRoute, prefix="/v1", tags=["events"])

LONGEST = timedelta(days=31)  # that one may look back
EARLIEST = "too-long-ago"
LONGEST_WAIT = 30  # seconds
ANSWERING = 5.0  # seconds after a wait


class Happened(EventShown):
    """An event with its case's place."""

    jurisdiction: str


class HappenedList(Model):
    """Events by when they were told, oldest first."""

    events: tuple[Happened, ...]
    next: str | None


class EventFeed(Model):
    """Announcements in their order. `next` is always there: asked for again, it goes on where this page ends."""

    events: tuple[CloudEvent, ...]
    next: str


class HappenedKind(StrEnum):
    """What is worth a look."""

    CALENDAR_APPLIED = "calendar-applied"
    CONFIRMED = "confirmed"
    DECIDED = "decided"
    RUNG_RAISED = "rung-raised"
    RUNG_WITHDRAWN = "rung-withdrawn"


class EventQuery(Model):
    """Which events. With `since` those of all cases, for who oversees; without it the announcements to the caller."""

    since: Annotated[Instant | None, Field(description=f"told since then; at most {LONGEST.days} days ago")] = None
    kind: tuple[HappenedKind | AnnouncementKind, ...] = ()
    after: Annotated[str | None, Field(max_length=400, description="`next` of the page before")] = None
    wait: Annotated[
        int,
        Field(ge=0, le=LONGEST_WAIT, description="seconds to wait for an announcement, where there is none yet"),
    ] = 0
    limit: Annotated[int, Field(ge=LEAST, le=MOST)] = USUAL


@router.get("/events", response_model=EventFeed | HappenedList)
async def list_happenings(request: Request, visit: Visiting, asked: Annotated[EventQuery, Query()]) -> Response:
    """List what has happened: announcements to the caller's steps in one order, or all that is worth a look since an instant.

    An announcement says that a step is on your desk or on it no more, is due soon or overdue, that its alarm was withdrawn,
    that it is out for correction or back, or what became of a late posting. None is skipped and none comes twice.
    """
    if asked.since is None:
        return await _feed(request, visit, asked)
    if visit.caller.role not in OVERSEERS:
        raise Problem("forbidden")
    if asked.since < visit.told - LONGEST:
        raise Problem("invalid", flaws=[Flaw("query/since", EARLIEST)])
    if asked.wait or not set(asked.kind) <= set(HappenedKind):
        raise Problem("invalid", flaws=[Flaw("query/wait" if asked.wait else "query/kind", "not-with-since")])
    belongs = asked.model_dump(exclude={"after", "limit", "wait"})
    begin = visit.cursors.place(asked.after, belongs, int, str, int)
    found = await visit.read(
        visit.services.store.happened,
        asked.since,
        kinds=asked.kind or HAPPENINGS,
        after=None if begin is None else (begin[0], begin[1], begin[2]),
        limit=asked.limit + 1,
    )
    page = found[: asked.limit]
    more = visit.cursors.cursor(page[-1].cursor, belongs) if len(found) > asked.limit else None
    return answer(HappenedList(events=tuple(_happened(one) for one in page), next=more))


async def _feed(request: Request, visit: Visit, asked: EventQuery) -> Response:
    if visit.caller.role not in OVERSEERS and visit.caller.owners is None:
        raise Problem("forbidden")
    if not set(asked.kind) <= set(AnnouncementKind):
        raise Problem("invalid", flaws=[Flaw("query/kind", "needs-since")])
    owners, kinds = visit.caller.owners, sorted(asked.kind)
    belongs = {"feed": True, "kinds": kinds, "owners": owners, "steps": sorted(visit.caller.steps)}
    begin = visit.cursors.place(asked.after, belongs, int)
    after = 0 if begin is None else begin[0]
    page, last = await visit.read(_announced, visit, after, kinds, asked.limit)
    if not page and asked.wait:
        request.state.may_wait(asked.wait + ANSWERING)
        bell: Bell = request.app.state.bell
        await bell.wait(last, owners, asked.wait)
        page, last = await visit.read(_announced, visit, after, kinds, asked.limit)
    public_url = visit.services.settings.public_url
    shown = tuple(cloud_event(one, public_url) for one in page)
    return answer(EventFeed(events=shown, next=visit.cursors.cursor((last,), belongs)))


def _announced(visit: Visit, after: int, kinds: Collection[str], limit: int) -> tuple[list[Announcement], int]:
    """A page, and the number up to which nothing more concerns the caller."""
    store, caller = visit.services.store, visit.caller
    Announcer(store).look()
    with store.snapshot():
        found = store.announcements(after, owners=caller.owners, steps=caller.steps, kinds=kinds, limit=limit + 1)
        last = store.last_announced()
    page = found[:limit]
    return page, page[-1].number if len(found) > limit else max(last, after)


def _happened(found: Happening) -> Happened:
    return Happened(**dict(event_shown(found.case, found.event)), jurisdiction=found.jurisdiction)
