"""A proposed notice as it is shown: the days, who did what, and what it would do to open cases."""

from datetime import date, datetime
from typing import Any, Literal

from activities.preview import DeskMoves, Move, MoveNumbers
from activities.proposals import NoticeSource, Proposal, ProposalState
from sla.almanac import NATION
from sla.editions import Entry
from sla.model import Model
from sla.notices.notice import Notice, Period

EntryKind = Literal["notice", "amendment", "overlay"]


class ProposalShown(Model):
    """A proposal. `alone`: who proposed it approved it; `numbers`: what its preview came to when it was approved."""

    number: int
    state: ProposalState
    kind: EntryKind
    source: NoticeSource
    replaces: bool
    year: int | None  # whose arrangement it is; none of a change
    jurisdiction: str
    document: str | None  # the notice's own number
    published: date | None
    periods: tuple[Period, ...]
    to_off: tuple[date, ...]
    to_work: tuple[date, ...]
    digest: str
    proposed_by: str
    proposed_at: datetime
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    decided_why: str | None
    alone: bool
    numbers: dict[str, Any] | None


class PreviewShown(MoveNumbers):
    """What a proposal would do at an instant; `digest` is what an approval names. Numbers are of cases."""

    digest: str
    revision: int
    at: datetime
    live_cases: int
    calendars: tuple[str, ...]
    desks: tuple[DeskMoves, ...]


class ProposalAnswer(Model):
    """A proposal with its preview; none where it is decided, or still being made (`looked_at` cases so far)."""

    proposal: ProposalShown
    preview: PreviewShown | None
    looked_at: int | None


class ProposalList(Model):
    """Proposals, the newest first. `revision`: of the almanac that is in force here."""

    revision: int
    proposals: tuple[ProposalShown, ...]


class MoveList(Model):
    """Clocks whose due instants move, by case. `next` goes on where this page ends."""

    at: datetime
    moves: tuple[Move, ...]
    next: str | None


def kind_of(entry: Entry) -> EntryKind:
    """Say what an entry is."""
    if isinstance(entry, Notice):
        return "notice"
    return "amendment" if entry.jurisdiction == NATION else "overlay"


def proposal_shown(found: Proposal) -> ProposalShown:
    """Return a proposal as it is shown."""
    entry = found.entry
    off, work = (entry.off_days, entry.work_days) if isinstance(entry, Notice) else (entry.to_off, entry.to_work)
    as_it_is = {name: getattr(found, name) for name in _AS_IT_IS}
    return ProposalShown(
        kind=kind_of(entry),
        year=entry.year if isinstance(entry, Notice) else None,
        jurisdiction=NATION if isinstance(entry, Notice) else entry.jurisdiction,
        document=entry.number,
        published=entry.published or entry.dated,
        periods=entry.periods,
        to_off=off,
        to_work=work,
        **as_it_is,
    )


_AS_IT_IS = (
    "number", "state", "source", "replaces", "digest", "proposed_by", "proposed_at", "reason", "decided_by",
    "decided_at", "decided_why", "alone", "numbers",
)  # fmt: skip
