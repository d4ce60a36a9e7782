"""Which promises averages are made of."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from activities.record import Role, Rung, RungKind
from activities.store.cohorts import Judged
from activities.store.rows import ClockRow
from activities.store.store import Store
from sla.clock import Horizon, Standing
from sla.release import RELEASE
from tests.activities.store.build import T, a_case, a_clock, a_row, append, decided, new, put

MARCH, APRIL = date(2021, 3, 31), date(2021, 4, 1)
YEAR = (date(2021, 1, 1), date(2021, 12, 31))
LATE = Rung(kind=RungKind.OVERDUE, due_at=T, raising=1, seq=7, at=T, told_late=True, withdrawn="told-late")
KNOWN = RELEASE.calendar_for("taicang", APRIL).version


def judged(commitment: str, on: date, standing: Standing, used: str = "3", **more: object) -> ClockRow:
    return decided(commitment, on, standing, used, **more).model_copy(update={"calendar": KNOWN})


def facts(found: list[Judged]) -> list[tuple[str, Decimal, bool, bool, bool]]:
    return [(one.case, one.used, one.met, one.told_late, one.ramp_up) for one in found]


def test_cohorts_hold_judged_promises_by_the_day_they_stopped(store: Store) -> None:
    put(store, a_case("c1", judged("tc-water", MARCH, Standing.MET, also=("sz-water",))))
    put(store, a_case("c2", judged("tc-water", APRIL, Standing.MISSED, "5.5")))
    put(store, a_case("c3", judged("tc-water", APRIL, Standing.MET, rungs=(LATE,))))
    put(store, a_case("c4", judged("sz-water", APRIL, Standing.MET, ramp_up=True), jurisdiction="suzhou"))
    put(store, a_case("c5", judged("tc-water", APRIL, Standing.MET, void=True)))
    put(store, a_case("c6", a_row(a_clock(commitment="tc-water"))))
    found = store.judged(*YEAR, "tc-water")
    assert facts(found) == [
        ("c1", Decimal(3), True, False, False),
        ("c2", Decimal("5.5"), False, False, False),
        ("c3", Decimal(3), True, True, False),
    ]
    assert [(one.also, one.jurisdiction, one.owner, one.stopped_on) for one in found[:1]] == [
        (("sz-water",), "taicang", "water-group", MARCH)
    ]
    assert [(one.case, one.commitment, one.ramp_up) for one in store.judged(*YEAR, "sz-water")] == [
        ("c1", "tc-water", False),
        ("c4", "sz-water", True),
    ]
    assert [one.case for one in store.judged(APRIL, APRIL)] == ["c2", "c3", "c4"]
    assert store.judged(*YEAR, "tc") == []


def test_only_what_has_to_be_counted_anew_for_another_cohort_brings_its_facts(store: Store) -> None:
    put(store, a_case("c1", judged("tc-water", APRIL, Standing.MISSED, also=("sz-water",))))
    put(store, a_case("c2", judged("tc-water", APRIL, Standing.MET, also=("sz-water",))))
    put(store, a_case("c3", judged("tc-water", APRIL, Standing.MISSED)))
    assert [one.picture is not None for one in store.judged(*YEAR)] == [True, False, False]


def test_a_promise_that_ran_out_of_the_calendar_is_not_counted_and_one_never_accepted_is_none(store: Store) -> None:
    beyond = Horizon(known_until=date(2020, 12, 31), counted=Decimal(2), missing=Decimal(2))
    old = RELEASE.calendar_for("taicang", date(2020, 6, 1)).version
    row = judged("tc-water", APRIL, Standing.MET)
    put(store, a_case("c1", row.model_copy(update={"calendar": old, "horizon": beyond})))
    put(store, a_case("c2", row.model_copy(update={"start_day": None, "horizon": beyond})))
    put(store, a_case("c3", row.model_copy(update={"start_day": None})))
    put(store, a_case("c4", row.model_copy(update={"horizon": beyond, "provisional": True})))
    found = store.judged(*YEAR)
    assert [(one.case, one.begun, one.n, one.uncounted(RELEASE), one.provisional) for one in found] == [
        ("", False, 1, True, False),
        ("c1", True, 1, True, False),
        ("c4", True, 1, False, True),
    ]


def test_promises_alike_are_put_together_by_month_and_apart_from_a_day_on(store: Store) -> None:
    days = (date(2021, 3, 2), date(2021, 3, 30), date(2021, 3, 31), date(2021, 4, 1), date(2021, 4, 1))
    for number, day in enumerate(days):
        put(store, a_case(f"c{number}", judged("tc-water", day, Standing.MET)))
    put(store, a_case("c5", judged("tc-water", days[0], Standing.MET, "4")))

    def told(since: date | None = None) -> list[tuple[str, date, int]]:
        return [(one.case, one.stopped_on, one.n) for one in store.judged(*YEAR, since=since)]

    assert told() == [("c0", days[0], 3), ("c5", days[0], 1), ("c3", days[3], 2)]
    assert told(since=days[2]) == [("c0", days[0], 2), ("c5", days[0], 1), ("c2", days[2], 1), ("c3", days[3], 2)]
    assert sum(one.n for one in store.judged(days[1], days[2])) == 2


def test_promises_that_run_come_with_their_facts_and_are_read_once(store: Store) -> None:
    put(store, a_case("c1", a_row(a_clock(commitment="tc-water", also=("sz-water",)))))
    put(store, a_case("c2", a_row(a_clock(commitment="tc-water", ramp_up=True))))
    put(store, a_case("c3", a_row(a_clock("statutory", Role.STATUTORY)), a_row(a_clock(commitment="tc-gas"))))
    put(store, a_case("c4", judged("tc-water", APRIL, Standing.MET)))
    decided_ones, running = store.cohorts(*YEAR)
    assert [one.case for one in decided_ones] == ["c4"]
    assert {(place.case, place.pos) for place in running} == {("c1", 0), ("c3", 1)}
    assert {one.picture.commitment for one in running.values()} == {"tc-water", "tc-gas"}
    assert {place.case for place in store.cohorts(*YEAR, "sz-water")[1]} == {"c1"}
    append(store, "c1", new())
    _, again = store.cohorts(*YEAR, known=running)
    same = {place.case: again[place] is running.get(place) for place in again}
    assert same == {"c1": False, "c3": True}


def test_what_stopped_after_an_instant_was_open_then(store: Store) -> None:
    late = T + timedelta(days=60)
    put(store, a_case("c1", judged("tc-water", MARCH, Standing.MET)))
    put(store, a_case("c2", judged("tc-water", APRIL, Standing.MISSED)))
    put(store, a_case("c3", judged("tc-water", APRIL, Standing.MET, ramp_up=True)))
    put(store, a_case("c4", judged("tc-water", APRIL, Standing.MET, void=True)))
    put(store, a_case("c5", judged("tc-gas", late.date(), Standing.MET), received_at=T + timedelta(days=31)))
    put(store, a_case("c6", a_row(a_clock(commitment="tc-gas"))))
    before, exactly = datetime(2021, 4, 1, 1, 59, 59, tzinfo=UTC), datetime(2021, 4, 1, 2, tzinfo=UTC)
    found = store.history(MARCH, MARCH, before)
    assert [one.case for one in found.judged] == ["c1"]
    assert {place.case for place in found.running} == {"c6"}
    assert [(one.jurisdiction, one.picture.clock.stop) for one in found.stopped] == [("taicang", exactly)]
    assert store.history(MARCH, MARCH, exactly).stopped == []
    assert [one.picture.commitment for one in store.history(MARCH, APRIL, exactly).stopped] == ["tc-gas"]
