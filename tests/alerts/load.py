"""A random day's work in a rehearsal: cases are opened and carried on, in time or late, and told at once or later."""

import asyncio
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from api.real_clock import real_now
from tests.alerts.house import OFFICER, WATER, House
from tests.faults.load import STEPS

AT_ONCE = 12
SOONEST, LATEST = 3.0, 25.0  # real seconds by which something is late


@dataclass(frozen=True)
class Turn:
    """What happens to a case next, so many real seconds after what was before; `told_late`: it had happened then already."""

    after: float
    what: str
    step: str = ""
    told_late: bool = False


def course(chance: random.Random) -> Iterator[Turn]:
    """How a case goes. Some are left lying, some are withdrawn."""
    yield Turn(chance.uniform(0.1, 0.3) if chance.random() < 0.8 else chance.uniform(SOONEST, LATEST), "accept")
    for step in STEPS:
        drawn = chance.random()
        if drawn < 0.07:
            return
        if drawn < 0.12:
            yield Turn(chance.uniform(0.5, LATEST), "withdraw")
            return
        late = chance.uniform(SOONEST, LATEST)
        yield Turn(chance.uniform(0.1, 1.0) if drawn < 0.5 else late, "complete", step, told_late=drawn > 0.88)
    yield Turn(0.1, "decide")


class Load:
    """So many cases, begun within so many real seconds."""

    def __init__(self, house: House, cases: int, seconds: float, seed: int) -> None:
        self._house = house
        self._cases = cases
        self._seconds = seconds
        self._seed = seed
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self.acknowledged: dict[str, datetime] = {}  # by request id, real time
        self.enough = False  # no case is carried on any further

    async def run(self) -> None:
        """Opens all cases and carries them on until it is enough."""
        async with asyncio.TaskGroup() as group:
            for number in range(self._cases):
                group.create_task(self._case(f"A{number}", random.Random(f"{self._seed}/{number}")))  # noqa: S311

    async def _case(self, case: str, chance: random.Random) -> None:
        await asyncio.sleep(chance.uniform(0, self._seconds))
        of = {"procedure": "water-connection", "jurisdiction": "suzhou", "variant": "no-new-pipe"}
        at = self._house.now
        await self._send("cases", f"{case}.open", case=case, at=at.isoformat(), **of)
        for number, turn in enumerate(course(chance)):
            await asyncio.sleep(turn.after)
            if self.enough:
                return
            at = at + timedelta(hours=chance.uniform(0.1, 2)) if turn.told_late else self._house.now
            await self._turn(case, f"{case}.{number}", turn, at)

    async def _turn(self, case: str, key: str, turn: Turn, at: datetime) -> None:
        when = at.isoformat()
        if turn.what == "complete":
            path = f"cases/{case}/steps/{turn.step}/completions"
            await self._send(path, key, who=WATER, outcome="done", at=when)
        else:
            more = {"outcome": "approved"} if turn.what == "decide" else {}
            await self._send(f"cases/{case}/{turn.what}", key, at=when, **more)

    async def _send(self, path: str, key: str, *, who: str = OFFICER, **body: Any) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._pool, partial(self._house.send, path, key, who=who, **body))
        self.acknowledged[f"{self._house.actors[who]}:{key}"] = real_now()
