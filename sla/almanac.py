"""All that was published of days off and make-up days, as one value: every calendar is made from it."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sla.calendar import BASE, Calendar, build
from sla.errors import CalendarVersionError, UnknownJurisdictionError
from sla.notices.notice import Change, Notice

T = TypeVar("T")

NATION = "CN"
# Places without days off of their own that are known.
PLACES = {"suzhou": NATION, "taicang": NATION, "CN-JS": NATION}


@dataclass(frozen=True, slots=True, eq=False)
class Almanac:
    """National notices, their amendments, and overlays of single places; immutable. Calendars are made when asked for."""

    notices: tuple[Notice, ...]
    amendments: tuple[Change, ...] = ()
    overlays: tuple[Change, ...] = ()
    _made: dict[tuple[Any, ...], Any] = field(default_factory=dict, init=False, repr=False)  # made once, never changed

    def publications(self, jurisdiction: str = NATION) -> tuple[date, ...]:
        """List the days on which what is known of the jurisdiction's calendar changed, in order."""
        return self._publications(self._place(jurisdiction))

    def calendar_for(self, jurisdiction: str, as_of: date) -> Calendar:
        """Give the calendar as the public could know it at the end of the day `as_of`."""
        place = self._place(jurisdiction)
        days = self._publications(place)
        index = bisect_right(days, as_of)
        known = days[index - 1] if index else date.min
        return self._once(
            ("calendar", place, known),
            lambda: build(place, known, self.notices, self.amendments, self._overlays(place)),
        )

    def calendar_as_corrected(self, version: str) -> Calendar:
        """Give the calendar of the same notices as that version's, even where their table was corrected since."""
        place, _, rest = version.partition(":")
        day, _, _ = rest.partition(":")
        try:
            return self.calendar_for(place, date.min if day == BASE else date.fromisoformat(day))
        except ValueError:
            raise CalendarVersionError(f"{version!r} is no calendar version") from None

    def calendar_of_version(self, version: str) -> Calendar:
        """Give the calendar that named itself so; CalendarVersionError where its table was corrected since."""
        found = self.calendar_as_corrected(version)
        if found.version != version:
            raise CalendarVersionError(f"{version} cannot be given back: its notices now come to {found.version}")
        return found

    def changed_days(self, old: str, new: str) -> tuple[date, ...] | None:
        """List the days in which two versions differ; None where the old one cannot be given back."""

        def compare() -> tuple[date, ...] | None:
            try:
                before = self.calendar_of_version(old)
            except CalendarVersionError:
                return None
            return tuple(sorted(self.calendar_of_version(new).changed_days(before)))

        return self._once(("changed", old, new), compare)

    def _once(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What two threads make at one time is equal, so either may stay."""
        if key not in self._made:
            self._made[key] = make()
        found: T = self._made[key]
        return found

    def _publications(self, place: str) -> tuple[date, ...]:
        def read() -> tuple[date, ...]:
            entries: tuple[Notice | Change, ...] = (*self.notices, *self.amendments, *self._overlays(place))
            return tuple(sorted({entry.known for entry in entries} - {date.min}))

        return self._once(("publications", place), read)

    def _place(self, jurisdiction: str) -> str:
        place = PLACES.get(jurisdiction, jurisdiction)
        if place != NATION and not self._overlays(place):
            raise UnknownJurisdictionError(f"no calendar is kept for {jurisdiction!r}")
        return place

    def _overlays(self, place: str) -> tuple[Change, ...]:
        """Overlays of the place and of the province it lies in."""
        return tuple(change for change in self.overlays if f"{place}-".startswith(f"{change.jurisdiction}-"))
