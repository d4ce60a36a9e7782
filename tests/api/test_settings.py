"""Settings come from the environment, by name."""

from datetime import date, time, timedelta

import pytest
from pydantic import ValidationError

from api.settings import Settings


def test_without_an_environment_every_setting_has_its_default() -> None:
    settings = Settings()
    assert settings.alarm_grace == timedelta(seconds=5)
    assert settings.request_deadline == timedelta(seconds=4.5)
    assert (settings.in_flight, settings.backdating_workdays) == (8, 3)
    assert settings.database.startswith("sqlite:////")
    assert settings.database.endswith("/data/ledger.sqlite")


def test_the_environment_sets_what_is_simple_and_what_is_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ALARM_GRACE": "0.5",
        "DATABASE_URL": "postgresql://db/shixian",
        "POLICY__CUTOFF": "16:00",
        "POLICY__CLOSE": "null",
        "READINGS__ONE_DAY_LIMIT": "0",
        "READINGS__TAICANG_START": "2020-03-01",
    }.items():
        monkeypatch.setenv(f"SHIXIAN_{name}", value)
    settings = Settings()
    assert settings.alarm_grace == timedelta(seconds=0.5)
    assert settings.database == "postgresql://db/shixian"
    assert (settings.policy.cutoff, settings.policy.close) == (time(16), None)
    assert (settings.readings.one_day_limit, settings.readings.taicang_start) == (0, date(2020, 3, 1))


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "70000"), ("IN_FLIGHT", "11"), ("ALARM_GRACE", "soon"), ("WORKER_METRICS", "8084")]
)
def test_a_setting_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"SHIXIAN_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())
