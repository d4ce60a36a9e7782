"""What can go wrong in counting time. The docstring of an error is what it means."""

from datetime import date
from decimal import Decimal


class CountingError(Exception):
    """Time cannot be counted as asked."""


class CalendarHorizonError(CountingError):
    """The published calendar does not reach the day asked for; nothing is guessed."""

    def __init__(
        self,
        known_until: date,
        counted: Decimal | int = 0,
        missing: Decimal | int = 0,
        known_from: date | None = None,
    ) -> None:
        self.known_from = known_from  # set where the day asked for lies before the calendar
        self.known_until = known_until
        self.counted = counted
        self.missing = missing
        if known_from is not None:
            message = f"the calendar is known from {known_from} on, nothing before it"
        elif missing:
            message = f"the calendar is known until {known_until}: {counted} counted, {missing} missing"
        else:
            message = f"the calendar is known until {known_until}, nothing after it"
        super().__init__(message)


class UnknownJurisdictionError(CountingError):
    """No calendar is kept for this jurisdiction."""


class CalendarVersionError(CountingError):
    """A calendar version that this release cannot give back as it was."""


class WrongTableError(CountingError):
    """The table of notices contradicts itself or the statutory number of days off."""


class UnreadableNoticeError(CountingError):
    """A notice, amendment or overlay is not taken: it is not understood, or it contradicts itself, the law or what is known."""

    def __init__(
        self, rule: str, detail: str, quote: str, *, line: int | None = None, field: str | None = None
    ) -> None:
        self.rule = rule  # a value of `sla.notices.rules.NoticeRule`
        self.detail = detail  # in Chinese, then in English
        self.quote = quote  # the sentence at fault as it was brought, shortened
        self.line = line  # where it stands in a text, from 1
        self.field = field  # where it stands in a file, such as `holidays.2.last`
        places = ([f"第 {line} 行 line {line}"] if line is not None else []) + ([field] if field else [])
        message = ": ".join([*places, detail])
        super().__init__(f"{message}: {quote}" if quote else message)


class LimitError(CountingError):
    """A limit that its unit cannot express, such as half a month."""
