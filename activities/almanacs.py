"""The almanac in force: a release's notices under what operators approved, held by a process and renewed while it runs."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from threading import Lock
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from activities.store.almanac_log import IN_FORCE, AlmanacEvent, AlmanacEventKind, NewAlmanacEvent
from activities.store.errors import Conflict
from activities.store.hashing import canonical
from activities.store.store import Store
from sla.almanac import Almanac
from sla.editions import (
    Edition,
    Entry,
    check_edition,
    composed,
    differing_days,
    edition_of,
    standing_on,
    with_entry,
)
from sla.errors import CountingError
from sla.notices.notice import Change, Notice

RELEASE_ACTOR = "release"
DIFFERS = "release-differs"  # the fault: a release and what operators approved say different things of a day
UNUSABLE = "release-unusable"  # the fault: the two contradict each other, so what was in force stays so
SHOWN = 10  # days that a fault names

_NOTICE, _CHANGE = TypeAdapter(Notice), TypeAdapter(Change)


class Assembled(NamedTuple):
    """What a release and the log of notices come to."""

    almanac: Almanac
    revision: int
    last: int  # number of the last event
    unusable: str | None = None  # why the release's own notices are left out


def entry_text(entry: Entry) -> dict[str, Any]:
    """Return an entry as the log keeps it."""
    kind = "notice" if isinstance(entry, Notice) else "change"
    return {"kind": kind, **entry.model_dump(mode="json", exclude_none=True)}


def entry_of(text: dict[str, Any]) -> Entry:
    """Read an entry of the log."""
    rest = {name: value for name, value in text.items() if name != "kind"}
    return _NOTICE.validate_python(rest) if text["kind"] == "notice" else _CHANGE.validate_python(rest)


def approved(events: Iterable[AlmanacEvent]) -> list[Entry]:
    """List the entries that operators approved, in the order in which they did."""
    events = list(events)
    proposed = {e.number: e.body["entry"] for e in events if e.kind is AlmanacEventKind.PROPOSED}
    decided = (e.proposal for e in events if e.kind is AlmanacEventKind.APPROVED)
    return [entry_of(proposed[number]) for number in decided if number is not None]


def assembled(release: Almanac, events: Sequence[AlmanacEvent]) -> Assembled:
    """Return the almanac in force, with every edition that was in force before."""
    kept = [Edition.model_validate(e.body["edition"]) for e in events if e.kind in IN_FORCE]
    edition, unusable = composed(edition_of(release), approved(events)), None
    if kept:
        try:
            check_edition(edition)
        except CountingError as error:
            edition, unusable = kept[-1], str(error)
    before = [one for one in kept if one != edition]
    earlier = tuple(one.almanac() for one in reversed(before))
    if edition != edition_of(release):
        earlier += (release,)
    revision = max((e.number for e in events if e.kind in IN_FORCE), default=0)
    return Assembled(edition.almanac(earlier), revision, len(events), unusable)


class AlmanacHolder:
    """The almanac of a process. What it holds stays in force until a reading of the store has succeeded."""

    def __init__(self, store: Store, release: Almanac) -> None:
        self._store = store
        self.release = release
        self._revision: int | None = None
        self._lock = Lock()
        self.almanac = release

    @property
    def revision(self) -> int:
        """Number of the last event of the log that is in it."""
        return self._revision or 0

    def renew(self) -> Almanac:
        """Return the almanac in force, read anew where the log has moved on; may raise a StoreError, and then holds on."""
        with self._lock:
            if self._store.almanac_revision() != self._revision:
                found = assembled(self.release, self._store.almanac_events())
                if _editions(found.almanac) != _editions(self.almanac):
                    self.almanac = found.almanac
                self._revision = found.revision
            return self.almanac

    def reconcile(self, at: datetime) -> None:
        """Put on record what this release changes of the days in force, once; `at` is business time.

        Where a release contradicts what operators approved, a fault names the days, and its notice is proposed: what
        was approved stays in force until somebody decides.
        """
        while True:
            events = self._store.almanac_events()
            found = assembled(self.release, events)
            try:
                self._reconcile(found, events, at)
            except Conflict:
                continue  # another process was first
            return

    def _reconcile(self, found: Assembled, events: Sequence[AlmanacEvent], at: datetime) -> None:
        _fault(self._store, UNUSABLE, found.unusable, at)
        last, edition = found.last, edition_of(found.almanac)
        known = [Edition.model_validate(e.body["edition"]) for e in events if e.kind in IN_FORCE]
        if not known or known[-1] != edition:
            body = {"edition": edition.model_dump(mode="json", exclude_none=True)}
            last = self._append(AlmanacEventKind.RELEASED, body, at, last)
        proposed = {canonical(e.body["entry"]): e.number for e in events if e.kind is AlmanacEventKind.PROPOSED}
        decided = {e.proposal for e in events if e.kind is not AlmanacEventKind.PROPOSED}
        open_days: list[date] = []
        for entry, days in _contradictions(edition_of(self.release), edition):
            number = proposed.get(canonical(entry_text(entry)))
            if number is None:
                brought = {"entry": entry_text(entry), "source": "release", "replaces": True}
                last = self._append(AlmanacEventKind.PROPOSED, brought, at, last)
            if number not in decided:
                open_days += days
        named = ", ".join(str(day) for day in sorted(open_days)[:SHOWN])
        more = f" and {len(open_days) - SHOWN} more" if len(open_days) > SHOWN else ""
        _fault(self._store, DIFFERS, f"{named}{more}" if open_days else None, at)

    def _append(self, kind: AlmanacEventKind, body: dict[str, Any], at: datetime, last: int) -> int:
        event = NewAlmanacEvent(kind=kind, at=at, actor=RELEASE_ACTOR, body=body)
        return self._store.add_almanac_event(event, last).number


def _editions(almanac: Almanac) -> list[Edition]:
    return [edition_of(one) for one in (almanac, *almanac.earlier)]


def proposed_edition(release: Almanac, events: Sequence[AlmanacEvent], entry: Entry) -> Edition:
    """Return what would be in force with an entry; the CountingError says why it cannot be."""
    edition = with_entry(edition_of(assembled(release, events).almanac), entry)
    check_edition(edition, entry)
    return edition


def _contradictions(release: Edition, edition: Edition) -> list[tuple[Entry, tuple[date, ...]]]:
    """A release's entries of which another version is in force, with the days in which the two differ."""
    found: list[tuple[Entry, tuple[date, ...]]] = []
    for entry in release.entries:
        held = standing_on(edition, entry)
        days = sorted({day for other in held for day in differing_days(entry, other)})
        if days:
            found.append((entry, tuple(days)))
    return found


def _fault(store: Store, kind: str, detail: str | None, at: datetime) -> None:
    """One fault at a time, of no single case; it is over where there is nothing to say any more."""
    if detail is None:
        store.resolve_fault("", kind, at)
    else:
        store.fault("", kind, detail, at)
