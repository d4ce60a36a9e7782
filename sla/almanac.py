"""All that was published of days off and make-up days, as one value: every calendar is made from it."""

from bisect import bisect_right
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sla.calendar import BASE, Calendar, build
from sla.errors import CalendarVersionError, UnknownJurisdictionError, WrongTableError
from sla.notices.notice import Change, Notice

T = TypeVar("T")

NATION = "CN"
# Places without days off of their own that are known.
PLACES = {"suzhou": NATION, "taicang": NATION, "CN-JS": NATION}
CODES = {"suzhou": "CN-JS-320500", "taicang": "CN-JS-320585"}  # by which an overlay names them


@dataclass(frozen=True, slots=True, eq=False)
class Almanac:
    """National notices, their amendments, and overlays of single places; immutable. Calendars are made when asked for."""

    notices: tuple[Notice, ...]
    amendments: tuple[Change, ...] = ()
    overlays: tuple[Change, ...] = ()
    earlier: tuple[
        "Almanac", ...
    ] = ()  # what was in force before, the latest first: versions are given back from it too
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
        """Give the calendar that named itself so; where nothing gives it back any more, what is known for its day now."""
        return self._given_back(version) or self._of_day(version)

    def calendar_of_version(self, version: str) -> Calendar:
        """Give the calendar that named itself so; CalendarVersionError where its table was corrected since."""
        found = self._given_back(version)
        if found is None:
            now = self._of_day(version).version
            raise CalendarVersionError(f"{version} cannot be given back: its notices now come to {now}")
        return found

    def gives_back(self, version: str) -> bool:
        """Tell whether the version can be given back; one that another almanac gave, and this one does not know, cannot."""
        with suppress(CalendarVersionError):
            return self._given_back(version) is not None
        return False

    def entries(self, jurisdiction: str, as_of: date) -> tuple[Notice | Change, ...]:
        """List what the public could know of the jurisdiction's days on a day: in the order in which it became known."""
        known = (entry for entry in self._entries(self._place(jurisdiction)) if entry.known <= as_of)
        return tuple(sorted(known, key=lambda entry: entry.known))

    def changed_days(self, old: str, new: str) -> tuple[date, ...] | None:
        """List the days in which two versions differ; None where the old one cannot be given back."""

        def compare() -> tuple[date, ...] | None:
            try:
                before = self.calendar_of_version(old)
            except CalendarVersionError:
                return None
            return tuple(sorted(self.calendar_of_version(new).changed_days(before)))

        return self._once(("changed", old, new), compare)

    def _given_back(self, version: str) -> Calendar | None:
        """A notice that became known late changes what a day's version is: then an earlier edition has it still."""

        def look() -> Calendar | None:
            for edition in (self, *self.earlier):
                with suppress(UnknownJurisdictionError, WrongTableError):
                    if (found := edition._of_day(version)).version == version:
                        return found
            return None

        return self._once(("version", version), look)

    def _of_day(self, version: str) -> Calendar:
        """Give the calendar that this edition has for the place and day of a version."""
        place, _, rest = version.partition(":")
        day, _, _ = rest.partition(":")
        try:
            return self.calendar_for(place, date.min if day == BASE else date.fromisoformat(day))
        except ValueError:
            raise CalendarVersionError(f"{version!r} is no calendar version") from None

    def _once(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What two threads make at one time is equal, so either may stay."""
        if key not in self._made:
            self._made[key] = make()
        found: T = self._made[key]
        return found

    def _publications(self, place: str) -> tuple[date, ...]:
        def read() -> tuple[date, ...]:
            return tuple(sorted({entry.known for entry in self._entries(place)} - {date.min}))

        return self._once(("publications", place), read)

    def _entries(self, place: str) -> tuple[Notice | Change, ...]:
        return (*self.notices, *self.amendments, *self._overlays(place))

    def _place(self, jurisdiction: str) -> str:
        """Whose days a jurisdiction keeps: the nation's, unless days of its own are known."""

        def look() -> str:
            if jurisdiction == NATION or self._overlays(jurisdiction):
                return jurisdiction
            if jurisdiction not in PLACES:
                raise UnknownJurisdictionError(f"no calendar is kept for {jurisdiction!r}")
            return PLACES[jurisdiction]

        return self._once(("place", jurisdiction), look)

    def _overlays(self, place: str) -> tuple[Change, ...]:
        """Overlays of the place and of what it lies in."""
        names = (f"{place}-", f"{CODES.get(place, place)}-")
        return tuple(c for c in self.overlays if any(name.startswith(f"{c.jurisdiction}-") for name in names))
