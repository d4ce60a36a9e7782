"""What pages ask for beside themselves: the style, the script, and whether everything is alive."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from activities.store.errors import StoreUnavailable
from api.access.request_context import Visit
from api.http.problems import Problem
from api.http.responses import answer
from api.pages.environment import assets
from api.pages.page_route import PageRoute, PageVisiting
from api.routes.health import WORKER
from sla.model import Model

router = APIRouter(route_class=PageRoute, include_in_schema=False)

KEPT = {"Cache-Control": "public, max-age=31536000, immutable", "Cross-Origin-Resource-Policy": "same-origin"}
STALE = timedelta(seconds=20)


class Pulse(Model):
    """Whether what a page shows can be trusted: `alive` where the worker beat a moment ago."""

    alive: bool


@router.get("/static/{name}")
async def static(request: Request, name: str) -> Response:
    """Send the style or the script of this release."""
    for asset in assets().values():
        if asset.name == name:
            return Response(asset.content, media_type=asset.media_type, headers=KEPT)
    raise Problem("not-found")


@router.get("/pulse")
async def pulse(at: PageVisiting) -> Response:
    """Say whether database and worker are alive."""
    return answer(Pulse(alive=await at.visit.read(alive, at.visit)))


def alive(visit: Visit) -> bool:
    """Tell whether the worker beat a moment ago; blocks."""
    try:
        found = visit.services.store.heartbeats().get(WORKER)
    except StoreUnavailable:
        return False
    return found is not None and visit.services.now() - found < STALE
