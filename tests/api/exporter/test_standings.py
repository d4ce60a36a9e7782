"""How many stand how, at any instant: held against counting them one by one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from activities.rungs import Instant
from activities.store.instants import instant, micros
from activities.store.watch import OpenGroup
from api.exporter.catalogue import Light
from api.exporter.standings import Board, Moment, Thresholds
from sla.release import RELEASE
from sla.timeline import Timeline

NOON = datetime(2021, 3, 4, 4, tzinfo=UTC)
NEAR = st.integers(-300_000_000, 300_000_000)  # microseconds about noon
RATES = st.sampled_from([1, 2, 3, 7, 1000, 21_600, 86_400, 86_401])


def now_at(rate: int, real: int, grace: int) -> Instant:
    timeline = Timeline(anchor_real=NOON, anchor_business=NOON, rate=rate)
    return Instant(NOON + timedelta(microseconds=real), timeline, timedelta(microseconds=grace), RELEASE)


@st.composite
def groups(draw: st.DrawFn) -> OpenGroup:
    standing = draw(st.sampled_from([None, None, None, "suspended", "not-started", "met", "missed"]))
    due = draw(st.none() | NEAR)
    soon = draw(st.none() | NEAR)
    return OpenGroup(
        jurisdiction=draw(st.sampled_from(["suzhou", "taicang"])),
        procedure=draw(st.sampled_from(["water", "gas"])),
        owner=draw(st.sampled_from(["a", "b"])),
        step=draw(st.sampled_from(["s1", "s2"])),
        standing=standing,
        due_at=None if due is None else micros(NOON) + due,
        due_soon_at=None if due is None or soon is None else micros(NOON) + soon,
        number=draw(st.integers(1, 9)),
    )


def light(group: OpenGroup, now: Instant) -> Light:
    """Where all of a group stand, by the workflow's own comparison."""
    if group.standing is not None or group.due_at is None:
        return {"suspended": Light.SUSPENDED, "missed": Light.OVERDUE}.get(group.standing or "", Light.ON_TIME)
    if now.passed(instant(group.due_at)):
        return Light.OVERDUE
    soon = min(group.due_at, group.due_soon_at or group.due_at)
    return Light.DUE_SOON if instant(soon) <= now.business else Light.ON_TIME


@settings(deadline=None)
@given(st.lists(groups(), max_size=40), RATES, NEAR, st.integers(0, 5_000_000))
def test_the_board_counts_as_one_would_one_by_one(found: list[OpenGroup], rate: int, real: int, grace: int) -> None:
    now = now_at(rate, real // rate, grace // rate)
    board = Board(found, found, lambda jurisdiction, owner: f"{jurisdiction}-{owner}")
    moment = Moment.of(now)
    wanted: dict[tuple[str, ...], dict[Light, int]] = {}
    oldest: dict[tuple[str, str], datetime] = {}
    for one in found:
        of_case = (f"{one.jurisdiction}-{one.owner}", one.procedure)
        for key in ((*of_case, one.step or ""), of_case):
            wanted.setdefault(key, dict.fromkeys(Light, 0))[light(one, now)] += one.number
        if one.standing is None and one.due_at is not None and now.passed(instant(one.due_at)):
            oldest[of_case] = min(instant(one.due_at), oldest.get(of_case, instant(one.due_at)))
    shown = {key: counted.at(moment) for key, counted in (*board.steps.items(), *board.cases.items())}
    assert shown == wanted
    assert all(number >= 0 for counts in shown.values() for number in counts.values())
    assert board.oldest_overdue(moment) == oldest
    beyond = [one for one in (*found, *found) if one.standing is None and one.due_at is None]
    assert board.beyond == {
        place: sum(one.number for one in beyond if one.jurisdiction == place)
        for place in {one.jurisdiction for one in beyond}
    }


@settings(deadline=None)
@given(RATES, NEAR, st.integers(0, 5_000_000), st.integers(-3, 3))
def test_what_is_overdue_is_so_at_the_workflows_own_microsecond(rate: int, real: int, grace: int, beside: int) -> None:
    now = now_at(rate, real, grace)
    due = Moment.of(now).passed + beside
    assert now.passed(instant(due)) is (beside <= 0)


@settings(deadline=None)
@given(st.lists(st.tuples(NEAR, st.integers(1, 5))), NEAR)
def test_thresholds_are_counted_up_to_an_instant_and_with_it(found: list[tuple[int, int]], at: int) -> None:
    thresholds = Thresholds(found)
    assert thresholds.until(at) == sum(number for threshold, number in found if threshold <= at)
    assert thresholds.total == sum(number for _, number in found)
    assert thresholds.first == min((threshold for threshold, _ in found), default=None)
