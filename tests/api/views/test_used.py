"""Who used the time of a promise: what the owners used adds up to what is counted once nothing parallel counts twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.settle import read
from api.views.case import workload
from api.views.used import TimeUsed, time_used
from sla.axis import local_day
from sla.clock import Policy, Unit
from sla.promise import Measure
from sla.release import RELEASE
from tests.desk import Desk, Paper, at, promised, water
from tests.workflows.test_state_properties import BRANCHED, HISTORIES, Makers
from workflows.answers import Refusal
from workflows.held import held_by
from workflows.messages import Accept, Complete, Reclassify
from workflows.picture import clock_of, picture

KEY = "promise/sz-22-water-no-pipe"
POLICIES = st.sampled_from([Policy(), Policy(count_start_day=True), Policy(roll_accept=False, roll_resume=False)])


@given(
    HISTORIES,
    st.sampled_from([Measure.CASE, Measure.CHAIN]),
    st.sampled_from([Unit.WORKDAY, Unit.WORKHOUR, Unit.DAY]),
    POLICIES,
    st.integers(0, 30 * 24),
)
def test_what_the_owners_used_less_what_ran_in_parallel_is_what_the_limit_counts(
    makers: Makers, measure: Measure, unit: Unit, policy: Policy, hours: int
) -> None:
    desk, paper = Desk(), Paper()
    [promise] = promised(9)
    limit = promise.limit.model_copy(update={"unit": unit}) if promise.limit else None
    terms = (promise.model_copy(update={"measure": measure, "limit": limit}),)
    paper.take(desk.open(at("2021-03-01 09:00"), water(BRANCHED), promises=terms, policy=policy))
    for make in makers:
        command = make(desk)
        if isinstance(command, Accept | Complete):
            command = command.model_copy(update={"promises": terms})
        if isinstance(command, Reclassify):
            command = command.model_copy(update={"promises": terms, "receipt_promises": terms})
        try:
            paper.take(command)
        except Refusal:
            continue
    now = at("2021-03-01 10:00") + timedelta(hours=hours)
    clock = clock_of(paper.now(), KEY)
    assert clock is not None
    assert clock == next(one for one in picture(paper.now()).clocks if one.clock.key == KEY)
    calendar = RELEASE.calendar_for("suzhou", local_day(now))
    found = time_used(clock, held_by(paper.now(), KEY), calendar, now)
    if found is None:
        assert clock.clock.start is None
        return
    assert found.sum - found.overlap == found.union == read(clock, RELEASE, calendar, now).used
    assert sum(found.by_owner.values()) == found.sum
    if measure is Measure.CHAIN:
        assert found.sum == workload(clock, RELEASE, calendar, now)


def test_what_two_owners_held_on_one_day_is_of_both_and_counts_once() -> None:
    desk, paper = Desk(), Paper()
    terms = promised(9)
    paper.take_all(
        desk.open(at("2021-03-01 09:00"), water(BRANCHED), promises=terms),
        desk.accept(at("2021-03-01 10:00"), promises=terms),
        desk.complete(at("2021-03-02 10:00"), "joint-site-survey"),
        desk.complete(at("2021-03-03 10:00"), "connection-plan-reply"),
    )
    clock = clock_of(paper.now(), KEY)
    assert clock is not None
    now = at("2021-03-05 10:00")
    found = time_used(clock, held_by(paper.now(), KEY), RELEASE.calendar_for("suzhou", local_day(now)), now)
    assert found is not None
    two = Decimal(2)
    permits = {"市城管局／市住建局": two, "市公安局": two, "市园林绿化部门": two, "市资源规划局": two}
    assert found == TimeUsed({"市水务集团": two} | permits, sum=Decimal(10), overlap=Decimal(6), union=Decimal(4))


@pytest.mark.parametrize("handed_over", ["2021-03-02 10:00", "2021-03-02 18:30"])
def test_a_day_after_a_handover_after_hours_is_the_next_ones(handed_over: str) -> None:
    desk, paper = Desk(), Paper()
    terms = promised(9)
    paper.take_all(
        desk.open(at("2021-03-01 09:00"), water(BRANCHED), promises=terms),
        desk.accept(at("2021-03-01 10:00"), promises=terms),
        desk.complete(at(handed_over), "joint-site-survey"),
    )
    clock = clock_of(paper.now(), KEY)
    assert clock is not None
    now = at("2021-03-03 10:00")
    found = time_used(clock, held_by(paper.now(), KEY), RELEASE.calendar_for("suzhou", local_day(now)), now)
    assert found == TimeUsed({"市水务集团": Decimal(2)}, sum=Decimal(2), overlap=Decimal(0), union=Decimal(2))
