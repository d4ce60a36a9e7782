"""What the API says of itself: requests answered and how long they took."""

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from api.visit import OVERSEERS, only

router = APIRouter(tags=["health"])

NO_ROUTE = "none"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds; a request ends within 4.5


class Requests:
    """Counts of one process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answered = Counter(
            "shixian_http_requests", "Requests answered", ("method", "route", "code"), registry=self.registry
        )
        self._took = Histogram(
            "shixian_http_request_duration_seconds",
            "Time from the first byte to the answer",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self.registry,
        )

    def answered(self, method: str, route: str | None, code: int, seconds: float) -> None:
        """One request more. `route` is the template, never the address asked for: addresses have no end."""
        self._answered.labels(method, route or NO_ROUTE, str(code)).inc()
        self._took.labels(method, route or NO_ROUTE).observe(seconds)


@router.get("/metrics", response_class=Response, dependencies=[Depends(only(*OVERSEERS))])
async def metrics(request: Request) -> Response:
    """Say how many requests this process has answered, in Prometheus's text format."""
    return Response(generate_latest(request.app.state.requests.registry), media_type=CONTENT_TYPE_LATEST)
