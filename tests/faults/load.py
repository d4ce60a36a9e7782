"""Clients that post over HTTP and retry with their key until they have an answer."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx2

from tests.faults.city import City

CLIENTS = 16
STEPS = ("joint-site-survey", "inspection-and-meter", "water-on")
DROPPED = 0.2  # of the answers, which get lost on their way after all was done
GIVE_UP = 120.0  # seconds after which an answer is no longer expected


class Request(NamedTuple):
    """One command as a client sends it, however often."""

    case: str
    path: str
    key: str
    body: dict[str, Any]
    utility: bool = False


@dataclass
class Answers:
    """What the clients were told."""

    acknowledged: dict[str, bytes] = field(default_factory=dict)  # by request id, as the ledger has it
    receipts: int = 0
    different: list[str] = field(default_factory=list)  # keys that were answered with two different bodies
    refused: dict[str, int] = field(default_factory=dict)  # status by request id
    unanswered: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    cut: int = 0  # requests whose connection broke
    dropped: int = 0  # answers that got lost
    slowest: tuple[float, str] = (0.0, "")  # seconds until an answer, and to which request


class Load:
    """Cases that are opened, carried and decided until there are enough commands."""

    def __init__(self, city: City, seed: int, *, enough: Callable[[int], bool], pause: float = 0) -> None:
        self.answers = Answers()
        self._pause = pause  # seconds of a client after each turn
        self._city = city
        self._enough = enough  # of acknowledged commands
        self._seed = seed
        self._cases = iter(range(10**6))
        limits = httpx2.Limits(max_connections=2 * CLIENTS)
        self._http = httpx2.AsyncClient(base_url=city.url, timeout=8, limits=limits)

    @property
    def done(self) -> int:
        """Commands that were acknowledged."""
        return len(self.answers.acknowledged)

    async def run(self) -> None:
        """All clients at once."""
        async with self._http, asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(self._client(random.Random(f"{self._seed}/{number}")))  # noqa: S311

    async def _client(self, chance: random.Random) -> None:
        while not self._enough(self.done):
            for together in self._course(f"K{self._seed % 10**6}-{next(self._cases)}", chance):
                await asyncio.gather(*(self._persist(request, chance) for request in together))
                await asyncio.sleep(self._pause)

    def _course(self, case: str, chance: random.Random) -> Iterator[list[Request]]:
        """A case in turns; the requests of a turn are sent at once. Some cases are left where they are."""
        keys = (f"{case}.{n}" for n in range(10**6))

        def officer(path: str, **body: Any) -> Request:
            return Request(case, f"/v1/cases/{case}/{path}", next(keys), body)

        chosen = {"procedure": "water-connection", "jurisdiction": "suzhou", "variant": "no-new-pipe"}
        yield [Request(case, "/v1/cases", next(keys), {"case": case, **chosen})] * chance.choice((1, 1, 2))
        yield [officer("accept")]
        if chance.random() < 0.15:
            return
        for step in STEPS:
            done = Request(
                case, f"/v1/cases/{case}/steps/{step}/completions", next(keys), {"outcome": "done"}, utility=True
            )
            again = done._replace(key=next(keys))
            other = done._replace(key=next(keys), body={"outcome": "done", "note": "another"})
            fees = [officer("fees", fen=chance.randrange(10_000), reason="meter") for _ in range(chance.randrange(4))]
            yield [done, *fees, *chance.choice(([], [done], [again], [other]))]
            if chance.random() < 0.05:
                return
        yield [officer("decide", outcome="approved")]

    async def _persist(self, request: Request, chance: random.Random) -> None:
        """Sends a request until its answer is known."""
        request_id = f"{'suzhou-water' if request.utility else 'window-1'}:{request.key}"
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while loop.time() - begun < GIVE_UP:
            status, body = await self._send(request)
            if status and chance.random() < DROPPED:
                self.answers.dropped += 1
                continue
            if status in {200, 201}:
                self._acknowledge(request_id, body)
            elif 400 <= status < 500 and status not in {408, 429}:
                self.answers.refused[request_id] = status
            else:
                await asyncio.sleep(0.3)
                continue
            self.answers.slowest = max(self.answers.slowest, (loop.time() - begun, request_id))
            return
        self.answers.unanswered.append(request_id)

    async def _send(self, request: Request) -> tuple[int, bytes]:
        key = self._city.water if request.utility else self._city.officer
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": request.key}
        try:
            answer = await self._http.post(request.path, json=request.body, headers=headers)
        except httpx2.TransportError:
            self.answers.cut += 1
            return 0, b""
        self.answers.statuses[answer.status_code] += 1
        return answer.status_code, answer.content

    def _acknowledge(self, request_id: str, body: bytes) -> None:
        known = self.answers.acknowledged.setdefault(request_id, body)
        self.answers.receipts += 1
        if known != body:
            self.answers.different.append(request_id)
