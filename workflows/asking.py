"""Four eyes: a command that one asks for and another grants, and what becomes of such a request."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from pydantic import TypeAdapter

from activities.record import Event, NewEvent
from activities.rungs import ACTOR
from workflows.answers import Decision, OnRecord, Refusal, event
from workflows.messages import Ask, Grant, Message, RefuseRequest, TakeBack, Wanted
from workflows.state import CaseRequest, CaseState, RequestStatus

ASKED, REFUSED, TAKEN_BACK, LAPSED = "request-asked", "request-refused", "request-taken-back", "request-lapsed"
OF_REQUEST = "request"  # in the body of the event that a granted command became: the number of its request
ANSWERS = {
    REFUSED: RequestStatus.REFUSED,
    TAKEN_BACK: RequestStatus.TAKEN_BACK,
    LAPSED: RequestStatus.LAPSED,
}
OUTLIVING = frozenset({"confirm", "correct"})  # kinds of commands that a closed case takes
STAMPS = set(Message.model_fields)
WANTED: TypeAdapter[Message] = TypeAdapter(Wanted)

Judge = Callable[[Message], OnRecord | Decision]


def ask(state: CaseState, command: Ask, judge: Judge) -> OnRecord | Decision:
    """Ask for a command that could be carried out now; raises its own Refusal where it could not."""
    wanted = command.wanted
    open_ = (one for one in state.requests if one.status is RequestStatus.OPEN)
    same = next((one for one in open_ if one.digest == command.digest), None)
    if same is not None:
        raise Refusal("already-asked", "case", f"Request {same.number} asks for the same.")
    found = judge(wanted)
    if isinstance(found, OnRecord):
        return found
    return event(
        command,
        ASKED,
        wanted={"kind": wanted.kind, **wanted.model_dump(mode="json", exclude=STAMPS, exclude_defaults=True)},
        due=None if command.due is None else command.due.astimezone(UTC).isoformat(),
    )


def grant(state: CaseState, command: Grant, judge: Judge) -> OnRecord | Decision:
    """Carry out what another asked for, as the case stands now; the event is the command's own and names its request."""
    request = _open(state, command.number)
    if request.asked_by == command.actor:
        raise Refusal("own-request", "number", "Whoever asked for it does not grant it.")
    found = judge(granted(request, command))
    if isinstance(found, OnRecord):
        return found
    body = {**found.event.body, OF_REQUEST: request.number}
    return Decision(found.event.model_copy(update={"body": body}))


def granted(request: CaseRequest, command: Message) -> Message:
    """Return the command that a request asks for, as whoever grants it carries it out.

    An extension is granted when it is granted: only before the expiry does that lengthen a limit. Whatever else a request
    tells, happened when it says.
    """
    stamps = {name: getattr(command, name) for name in STAMPS - {"seen", "owners"}}
    if request.kind != "extend":
        stamps["at"] = request.at
    return WANTED.validate_python({**json.loads(request.wanted), **stamps})


def refuse_request(state: CaseState, command: RefuseRequest) -> Decision:
    """Refuse what another asked for."""
    request = _open(state, command.number)
    if request.asked_by == command.actor:
        raise Refusal("own-request", "number", "Whoever asked for it takes it back.")
    return event(command, REFUSED, number=request.number, reason=command.reason)


def take_back(state: CaseState, command: TakeBack) -> Decision:
    """Take back what one asked for."""
    request = _open(state, command.number)
    if request.asked_by != command.actor:
        raise Refusal("request-of-another", "number", "Only whoever asked for it takes it back; others refuse it.")
    return event(command, TAKEN_BACK, number=request.number, reason=command.reason)


def lapsing(before: CaseState | None, after: CaseState, told: datetime) -> Iterator[NewEvent]:
    """Yield the ends of requests for what a case takes no more that has just been closed."""
    if not after.requests or before is None or before.over or not after.over:
        return
    for request in after.requests:
        if request.status is RequestStatus.OPEN and request.kind not in OUTLIVING:
            body = {"number": request.number, "reason": f"case-{after.status.value}"}
            yield NewEvent(kind=LAPSED, at=told, told=told, actor=ACTOR, body=body)


def requests_after(requests: tuple[CaseRequest, ...], one: Event) -> tuple[CaseRequest, ...]:
    """Return the requests of a case after an event, whatever a correction says of the event later."""
    if one.kind == ASKED:
        return (*requests, _asked(one))
    status = RequestStatus.GRANTED if OF_REQUEST in one.body else ANSWERS.get(one.kind)
    if status is None:
        return requests
    number = one.body[OF_REQUEST] if status is RequestStatus.GRANTED else one.body["number"]
    reason = None if status is RequestStatus.GRANTED else one.body.get("reason")
    return tuple(
        replace(each, status=status, answered_by=one.actor, answered=one.told, answer=one.seq, reason=reason)
        if each.number == number
        else each
        for each in requests
    )


def _asked(one: Event) -> CaseRequest:
    wanted, due = one.body["wanted"], one.body.get("due")
    return CaseRequest(
        number=one.seq,
        wanted=json.dumps(wanted, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        kind=wanted["kind"],
        digest=one.digest or "",
        asked_by=one.actor,
        at=one.at,
        asked=one.told,
        due=None if due is None else datetime.fromisoformat(due),
    )


def _open(state: CaseState, number: int) -> CaseRequest:
    request = next((one for one in state.requests if one.number == number), None)
    if request is None:
        raise Refusal("unknown-request", "number", "Nothing was asked for by an event of that number.")
    if request.status is not RequestStatus.OPEN:
        raise Refusal("request-answered", "number", f"The request was {request.status} by event {request.answer}.")
    return request
