"""One request of one caller, with what it needs of the world."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, ParamSpec, TypeVar

from fastapi import Depends, Header, Request

from activities.store.rows import CaseView
from api.access.api_keys import Caller, Role
from api.http.fields import CASE_NUMBER
from api.http.problems import Flaw, Problem
from api.http.request_counts import Requests
from api.services import Services
from sla.axis import local_day
from sla.calendar import Calendar

P = ParamSpec("P")
T = TypeVar("T")

ANSWERING = timedelta(milliseconds=100)  # of the deadline, kept for writing the answer
BARE_KEY = re.compile(r"[\x21-\x7e]{1,100}", re.ASCII)
QUOTED_KEY = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,100})"', re.ASCII)  # a string of RFC 8941
ENTITY_TAG = re.compile(r'"?(\d{1,9})"?', re.ASCII)


@dataclass(frozen=True, slots=True)
class Visit:
    """A request. `arrived` is real time, `told` the same instant in business time."""

    services: Services
    pool: ThreadPoolExecutor
    caller: Caller
    request_id: str  # of this request alone; on every answer
    arrived: datetime
    deadline: float  # of the event loop's time
    requests: Requests = field(default_factory=Requests)  # where it is counted

    @property
    def told(self) -> datetime:
        """The business instant at which Shixian is told."""
        return self.services.timeline.business(self.arrived)

    @property
    def remaining(self) -> timedelta:
        """What is left of the deadline, less the time to write the answer."""
        left = timedelta(seconds=self.deadline - asyncio.get_running_loop().time()) - ANSWERING
        return max(left, timedelta(0))

    async def read(self, question: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """The answer of something that blocks, from a thread: the event loop stays free."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, partial(question, *args, **named))

    def case(self, case: str) -> CaseView:
        """A case as far as the caller may see it; blocks. Another's is indistinguishable from a missing one."""
        caller = self.caller
        view = self.services.store.case(case, caller.owners) if CASE_NUMBER.fullmatch(case) else None
        if view is None:
            raise Problem("unknown-case", flaws=[Flaw("path/case", "unknown-case")])
        if not caller.steps:
            return view
        steps = tuple(step for step in view.steps if caller.may_touch(step))
        if not steps:
            raise Problem("unknown-case", flaws=[Flaw("path/case", "unknown-case")])
        keys = {step.key for step in steps}
        clocks = tuple(clock for clock in view.clocks if clock.picture.step in keys)
        return view.model_copy(update={"steps": steps, "clocks": clocks})

    def calendar(self, jurisdiction: str) -> Calendar:
        """Today's calendar, business time."""
        return self.services.almanac.calendar_for(jurisdiction, local_day(self.told))


async def visit(request: Request) -> Visit:
    """The request, as the guard left it."""
    state = request.state
    parts = request.app.state
    return Visit(
        parts.services, parts.pool, state.caller, state.request_id, state.arrived, state.deadline, parts.requests
    )


Visiting = Annotated[Visit, Depends(visit)]


def only(*roles: Role) -> Callable[[Visit], Awaitable[None]]:
    """A dependency that lets these roles pass."""

    async def check(visiting: Visiting) -> None:
        if visiting.caller.role not in roles:
            raise Problem("forbidden")

    return check


OFFICERS = (Role.OFFICER,)
CONFIRMERS = (Role.OFFICER, Role.SUPERVISOR)
DOERS = (Role.OFFICER, Role.UTILITY)
OVERSEERS = (Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR)


async def idempotency_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Required. Names the request: sent again with it, it is done only once.",
        ),
    ] = None,
) -> str:
    """The key of a command, bare or as a quoted string."""
    wrong = Problem("idempotency-key", flaws=[Flaw("header/Idempotency-Key", "idempotency-key")])
    if key is None:
        raise wrong
    quoted = QUOTED_KEY.fullmatch(key)
    if quoted is not None:
        return re.sub(r"\\(.)", r"\1", quoted[1])
    if key.startswith('"') or not BARE_KEY.fullmatch(key):
        raise wrong
    return key


async def if_match(
    tag: Annotated[
        str | None, Header(alias="If-Match", description="The command is refused where the case has moved on since.")
    ] = None,
) -> int | None:
    """The number of the event that the client saw last."""
    if tag is None or tag.strip() == "*":
        return None
    found = ENTITY_TAG.fullmatch(tag.strip())
    if found is None:
        raise Problem("bad-if-match", flaws=[Flaw("header/If-Match", "bad-if-match")])
    return int(found[1])


IdempotencyKey = Annotated[str, Depends(idempotency_key)]
IfMatch = Annotated[int | None, Depends(if_match)]
