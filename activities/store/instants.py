"""Instants as the store keeps them: whole microseconds of UTC since 1970, which sort and round-trip on any database."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(value: datetime) -> int:
    """Return microseconds since 1970; raises TypeError for a time without offset."""
    since = value - EPOCH
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds


def maybe_micros(value: datetime | None) -> int | None:
    """Do as `micros`, where the instant may be missing."""
    return None if value is None else micros(value)


def instant(value: int) -> datetime:
    """Return the instant, in UTC."""
    return EPOCH + timedelta(microseconds=value)


def maybe_instant(value: int | None) -> datetime | None:
    """Do as `instant`, where it may be missing."""
    return None if value is None else instant(value)


def written(value: int) -> str:
    """Return the instant as RFC 3339 text with six decimals: what hashes are taken over."""
    return instant(value).isoformat(timespec="microseconds")[:26] + "Z"
