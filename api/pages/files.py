"""What pages ask for beside themselves: the style, the script, and whether everything is alive."""

from fastapi import APIRouter, Request, Response

from api.access.request_context import Visit
from api.http.problems import Problem
from api.http.responses import answer
from api.pages.environment import assets
from api.pages.page_route import PageRoute, PageVisiting
from api.routes.health import WORKER
from sla.model import Model

router = APIRouter(route_class=PageRoute, include_in_schema=False)

KEPT = {"Cache-Control": "public, max-age=31536000, immutable", "Cross-Origin-Resource-Policy": "same-origin"}


class Pulse(Model):
    """Whether what a page shows can be trusted: `age` is the seconds since the worker last beat, None where it never did."""

    age: float | None


@router.get("/static/{name}")
async def static(request: Request, name: str) -> Response:
    """Send the style or the script of this release."""
    for asset in assets().values():
        if asset.name == name:
            return Response(asset.content, media_type=asset.media_type, headers=KEPT)
    raise Problem("not-found")


@router.get("/pulse")
async def pulse(at: PageVisiting) -> Response:
    """Say that the database answers, and how long ago the worker beat."""
    return answer(Pulse(age=await at.visit.read(_age, at.visit)))


def _age(visit: Visit) -> float | None:
    found = visit.services.store.heartbeats().get(WORKER)
    return None if found is None else (visit.services.now() - found).total_seconds()
