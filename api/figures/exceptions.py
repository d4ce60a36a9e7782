"""Exceptions: cases that took longer than a promise made in principle 原则上, each on a ground that was on record in time."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from activities.settle import read
from activities.store.cohorts import Running
from activities.store.judged_groups import JudgedGroup
from activities.store.store import Store
from api.figures.averages import Asked, FigureScope
from sla.almanac import Almanac
from sla.axis import local_day
from sla.clock import Standing
from sla.commitments.commitment import Metric
from sla.commitments.register import REGISTER
from sla.departments import department_of

IN_PRINCIPLE = {
    one.id: one.limit for one in REGISTER.values() if one.measure is Metric.CASE_IN_PRINCIPLE and one.limit is not None
}


def exceptions(
    store: Store, almanac: Almanac, asked: Asked, until: date, judged: Iterable[JudgedGroup]
) -> Mapping[str, int]:
    """Count the exceptions of a year up to a day, for every promise that is made in principle; read where there may be any."""
    found = dict.fromkeys(IN_PRINCIPLE, 0)
    if not any(one.met and one.commitment in IN_PRINCIPLE and one.used > _months(one) for one in judged):
        return found
    for running in store.extended(tuple(IN_PRINCIPLE), until.replace(month=1, day=1), until):
        commitment = running.picture.commitment or ""
        department = department_of(running.jurisdiction, running.picture.owner)
        wanted = asked.holds(FigureScope(commitment, running.jurisdiction, department))
        if wanted and asked.counts(taken_over=running.taken_over) and late_without(running, almanac):
            found[commitment] += 1
    return found


def _months(one: JudgedGroup) -> Decimal:
    return IN_PRINCIPLE[one.commitment].amount


def late_without(running: Running, almanac: Almanac) -> bool:
    """Tell whether a case would have missed its promise without what was granted."""
    picture, stop = running.picture, running.picture.clock.stop
    if stop is None:
        return False
    bare = picture.model_copy(update={"clock": picture.clock.model_copy(update={"extensions": ()})})
    calendar = almanac.calendar_for(picture.clock.jurisdiction, local_day(stop))
    return read(bare, almanac, calendar, stop).standing is Standing.MISSED
