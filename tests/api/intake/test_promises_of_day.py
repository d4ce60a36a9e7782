"""The day on which a receipt or an acceptance takes effect."""

from datetime import date

import pytest

from api.intake.promises_of_day import effective_day
from sla.clock import Policy
from sla.release import RELEASE
from tests.desk import at

CALENDAR = RELEASE.calendar_for("suzhou", date(2021, 3, 4))


@pytest.mark.parametrize(
    ("happened", "day"),
    [
        ("2021-03-04 17:30", date(2021, 3, 4)),
        ("2021-03-04 17:31", date(2021, 3, 5)),
        ("2021-03-05 17:31", date(2021, 3, 8)),
        ("2021-03-06 10:00", date(2021, 3, 8)),
        ("2021-02-07 10:00", date(2021, 2, 7)),  # a Sunday made up for the festival
        ("2021-02-10 18:00", date(2021, 2, 18)),
        ("2021-12-31 18:00", date(2021, 12, 31)),  # beyond what was published: the civil day
    ],
)
def test_what_happens_after_hours_takes_effect_on_the_next_working_day(happened: str, day: date) -> None:
    assert effective_day(at(happened), Policy(), CALENDAR) == day


def test_without_rolling_a_fact_takes_effect_on_its_own_day() -> None:
    assert effective_day(at("2021-03-06 10:00"), Policy(roll_accept=False), CALENDAR) == date(2021, 3, 6)
