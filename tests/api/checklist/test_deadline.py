"""A millisecond decides, and the deadline itself is in time."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sla.clock import Clock, Limit, Unit, count
from tests.desk import at
from tests.sla.build import national

MILLISECOND = timedelta(milliseconds=1)


@pytest.mark.parametrize("unit", [Unit.WORKDAY, Unit.DAY, Unit.MONTH, Unit.WORKHOUR])
@pytest.mark.parametrize("amount", [1, 4, 30])
def test_c_30_it_is_overdue_a_millisecond_after_its_deadline_and_not_before(unit: Unit, amount: int) -> None:
    calendar = national()
    clock = Clock(key="c", limit=Limit(amount=Decimal(amount), unit=unit), start=at("2020-12-28 10:00"))
    due = count(clock, calendar, at("2020-12-28 10:00")).due_at
    assert due is not None
    assert [count(clock, calendar, due + step * MILLISECOND).overdue for step in (-1, 0, 1)] == [False, False, True]
    done = [clock.model_copy(update={"stop": due + step * MILLISECOND}) for step in (-1, 0, 1)]
    assert [count(one, calendar, due + timedelta(days=9)).overdue for one in done] == [False, False, True]
