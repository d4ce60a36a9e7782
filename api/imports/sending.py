"""Plans sent to the API, some at a time: each under a key made of its row, so that sending again does nothing twice."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from time import monotonic
from typing import Any, NamedTuple

import httpx2
import rfc8785

from activities.record import TakenOver
from api.failures import Failure
from api.http.plain_json import plain
from api.imports.pacing import Pace
from api.imports.plans import CasePlan

PATIENCE = 20.0  # seconds for one answer; the API's own deadline is shorter
ATTEMPTS = 60  # for one case while the API is away or full: it may be started again meanwhile
LONGEST_PAUSE = 5.0
AGAIN = {429, 503}
DENIED = {401, 403}
WHERE = "/v1/imports/cases"


class NotTaken(NamedTuple):
    """A case that the API did not take over."""

    case: str
    file: str
    line: int
    rule: str
    text: str


@dataclass(slots=True)
class ImportRun:
    """What a run has come to."""

    taken: int = 0
    repeated: int = 0
    events: int = 0
    refused: list[NotTaken] = field(default_factory=list)
    waits: int = 0  # times that the API was away or full

    @property
    def done(self) -> int:
        """How many cases have an answer."""
        return self.taken + self.repeated + len(self.refused)


class Planned(NamedTuple):
    """A plan with where it is taken over from."""

    plan: CasePlan
    taken_over: TakenOver


def body_of(planned: Planned) -> dict[str, Any]:
    """Return what the API is sent of a case."""
    plan = planned.plan
    return {
        **({"subjects": list(plan.subjects)} if plan.subjects else {}),
        "source": planned.taken_over.source,
        "digest": planned.taken_over.digest,
        "case": plan.case,
        "procedure": plan.procedure,
        "jurisdiction": plan.jurisdiction,
        "variant": plan.variant,
        "facts": dict(plan.chosen),
        "history": [{"kind": fact.kind, "at": fact.at.isoformat(), **fact.content} for fact in plan.facts],
    }


def key_of(body: dict[str, Any]) -> str:
    """Return the key of a case: made of what its rows say of it, whatever else stands in the file.

    The key is kept with the case's events, so no name is in it, be it as a digest.
    """
    said = {name: value for name, value in body.items() if name not in ("digest", "source", "subjects")}
    return f"import-{sha256(rfc8785.dumps(plain(said))).hexdigest()[:40]}"


class ImportSender:
    """Sends plans with a key of an importer; `pace` says how many are on their way at once."""

    def __init__(
        self,
        url: str,
        key: str,
        most: int,
        told: Callable[[ImportRun], None],
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.run = ImportRun()
        self._transport = transport
        self._url, self._headers = url.rstrip("/"), {"Authorization": f"Bearer {key}"}
        self._pace, self.told = Pace(most), told
        self._going = 0
        self._room = asyncio.Condition()

    async def send(self, plans: Iterator[Planned]) -> None:
        """Send every plan once; Failure where the API is away for good, or does not let the caller in."""
        more: dict[str, Any] = {"timeout": PATIENCE, "trust_env": False, "transport": self._transport}
        async with httpx2.AsyncClient(**more) as client, asyncio.TaskGroup() as group:
            for planned in plans:
                async with self._room:
                    await self._room.wait_for(lambda: self._going < self._pace.limit)
                    self._going += 1
                group.create_task(self._one(client, planned))
                await asyncio.sleep(0)

    async def _one(self, client: httpx2.AsyncClient, planned: Planned) -> None:
        try:
            await self._until_known(client, planned)
        finally:
            async with self._room:
                self._going -= 1
                self._room.notify()
            self.told(self.run)

    async def _until_known(self, client: httpx2.AsyncClient, planned: Planned) -> None:
        body = body_of(planned)
        headers = {**self._headers, "Idempotency-Key": key_of(body)}
        for attempt in range(ATTEMPTS):
            began, response = monotonic(), None
            with suppress(httpx2.TransportError):
                response = await client.post(f"{self._url}{WHERE}", json=body, headers=headers)
            if response is not None and response.status_code not in AGAIN:
                self._pace.answered(monotonic() - began)
                return self._answered(planned, body, response)
            self.run.waits += 1
            self._pace.refused()
            await asyncio.sleep(min(0.2 * 2 ** min(attempt, 10), LONGEST_PAUSE))
        raise Failure(f"SHIXIAN_URL: {self._url} 没有应答；可再次运行 does not answer: run it again [no-answer]")

    def _answered(self, planned: Planned, body: dict[str, Any], response: httpx2.Response) -> None:
        if response.status_code in DENIED:
            raise Failure(
                "SHIXIAN_KEY: 须为 importer 角色的密钥 a key of the role importer is needed [forbidden]", code=2
            )
        try:
            said = response.json()
        except ValueError:
            raise Failure(f"SHIXIAN_URL: 应答不是本系统的 not Shixian's answer ({response.status_code})") from None
        if not response.is_success:
            plan = planned.plan
            rule = str(said.get("type", "")).rpartition(":")[2]
            self.run.refused.append(NotTaken(plan.case, plan.file, plan.line, rule, str(said.get("detail", ""))))
        elif said["repeated"]:
            self.run.repeated += 1
        else:
            self.run.taken += 1
            self.run.events += len(body["history"])
