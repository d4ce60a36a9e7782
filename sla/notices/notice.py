"""What a notice on days off says, and when the public could know it."""

from datetime import date

from sla.model import Model


class Period(Model):
    """A holiday as a notice words it, weekends included."""

    name: str
    first: date
    last: date


class Notice(Model):
    """The arrangement of one year 放假安排, as first published."""

    year: int
    number: str | None = None
    dated: date | None = None
    published: date | None = None
    periods: tuple[Period, ...]
    periods_derived: bool = False
    off_days: tuple[date, ...]  # Monday to Friday without work
    work_days: tuple[date, ...]  # Saturdays and Sundays that are make-up days 调休上班日
    working_days: int  # of the year by this notice alone: without the next one's days in December, without amendments
    url: str | None = None

    @property
    def known(self) -> date:
        """The day on which it could be known; the first of all days where that is not recorded."""
        return self.published or self.dated or date.min


class Change(Model):
    """A change to days already arranged: an amendment (whole country) or an overlay (one jurisdiction)."""

    id: str
    jurisdiction: str
    number: str | None = None
    dated: date | None = None
    published: date | None = None
    reason: str
    periods: tuple[Period, ...]
    to_off: tuple[date, ...]
    to_work: tuple[date, ...] = ()
    checked: str
    url: str | None = None

    @property
    def known(self) -> date:
        """The day on which it could be known; the first of all days where that is not recorded."""
        return self.published or self.dated or date.min

    @property
    def days(self) -> tuple[date, ...]:
        """The days that it changes, in order."""
        return tuple(sorted(self.to_off + self.to_work))


def dates(text: str) -> tuple[date, ...]:
    """Read dates written one after another with spaces between."""
    return tuple(map(date.fromisoformat, text.split()))
