"""What is sent for each thing that a utility does, and how its answer is read; without any network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlsplit
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from shixian_client.errors import ApiProblem, ShixianError, UnexpectedAnswer
from shixian_client.types import BatchAnswer, BatchItem, CaseAnswer, EventFeed, EventList, Receipt, StepList

T = TypeVar("T")
BATCH = 100  # completions that are sent at once
PAGE = 200  # lines that are asked for at once
LONGEST_WAIT = 30  # seconds that the feed may be asked to wait
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class UnsafeAddress(ShixianError, ValueError):
    """The address is http beyond the machine itself: a key would be read on its way."""


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request, and the type of its answer. `key`: its Idempotency-Key, kept however often it is sent."""

    method: str
    path: str
    answer: type[T]
    params: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    key: str | None = None
    wait: float = 0.0  # seconds that the answer may take on top

    def headers(self, credential: str) -> dict[str, str]:
        """Return the headers of the request."""
        keyed = {} if self.key is None else {"Idempotency-Key": self.key}
        return {"Authorization": f"Bearer {credential}", "Accept": "application/json", **keyed}

    def read(self, status: int, body: bytes, headers: Mapping[str, str]) -> T:
        """Return the answer; ApiProblem where it is one, UnexpectedAnswer where it has another form."""
        if not 200 <= status < 300:
            raise ApiProblem.answered(status, body, headers)
        try:
            return TypeAdapter(self.answer).validate_json(body)
        except ValidationError as error:
            raise UnexpectedAnswer(f"{self.method} {self.path}: {error.error_count()} fields") from None


def checked(url: str) -> str:
    """Return an installation's address without its last slash; UnsafeAddress where a key may not be sent there."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url.rstrip("/")
    raise UnsafeAddress(f"{UnsafeAddress.__doc__} {parts.scheme}://{parts.hostname}")


def open_steps(standing: Sequence[str], due: str | None, after: str | None) -> Call[StepList]:
    """Return the call of a page of what is on the company's desk."""
    return Call("GET", "/v1/steps", StepList, _given(standing=list(standing), due=due, after=after, limit=PAGE))


def case(number: str) -> Call[CaseAnswer]:
    """Return the call of a case."""
    return Call("GET", _case(number), CaseAnswer)


def case_events(number: str, after: str | None) -> Call[EventList]:
    """Return the call of a page of a case's events."""
    return Call("GET", f"{_case(number)}/events", EventList, _given(after=after, limit=PAGE))


def feed(after: str | None, wait: int, kinds: Sequence[str]) -> Call[EventFeed]:
    """Return the call of a page of the feed."""
    asked = _given(after=after or None, wait=wait or None, kind=list(kinds), limit=PAGE)
    return Call("GET", "/v1/events", EventFeed, asked, wait=wait)


def complete(number: str, step: str, body: Mapping[str, Any], key: str | None) -> Call[Receipt]:
    """Return the call that completes a step."""
    return _command(f"{_case(number)}/steps/{quote(step, safe='')}/completions", body, key)


def start(number: str, step: str, at: datetime | None, key: str | None) -> Call[Receipt]:
    """Return the call that starts a step."""
    return _command(f"{_case(number)}/steps/{quote(step, safe='')}/start", _given(at=at), key)


def return_step(number: str, step: str, reason: str, at: datetime | None, key: str | None) -> Call[Receipt]:
    """Return the call that returns a step to the applicant for correction."""
    return _command(f"{_case(number)}/return", _given(step=step, reason=reason, at=at), key)


def resubmit(number: str, step: str, at: datetime | None, key: str | None) -> Call[Receipt]:
    """Return the call that says that the applicant handed in what was asked for."""
    return _command(f"{_case(number)}/resubmit", _given(step=step, at=at), key)


def batches(items: Sequence[BatchItem]) -> list[Call[BatchAnswer]]:
    """Return the calls that complete many steps, a hundred in each; every item has a key of its own."""
    parts = [items[begin : begin + BATCH] for begin in range(0, len(items), BATCH)]
    # Sent again whole it does nothing twice, since each item is known by its key; the header names the whole.
    return [
        Call(
            "POST", "/v1/completions:batch", BatchAnswer, body={"items": [_sent(one) for one in part]}, key=uuid4().hex
        )
        for part in parts
    ]


def completion(
    outcome: str, at: datetime | None, occurrence: int | None, opinions: Mapping[str, str] | None, note: str | None
) -> dict[str, Any]:
    """Return the body of a completion."""
    return _given(outcome=outcome, at=at, occurrence=occurrence, opinions=opinions or None, note=note)


def _command(path: str, body: Mapping[str, Any], key: str | None) -> Call[Receipt]:
    return Call("POST", path, Receipt, body=body, key=key or uuid4().hex)


def _case(number: str) -> str:
    return f"/v1/cases/{quote(number, safe='')}"


def _sent(item: BatchItem) -> dict[str, Any]:
    return item.model_dump(mode="json", exclude_defaults=True)


def _given(**fields: Any) -> dict[str, Any]:  # noqa: ANN401  # whatever JSON takes
    """What was said at all; an instant needs its offset, since the API takes no other."""
    given = {name: value for name, value in fields.items() if value is not None and value != []}
    for name, value in given.items():
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError(f"{name} has no offset: datetime(..., tzinfo=...)")
            given[name] = value.isoformat()
    return given
