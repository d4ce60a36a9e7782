"""The clock on the wall."""

from datetime import UTC, datetime


def real_now() -> datetime:
    """Return the real instant; only entry points read it."""
    return datetime.now(UTC)  # noqa: TID251
