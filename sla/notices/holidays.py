"""The holidays of the statute 全国年节及纪念日放假办法: their names, how many days each is, and where in a year each lies."""

import re
from collections.abc import Iterable
from datetime import date

from sla.notices.notice import Period

NEW_YEAR, SPRING, TOMBS, LABOUR, DRAGON_BOAT, MID_AUTUMN, NATIONAL = (
    "元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节",
)  # fmt: skip
# Days off by holiday, by the first year of each version of the statute.
SHARES: tuple[tuple[int, dict[str, int]], ...] = (
    (2025, {NEW_YEAR: 1, SPRING: 4, TOMBS: 1, LABOUR: 2, DRAGON_BOAT: 1, MID_AUTUMN: 1, NATIONAL: 3}),
    (2008, {NEW_YEAR: 1, SPRING: 3, TOMBS: 1, LABOUR: 1, DRAGON_BOAT: 1, MID_AUTUMN: 1, NATIONAL: 3}),
    (2004, {NEW_YEAR: 1, SPRING: 3, LABOUR: 3, NATIONAL: 3}),
)
FIRST_YEAR, LAST_YEAR = SHARES[-1][0], 2100
FIXED = {NEW_YEAR: (1, 1), LABOUR: (5, 1), NATIONAL: (10, 1)}  # month and day on which its days off begin
# Between which days a holiday of the moon or of the sun's year falls, whatever the year.
SEASONS = {
    SPRING: ((1, 21), (2, 21)),
    TOMBS: ((4, 4), (4, 6)),
    DRAGON_BOAT: ((5, 27), (6, 26)),
    MID_AUTUMN: ((9, 7), (10, 9)),
}
SPELLED = {
    '"五一"国际劳动节': LABOUR,
    "国际劳动节": LABOUR,
    '"五一"': LABOUR,
    '"十一"': NATIONAL,
    "清明": TOMBS,
    "端午": DRAGON_BOAT,
    "中秋": MID_AUTUMN,
} | {name: name for name in SHARES[0][1]}
NAME = "(?:" + "|".join(sorted(SPELLED, key=len, reverse=True)) + ")"
NAMES = f"{NAME}(?:[、和及]{NAME})*"
_EACH = re.compile(NAME)


def shares(year: int) -> dict[str, int]:
    """Return the days off of each holiday in a year from 2004 on."""
    return next(days for since, days in SHARES if year >= since)


def names_in(text: str) -> tuple[str, ...]:
    """Read names of holidays, one after another, however they are spelled."""
    return tuple(SPELLED[found] for found in _EACH.findall(text))


def missed(name: str, year: int, periods: Iterable[Period]) -> str | None:
    """Say what days of the holiday the periods ought to hold and do not; None where they do."""
    if name in FIXED:
        month, first = FIXED[name]
        days = [date(year, month, first + offset) for offset in range(shares(year)[name])]
        lost = [day for day in days if not any(period.first <= day <= period.last for period in periods)]
        return str(lost[0]) if lost else None
    first_day, last_day = (date(year, *ends) for ends in SEASONS[name])
    if any(period.first <= last_day and first_day <= period.last for period in periods):
        return None
    return f"a day from {first_day} to {last_day}"
