"""What was told late is listed place by place, whole for who oversees, and to a company its own steps alone."""

import pytest

from activities.record import Role, Rung, RungKind
from activities.store.late import AFTER_CASE, BEGIN, Owned
from activities.store.rows import CaseStep, ClockRow, LateClock
from activities.store.store import Store
from tests.activities.store.build import DAY, T, a_case, a_clock, a_row, a_step, append, completed, put

RAISED = Rung(kind=RungKind.OVERDUE, due_at=T, raising=1, seq=3, at=T)
DISPROVED = RAISED.model_copy(update={"withdrawn": "told-late", "told_late": True})
SURVEY = a_step("survey", owner="water-group", pending=True, claimed_at=T)
METER = a_step("meter", owner="gas-group", pending=True, claimed_at=T)


def planned(step: str, owner: str) -> tuple[ClockRow]:
    return (a_row(a_clock(f"step/{step}#1", Role.STEP, owner, step=step, stop=T + DAY, rungs=(DISPROVED,))),)


@pytest.fixture
def told(store: Store) -> Store:
    """Two cases with two late steps each, and one in which nothing was told late."""
    for case in ("c1", "c3"):
        clocks = (*planned("survey", "water-group"), a_row(a_clock(rungs=(DISPROVED,))), *planned("meter", "gas-group"))
        put(store, a_case(case, *clocks, steps=(a_step(), SURVEY, METER)))
    put(store, a_case("c2", a_row(a_clock(rungs=(RAISED,))), steps=(a_step(),)))
    return store


def test_completions_that_wait_for_an_officer_are_listed(told: Store) -> None:
    found = told.pending_confirmations()
    assert [(one.case, one.pos, one.step) for one in found] == [
        ("c1", 1, SURVEY),
        ("c1", 2, METER),
        ("c3", 1, SURVEY),
        ("c3", 2, METER),
    ]
    assert [one.case for one in told.pending_confirmations(("c1", AFTER_CASE))] == ["c3", "c3"]


def test_breaches_unmade_by_late_postings_are_listed_with_their_case_and_step(told: Store) -> None:
    found = told.told_late()
    assert [(one.case, one.pos) for one in found] == [("c1", 0), ("c1", 1), ("c1", 2), ("c3", 0), ("c3", 1), ("c3", 2)]
    assert [one.step.key if one.step else None for one in found[:3]] == ["survey", None, "meter"]
    assert found[0].picture.title_zh == "用水报装"
    assert found[0].clock.picture.rungs == (DISPROVED,)
    assert told.told_late(("c3", AFTER_CASE)) == []


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("disproved", [True, False])
def test_a_list_goes_on_inside_a_case_without_gap_or_repetition(told: Store, size: int, *, disproved: bool) -> None:
    def read(after: tuple[str, int], limit: int) -> list[LateClock] | list[CaseStep]:
        return told.told_late(after, limit) if disproved else told.pending_confirmations(after, limit)

    parts: list[LateClock | CaseStep] = []
    after = BEGIN
    while part := read(after, size):
        assert len(part) <= size
        parts += part
        after = (part[-1].case, part[-1].pos)
    assert parts == read(BEGIN, 100)


def test_a_company_is_shown_its_own_steps_and_no_promise(told: Store) -> None:
    water, gas = Owned(("water-group",)), Owned(("gas-group",), ("survey",))
    assert {one.step.key for one in told.pending_confirmations(owned=water)} == {"survey"}
    assert {one.clock.picture.step for one in told.told_late(owned=water)} == {"survey"}
    assert told.pending_confirmations(owned=gas) == []
    assert told.told_late(owned=gas) == []


def test_what_waits_is_counted_up_to_a_number(told: Store) -> None:
    assert [told.badges(T, most).waiting for most in (1, 3, 100)] == [1, 3, 4]
    assert told.badges(T, 100, Owned(("gas-group",))).waiting == 2
    assert told.badges(T, 100, Owned(("nobody",))).waiting == 0


def test_all_events_of_some_cases_are_read_at_once(told: Store) -> None:
    first = append(told, "c1", completed("survey"), completed("meter"))
    other = append(told, "c3", completed("survey"))
    assert told.events_of(["c1", "c3", "none"]) == {"c1": first, "c3": other, "none": []}
