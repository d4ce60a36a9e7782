"""Those who play: an officer, a supervisor, the utilities, an auditor, a stranger. All they have is the API's address and a key."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

import httpx2

from api.demo.script import Act, Script
from api.http.plain_json import plain
from api.real_clock import real_now
from sla.companies import COMPANIES
from sla.timeline import Timeline

OFFICER, SUPERVISOR, AUDITOR = "officer", "supervisor", "auditor"
STRANGER = "stranger"  # a key that nobody was ever given
AT_ONCE = 12  # requests under way
PATIENCE = 60.0  # seconds that a request is sent again
PAUSE = 0.4  # seconds before it is
NO_KEY = "sx_live_000000000000000000000000000000000000"

COMPANY_OF: Mapping[str, str] = {owner: company for company, owners in COMPANIES.items() for owner in owners}

PATHS: Mapping[str, str] = {
    "open": "/v1/cases",
    "accept": "/v1/cases/{case}/accept",
    "start": "/v1/cases/{case}/steps/{about}/start",
    "complete": "/v1/cases/{case}/steps/{about}/completions",
    "return": "/v1/cases/{case}/return",
    "resubmit": "/v1/cases/{case}/resubmit",
    "suspend": "/v1/cases/{case}/suspensions",
    "resume": "/v1/cases/{case}/suspensions/{about}/resume",
    "extend": "/v1/cases/{case}/extensions",
    "fee": "/v1/cases/{case}/fees",
    "correct": "/v1/cases/{case}/corrections",
    "confirm": "/v1/cases/{case}/confirmations",
    "revoke": "/v1/cases/{case}/revoke",
    "decide": "/v1/cases/{case}/decide",
    "refuse": "/v1/cases/{case}/refuse",
    "withdraw": "/v1/cases/{case}/withdraw",
    "supply": "/v1/cases/{case}/supplies",
    "reclassify": "/v1/cases/{case}/reclassify",
    "hand-over": "/v1/cases/{case}/steps/{about}/hand-over",
    "terminate": "/v1/cases/{case}/terminate",
}


class Unplayed(Exception):
    """A command that should have been carried out was not."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    body: Any
    text: str

    @property
    def good(self) -> bool:
        """Whether it was done."""
        return self.status < httpx2.codes.BAD_REQUEST

    @property
    def word(self) -> str:
        """The status, with the code of a problem."""
        kind = str(self.body.get("type", "")) if isinstance(self.body, dict) and not self.good else ""
        return f"{self.status} {kind.rpartition(':')[2]}".strip()


@dataclass(slots=True)
class Turnout:
    """What was sent, and how it went."""

    requests: int = 0
    again: int = 0  # answered with 503, or not at all, and sent again with the same key
    confirmed: int = 0  # came so late, on a slow machine, that an officer had to confirm them
    slowest: timedelta = field(default=timedelta(0))


class Cast:
    """The players, over one rehearsal."""

    def __init__(self, url: str, keys: Mapping[str, str], timeline: Timeline) -> None:
        self.timeline = timeline
        self.tally = Turnout()
        self._keys = {**keys, STRANGER: NO_KEY}
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._client = httpx2.AsyncClient(base_url=url, timeout=10, trust_env=False)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, at)

    @property
    def now(self) -> datetime:
        """Now, in business time."""
        return self.timeline.business(real_now())

    async def until(self, business: datetime) -> None:
        """Wait for a business instant."""
        await asyncio.sleep((self.timeline.real(business) - real_now()).total_seconds())

    async def send(
        self, who: str, path: str, body: Mapping[str, Any] | None = None, key: str | None = None, **query: str
    ) -> Answered:
        """Send one request; where the outcome is unknown it is sent again, with the same key."""
        begun = real_now()
        headers = {"Authorization": f"Bearer {self._keys[who]}", **({"Idempotency-Key": key} if key else {})}
        while True:
            async with self._gate:
                self.tally.requests += 1
                answer = await self._once("GET" if body is None else "POST", path, body, headers, query)
            took = real_now() - begun
            if answer is not None and answer.status != httpx2.codes.SERVICE_UNAVAILABLE:
                self.tally.slowest = max(self.tally.slowest, took)
                return answer
            if took.total_seconds() > PATIENCE:
                raise Unplayed(f"{path}: no answer in {PATIENCE:.0f} s")
            self.tally.again += 1
            await asyncio.sleep(PAUSE)

    async def _once(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: dict[str, str], query: dict[str, str]
    ) -> Answered | None:
        sent = None if body is None else plain(dict(body))
        try:
            back = await self._client.request(method, path, json=sent, headers=headers, params=query)
        except httpx2.TransportError:
            return None
        return Answered(back.status_code, back.json() if back.content else None, back.text)

    async def case(self, case: str, who: str = OFFICER) -> dict[str, Any]:
        """Return a case as it stands."""
        answer = await self.send(who, f"/v1/cases/{case}")
        if not answer.good:
            raise Unplayed(f"GET {case}: {answer.word}")
        shown: dict[str, Any] = answer.body
        return shown

    async def post(self, script: Script, act: Act, *, who: str | None = None, key: str | None = None) -> Answered:
        """Carry out an act, in the name of whoever does that step unless somebody else is named."""
        path = PATHS[act.kind].format(case=script.case, about=act.about)
        body = {**act.body, "at": act.at, **({"case": script.case} if act.kind == "open" else {})}
        return await self.send(who or doer(script, act), path, body, key or key_of(script, act))


def doer(script: Script, act: Act) -> str:
    """Say who does an act: the company whose step it is, else an officer."""
    if act.kind not in {"start", "complete"}:
        return OFFICER
    owner = next(step.owner for step in script.procedure.steps if step.key == act.about)
    return COMPANY_OF.get(owner, OFFICER)


def key_of(script: Script, act: Act) -> str:
    """Return the idempotency key of an act."""
    return "/".join(("demo", script.case, act.kind, *([act.about] if act.about else []), f"{act.at:%m%dT%H%M%S}"))


async def play(cast: Cast, script: Script) -> None:
    """Play a case act by act, each at its instant; what a slow machine told too late is confirmed before the decision."""
    seqs: dict[str, int] = {}
    pending: list[Answered] = []
    for act in script.acts:
        await cast.until(act.sent)
        if act.kind == "decide":
            await confirm_all(cast, script, pending)
        body = {**act.body, "seq": seqs[act.of]} if act.of else act.body
        answer = await cast.post(script, Act(act.at, act.kind, act.about, body))
        if not answer.good:
            raise Unplayed(f"{act.kind} {act.about or ''} at {act.at:%Y-%m-%d %H:%M:%S}: {answer.text}")
        seqs[act.kind] = answer.body["seq"]
        pending.append(answer)
    await confirm_all(cast, script, pending)


async def confirm_all(cast: Cast, script: Script, answers: list[Answered]) -> None:
    """Confirm what should have been punctual and waits for an officer all the same, because this machine is slow."""
    while answers:
        answer = answers.pop(0)
        if answer.body["pending"]:
            await confirm(cast, script, answer.body["seq"])
            cast.tally.confirmed += 1


async def confirm(cast: Cast, script: Script, seq: int) -> Answered:
    """Have a supervisor confirm a posting that was told too late to count by itself: an officer may have posted it."""
    path = PATHS["confirm"].format(case=script.case)
    return await cast.send(SUPERVISOR, path, {"seq": seq}, f"demo/{script.case}/confirm/{seq}")
