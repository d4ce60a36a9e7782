"""What an answer shows of a request: a command that one asked for and another grants."""

import json
from datetime import datetime
from typing import Any, Literal

from activities.record import Event, RequestPicture
from sla.model import Model
from workflows.asking import requests_after
from workflows.drawing import draw_request
from workflows.state import RequestStatus


class CaseRequestShown(Model):
    """A request. `number` is that of the event that asked; `wanted` says what for, and `at` when what that tells happened."""

    case: str
    number: int
    kind: Literal["extend", "correct", "confirm", "withdraw"]
    wanted: dict[str, Any]
    at: datetime
    asked_by: str
    asked_at: datetime
    due_at: datetime | None  # none: the calendar is not published so far
    status: RequestStatus
    overdue: bool
    answered_by: str | None
    answered_at: datetime | None
    answer: int | None  # number of the event that answered it
    reason: str | None  # of the answer


class CaseRequestList(Model):
    """Requests, the oldest first."""

    requests: tuple[CaseRequestShown, ...]
    next: str | None


def request_shown(case: str, one: RequestPicture, now: datetime) -> CaseRequestShown:
    """Return a request as it stands at a business instant."""
    fields = one.model_dump(exclude={"wanted"})
    wanted = {name: value for name, value in json.loads(one.wanted).items() if name != "kind"}
    overdue = one.status == RequestStatus.OPEN and one.due_at is not None and one.due_at < now
    return CaseRequestShown(case=case, **fields, wanted=wanted, overdue=overdue)


def asked_shown(case: str, event: Event) -> CaseRequestShown:
    """Return the request that an event asked for, as it was then: the same every time."""
    [request] = requests_after((), event)
    return request_shown(case, draw_request(request), event.told)
