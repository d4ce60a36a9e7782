"""Office hours of a place that has days off of its own: its departments keep those, and everybody else keeps the others."""

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.alerting.alertmanager import render
from api.alerting.recipients import default
from api.relay.office_hours import is_open, place_of
from sla.clock import Policy
from sla.departments import DEPARTMENTS
from sla.notices.notice import Change, Period
from sla.release import RELEASE
from tests.desk import at

TODAY, OFF = date(2026, 11, 26), date(2026, 12, 7)  # a Monday
ALMANAC = replace(
    RELEASE,
    overlays=(
        Change(
            id="CN-JS-320585-2026",
            jurisdiction="CN-JS-320585",
            published=date(2026, 11, 20),
            reason="an anniversary of the city",
            periods=(Period(name="市庆", first=OFF, last=OFF),),
            to_off=(OFF,),
            checked="invented",
        ),
    ),
)


@pytest.fixture(scope="module")
def rendered() -> str:
    return render(default(), "http://127.0.0.1:8082", today=TODAY, almanac=ALMANAC)


def routes(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A route with all that are within it."""
    yield document
    for route in document.get("routes", ()):
        yield from routes(route)


def test_without_days_of_its_own_a_place_has_no_hours_of_its_own() -> None:
    shipped = yaml.safe_load(render(default(), "http://127.0.0.1:8082", today=TODAY, almanac=RELEASE))
    assert len(shipped["time_intervals"]) == 3


def test_the_departments_of_a_place_with_an_overlay_rest_on_its_days(rendered: str) -> None:
    document = yaml.safe_load(rendered)
    intervals = {one["name"]: one["time_intervals"] for one in document["time_intervals"]}
    assert set(intervals) == {
        "working-hours",
        "make-up-workdays",
        "public-holidays",
        "make-up-workdays-taicang",
        "public-holidays-taicang",
    }
    day = {"years": ["2026"], "months": ["12"], "days_of_month": ["7:7"], "location": "Asia/Shanghai"}
    assert day in intervals["public-holidays-taicang"]
    assert day not in intervals["public-holidays"]
    seen = set()
    for route in document["route"]["routes"]:
        known = DEPARTMENTS.get(route.get("receiver"))
        own = known is not None and known.jurisdiction == "taicang"
        for one in routes(route):
            if "mute_time_intervals" in one:
                seen.add(own)
                assert one["mute_time_intervals"] == [f"public-holidays{'-taicang' if own else ''}"]
                assert one["active_time_intervals"][1] == f"make-up-workdays{'-taicang' if own else ''}"
    assert seen == {True, False}


def test_alertmanager_takes_it(rendered: str, amtool: Path, tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(rendered)
    done = subprocess.run([amtool, "check-config", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_relay_keeps_the_same_days() -> None:
    noon = at("2026-12-07 11:00")
    theirs = next(one for one in DEPARTMENTS if DEPARTMENTS[one].jurisdiction == "taicang")
    assert (place_of(theirs), place_of("supervisors"), place_of("sz-water")) == ("taicang", "suzhou", "suzhou")
    assert not is_open(Policy(), ALMANAC, noon, "taicang")
    assert is_open(Policy(), ALMANAC, noon, "suzhou")
