"""What the doors put on the audit log themselves: refusals, looks and exports. What is done, the store records as it does it.

An answer waits until its row is on the disk; where that cannot be, it is StoreUnavailable. Reads by machines have no rows,
and go on.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, NamedTuple

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError

from activities.store.audit_log import DONE, REFUSED, AuditEntry, AuditLog, Who
from api.access.api_keys import Caller, CallerRole
from api.http.problems import Problem

TOGETHER = 200  # rows in one transaction
LOOKED = 10_000  # looks of sessions that are remembered
REFRESH = "x-shixian-refresh"  # a header of our script's: a page that refreshes itself is not looked at anew
UNKNOWN = "unknown"
BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
CLOSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
PEOPLE = frozenset(CallerRole) - {CallerRole.UTILITY, CallerRole.IMPORTER}  # whose keys are not machines'

PERSON_VERBS: Mapping[str, str] = {
    "role": "change-role",
    "lock": "lock-person",
    "unlock": "unlock-person",
    "end": "end-person",
    "sessions/end": "end-sessions",
    "sessions/{session}/end": "end-sessions",
}
# by path: a refused request is the action that it asks for; of others it is the name of their function
ACTIONS: Mapping[str, str] = {
    "/v1/cases": "open",
    "/v1/cases/{case}/return": "return",
    "/v1/completions:batch": "complete",
    "/v1/surveys/{survey}/completions": "complete",
    "/v1/imports/cases": "take-over",
    "/v1/commitments/{commitment}/observations": "record-observation",
    "/v1/commitments/{commitment}/observations/{number}/confirm": "confirm-observation",
    "/v1/commitments/{commitment}/observations/{number}/correct": "correct-observation",
    "/v1/commitments/{commitment}/observations/{number}/withdraw": "withdraw-observation",
    "/v1/cases/{case}/requests/{number}/grant": "grant",
    "/v1/cases/{case}/requests/{number}/refuse": "refuse-request",
    "/v1/cases/{case}/requests/{number}/take-back": "take-back",
    "/open": "open",
    "/v1/cases/{case}/subjects": "say-subjects",
    "/v1/subjects/{subject}/erasure": "ask-erasure",
    "/v1/subjects/{subject}/erasure/grant": "erase-subject",
    "/v1/subjects/{subject}/erasure/refuse": "refuse-erasure",
    "/cases/{case}/subjects": "say-subjects",
    "/v1/webhooks": "add-webhook",
    "/v1/webhooks/{webhook}/rotate": "rotate-webhook",
    "/v1/webhooks/{webhook}/pause": "pause-webhook",
    "/v1/webhooks/{webhook}/resume": "resume-webhook",
    "/v1/webhooks/{webhook}/end": "end-webhook",
    "/v1/webhooks/{webhook}/send-again": "send-again",
    "/keys/new": "make-key",
    "/v1/machines": "add-machine",
    "/v1/machines/{id}/end": "end-machine",
    "/keys/{id}/revoke": "revoke-key",
    "/v1/people": "add-person",
    **{
        f"{where}/{{id}}/{verb}": action for where in ("/v1/people", "/people") for verb, action in PERSON_VERBS.items()
    },
    "/people/new": "add-person",
    "/sign-out/everywhere": "end-sessions",
    "/calendar/notices/new": "propose-notice",
    "/calendar/notices/{number}/approve": "approve-notice",
    "/calendar/notices/{number}/reject": "reject-notice",
    "/promises/{commitment}/observations/new": "record-observation",
    "/promises/{commitment}/observations/{number}/confirm": "confirm-observation",
    "/promises/{commitment}/observations/{number}/correct": "correct-observation",
    "/promises/{commitment}/observations/{number}/withdraw": "withdraw-observation",
}
# what people read, beside cases, that is on record
READS: Mapping[str, str] = {
    "/v1/calendars/notices/{number}": "preview-notice",
    "/v1/cases/{case}/look-up-code": "show-look-up-code",
    "/v1/keys": "list-keys",
    "/v1/audit": "read-audit",
    "/v1/cases/{case}/receipt": "show-look-up-code",
    "/v1/machines": "list-machines",
    "/v1/people": "list-people",
    "/v1/people/{id}/sessions": "list-sessions",
    "/people": "list-people",
    "/people/{id}": "list-sessions",
    "/v1/subjects/{subject}": "look-at-subject",
    "/v1/subjects/erasures": "list-erasures",
    "/v1/webhooks": "list-webhooks",
    "/calendar/notices/{number}": "preview-notice",
    "/keys": "list-keys",
    "/audit-log": "read-audit",
    "/cases/{case}/receipt": "show-look-up-code",
}
# questions that are posted, so that what is asked for stands in no address
SEARCHES: Mapping[str, str] = {"/v1/subjects/search": "find-subjects", "/find": "find-subjects"}


class WaitingAuditRow(NamedTuple):
    """A row that waits for its transaction."""

    entry: AuditEntry
    written: asyncio.Future[None]


class AuditDesk:
    """One writer for a process: while it waits for the disk, the rows of its next transaction gather."""

    def __init__(self, log: AuditLog, pool: ThreadPoolExecutor) -> None:
        self._log = log
        self._pool = pool
        self._waiting: list[WaitingAuditRow] = []
        self._writer: asyncio.Task[None] | None = None
        self._looked: set[tuple[str, str]] = set()

    async def record(self, who: Who, action: str, object: str, outcome: str = DONE) -> None:
        """Return once the row is on the disk; raises StoreUnavailable where it cannot be."""
        entry = AuditEntry(who, action, object, outcome)
        waiting = WaitingAuditRow(entry, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write(), name="audit")
        await waiting.written

    def first_look(self, session: str, path: str) -> bool:
        """Tell whether a session has not looked there yet, and remember that it has."""
        if (session, path) in self._looked:
            return False
        if len(self._looked) >= LOOKED:
            self._looked.clear()
        self._looked.add((session, path))
        return True

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                error: Exception | None = None
                try:
                    await loop.run_in_executor(self._pool, self._log.audit, [one.entry for one in group])
                except Exception as failed:  # noqa: BLE001  # whoever waits must hear of it
                    error = failed
                for one in group:
                    _tell(one.written, error)
        finally:
            self._writer = None


def _tell(waiting: asyncio.Future[None], error: Exception | None) -> None:
    if waiting.done():
        return  # given up
    if error is None:
        waiting.set_result(None)
    else:
        waiting.set_exception(error)


def address_of(request: Request) -> str | None:
    """Return the address that a request came from; behind a trusted proxy, the one that the proxy names."""
    return request.client.host if request.client else None


def who_of(request: Request, caller: Caller | None) -> Who:
    """Say who sent a request."""
    actor, role = (UNKNOWN, UNKNOWN) if caller is None else (caller.actor, caller.role.value)
    return Who(request.state.arrived, actor, role, address_of(request) or UNKNOWN, request.state.request_id)


@asynccontextmanager
async def refusals_audited(desk: AuditDesk, who: Who, action: str, object: str) -> AsyncIterator[None]:
    """Put it on record where what is done meanwhile is refused."""
    try:
        yield
    except Problem as refused:
        await record_refusal(desk, who, action, object, refused)
        raise


async def record_refusal(desk: AuditDesk, who: Who, action: str, object: str, refused: Problem) -> None:
    """Put a refusal on record once, however many doors it passes on its way out. What is not possible now is none."""
    if refused.on_record or refused.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return
    await desk.record(who, action, object, REFUSED + refused.code)
    refused.on_record = True


async def audit_refusal(request: Request, caller: Caller | None, refused: Problem | RequestValidationError) -> None:
    """Put it on record that a request was refused: one that asks for a change, for another's case, or without the right."""
    problem = refused if isinstance(refused, Problem) else Problem("invalid")
    if request.method in BODILESS and problem.status not in CLOSED and problem.code != "unknown-case":
        return
    await record_refusal(_desk(request), who_of(request, caller), _action(request), _object(request), problem)


async def audit_read(request: Request, caller: Caller | None, response: Response, session: str | None = None) -> None:
    """Put it on record that somebody looked at a case, took a file away, or read what is kept of others."""
    looked = request.method in BODILESS and response.status_code == HTTPStatus.OK
    if caller is None or not (looked or _path(request) in SEARCHES):
        return
    if session is None and caller.role not in PEOPLE:
        return
    action = _read(request, response)
    if action is None:
        return
    desk, path = _desk(request), request.url.path
    anew = session is None or desk.first_look(session, path)
    if anew or not request.headers.get(REFRESH):
        await desk.record(who_of(request, caller), action, _object(request))


def _read(request: Request, response: Response) -> str | None:
    """The action that an answered read is; None for one that is not on record."""
    if response.headers.get("content-type", "").startswith("text/csv"):
        return "export"
    if request.method not in BODILESS:
        return SEARCHES[_path(request)]
    usual = "look" if "case" in request.path_params else None
    return READS.get(_path(request), usual)


def _action(request: Request) -> str:
    route, named = request.scope["route"], request.path_params.get("name")
    if request.method in BODILESS:
        return READS.get(_path(request), "look")
    return named or ACTIONS.get(_path(request)) or SEARCHES.get(_path(request)) or str(route.name).replace("_", "-")


def _object(request: Request) -> str:
    parts: Mapping[str, Any] = request.path_params
    if "case" in parts:
        return str(parts["case"])[:200]
    if "subject" in parts:
        return f"subject/{parts['subject']}"
    if "webhook" in parts:
        return f"webhook/{parts['webhook']}"
    if "id" in parts and "/people/" in _path(request):
        return f"person/{parts['id']}"[:200]
    if "number" in parts and "commitment" not in parts:
        return f"notice/{parts['number']}"
    return request.url.path[:200]


def _path(request: Request) -> str:
    return str(request.scope["route"].path)


def _desk(request: Request) -> AuditDesk:
    desk: AuditDesk = request.app.state.audit
    return desk
