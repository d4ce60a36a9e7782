"""Waiting for something to come true."""

import time
from collections.abc import Callable
from typing import Any

WITHIN = 120.0  # seconds; a machine may be busy with other things
LOOK = 0.05


def until(holds: Callable[[], Any], what: str = "it did not come true", *, seconds: float = WITHIN) -> Any:
    """What `holds` answers once it is true; `what` is said where that takes too long."""
    end = time.monotonic() + seconds
    while not (answer := holds()):
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(LOOK)
    return answer
