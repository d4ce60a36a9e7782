"""Who used the time of a promise, on a case's page: by owner, with what stood still at each of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from activities.record import Role
from api.pages.case_words import CaseNames
from api.views.case import ClockShown
from api.views.used import TimeUsed
from sla.almanac import Almanac
from sla.axis import local_day
from sla.clock import Unit
from sla.days import DayUse, day_ledger
from sla.errors import CountingError


class OwnerUse(NamedTuple):
    """What an owner used, and what of its steps did not count."""

    owner: str
    used: Decimal
    share: int  # of the largest, in per cent
    not_counted: str


def owner_rows(
    names: CaseNames, used: TimeUsed, clocks: Sequence[ClockShown], almanac: Almanac, now: datetime
) -> list[OwnerUse]:
    """Return the owners, whoever used most first."""
    most = max(used.by_owner.values(), default=Decimal(0)) or Decimal(1)
    halted = _halted(names, clocks, almanac, now)
    ranked = sorted(used.by_owner.items(), key=lambda one: -one[1])
    ranked += [(owner, Decimal(0)) for owner in halted if owner not in used.by_owner]
    return [
        OwnerUse(names.owner(owner), amount, round(100 * amount / most), names.words.listed(halted.get(owner, ())))
        for owner, amount in ranked
    ]


def _halted(names: CaseNames, clocks: Sequence[ClockShown], almanac: Almanac, now: datetime) -> dict[str, list[str]]:
    """By owner what of its steps stood still, by ground."""
    rows = {row.picture.clock.key: row.picture.clock for row in names.view.clocks}
    days: dict[str, Counter[str]] = {}
    said: dict[str, list[str]] = {}
    for clock in clocks:
        if clock.role is not Role.STEP or clock.suspended == 0:
            continue
        if clock.limit.unit is not Unit.WORKDAY:
            grounds = names.words.listed(dict.fromkeys(names.ground(one.ground) for one in clock.suspensions))
            amount = names.words.amount(clock.suspended, clock.limit.unit)
            said.setdefault(clock.owner, []).append(f"{grounds} {amount}")
            continue
        try:
            ledger = day_ledger(rows[clock.key], almanac.calendar_as_corrected(clock.calendar), now)
        except CountingError:
            continue
        of_owner = days.setdefault(clock.owner, Counter())
        for day in ledger:
            if day.kind is DayUse.SUSPENDED and day.date <= local_day(now):
                of_owner[names.words.listed(names.ground(key) for key in (day.ground or "").split(", "))] += 1
    for owner, found in days.items():
        said.setdefault(owner, []).extend(
            f"{ground} {names.words.amount(n, Unit.WORKDAY)}" for ground, n in found.items()
        )
    return said
