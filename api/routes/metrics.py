"""What the API says of itself to Prometheus."""

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from api.access.key_route import KeyRoute
from api.access.request_context import OVERSEERS, only

router = APIRouter(route_class=KeyRoute, tags=["health"])


@router.get("/metrics", response_class=Response, dependencies=[Depends(only(*OVERSEERS))])
async def metrics(request: Request) -> Response:
    """Say how many requests this process has answered, in Prometheus's text format."""
    return Response(generate_latest(request.app.state.requests.registry), media_type=CONTENT_TYPE_LATEST)
