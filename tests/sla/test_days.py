"""The day ledger explains a due day."""

from decimal import Decimal

import pytest

from sla.clock import Clock, Policy, Unit
from sla.days import Day, DayUse, day_ledger
from tests.sla.build import at, clock, day, interval, national, read, suspension


def _ledger(facts: Clock, now: str) -> dict[str, Day]:
    return {each.date.isoformat()[5:]: each for each in day_ledger(facts, national(), at(now))}


def test_every_day_from_start_to_due_says_what_became_of_it():
    facts = clock("2026-09-23", 5, suspensions=(suspension("2026-09-28", "2026-09-29", "expert-review"),))
    ledger = _ledger(facts, "2026-09-24")
    kinds = {name: each.kind for name, each in ledger.items()}
    assert kinds == {
        "09-23": DayUse.START,
        "09-24": DayUse.COUNTED,
        "09-25": DayUse.HOLIDAY,
        "09-26": DayUse.HOLIDAY,
        "09-27": DayUse.HOLIDAY,
        "09-28": DayUse.COUNTED,
        "09-29": DayUse.SUSPENDED,
        "09-30": DayUse.COUNTED,
        **{f"10-0{number}": DayUse.HOLIDAY for number in range(1, 8)},
        "10-08": DayUse.COUNTED,
        "10-09": DayUse.COUNTED,
    }
    assert ledger["09-25"].holiday == "中秋节"
    assert ledger["09-29"].ground == "expert-review"
    assert [each.total for each in ledger.values()][-1] == 5
    assert ledger["09-24"].total == 1


def test_a_make_up_day_is_marked_and_a_plain_weekend_is_one():
    ledger = _ledger(clock("2026-10-09", 2), "2026-10-09")
    assert (ledger["10-10"].make_up, ledger["10-10"].kind) == (True, DayUse.COUNTED)
    assert (ledger["10-11"].make_up, ledger["10-11"].kind) == (False, DayUse.WEEKEND)


def test_a_gap_is_idle():
    facts = clock("2026-03-02", 5, running=(interval("2026-03-02", "2026-03-03"), interval("2026-03-05")))
    ledger = _ledger(facts, "2026-03-06")
    assert [each.kind for each in ledger.values()][:5] == [
        DayUse.START,
        DayUse.COUNTED,
        DayUse.IDLE,
        DayUse.IDLE,
        DayUse.COUNTED,
    ]


def test_two_grounds_on_a_day_are_both_named():
    pauses = (suspension("2026-03-03", "2026-03-05", "hearing"), suspension("2026-03-03", "2026-03-05", "appraisal"))
    assert _ledger(clock("2026-03-02", 5, suspensions=pauses), "2026-03-06")["03-04"].ground == "hearing, appraisal"


def test_an_overdue_clock_is_explained_up_to_now_and_a_stopped_one_to_its_stop():
    assert list(_ledger(clock("2026-03-02", 2), "2026-03-10"))[-1] == "03-10"
    assert list(_ledger(clock("2026-03-02", 9, stop=at("2026-03-05")), "2026-03-10"))[-1] == "03-05"


def test_an_open_suspension_is_explained_up_to_now():
    ledger = _ledger(clock("2026-03-02", 5, suspensions=(suspension("2026-03-03"),)), "2026-03-06")
    assert list(ledger)[-1] == "03-06"
    assert ledger["03-06"].kind is DayUse.SUSPENDED


def test_nothing_is_explained_beyond_the_calendar_or_before_a_start():
    assert list(_ledger(clock("2026-12-28", 20), "2027-01-05"))[-1] == "12-31"
    assert _ledger(clock(None, 20), "2026-01-05") == {}
    assert _ledger(clock("2027-01-04", 20), "2027-01-05") == {}


def test_the_start_day_counts_where_the_policy_says_so():
    ledger = _ledger(clock("2026-03-02", 2, policy=Policy(count_start_day=True)), "2026-03-02")
    assert [(each.kind, each.total) for each in ledger.values()] == [
        (DayUse.START, Decimal(1)),
        (DayUse.COUNTED, Decimal(2)),
    ]


def test_hours_are_explained_by_the_day():
    facts = clock("2026-03-02 16:30", 8, Unit.WORKHOUR)
    ledger = _ledger(facts, "2026-03-02 17:00")
    assert [(name, each.used) for name, each in ledger.items()] == [("03-02", Decimal(1)), ("03-03", Decimal(7))]
    stopped = clock("2026-03-02 16:30", 8, Unit.WORKHOUR, stop=at("2026-03-03 08:00"))
    assert [(each.kind, each.used) for each in _ledger(stopped, "2026-03-05").values()] == [
        (DayUse.START, Decimal(1)),
        (DayUse.COUNTED, Decimal(0)),
    ]


@pytest.mark.parametrize("unit", list(Unit))
def test_the_total_of_today_is_what_the_reading_says(unit: Unit):
    amount = 1 if unit is Unit.MONTH else 3
    facts = clock("2026-03-02", amount, unit, suspensions=(suspension("2026-03-03 11:00", "2026-03-06 14:00"),))
    for now in ("2026-03-05 18:00", "2026-03-10 18:00", "2026-05-10 18:00"):
        ledger = [each for each in day_ledger(facts, national(), at(now)) if each.date <= day(now[:10])]
        assert ledger[-1].total == read(facts, now).used
        assert sum((each.used for each in ledger), Decimal(0)) == ledger[-1].total
