"""Is it ready: asked by machines, without a key."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import Field

from activities.store.errors import StoreUnavailable
from api.http.responses import answer
from api.services import Services
from sla.model import Model

router = APIRouter(tags=["health"])

PATIENCE = 3.0  # seconds for each part, side by side
WORKER = "worker"
OLDEST_BEAT = timedelta(seconds=60)
NONE = timedelta(0)

T = TypeVar("T")
PartState = Literal["ok", "away"]


class Ready(Model):
    """Whether each part is there, and whether the machine is as it should be; `reasons` say why where not."""

    status: Literal["ok", "degraded", "away"] = Field(
        description="`away`: a part does not answer; `degraded`: all do, and disk or clock are not as they should be"
    )
    database: PartState
    temporal: PartState
    worker: PartState
    disk: Literal["ok", "low"] = Field(description="`low`: less is free than `SHIXIAN_LEAST_DISK_FREE` asks for")
    clock: Literal["ok", "wrong"] = Field(
        description="`wrong`: it is further from the database's or a worker's than `SHIXIAN_CLOCK_TOLERANCE`"
    )
    reasons: tuple[str, ...] = ()


@router.get("/readyz", response_model=Ready, responses={503: {"model": Ready, "description": "A part is away"}})
async def readyz(request: Request) -> Response:
    """Say whether the database, Temporal and a worker are there, the disk has room and the clock is right."""
    services: Services = request.app.state.services
    pool = request.app.state.pool

    def threaded(question: Callable[[], T]) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(pool, question)

    def beats() -> bool:
        found = services.store.heartbeats().get(WORKER)
        return found is not None and services.now() - found < OLDEST_BEAT

    def database() -> bool:
        services.store.ping()
        return True

    *states, disk, clock = await asyncio.gather(
        _state(threaded(database)),
        _state(services.dispatcher.reaches()),
        _state(threaded(beats)),
        _wrong(threaded(partial(low_disk, services))),
        _wrong(threaded(partial(wrong_clock, services))),
    )
    there = all(state == "ok" for state in states)
    reasons = [
        f"{part} does not answer"
        for part, state in zip(("database", "temporal", "worker"), states, strict=True)
        if state == "away"
    ]
    reasons += [reason for reason in (disk, clock) if reason is not None]
    shown = Ready(
        status="away" if not there else "degraded" if reasons else "ok",
        database=states[0],
        temporal=states[1],
        worker=states[2],
        disk="ok" if disk is None else "low",
        clock="ok" if clock is None else "wrong",
        reasons=tuple(reasons),
    )
    return answer(shown, 503 if reasons else 200, {"Retry-After": "2"} if reasons else {})


def low_disk(services: Services) -> str | None:
    """Say why too little of the disk is free, None where there is enough."""
    least = services.settings.least_disk_free
    if not least:
        return None
    disk = shutil.disk_usage(_nearest(services.settings.kept_in))
    free = disk.free / disk.total
    return f"disk: {free:.1%} of it is free, less than {least:.1%}" if free < least else None


def wrong_clock(services: Services) -> str | None:
    """Say how far this clock is from that of the database or of a worker, None where it is near enough.

    A worker's last beat may be old, but it cannot be of the future.
    """
    most = services.settings.clock_tolerance
    before = services.now()
    told = services.store.clock()
    after = services.now()
    if told is not None and (off := distance(before, told, after)) > most:
        return f"clock: {off.total_seconds():.1f} s from the database's, more than {most.total_seconds():g} s"
    beat = services.store.heartbeats().get(WORKER)
    if beat is not None and beat - services.now() > most:
        ahead = (beat - services.now()).total_seconds()
        return f"clock: {ahead:.1f} s behind a worker's, more than {most.total_seconds():g} s"
    return None


def distance(before: datetime, told: datetime, after: datetime) -> timedelta:
    """Say how far a clock is at least from ours, that told its time between two instants of ours."""
    return max(before - told, told - after, NONE)


def _nearest(folder: Path) -> Path:
    """Return the folder, or the nearest one above that there is: it may not have been made yet."""
    return next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))


async def _state(question: Awaitable[bool]) -> PartState:
    try:
        return "ok" if await asyncio.wait_for(question, PATIENCE) else "away"
    except (TimeoutError, StoreUnavailable):
        return "away"


async def _wrong(question: Awaitable[str | None]) -> str | None:
    """What is wrong; what cannot be told is said by the part that does not answer."""
    try:
        return await asyncio.wait_for(question, PATIENCE)
    except (TimeoutError, StoreUnavailable, OSError):
        return None
