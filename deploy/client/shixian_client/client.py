"""The client: what a utility does with its steps, each request sent again where that is safe."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from shixian_client import calls
from shixian_client.calls import Call
from shixian_client.errors import ApiProblem, NoAnswer
from shixian_client.retries import Retries
from shixian_client.types import (
    BatchItem,
    CaseAnswer,
    CloudEvent,
    DeskLineShown,
    EventFeed,
    EventShown,
    ItemAnswer,
    Receipt,
)

T = TypeVar("T")
TIMEOUT = 60.0  # seconds for one answer
USUAL = Retries()
CONNECT = 10.0  # seconds for a connection


class Feed:
    """The announcements to a company, in one order: iterate over it, and keep `position` with what you have done.

    After an event is dealt with, `position` leaves out nothing that is not dealt with yet; what comes again after a
    crash has the same id. Without waiting it ends where there is nothing more, with `wait` it goes on for ever.
    """

    def __init__(
        self,
        ask: Callable[[Call[EventFeed]], EventFeed],
        after: str | None,
        wait: int,
        kinds: Sequence[str],
    ) -> None:
        self._ask, self._wait, self._kinds = ask, wait, kinds
        self.position = after

    def __iter__(self) -> Iterator[CloudEvent]:
        while True:
            page = self._ask(calls.feed(self.position, self._wait, self._kinds))
            for index, event in enumerate(page.events, 1):
                if index == len(page.events):
                    self.position = page.next
                yield event
            self.position = page.next
            if not page.events and not self._wait:
                return


class ShixianClient:
    """One company's access to a Shixian. May be used by several threads; `close` it, or use it as a context."""

    def __init__(
        self,
        url: str,
        credential: str | Callable[[], str],
        *,
        retries: Retries = USUAL,
        timeout: float = TIMEOUT,
        transport: httpx2.BaseTransport | None = None,
        trust_env: bool = True,
    ) -> None:
        """`credential`: an API key, or what returns the access token of the moment, asked before each request.

        `timeout`: seconds for one answer. UnsafeAddress where `url` is http beyond this machine.
        """
        self._url, self._timeout, self._retries = calls.checked(url), timeout, retries
        self._credential = credential if callable(credential) else lambda: credential
        self._http = httpx2.Client(transport=transport, trust_env=trust_env)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def my_open_steps(self, *, standing: Sequence[str] = (), due: str | None = None) -> Iterator[DeskLineShown]:
        """Read what is on the company's desk, the most urgent first, page by page.

        `standing`: of the planning target, such as `overdue`; `due`: a day, or a stretch of days, as the API takes it.
        """
        after = None
        while True:
            page = self._send(calls.open_steps(standing, due, after))
            yield from page.steps
            if (after := page.next) is None:
                return

    def case(self, number: str) -> CaseAnswer:
        """Read a case, as far as it is the company's."""
        return self._send(calls.case(number))

    def case_events(self, number: str) -> Iterator[EventShown]:
        """Read a case's events that concern the company, oldest first, page by page."""
        after = None
        while True:
            page = self._send(calls.case_events(number, after))
            yield from page.events
            if (after := page.next) is None:
                return

    def events(self, after: str | None = None, *, wait: int = 0, kinds: Sequence[str] = ()) -> Feed:
        """Read the feed on from a position that was kept; None: from its beginning.

        `wait`: seconds that a request is held until there is something, 30 at most; `kinds`: such as `step-opened`.
        """
        if not 0 <= wait <= calls.LONGEST_WAIT:
            raise ValueError(f"wait: 0 to {calls.LONGEST_WAIT} seconds")
        return Feed(self._send, after, wait, kinds)

    def complete(
        self,
        case: str,
        step: str,
        *,
        outcome: str = "done",
        at: datetime | None = None,
        occurrence: int | None = None,
        opinions: Mapping[str, str] | None = None,
        note: str | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Complete a step. `at`: when it was done, where that was earlier; told late it waits for an officer (`pending`).

        `key`: an idempotency key of your own, such as the id of the event that called for it: so a program that is
        killed and posts again is answered with the same receipt. Left out, one is made that holds for this call.
        """
        return self._send(calls.complete(case, step, calls.completion(outcome, at, occurrence, opinions, note), key))

    def complete_batch(self, items: Sequence[BatchItem]) -> list[ItemAnswer]:
        """Complete many steps, a hundred in a request; each is answered by itself, in the order of the items.

        An item's answer has its `receipt`, or the `problem` it met (`ApiProblem.of`): one that is wrong spoils no other.
        """
        answers: list[ItemAnswer] = []
        for call in calls.batches(items):
            begin = len(answers)
            page = self._send(call)
            answers += [one.model_copy(update={"index": begin + one.index}) for one in page.items]
        return answers

    def start(self, case: str, step: str, *, at: datetime | None = None, key: str | None = None) -> Receipt:
        """Start a step whose work begins later than it opens."""
        return self._send(calls.start(case, step, at, key))

    def return_step(
        self, case: str, step: str, *, reason: str, at: datetime | None = None, key: str | None = None
    ) -> Receipt:
        """Return a step to the applicant for correction."""
        return self._send(calls.return_step(case, step, reason, at, key))

    def resubmit(self, case: str, step: str, *, at: datetime | None = None, key: str | None = None) -> Receipt:
        """Say that the applicant handed in what was asked for."""
        return self._send(calls.resubmit(case, step, at, key))

    def _send(self, call: Call[T]) -> T:
        """Answer of a call, which is safe to send again: it reads, or it has its key."""
        sent = 0
        while True:
            sent += 1
            try:
                answer = self._http.request(
                    call.method,
                    self._url + call.path,
                    params=call.params,
                    json=call.body,
                    headers=call.headers(self._credential()),
                    timeout=httpx2.Timeout(self._timeout + call.wait, connect=CONNECT),
                )
                return call.read(answer.status_code, answer.content, answer.headers)
            except httpx2.TransportError as error:
                if (pause := self._retries.pause(sent, None)) is None:
                    raise NoAnswer(f"{NoAnswer.__doc__} {type(error).__name__}") from error
            except ApiProblem as problem:
                if (pause := self._retries.pause(sent, problem)) is None:
                    raise
            time.sleep(pause)
