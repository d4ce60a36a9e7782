"""Erasing a subject: asked for by one, granted by another, on record without content; row and key are gone after it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from activities.store.store import Store
from activities.store.subject_log import OF_ERASURES, NewSubjectEvent, SubjectEvent, SubjectEventKind
from activities.subjects.errors import ErasureAsked, NoErasureAsked, OwnErasure, RequestReused, UnknownSubject
from sla.model import Model


class ErasureState(StrEnum):
    """Where an erasure is."""

    ASKED = "asked"
    REFUSED = "refused"
    ERASED = "erased"


STATES: Mapping[SubjectEventKind, ErasureState] = {
    SubjectEventKind.ERASURE_ASKED: ErasureState.ASKED,
    SubjectEventKind.ERASURE_REFUSED: ErasureState.REFUSED,
    SubjectEventKind.ERASED: ErasureState.ERASED,
}


class Erasure(Model):
    """An erasure: who asked for it and why, and who decided it. Both times are business time."""

    subject: str
    state: ErasureState
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    refusal: str | None = None  # why it was refused


class ErasureWish(NamedTuple):
    """What somebody wants of an erasure. `reason`: why it is asked for, or refused."""

    subject: str
    actor: str
    at: datetime
    request_id: str
    reason: str | None = None


def ask(store: Store, wish: ErasureWish) -> Erasure:
    """Ask for a subject to be erased; raises SubjectRefused. The same request again changes nothing."""

    def allowed(before: Sequence[SubjectEvent]) -> None:
        _exists(before)
        last = erasure_of(before)
        if last is not None and last.state is ErasureState.ASKED:
            raise ErasureAsked

    event = _event(SubjectEventKind.ERASURE_ASKED, wish, {"reason": wish.reason})
    if not _repeated(store, event):
        store.put_subject_event(event, allowed)
    return _now(store, wish.subject)


def refuse(store: Store, wish: ErasureWish) -> Erasure:
    """Refuse an erasure that is asked for; raises SubjectRefused."""
    event = _event(SubjectEventKind.ERASURE_REFUSED, wish, {"reason": wish.reason})
    if not _repeated(store, event):
        store.put_subject_event(event, _check_asked)
    return _now(store, wish.subject)


def grant(store: Store, wish: ErasureWish, *, four_eyes: bool) -> Erasure:
    """Erase a subject whose erasure another asked for; raises SubjectRefused. Without `four_eyes` the record says so."""

    def allowed(before: Sequence[SubjectEvent]) -> None:
        if _asked(before).asked_by == wish.actor and four_eyes:
            raise OwnErasure

    event = _event(SubjectEventKind.ERASED, wish, {} if four_eyes else {"four_eyes": False})
    if not _repeated(store, event):
        store.erase_subject(event, allowed)
    store.drop_remains()
    return _now(store, wish.subject)


def erasures(store: Store) -> list[Erasure]:
    """Return the last erasure of each subject that has one, the last asked for first."""
    events: dict[str, list[SubjectEvent]] = {}
    for event in store.erasure_events():
        events.setdefault(event.subject, []).append(event)
    found = [one for own in events.values() if (one := erasure_of(own)) is not None]
    return sorted(found, key=lambda one: (one.asked_at, one.subject), reverse=True)


def erasure_of(events: Sequence[SubjectEvent]) -> Erasure | None:
    """Return a subject's last erasure; None where none was asked for."""
    own = [event for event in events if event.kind in OF_ERASURES]
    if not own:
        return None
    last = own[-1]
    asked = next(event for event in reversed(own) if event.kind is SubjectEventKind.ERASURE_ASKED)
    decided = last is not asked
    return Erasure(
        subject=last.subject,
        state=STATES[last.kind],
        reason=asked.body["reason"],
        asked_by=asked.actor,
        asked_at=asked.at,
        decided_by=last.actor if decided else None,
        decided_at=last.at if decided else None,
        refusal=last.body.get("reason") if last.kind is SubjectEventKind.ERASURE_REFUSED else None,
    )


def _event(kind: SubjectEventKind, wish: ErasureWish, body: Mapping[str, object]) -> NewSubjectEvent:
    return NewSubjectEvent(
        kind=kind,
        subject=wish.subject,
        at=wish.at,
        actor=wish.actor,
        request_id=wish.request_id,
        body=dict(body),
    )


def _repeated(store: Store, new: NewSubjectEvent) -> bool:
    """Tell whether the same was said under the same request id; raises RequestReused where another thing was."""
    known = next((one for one in store.subject_events(new.subject) if one.request_id == new.request_id), None)
    if known is not None and (known.kind, known.actor, known.body) != (new.kind, new.actor, new.body):
        raise RequestReused
    return known is not None


def _exists(events: Sequence[SubjectEvent]) -> None:
    if not events or events[-1].kind is SubjectEventKind.ERASED:
        raise UnknownSubject


def _check_asked(events: Sequence[SubjectEvent]) -> None:
    _asked(events)


def _asked(events: Sequence[SubjectEvent]) -> Erasure:
    _exists(events)
    last = erasure_of(events)
    if last is None or last.state is not ErasureState.ASKED:
        raise NoErasureAsked
    return last


def _now(store: Store, subject: str) -> Erasure:
    found = erasure_of(store.subject_events(subject))
    if found is None:
        raise NoErasureAsked
    return found
