"""Clocks of four places by their own rules, without a table of zones."""

from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)


def offset(zone: str, at: datetime) -> timedelta:
    """How far the zone's clocks are ahead at an instant of UTC, from 2008 on."""
    winter, summer_from, summer_to = RULES[zone]
    year = at.year
    naive = at.replace(tzinfo=None)
    if summer_from is None or summer_to is None:
        return winter
    begin, end = summer_from(year), summer_to(year)
    summer = begin <= naive < end if begin < end else not end <= naive < begin
    return winter + HOUR if summer else winter


def wall(zone: str, at: datetime) -> datetime:
    """What the clocks show, without a zone."""
    return (at.astimezone(UTC) + offset(zone, at.astimezone(UTC))).replace(tzinfo=None)


def instant(zone: str, shown: datetime) -> datetime:
    """The first instant at which the clocks show it; what they skip counts from before the skip."""
    winter, *_ = RULES[zone]
    for ahead in (winter + HOUR, winter):  # summer's comes first
        at = shown.replace(tzinfo=UTC) - ahead
        if offset(zone, at) == ahead:
            return at
    return shown.replace(tzinfo=UTC) - winter


def _sunday(year: int, month: int, number: int, hour: int) -> datetime:
    """The number-th Sunday of a month, the last one where that is 0, at an hour of UTC."""
    if number == 0:
        day = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001  # of UTC, as all here
        day -= timedelta(days=1)
        day -= timedelta(days=(day.weekday() + 1) % 7)
    else:
        day = datetime(year, month, 1)  # noqa: DTZ001
        day += timedelta(days=(6 - day.weekday()) % 7 + 7 * (number - 1))
    return day + timedelta(hours=hour)


RULES = {
    "Asia/Shanghai": (timedelta(hours=8), None, None),
    "Europe/Amsterdam": (HOUR, lambda year: _sunday(year, 3, 0, 1), lambda year: _sunday(year, 10, 0, 1)),
    "America/New_York": (
        timedelta(hours=-5),
        lambda year: _sunday(year, 3, 2, 7),
        lambda year: _sunday(year, 11, 1, 6),
    ),
    "Australia/Sydney": (  # at two and three in the night, which is Saturday in UTC
        timedelta(hours=10),
        lambda year: _sunday(year, 10, 1, -8),
        lambda year: _sunday(year, 4, 1, -8),
    ),
}
