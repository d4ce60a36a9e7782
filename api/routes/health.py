"""Is it ready: asked by machines, without a key."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Literal

from fastapi import APIRouter, Request, Response

from activities.store.errors import StoreUnavailable
from api.http.responses import answer
from api.services import Services
from sla.model import Model

router = APIRouter(tags=["health"])

PATIENCE = 3.0  # seconds for each part, side by side
WORKER = "worker"
OLDEST_BEAT = timedelta(seconds=60)

PartState = Literal["ok", "away"]


class Ready(Model):
    """Whether each part is there."""

    status: PartState
    database: PartState
    temporal: PartState
    worker: PartState


@router.get("/readyz", response_model=Ready, responses={503: {"model": Ready, "description": "A part is away"}})
async def readyz(request: Request) -> Response:
    """Say whether the database, Temporal and a worker are there."""
    services: Services = request.app.state.services
    pool = request.app.state.pool
    loop = asyncio.get_running_loop()

    async def beats() -> bool:
        found = (await loop.run_in_executor(pool, services.store.heartbeats)).get(WORKER)
        return found is not None and services.now() - found < OLDEST_BEAT

    async def database() -> bool:
        await loop.run_in_executor(pool, services.store.ping)
        return True

    states = await asyncio.gather(_state(database()), _state(services.dispatcher.reaches()), _state(beats()))
    ready = all(state == "ok" for state in states)
    shown = Ready(status="ok" if ready else "away", database=states[0], temporal=states[1], worker=states[2])
    return answer(shown, 200 if ready else 503, {} if ready else {"Retry-After": "2"})


async def _state(question: Awaitable[bool]) -> PartState:
    try:
        return "ok" if await asyncio.wait_for(question, PATIENCE) else "away"
    except (TimeoutError, StoreUnavailable):
        return "away"
