"""Waiting for something to come true. What is bounded here ends a test that hangs; it measures nothing."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any

WITHIN = 300.0  # seconds; a machine may be busy with other things
PROMPT = 60.0  # seconds; who takes longer waits for what he should not wait for, however busy the machine
LOOK = 0.05


def until(holds: Callable[[], Any], what: str = "it did not come true", *, seconds: float = WITHIN) -> Any:
    """What `holds` answers once it is true; `what` is said where that takes too long."""
    end = time.monotonic() + seconds
    while not (answer := holds()):
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(LOOK)
    return answer


async def eventually(holds: Callable[[], Any], what: str = "it did not come true", *, seconds: float = WITHIN) -> Any:
    """As `until`, for what is asked or awaited in this loop."""
    end = time.monotonic() + seconds
    while True:
        answer = holds()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        await asyncio.sleep(LOOK)
