"""Notices that come from several hands: which say the same, which contradict each other, and what they come to together."""

from collections.abc import Iterable
from datetime import date

from sla.almanac import NATION, PLACES, Almanac
from sla.errors import WrongTableError
from sla.model import Model
from sla.notices.notice import Change, Notice

Entry = Notice | Change


class Edition(Model):
    """All that an almanac holds, as it is kept and given back: no day of it depends on a release."""

    notices: tuple[Notice, ...]
    amendments: tuple[Change, ...] = ()
    overlays: tuple[Change, ...] = ()

    def almanac(self, earlier: tuple[Almanac, ...] = ()) -> Almanac:
        """Return the almanac; `earlier` is what was in force before, the latest first."""
        return Almanac(self.notices, self.amendments, self.overlays, earlier)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything that was published."""
        return (*self.notices, *self.amendments, *self.overlays)


def edition_of(almanac: Almanac) -> Edition:
    """Return what an almanac holds now."""
    return Edition(notices=almanac.notices, amendments=almanac.amendments, overlays=almanac.overlays)


def same_matter(one: Entry, other: Entry) -> bool:
    """Tell whether two entries arrange the same days, so that only one of them can be in force.

    Of changes that is one id, or a day that both take away or both add: a later change may well take back an earlier one.
    """
    if isinstance(one, Notice) or isinstance(other, Notice):
        return isinstance(one, Notice) and isinstance(other, Notice) and one.year == other.year
    if one.jurisdiction != other.jurisdiction:
        return False
    both_off, both_work = set(one.to_off) & set(other.to_off), set(one.to_work) & set(other.to_work)
    return one.id == other.id or bool(both_off or both_work)


def differing_days(one: Entry, other: Entry) -> tuple[date, ...]:
    """List the days that one of two entries on the same matter takes off, or works, and the other does not."""
    (off, work), (other_off, other_work) = _ordered(one), _ordered(other)
    return tuple(sorted((off ^ other_off) | (work ^ other_work)))


def standing_on(edition: Edition, entry: Entry) -> tuple[Entry, ...]:
    """List what an edition holds on the matter of an entry."""
    return tuple(held for held in edition.entries if same_matter(held, entry))


def with_entry(edition: Edition, entry: Entry) -> Edition:
    """Return the edition with an entry, in place of what it held on the same matter."""
    kept = [held for held in edition.entries if not same_matter(held, entry)] + [entry]
    changes = [held for held in kept if isinstance(held, Change)]
    return Edition(
        notices=tuple(sorted((held for held in kept if isinstance(held, Notice)), key=lambda held: held.year)),
        amendments=tuple(change for change in changes if change.jurisdiction == NATION),
        overlays=tuple(change for change in changes if change.jurisdiction != NATION),
    )


def composed(release: Edition, approved: Iterable[Entry]) -> Edition:
    """Return a release's edition under what operators approved, in the order in which they did."""
    edition = release
    for entry in approved:
        edition = with_entry(edition, entry)
    return edition


def check_edition(edition: Edition, entry: Entry | None = None) -> None:
    """Raise the CountingError that says why no calendar can be made of an edition, as it is known since an entry or now."""
    if isinstance(entry, Change):
        _check_known(edition, entry)
    made = edition.almanac()
    places = (NATION, *PLACES) if entry is None or isinstance(entry, Notice) else (NATION, *PLACES, entry.jurisdiction)
    for place in places:
        known = made.publications(place)
        for day in (date.max,) if entry is None else (entry.known, *(day for day in known if day > entry.known)):
            made.calendar_for(place, day)


def _check_known(edition: Edition, change: Change) -> None:
    """A change of days that nothing arranges would be forgotten without a word."""
    years = {notice.year for notice in edition.notices}
    unknown = [day for day in change.days if day.year not in years]
    if unknown or not change.days:
        raise WrongTableError(
            f"{change.id} changes {unknown[0] if unknown else 'no day'}: no notice arranges that year"
        )


def _ordered(entry: Entry) -> tuple[set[date], set[date]]:
    if isinstance(entry, Notice):
        return set(entry.off_days), set(entry.work_days)
    return set(entry.to_off), set(entry.to_work)
