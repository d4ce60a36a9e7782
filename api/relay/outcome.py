"""What came of one try to deliver a notice."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import NamedTuple

SUCCESS = range(200, 300)
REFUSING = range(400, 500)
# Of these the same request may well be taken later.
PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
LONGEST_WAIT = timedelta(hours=1)  # that a service can ask for


class DeliveryOutcome(StrEnum):
    """How a try ended, as the log of deliveries has it."""

    DELIVERED = "delivered"  # the channel said that it took it
    HANDED_OVER = "handed-over"  # somebody took it who cannot say whether it arrived
    REFUSED = "refused"  # repeating it cannot cure that
    FAILED = "failed"  # it is tried again
    GIVEN_UP = "given-up"  # after a day of tries


SET_ASIDE = (DeliveryOutcome.REFUSED, DeliveryOutcome.GIVEN_UP)


class Reply(NamedTuple):
    """An outcome; `why` is a word that holds no address, `wait` what the channel asks for before anything else is sent."""

    outcome: DeliveryOutcome
    why: str | None = None
    wait: timedelta | None = None

    @property
    def done(self) -> bool:
        """Whether it is out of hand."""
        return self.outcome in {DeliveryOutcome.DELIVERED, DeliveryOutcome.HANDED_OVER}


TAKEN = Reply(DeliveryOutcome.DELIVERED)
HANDED_OVER = Reply(DeliveryOutcome.HANDED_OVER)


def refused(why: str) -> Reply:
    """Return a notice that the channel will never take."""
    return Reply(DeliveryOutcome.REFUSED, why)


def failed(why: str, wait: timedelta | None = None) -> Reply:
    """Return a try that may go better another time."""
    return Reply(DeliveryOutcome.FAILED, why, wait)


def by_status(status: int, headers: Mapping[str, str], now: datetime) -> Reply:
    """Judge an answer by its status alone."""
    if status in SUCCESS:
        return TAKEN
    why = f"status-{status}"
    if status in REFUSING and status not in PASSING:
        return refused(why)
    return failed(why, retry_after(headers.get("retry-after"), now))


def retry_after(said: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After, seconds or a date, an hour at most; None where there is none, or none that can be read."""
    if said is None:
        return None
    try:
        wait = timedelta(seconds=int(said)) if said.strip().isdigit() else _aware(parsedate_to_datetime(said)) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_WAIT)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
