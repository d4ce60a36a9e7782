"""One request of one caller, with what it needs of the world."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, ParamSpec, TypeVar

from fastapi import Depends, Query, Request

from activities.record import CommandOrigin
from activities.rungs import Instant
from activities.store.audit_log import Who, acting
from activities.store.lines import Instants
from activities.store.rows import CaseView
from activities.subjects.register import SubjectRegister
from api.access.api_keys import Caller, CallerRole
from api.access.auditing import UNKNOWN, AuditDesk, address_of, refusals_audited
from api.access.key_route import caller_by_key, in_pool
from api.http.cursors import Cursors
from api.http.fields import CASE_NUMBER
from api.http.problems import Flaw, Problem
from api.request_counts import Requests
from api.services import Services
from api.views.instants import instants_of
from sla.axis import local_day
from sla.calendar import Calendar

P = ParamSpec("P")
T = TypeVar("T")

ANSWERING = timedelta(milliseconds=100)  # of the deadline, kept for writing the answer


@dataclass(frozen=True, slots=True)
class Visit:
    """A request. `arrived` is real time, `told` the same instant in business time."""

    services: Services
    pool: ThreadPoolExecutor
    caller: Caller
    request_id: str  # of this request alone; on every answer
    arrived: datetime
    deadline: float  # of the event loop's time
    cursors: Cursors
    audit: AuditDesk
    source_ip: str
    requests: Requests = field(default_factory=Requests)  # where it is counted
    dry_run: bool = False  # a command is only tried

    @property
    def told(self) -> datetime:
        """The business instant at which Shixian is told."""
        return self.services.timeline.business(self.arrived)

    @property
    def subjects(self) -> SubjectRegister:
        """The register of subjects, for one thread."""
        return SubjectRegister(self.services.store, self.services.settings.subject_keys)

    @property
    def remaining(self) -> timedelta:
        """What is left of the deadline, less the time to write the answer."""
        left = timedelta(seconds=self.deadline - asyncio.get_running_loop().time()) - ANSWERING
        return max(left, timedelta(0))

    async def read(self, question: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Return the answer of something that blocks, from a thread: the event loop stays free."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, partial(self._ask, question, *args, **named))

    def _ask(self, question: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        with acting(self.who):
            return question(*args, **named)

    @property
    def who(self) -> Who:
        """Who asks, for the audit log."""
        return Who(self.arrived, self.caller.actor, self.caller.role.value, self.source_ip, self.request_id)

    def origin(self, action: str) -> CommandOrigin:
        """Say how a command came in."""
        return CommandOrigin(action=action, role=self.caller.role, source_ip=self.source_ip, request_id=self.request_id)

    def refusals_on_record(self, action: str, object: str) -> AbstractAsyncContextManager[None]:
        """Put it on record where what is asked meanwhile is refused."""
        return refusals_audited(self.audit, self.who, action, object)

    def case(self, case: str) -> CaseView:
        """Return a case as far as the caller may see it; blocks. Another's is indistinguishable from a missing one."""
        caller = self.caller
        view = self.services.store.case(case, caller.owners) if CASE_NUMBER.fullmatch(case) else None
        if view is None:
            raise Problem("unknown-case", flaws=[Flaw("path/case", "unknown-case")])
        own = self.own(view)
        if caller.owners is not None and not own.steps:
            raise Problem("unknown-case", flaws=[Flaw("path/case", "unknown-case")])
        return own

    def own(self, view: CaseView) -> CaseView:
        """Return what the caller may see of a case that was read whole."""
        caller = self.caller
        if caller.owners is None:
            return view
        steps = tuple(step for step in view.steps if caller.may_touch(step))
        keys = {step.key for step in steps}
        clocks = tuple(
            clock
            for clock in view.clocks
            if clock.picture.step in keys or (clock.picture.owner in caller.owners and not caller.steps)
        )
        return view.model_copy(update={"steps": steps, "clocks": clocks})

    def now(self) -> Instant:
        """Return the instant of the request, with what counting needs."""
        services = self.services
        return Instant(self.arrived, services.timeline, services.settings.alarm_grace, services.almanac)

    def instants(self) -> Instants:
        """Return the instant of the request with what lists compare with."""
        return instants_of(self.services.almanac, self.told, self.services.settings.red_cards)

    def calendar(self, jurisdiction: str) -> Calendar:
        """Return today's calendar, in business time."""
        return self.services.almanac.calendar_for(jurisdiction, local_day(self.told))


async def visit_of(request: Request, caller: Caller) -> Visit:
    """Make the visit of a request in its envelope; whoever lets callers in says who it is."""
    state, parts = request.state, request.app.state
    if not parts.cursors.opened:
        await in_pool(request, parts.cursors.open)  # what it asks the store blocks
    own = (state.request_id, state.arrived, state.deadline)
    came = (parts.audit, address_of(request) or UNKNOWN)
    return Visit(parts.services, parts.pool, caller, *own, parts.cursors, *came, parts.requests)


async def visit(request: Request, caller: Annotated[Caller, Depends(caller_by_key)]) -> Visit:
    """Make the visit of whoever has an API key."""
    return await visit_of(request, caller)


Visiting = Annotated[Visit, Depends(visit)]


async def command_visit(
    *,
    visit: Visiting,
    dry_run: Annotated[
        bool,
        Query(description="only say what the command would come to: it is decided and counted, and nothing is written"),
    ] = False,
) -> Visit:
    """Make the visit of whoever sends a command."""
    return replace(visit, dry_run=dry_run)


CommandVisiting = Annotated[Visit, Depends(command_visit)]


def only(*roles: CallerRole) -> Callable[[Visit], Awaitable[None]]:
    """Return a dependency that lets these roles pass."""

    async def check(visiting: Visiting) -> None:
        if visiting.caller.role not in roles:
            raise Problem("forbidden")

    return check


OFFICERS = (CallerRole.OFFICER,)
CONFIRMERS = (CallerRole.OFFICER, CallerRole.SUPERVISOR)
DOERS = (CallerRole.OFFICER, CallerRole.UTILITY)
IMPORTERS = (CallerRole.IMPORTER,)
KEEPERS = (CallerRole.SUPERVISOR, CallerRole.SECADMIN)  # of keys and machines
OVERSEERS = (CallerRole.OFFICER, CallerRole.SUPERVISOR, CallerRole.AUDITOR)
