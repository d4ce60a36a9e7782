"""How a command goes from a request to its case, and how its receipt comes back."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from fastapi import Response
from pydantic import ValidationError

from activities.record import Event
from activities.store.errors import StoreUnavailable
from activities.store.rows import CaseView
from api.access.api_keys import Caller
from api.access.request_context import Visit
from api.http.fields import CASE_NUMBER
from api.http.problems import Flaw, Problem, outcome_unknown, store_unavailable
from api.http.responses import answer
from api.intake.four_eyes import as_sent
from api.intake.stamp import Stamp, stamp
from api.views.case import own_events
from api.views.foreseen import DryRun, dry_run_shown
from api.views.requests import asked_shown
from workflows.answers import Refusal
from workflows.asking import ASKED
from workflows.dispatch import OutcomeUnknownError
from workflows.dry_run import Foreseen, foresee
from workflows.messages import Ask, Command, Receipt
from workflows.rebuild import all_events

IN_PATH = {"case", "step", "suspension", "number"}
IN_HEADERS = {"request_id": "Idempotency-Key", "seen": "If-Match"}


@dataclass(frozen=True, slots=True)
class Wish:
    """A command before it is stamped. `make` gets its stamp and the case as it stands (None: there is none yet)."""

    case: str
    kind: str
    key: str
    content: Mapping[str, Any]
    make: Callable[[Stamp, CaseView | None], Command]
    step: str | None = None  # the caller must own it
    if_match: int | None = None
    opens: bool = False
    in_body: frozenset[str] = frozenset()  # fields that are usually in the path
    about: str | None = None  # what every flaw points at: of a command whose content is not in this request


@dataclass(frozen=True, slots=True)
class Done:
    """A receipt; `fresh` where this request was the one that made the event, `replayed` where its key was known."""

    receipt: Receipt
    fresh: bool
    replayed: bool = False

    @property
    def status(self) -> int:
        """201 for the first answer, 200 for every repetition."""
        return 201 if self.fresh else 200


async def answered(visit: Visit, wish: Wish) -> Response:
    """Return the answer to a command: its receipt, or where it is only tried what it would come to."""
    if visit.dry_run:
        return answer(await visit.read(tried, visit, wish))
    done = await carry_out(visit, wish)
    if done.receipt.kind == ASKED:
        return await visit.read(_respond_asked, visit, done)
    return respond(done)


def tried(visit: Visit, wish: Wish) -> DryRun:
    """Say what a command would come to, as far as the caller may see it; see `foreseen`."""
    return shown_to(visit, foreseen(visit, wish))


def foreseen(visit: Visit, wish: Wish) -> Foreseen:
    """Return what a command would come to, and write nothing; raises a Problem where it would be refused; blocks."""
    view = _view(visit, wish)
    events = [] if view is None else all_events(visit.services.store, wish.case)
    command = _made(visit, wish, _stamped(visit, wish), view)
    try:
        found = foresee(wish.case, events, command, visit.now())
        if not isinstance(command, Ask) or found.receipt.kind != ASKED:
            return found
        return replace(found, granted=foresee(wish.case, events, command.wanted, visit.now()))
    except Refusal as refusal:
        raise _problem(refusal, wish) from None


def shown_to(visit: Visit, found: Foreseen) -> DryRun:
    """Return as much of what a command would come to as the caller may see."""
    whole = visit.caller.owners is None
    if not whole:
        after = visit.own(found.after)
        found = replace(
            found,
            before=None if found.before is None else visit.own(found.before),
            after=after,
            events=tuple(own_events(found.events, {step.key: step for step in after.steps})),
        )
    return dry_run_shown(found, visit.services.almanac, visit.told, whole=whole)


async def carry_out(visit: Visit, wish: Wish) -> Done:
    """Send a command, unless it is on record; returns its receipt, raises a Problem where it is refused."""
    with counted(visit, wish.kind):
        async with visit.refusals_on_record(wish.kind, wish.case):
            return await _carry_out(visit, wish)


@contextmanager
def counted(visit: Visit, kind: str) -> Iterator[None]:
    """Count a request of a kind, and the problem that it ends with."""
    visit.requests.received(kind)
    try:
        yield
    except Problem as problem:
        visit.requests.rejected(problem.code)
        raise
    except StoreUnavailable:
        visit.requests.rejected(store_unavailable().code)
        raise
    except OutcomeUnknownError:
        visit.requests.rejected(outcome_unknown().code)
        raise


async def _carry_out(visit: Visit, wish: Wish) -> Done:
    prepared = await visit.read(_prepare, visit, wish)
    if isinstance(prepared, Event):
        visit.services.dispatcher.nudge(wish.case, prepared.seq)
        return Done(Receipt.of(wish.case, prepared), fresh=False, replayed=True)
    return await dispatch(visit, wish, prepared, visit.remaining)


async def dispatch(visit: Visit, wish: Wish, command: Command, deadline: timedelta) -> Done:
    """Send a stamped command."""
    try:
        receipt = await visit.services.dispatcher.send(wish.case, command, deadline)
    except Refusal as refusal:
        raise _problem(refusal, wish) from None
    return Done(receipt, fresh=receipt.told == command.told)


def respond(done: Done) -> Response:
    """Return the answer that a receipt becomes; byte for byte the same every time."""
    return answer(done.receipt, done.status, _headers(done))


def _headers(done: Done) -> dict[str, str]:
    receipt = done.receipt
    headers = {"ETag": f'"{receipt.seq}"', "Location": f"/v1/cases/{receipt.case}/events/{receipt.seq}"}
    return headers | ({"Idempotent-Replayed": "true"} if done.replayed else {})


def _respond_asked(visit: Visit, done: Done) -> Response:
    """The answer to a command that another has to grant: the request, as it was when it was made; blocks."""
    [event] = visit.services.store.events(done.receipt.case, done.receipt.seq - 1, 1)
    return answer(asked_shown(done.receipt.case, event), HTTPStatus.ACCEPTED, _headers(done))


def _prepare(visit: Visit, wish: Wish) -> Event | Command:
    """The event that the key has made already, or the stamped command; blocks."""
    view = _view(visit, wish)
    known = None
    if view is not None:
        known = visit.services.store.event_by_request(wish.case, visit.caller.request_id(wish.key))
    stamped = _stamped(visit, wish)
    if known is not None:
        if known.digest != stamped.digest:
            raise Problem("request-reused", flaws=[Flaw("header/Idempotency-Key", "request-reused")])
        return known
    return _made(visit, wish, stamped, view)


def _stamped(visit: Visit, wish: Wish) -> Stamp:
    return stamp(visit, wish.case, wish.kind, wish.content, wish.key, wish.if_match)


def _made(visit: Visit, wish: Wish, stamped: Stamp, view: CaseView | None) -> Command:
    try:
        return as_sent(visit, wish.make(stamped, view), view)
    except ValidationError as error:  # what the edge let pass and a command does not: never sent, never an error
        fields = {str(one["loc"][0]) if one["loc"] else "" for one in error.errors()}
        raise Problem("invalid", flaws=[Flaw(_pointer(field, wish), "invalid") for field in sorted(fields)]) from None


def _view(visit: Visit, wish: Wish) -> CaseView | None:
    if wish.opens:
        return visit.services.store.case(wish.case)
    caller: Caller = visit.caller
    view = visit.services.store.case(wish.case, caller.owners) if CASE_NUMBER.fullmatch(wish.case) else None
    if view is None and caller.owners is None:
        raise Problem("unknown-case", flaws=[Flaw(_pointer("case", wish), "unknown-case")])
    if view is None or (wish.step is not None and not _may_touch(caller, wish.step, view)):
        # whatever is not the caller's own is one and the same answer
        raise Problem("unknown-step", flaws=[Flaw(_pointer("step", wish), "unknown-step")])
    return view


def _may_touch(caller: Caller, step: str, view: CaseView) -> bool:
    return any(one.key == step and caller.may_touch(one) for one in view.steps)


def _problem(refusal: Refusal, wish: Wish) -> Problem:
    return Problem(refusal.code, refusal.detail, flaws=[Flaw(_pointer(refusal.field, wish), refusal.code)])


def _pointer(field: str, wish: Wish) -> str:
    if field in IN_HEADERS:
        return f"header/{IN_HEADERS[field]}"
    if wish.about is not None:
        return wish.about
    if field in IN_PATH and field not in wish.in_body:
        return f"path/{field}"
    return f"#/{field}" if field else "#"
