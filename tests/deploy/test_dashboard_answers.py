"""Every panel and every variable asked of a real Prometheus that watches a rehearsal."""

import math
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from deploy.grafana.__main__ import PAGES
from tests.api.serving import Serving, Watching
from tests.deploy.boards import BOARDS, Asked, panels, queries, replaced, variables
from tests.deploy.city import BEGIN, City
from tests.waiting import WITHIN, until

pytestmark = pytest.mark.slow
Labels = Mapping[str, str]


class Sample(NamedTuple):
    """A series and its value now."""

    labels: Labels
    value: float


class Prometheus:
    """A running one, and the city that it watches."""

    def __init__(self, url: str, city: City) -> None:
        self.city = city
        self._http = httpx2.Client(base_url=f"{url}/api/v1", timeout=30)

    def ask(self, path: str, **params: str) -> Any:
        """Data of an answer."""
        answer = self._http.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def query(self, expr: str) -> list[Sample]:
        """The series of an expression that have a number."""
        data = self.ask("/query", query=expr)
        found = [Sample(one["metric"], float(one["value"][1])) for one in data["result"]]
        return [one for one in found if not math.isnan(one.value)]

    def panel(self, asked: Asked, **chosen: str) -> list[Sample]:
        """What a panel's query answers."""
        return self.query(replaced(asked.expr, chosen, interval="1m", span="10m"))

    def choices(self, query: str, regex: str) -> list[tuple[str, str]]:
        """What a variable offers: text and value."""
        if labels := re.fullmatch(r"label_values\((.+), (\w+)\)", query):
            values = self.ask(f"/label/{labels[2]}/values", **{"match[]": labels[1]})
            return [(value, value) for value in values]
        result = re.fullmatch(r"query_result\((.+)\)", query)
        assert result is not None
        pattern = re.compile(regex.strip("/").replace("(?<", "(?P<"))
        shown = [
            "{" + ",".join(f'{name}="{value}"' for name, value in one.labels.items()) + "} 1 1"
            for one in self.query(replaced(result[1]))
        ]
        found = [pattern.search(line) for line in shown]
        return [(one["text"], one["value"]) for one in found if one is not None]

    def close(self) -> None:
        self._http.close()


@pytest.fixture(scope="module")
def serving(temporal_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("dashboards")
    weeks = {"SHIXIAN_BACKDATING_WORKDAYS": "30"}  # what is posted weeks later counts as told in time
    with Serving(folder, temporal_binary, "--rehearsal", "--start", BEGIN, "--rate", "1", **weeks) as serving:
        yield serving


@pytest.fixture(scope="module")
def prometheus(serving: Serving, prometheus_binary: Path, alertmanager_binary: Path) -> Iterator[Prometheus]:
    with Watching(serving, prometheus_binary, alertmanager_binary) as watching:
        city = City(serving)
        found = Prometheus(watching.address("Prometheus"), city)
        city.fill()
        seen = replaced('sum(department_procedure:shixian_open_cases:sum{job=~"$job"})')
        until(
            lambda: [one.value for one in found.query(seen)] == [len(city.open)], "every case is seen", seconds=WITHIN
        )
        city.move()
        until(
            lambda: [one.value for one in found.query(seen)] == [len(city.open)],
            "decided cases are gone",
            seconds=WITHIN,
        )
        yield found
        city.close()
        found.close()


@pytest.mark.parametrize("name", PAGES)
def test_every_panel_answers_with_data(prometheus: Prometheus, name: str) -> None:
    silent = queries(name)
    end = time.monotonic() + WITHIN
    while silent and time.monotonic() < end:
        silent = [asked for asked in silent if not prometheus.panel(asked)]
        time.sleep(0.5)
    assert [str(asked) for asked in silent] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_variable_offers_a_choice_and_titles_are_chinese(prometheus: Prometheus, name: str) -> None:
    for variable in variables(BOARDS[name]).values():
        if variable["type"] == "query":
            choices = prometheus.choices(variable["query"], variable.get("regex", ""))
            assert choices, variable["name"]
            if variable.get("regex"):
                assert all(re.search(r"[\u4e00-\u9fff]", text) for text, _ in choices)


@pytest.mark.parametrize("name", PAGES)
def test_every_row_of_a_table_has_one_place(prometheus: Prometheus, name: str) -> None:
    """Grafana joins the queries of a table where their common labels are equal."""
    for panel in panels(BOARDS[name]):
        if panel["type"] == "table":
            answers = [
                prometheus.panel(Asked(name, panel["title"], target["refId"], target["expr"]))
                for target in panel["targets"]
            ]
            common = set.intersection(*({label for one in answer for label in one.labels} for answer in answers))
            places = [[_place(one, common) for one in answer] for answer in answers]
            for rows in places:
                assert len(set(rows)) == len(rows), panel["title"]
                assert set(rows) <= set(places[0]), panel["title"]


def _place(sample: Sample, common: set[str]) -> tuple[str, ...]:
    return tuple(sample.labels.get(label, "") for label in sorted(common))


def test_a_choice_of_departments_shows_theirs_alone(prometheus: Prometheus) -> None:
    chosen = {"department": "(sz-water|tc-water)", "procedure": "water-connection"}
    for asked in queries("department"):
        for one in prometheus.panel(asked, **chosen):
            assert one.labels.get("department", "sz-water") in {"sz-water", "tc-water"}, asked
            assert one.labels.get("procedure", "water-connection") == "water-connection", asked
    table = next(one for one in queries("department") if one.panel.startswith("在办环节") and "* 1000" in one.expr)
    found = prometheus.panel(table, **chosen)
    assert {one.labels["department"] for one in found} == {"sz-water", "tc-water"}
    assert {one.labels["owner"] for one in found} == {"市水务集团", "水务集团"}
    assert all(one.labels["task"] and one.labels["matter"] for one in found)


def test_the_figures_of_the_overview_are_those_of_the_cases_own_pages(prometheus: Prometheus) -> None:
    told: dict[str, list[float]] = {}
    for asked in queries("overview"):
        told.setdefault(asked.panel, []).extend(one.value for one in prometheus.panel(asked))
    cases, steps = prometheus.city.standings()
    order = ("on-time", "due-soon", "overdue", "suspended")
    assert told["案件 Cases"] == [cases[standing] for standing in order]
    assert told["环节 Steps"] == [steps[standing] for standing in order]
    assert all(cases[standing] for standing in order if standing != "due-soon")
    assert all(steps[standing] for standing in order)
    assert told["在办案件 Open cases"] == [len(prometheus.city.open)] == [cases.total()]
    assert told["超期案件 Overdue cases"] == [cases["overdue"]]
    assert told["超期环节 Overdue steps"] == [steps["overdue"]]
    assert told["失守的平均承诺 Averages broken"] == [1]
