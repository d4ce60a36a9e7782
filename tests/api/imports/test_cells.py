"""Dates and words as offices write them."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.imports.cells import SERIAL_ZERO, text_of, told_instant, yes_or_no
from api.imports.faults import CellRule
from sla.axis import SHANGHAI

NINE = time(9)
FULL = str.maketrans("0123456789:/-", "０１２３４５６７８９：／－")
FIRST, LAST = datetime.fromisoformat("1950-01-01"), datetime.fromisoformat("2198-12-30")
INSTANTS = st.datetimes(FIRST, LAST).map(lambda at: at.replace(second=0, microsecond=0))
FORMS = (
    "{0:%Y-%m-%d %H:%M}", "{0:%Y-%m-%dT%H:%M:%S}", "{0.year}/{0.month}/{0.day} {0.hour}:{0:%M}",
    "{0.year}年{0.month}月{0.day}日 {0.hour}:{0:%M}", "{0.year}年{0.month}月{0.day}日{0.hour}时{0.minute}分",
    "{0.year}.{0.month}.{0.day} {0.hour}:{0:%M}", "{0:%Y-%m-%d %H:%M}:00+08:00",
)  # fmt: skip


@given(at=INSTANTS, form=st.sampled_from(FORMS), full=st.booleans())
def test_every_form_is_read_as_the_same_instant(at: datetime, form: str, full: bool) -> None:
    text = form.format(at)
    told = told_instant(text.translate(FULL) if full and "T" not in text and "+" not in text else text, NINE)
    assert told is not None
    assert (told.at, told.day_only) == (at.replace(tzinfo=SHANGHAI), False)


@given(at=INSTANTS)
def test_a_serial_number_is_the_instant_that_the_spreadsheet_shows(at: datetime) -> None:
    serial = (at - SERIAL_ZERO) / timedelta(days=1)
    for cell in (serial, f"{serial:.6f}", at):
        told = told_instant(cell, NINE)
        assert told is not None
        whole = not isinstance(cell, datetime) and at.time() == time(0)
        assert told.at == datetime.combine(at.date(), NINE if whole else at.time(), SHANGHAI)


@given(day=st.dates(date(1950, 1, 1), date(2198, 12, 30)))
def test_a_day_alone_has_the_time_of_day_of_the_map(day: date) -> None:
    forms = (f"{day:%Y-%m-%d}", f"{day.year}/{day.month}/{day.day}", f"{day.year}年{day.month}月{day.day}日", day)
    for cell in (*forms, (datetime.combine(day, time(0)) - SERIAL_ZERO).days):
        assert told_instant(cell, NINE) == (datetime.combine(day, NINE, SHANGHAI), True)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("2026-02-30", "not-an-instant"), ("3/2/2026", "not-an-instant"), ("3月2日", "not-an-instant"),
        ("20260302", "not-an-instant"), (20260302, "not-an-instant"), (7, "not-an-instant"), (True, "not-an-instant"),
        (time(9), "not-an-instant"), ("1026-03-02", "not-plausible"), ("=A1", "formula"), ("＝A1", "formula"),
    ],
)  # fmt: skip
def test_what_could_be_another_day_is_not_read(cell: object, rule: str) -> None:
    with pytest.raises(CellRule) as caught:
        told_instant(cell, NINE)  # type: ignore[arg-type]
    assert caught.value.rule == rule


def test_nothing_is_no_instant() -> None:
    assert told_instant(None, NINE) is told_instant("　 ", NINE) is None


def test_text_has_plain_digits_and_no_point() -> None:
    assert [text_of(cell) for cell in ("Ａ－０１", 12.0, 12, " x ", None)] == ["A-01", "12", "12", "x", ""]


def test_a_truth_is_read_or_refused() -> None:
    assert [yes_or_no(word) for word in ("是", "否")] == [True, False]
    with pytest.raises(CellRule, match="not-a-boolean"):
        yes_or_no("也许")
