"""Records of observations: what may stand in them, and what becomes of a correction."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sla.observations import (
    EntryKind,
    IndicatorKind,
    Noted,
    Observation,
    ObservationEntry,
    RecordRefused,
    check,
    confirm,
    correct,
    noted,
    record,
    withdraw,
)
from tests.sla.observing import AT, BINDING, found

each_kind = pytest.mark.parametrize("kind", IndicatorKind)
GOOD, BAD = found(IndicatorKind.SHARE), found(IndicatorKind.SHARE, good=False)


def entries(*steps: tuple[str, int | None, Observation | None]) -> tuple[Noted, ...]:
    return noted(
        ObservationEntry(
            seq=seq, kind=EntryKind(kind), at=AT, actor=f"desk-{seq}", of=of, observation=one, reason="why"
        )
        for seq, (kind, of, one) in enumerate(steps, 1)
    )


def counting(seen: tuple[Noted, ...]) -> list[int]:
    return [one.number for one in seen if one.stands]


def refusal(call: Any, *args: Any, **named: Any) -> tuple[str, str]:
    with pytest.raises(RecordRefused) as refused:
        call(*args, **named)
    return refused.value.field, refused.value.rule


@each_kind
def test_each_kind_takes_its_own_fields_and_no_others(kind: IndicatorKind) -> None:
    one = found(kind)
    check(kind, one, BINDING)
    for name in ("numerator", "denominator", "value", "base", "base_of", "in_place"):
        given_ = getattr(one, name) is not None
        changed = one.model_copy(update={name: None if given_ else found_anywhere(name)})
        assert refusal(check, kind, changed, BINDING) == (name, "missing" if given_ else "not-of-this-kind")


def found_anywhere(name: str) -> Any:
    return next(value for kind in IndicatorKind if (value := getattr(found(kind), name)) is not None)


@each_kind
def test_a_period_is_over_before_it_is_told(kind: IndicatorKind) -> None:
    assert refusal(check, kind, found(kind), BINDING - timedelta(days=1)) == ("last", "in-the-future")
    backwards = found(kind).model_copy(update={"first": BINDING + timedelta(days=1)})
    assert refusal(check, kind, backwards, BINDING) == ("last", "before-first")


@pytest.mark.parametrize(
    ("kind", "more", "wrong"),
    [
        (IndicatorKind.SHARE, {"denominator": 0, "numerator": 0}, ("denominator", "zero")),
        (IndicatorKind.SHARE, {"numerator": 101}, ("numerator", "more-than-all")),
        (IndicatorKind.YEAR_SHARE, {"first": date(2020, 1, 2)}, ("first", "not-a-calendar-year")),
        (IndicatorKind.HOURS, {"first": date(2020, 1, 2)}, ("first", "not-twelve-months")),
        (IndicatorKind.REDUCTION, {"base": Decimal(0)}, ("base", "zero")),
        (IndicatorKind.COUNT, {"value": Decimal("2.5")}, ("value", "not-whole")),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_rule(
    kind: IndicatorKind, more: dict[str, Any], wrong: tuple[str, str]
) -> None:
    assert refusal(check, kind, found(kind, **more), BINDING) == wrong


def test_there_are_no_four_of_three() -> None:
    check(IndicatorKind.COUNT, found(IndicatorKind.COUNT, value=Decimal(3)), BINDING, Decimal(3))
    four = found(IndicatorKind.COUNT, value=Decimal(4))
    assert refusal(check, IndicatorKind.COUNT, four, BINDING, Decimal(3)) == ("value", "more-than-all")


@given(st.dates(date(2015, 1, 1), date(2030, 1, 1)))
@example(date(2020, 2, 29))
def test_twelve_months_end_the_day_before_they_began(first: date) -> None:
    leap = (first.month, first.day) == (2, 29)
    after = date(first.year + 1, 3, 1) if leap else first.replace(year=first.year + 1)
    last = after - timedelta(days=1)
    check(IndicatorKind.HOURS, found(IndicatorKind.HOURS, first=first, last=last), last)
    longer = found(IndicatorKind.HOURS, first=first, last=after)
    assert refusal(check, IndicatorKind.HOURS, longer, after) == ("first", "not-twelve-months")


def test_one_period_is_told_once() -> None:
    seen = entries(("recorded", None, GOOD))
    assert refusal(record, seen, BAD) == ("last", "already-observed")
    record(seen, found(IndicatorKind.SHARE, BINDING + timedelta(days=1)))
    record(entries(("recorded", None, GOOD), ("withdrawn", 1, None)), BAD)


def test_somebody_else_confirms_unless_there_is_nobody_else() -> None:
    seen = entries(("recorded", None, GOOD))
    confirm(seen, 1, "desk-2", four_eyes=True)
    confirm(seen, 1, "desk-1", four_eyes=False)
    assert refusal(confirm, seen, 1, "desk-1", four_eyes=True) == ("actor", "recorded-it")
    assert refusal(confirm, seen, 2, "desk-2", four_eyes=True) == ("number", "unknown-observation")
    twice = entries(("recorded", None, GOOD), ("confirmed", 1, None))
    assert refusal(confirm, twice, 1, "desk-3", four_eyes=True) == ("number", "not-waiting")
    assert refusal(withdraw, twice, 1) == ("number", "not-waiting")
    withdraw(seen, 1)


def test_a_correction_counts_once_it_is_confirmed_and_until_then_what_it_corrects() -> None:
    told = (("recorded", None, BAD), ("confirmed", 1, None), ("corrected", 1, GOOD))
    waiting = entries(*told)
    assert counting(waiting) == [1]
    assert [one.number for one in waiting if one.waits] == [3]
    done = entries(*told, ("confirmed", 3, None))
    assert counting(done) == [3]
    assert [(one.number, one.observation, one.replaced_by) for one in done] == [(1, BAD, 3), (3, GOOD, None)]
    assert (done[1].reason, done[1].recorded_by, done[1].confirmed_by) == ("why", "desk-3", "desk-4")
    assert counting(entries(*told, ("withdrawn", 3, None))) == [1]


def test_a_correction_of_what_nobody_confirmed_takes_its_place_at_once() -> None:
    seen = entries(("recorded", None, BAD), ("corrected", 1, GOOD))
    assert [one.number for one in seen if one.waits] == [2]
    assert refusal(confirm, seen, 1, "desk-9", four_eyes=True) == ("number", "not-waiting")


def test_a_correction_of_a_correction_that_waits_takes_the_place_of_what_both_correct() -> None:
    better = found(IndicatorKind.SHARE, numerator=50)
    told = (("recorded", None, BAD), ("confirmed", 1, None), ("corrected", 1, GOOD), ("corrected", 3, better))
    waiting = entries(*told)
    assert counting(waiting) == [1]
    assert [(one.number, one.replaces) for one in waiting if one.waits] == [(4, 1)]
    assert refusal(correct, waiting, 1, GOOD) == ("number", "correction-waits")
    assert counting(entries(*told, ("confirmed", 4, None))) == [4]


def test_only_what_stands_or_waits_is_corrected_once_and_to_something_else() -> None:
    told = entries(("recorded", None, GOOD), ("confirmed", 1, None))
    correct(told, 1, BAD)
    assert refusal(correct, told, 1, GOOD) == ("number", "nothing-changes")
    assert refusal(correct, told, 7, BAD) == ("number", "unknown-observation")
    waiting = entries(("recorded", None, GOOD), ("confirmed", 1, None), ("corrected", 1, BAD))
    assert refusal(correct, waiting, 1, BAD) == ("number", "correction-waits")
    correct(waiting, 3, found(IndicatorKind.SHARE, numerator=50))
    done = entries(("recorded", None, GOOD), ("confirmed", 1, None), ("corrected", 1, BAD), ("confirmed", 3, None))
    assert refusal(correct, done, 1, BAD) == ("number", "replaced")
    other = found(IndicatorKind.SHARE, BINDING + timedelta(days=1))
    both = entries(("recorded", None, GOOD), ("recorded", None, other))
    assert refusal(correct, both, 1, other.model_copy(update={"numerator": 1})) == ("last", "already-observed")


@given(st.lists(st.sampled_from(["recorded", "corrected", "confirmed", "withdrawn"]), max_size=12), st.randoms())
def test_whatever_is_put_on_record_at_most_one_of_a_line_of_corrections_counts(kinds: list[str], chance: Any) -> None:
    told: list[tuple[str, int | None, Observation | None]] = []
    for number, kind in enumerate(kinds, 1):
        seen = entries(*told)
        of = chance.choice([one.number for one in seen]) if seen else 1
        one = found(IndicatorKind.SHARE, numerator=chance.randint(0, 100))
        try:
            if kind == "recorded":
                record(seen, one)
            elif kind == "corrected":
                correct(seen, of, one)
            elif kind == "confirmed":
                confirm(seen, of, f"desk-{number}", four_eyes=True)
            else:
                withdraw(seen, of)
        except RecordRefused:
            continue
        told.append((kind, None if kind == "recorded" else of, one if kind in {"recorded", "corrected"} else None))
        after = entries(*told)
        assert len(counting(after)) <= 1
        assert {one.number for one in seen} <= {one.number for one in after}
