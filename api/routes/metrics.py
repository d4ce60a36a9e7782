"""What the API says of itself to Prometheus."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from api.access.api_keys import CallerRole
from api.access.key_route import BEARER, caller_by_key
from api.access.request_context import OVERSEERS
from api.http.bearer import carries
from api.http.problems import Problem

router = APIRouter(tags=["health"])


async def may_scrape(request: Request, _: Annotated[object, BEARER] = None) -> None:
    """Let pass who carries the token of the house's own Prometheus, or the key of an overseer."""
    if not carries(request, request.app.state.services.scraping):
        caller = await caller_by_key(request)
        if caller.role not in (*OVERSEERS, CallerRole.SYSADMIN):
            raise Problem("forbidden")


@router.get("/metrics", response_class=Response, dependencies=[Depends(may_scrape)])
async def metrics(request: Request) -> Response:
    """Say how many requests this process has answered, in Prometheus's text format."""
    return Response(generate_latest(request.app.state.requests.registry), media_type=CONTENT_TYPE_LATEST)
