"""Offices are open on the days by which due dates are counted."""

import pytest

from api.relay.office_hours import is_open
from sla.clock import Policy
from sla.release import RELEASE
from tests.desk import at


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2021-03-05 08:29", False),
        ("2021-03-05 08:30", True),
        ("2021-03-05 17:59", True),
        ("2021-03-05 18:00", False),
        ("2021-03-06 10:00", False),  # a Saturday
        ("2021-02-20 10:00", True),  # a Saturday that is a day of work
        ("2021-10-01 10:00", False),  # a holiday
        ("2036-01-02 10:00", True),  # beyond the calendar, a Wednesday
        ("2036-01-05 10:00", False),  # a Saturday
    ],
)
def test_offices_are_open(moment: str, expected: bool) -> None:
    assert is_open(Policy(), RELEASE, at(moment)) is expected
