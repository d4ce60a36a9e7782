"""Instants and numbers as logs write them; what could be read in two ways is not read."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation

from api.logs.faults import LogRule
from sla.past import PastUnit

FIRST_YEAR, LAST_YEAR = 1900, 2199  # that calendars without notices know
MOST_UNITS = Decimal(10000)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII)
OFFICE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]*(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?", re.ASCII
)
OF_A_TIME = re.compile("%[-]?[HIcXTRMSs]")  # in a form: it has a time of day
MIDNIGHT = re.compile(r"24:00(:00(\.0+)?)?")
A_DAY = timedelta(days=1)


class Moments:
    """Reads instants in the time of a zone, where they have no offset; counts those without a time of day."""

    def __init__(self, zone: tzinfo, forms: Sequence[str] = ()) -> None:
        self.zone = zone
        self._forms = [(form, OF_A_TIME.search(form) is not None) for form in forms]
        self.days_alone = 0

    def instant(self, text: str, *, iso: bool = False) -> datetime:
        """Read an instant; a date alone is its first one. `iso`: it is written so whatever forms are told."""
        read = self.day_or_instant(text, iso=iso)
        if isinstance(read, datetime):
            return read
        self.days_alone += 1
        return datetime(read.year, read.month, read.day, tzinfo=self.zone)

    def day_or_instant(self, text: str, *, iso: bool = False) -> datetime | date:
        """Read an instant, or a date where no time of day is given. LogRule: not-an-instant, not-plausible."""
        try:
            read = self._of_forms(text.strip()) if self._forms and not iso else _read(text.strip())
        except (ValueError, OverflowError):
            raise LogRule("not-an-instant") from None
        if not FIRST_YEAR <= read.year <= LAST_YEAR:
            raise LogRule("not-plausible")
        if isinstance(read, datetime) and read.tzinfo is None:
            return read.replace(tzinfo=self.zone)
        return read

    def _of_forms(self, text: str) -> datetime | date:
        """Read it by the first form that fits; one without a time of day gives a date."""
        for form, has_time in self._forms:
            try:
                read = datetime.strptime(text, form)  # noqa: DTZ007  # the zone is put beside it
            except ValueError:
                continue
            return read if has_time else read.date()
        raise ValueError


def _read(text: str) -> datetime | date:
    found = ISO.fullmatch(text)
    if found is None:
        return _of_an_office(text)
    day, time, offset = found.groups()
    if time is None:
        return date.fromisoformat(day)
    if MIDNIGHT.fullmatch(time):
        return datetime.fromisoformat(f"{day}T00:00{offset or ''}") + A_DAY
    return datetime.fromisoformat(f"{day}T{time.replace(',', '.')}{offset or ''}")


def _of_an_office(text: str) -> datetime | date:
    found = OFFICE.fullmatch(text)
    if found is None:
        raise ValueError
    year, month, day, hour, minute, second = (None if part is None else int(part) for part in found.groups()[:6])
    read = date(year or 0, month or 0, day or 0)
    if hour is None or minute is None:
        return read
    part = int((found[7] or "0").ljust(6, "0")[:6])
    return datetime(read.year, read.month, read.day, hour, minute, second or 0, part)  # noqa: DTZ001  # as above


def limit_of(text: str, unit: PastUnit) -> Decimal:
    """Read a limit in a unit. LogRule: not-a-limit."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number <= MOST_UNITS:
        raise LogRule("not-a-limit")
    if unit is PastUnit.MONTH and number != int(number):
        raise LogRule("not-a-limit")
    return number


def micros(at: datetime) -> int:
    """Return an instant as microseconds of the epoch."""
    return (at - EPOCH) // MICROSECOND


def of_micros(number: int) -> datetime:
    """Return the instant of microseconds of the epoch, in UTC."""
    return EPOCH + number * MICROSECOND
