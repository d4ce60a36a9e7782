"""Notices that operators bring: proposed by one, approved or rejected by another, and each step on record."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from activities.almanacs import assembled, entry_of, entry_text, proposed_edition
from activities.store.almanac_log import AlmanacEvent, AlmanacEventKind, NewAlmanacEvent
from activities.store.errors import Conflict
from activities.store.hashing import canonical
from activities.store.store import Store
from sla.almanac import Almanac
from sla.axis import local_day
from sla.editions import Entry, differing_days, edition_of, standing_on
from sla.errors import CountingError
from sla.model import Model
from sla.notices.notice import Change, Notice

KEPT_TEXT = 20_000  # characters of a pasted notice that stay on record


class NoticeSource(StrEnum):
    """How a notice came."""

    FILE = "file"
    TEXT = "text"
    RELEASE = "release"


class ProposalState(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


class ProposalRefused(Exception):
    """A step that the log of notices does not allow. `code` names the rule; `number` a proposal, where one is meant."""

    def __init__(self, code: str, detail: str = "", *, number: int | None = None) -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.number = number


class Doer(NamedTuple):
    """Who takes a step, when (business time), and under which request."""

    actor: str
    at: datetime
    request_id: str | None = None
    reason: str | None = None


class LedTo(NamedTuple):
    """The almanac that a proposal leads to, and the revision that it would follow."""

    almanac: Almanac
    revision: int


class Proposal(Model):
    """A proposed entry, and what became of it. `alone`: who proposed it approved it, as this installation allows."""

    number: int
    entry: Notice | Change
    source: NoticeSource
    replaces: bool
    proposed_by: str
    proposed_at: datetime
    reason: str | None = None
    text: str | None = None  # as it was pasted
    digest: str  # of the entry
    state: ProposalState = ProposalState.OPEN
    decided_by: str | None = None
    decided_at: datetime | None = None
    decided_why: str | None = None
    alone: bool = False
    numbers: dict[str, Any] | None = None  # of the preview that it was approved on


def proposals(events: Sequence[AlmanacEvent]) -> list[Proposal]:
    """List all proposals of a log, oldest first."""
    decisions = {e.proposal: e for e in events if e.proposal is not None}
    return [_proposal(e, decisions.get(e.number)) for e in events if e.kind is AlmanacEventKind.PROPOSED]


def proposal_of(events: Sequence[AlmanacEvent], number: int) -> Proposal:
    """Return one proposal; ProposalRefused `unknown-proposal`."""
    for found in proposals(events):
        if found.number == number:
            return found
    raise ProposalRefused("unknown-proposal")


class ProposalBoard:
    """Steps over one store and one release; every method may raise a StoreError, and then has changed nothing."""

    def __init__(self, store: Store, release: Almanac) -> None:
        self._store = store
        self._release = release

    def propose(
        self, entry: Entry, doer: Doer, *, source: NoticeSource, text: str | None = None, replaces: bool = False
    ) -> Proposal:
        """Propose an entry; ProposalRefused where it is known, contradicts what is, or cannot be counted by."""
        body: dict[str, Any] = {"entry": entry_text(entry), "source": source.value, "replaces": replaces}
        body |= {name: value for name, value in (("text", text), ("reason", doer.reason)) if value is not None}
        while True:
            events = self._store.almanac_events()
            event = NewAlmanacEvent(
                kind=AlmanacEventKind.PROPOSED,
                at=doer.at,
                actor=doer.actor,
                request_id=doer.request_id,
                digest=_digest(body),
                body=body,
            )
            done = _done_before(events, event)
            if done is not None:
                return proposal_of(events, done.number)
            self._check_proposal(events, entry, doer, replaces=replaces)
            if (made := self._added(event, len(events))) is not None:
                return _proposal(made, None)

    def after(self, number: int) -> LedTo:
        """Return the almanac that an open proposal leads to; ProposalRefused where it is decided, or leads to none."""
        events = self._store.almanac_events()
        found = proposal_of(events, number)
        if found.state is not ProposalState.OPEN:
            raise _decided(found)
        return LedTo(self._after(events, found), assembled(self._release, events).revision)

    def approve(self, number: int, doer: Doer, numbers: dict[str, Any], *, revision: int, alone: bool) -> Proposal:
        """Put a proposal in force, on the numbers that were seen; two at once, and one of them is refused.

        `revision` is the one that the numbers were made against. `alone`: who proposed it may approve it.
        """

        def kept(events: Sequence[AlmanacEvent], found: Proposal) -> dict[str, Any]:
            return self._in_force(events, found, numbers, revision, doer.actor)

        return self._decide(number, doer, AlmanacEventKind.APPROVED, kept, alone=alone)

    def reject(self, number: int, doer: Doer) -> Proposal:
        """Reject a proposal; whoever proposed it may do so as well."""
        return self._decide(number, doer, AlmanacEventKind.REJECTED, lambda _events, _found: {}, alone=True)

    def decided_before(self, number: int, doer: Doer, kind: AlmanacEventKind, *, alone: bool) -> Proposal | None:
        """Return the proposal where the same request decided it; None where it may decide; ProposalRefused where not."""
        return self._decided_before(self._store.almanac_events(), number, doer, kind, alone=alone)

    def _decided_before(
        self, events: Sequence[AlmanacEvent], number: int, doer: Doer, kind: AlmanacEventKind, *, alone: bool
    ) -> Proposal | None:
        found = proposal_of(events, number)
        if _done_before(events, _decision(number, doer, kind)) is not None:
            return found
        if found.state is not ProposalState.OPEN:
            raise _decided(found)
        if found.proposed_by == doer.actor and not alone:
            raise ProposalRefused("own-proposal", number=number)
        return None

    def _decide(
        self,
        number: int,
        doer: Doer,
        kind: AlmanacEventKind,
        more: Callable[[Sequence[AlmanacEvent], Proposal], dict[str, Any]],
        *,
        alone: bool,
    ) -> Proposal:
        while True:
            events = self._store.almanac_events()
            done = self._decided_before(events, number, doer, kind, alone=alone)
            if done is not None:
                return done
            event = _decision(number, doer, kind)
            body = event.body | more(events, proposal_of(events, number))
            made = self._added(event.model_copy(update={"body": body}), len(events))
            if made is not None:
                return proposal_of([*events, made], number)

    def _in_force(
        self, events: Sequence[AlmanacEvent], found: Proposal, numbers: dict[str, Any], revision: int, actor: str
    ) -> dict[str, Any]:
        """What an approval keeps: the whole edition, so that what is counted under it can be given back for ever."""
        if assembled(self._release, events).revision != revision:
            raise ProposalRefused("stale-preview", "Another notice has come in force meanwhile.", number=found.number)
        edition = edition_of(self._after(events, found)).model_dump(mode="json", exclude_none=True)
        same = {"alone": True} if found.proposed_by == actor else {}
        return {"edition": edition, "numbers": numbers, **same}

    def _after(self, events: Sequence[AlmanacEvent], found: Proposal) -> Almanac:
        now = assembled(self._release, events).almanac
        try:
            edition = proposed_edition(self._release, events, found.entry)
        except CountingError as error:
            raise ProposalRefused("wrong-table", str(error), number=found.number) from None
        return edition.almanac((now, *now.earlier))

    def _check_proposal(self, events: Sequence[AlmanacEvent], entry: Entry, doer: Doer, *, replaces: bool) -> None:
        if entry.known > local_day(doer.at):
            raise ProposalRefused("in-future", "A notice is not known before its day of publication.")
        for found in proposals(events):
            if found.state is ProposalState.OPEN and not differing_or_other(found.entry, entry):
                raise ProposalRefused("notice-proposed", f"It is proposal {found.number}.", number=found.number)
        held = standing_on(edition_of(assembled(self._release, events).almanac), entry)
        if held and not any(differing_days(entry, one) for one in held):
            raise ProposalRefused("notice-in-force", "These days are in force.")
        if held and not replaces:
            days = sorted({day for one in held for day in differing_days(entry, one)})
            named = ", ".join(map(str, days[:10]))
            raise ProposalRefused("year-known", f"Other days are in force on this matter; they differ on {named}.")
        try:
            proposed_edition(self._release, events, entry)
        except CountingError as error:
            raise ProposalRefused("wrong-table", str(error)) from None

    def _added(self, event: NewAlmanacEvent, after: int) -> AlmanacEvent | None:
        """None where another process was first: then everything is to be looked at anew."""
        try:
            return self._store.add_almanac_event(event, after)
        except Conflict:
            return None


def _decision(number: int, doer: Doer, kind: AlmanacEventKind) -> NewAlmanacEvent:
    body = {} if doer.reason is None else {"reason": doer.reason}
    asked = _digest({"proposal": number, "kind": kind.value, **body})
    return NewAlmanacEvent(
        kind=kind,
        proposal=number,
        at=doer.at,
        actor=doer.actor,
        request_id=doer.request_id,
        digest=asked,
        body=body,
    )


def _decided(found: Proposal) -> ProposalRefused:
    return ProposalRefused("already-decided", f"It was {found.state.value} by {found.decided_by}.", number=found.number)


def differing_or_other(one: Entry, other: Entry) -> bool:
    """Tell whether two proposals are not the same arrangement."""
    return entry_text(one) != entry_text(other)


def _done_before(events: Sequence[AlmanacEvent], event: NewAlmanacEvent) -> AlmanacEvent | None:
    """The event that the same request wrote; ProposalRefused where it was another request under its id."""
    if event.request_id is None:
        return None
    found = next((e for e in events if e.request_id == event.request_id), None)
    if found is not None and found.digest != event.digest:
        raise ProposalRefused("request-reused")
    return found


def _digest(value: dict[str, Any]) -> str:
    return sha256(canonical(value).encode()).hexdigest()


def _proposal(event: AlmanacEvent, decision: AlmanacEvent | None) -> Proposal:
    body = event.body
    decided: dict[str, Any] = {}
    if decision is not None:
        decided = {
            "state": ProposalState(decision.kind.value),
            "decided_by": decision.actor,
            "decided_at": decision.at,
            "decided_why": decision.body.get("reason"),
            "alone": decision.body.get("alone", False),
            "numbers": decision.body.get("numbers"),
        }
    return Proposal(
        number=event.number,
        entry=entry_of(body["entry"]),
        source=NoticeSource(body["source"]),
        replaces=body["replaces"],
        proposed_by=event.actor,
        proposed_at=event.at,
        reason=body.get("reason"),
        text=body.get("text"),
        digest=_digest(body["entry"]),
        **decided,
    )
