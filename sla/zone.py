"""Counting by the clocks of another place: an instant goes onto the axis as those clocks show it."""

from datetime import UTC, datetime, tzinfo

from sla.axis import SHANGHAI


def shown(at: datetime, zone: tzinfo) -> datetime:
    """Return what the zone's clocks show at an instant, as a time of the axis; one without an offset is an error."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no offset")
    return at.astimezone(zone).replace(tzinfo=SHANGHAI, fold=0)


def first_shown(time: datetime, zone: tzinfo) -> datetime:
    """Return the first instant, in UTC, at which the zone's clocks show a time of the axis.

    A time that they skip is as long after the skip as it is after the time at which it begins.
    """
    return time.replace(tzinfo=zone, fold=0).astimezone(UTC)
