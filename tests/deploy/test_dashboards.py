"""The committed dashboards: what the code builds, in order, and about what is exported."""

import json
import re
import subprocess
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins

from api.alerting.prometheus import groups
from api.exporter.catalogue import CATALOGUE, Kind, names
from api.exporter.collector import MAX_STALE
from deploy.grafana import limits
from deploy.grafana.__main__ import PAGES, text
from deploy.grafana.parts import Steps, dashboard
from tests.deploy.boards import BOARDS, FILES, Json, Selector, panels, queries, replaced, selectors, variables

RECORDS = {record.name for group in groups() for record in group.records}
OF_PROMETHEUS = {"up", "scrape_duration_seconds", "ALERTS"}
JOINED = {"owner", "matter", "task", "promise", "pod", "le"}  # by the queries themselves
ADDED = {"job", "instance", "alertname", "alertstate", "severity"}  # by Prometheus or a rule
UNITS = {"none", "percentunit", "s", "dateTimeAsIso", "reqps"}
CHINESE, LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{2}")

every_name = pytest.mark.parametrize("name", PAGES)
every_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)


@every_name
def test_the_code_builds_the_committed_file(name: str) -> None:
    assert FILES[name].read_text("utf-8") == text(PAGES[name])


@every_board
def test_the_library_reads_a_dashboard_and_loses_nothing(board: Json) -> None:
    register_default_plugins()
    read = type(dashboard(PAGES["overview"])).from_json(json.loads(json.dumps(board)))
    assert json.loads(json.dumps(read, cls=JSONEncoder)) == board


def test_each_dashboard_has_an_address_of_its_own() -> None:
    assert {name: board["uid"] for name, board in BOARDS.items()} == {name: f"shixian-{name}" for name in PAGES}
    assert all(board["editable"] is False and board["schemaVersion"] == 39 for board in BOARDS.values())
    assert all(board["timezone"] == "Asia/Shanghai" for board in BOARDS.values())
    assert all(board.get("id") is None for board in BOARDS.values())


@every_board
def test_panels_have_numbers_of_their_own_and_do_not_overlap(board: Json) -> None:
    numbers = [panel["id"] for panel in board["panels"]]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    places = [panel["gridPos"] for panel in board["panels"]]
    for place in places:
        assert place["x"] >= 0
        assert place["y"] >= 0
        assert place["w"] > 0
        assert place["h"] > 0
        assert place["x"] + place["w"] <= 24
    for one, other in combinations(places, 2):
        apart = (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        )
        assert apart, (one, other)


@every_board
def test_every_panel_says_what_it_means_in_two_languages(board: Json) -> None:
    for panel in panels(board):
        for said in (panel["title"], panel["description"]):
            assert CHINESE.search(said), panel["title"]
            assert LATIN.search(said), panel["title"]
            assert "{" not in said, panel["title"]
        chinese, english = panel["description"].split("\n\n")
        assert CHINESE.search(chinese)
        assert not CHINESE.search(re.sub("“[^”]*”", "", english))
    titles = [panel["title"] for panel in board["panels"]]
    assert all(CHINESE.match(title) or title == "接口 API" for title in titles)


@every_board
def test_every_figure_has_a_unit(board: Json) -> None:
    for panel in panels(board):
        config = panel["fieldConfig"]
        assert config["defaults"]["unit"] in UNITS, panel["title"]
        told = [one["value"] for over in config["overrides"] for one in over["properties"] if one["id"] == "unit"]
        assert set(told) <= UNITS, panel["title"]
        dated = any("* 1000" in target["expr"] for target in panel["targets"])
        assert dated == ("dateTimeAsIso" in {config["defaults"]["unit"], *told}), panel["title"]


@every_board
def test_every_panel_asks_the_chosen_source(board: Json) -> None:
    source = {"type": "prometheus", "uid": "$datasource"}
    for panel in panels(board):
        assert panel["datasource"] == source
        refs = [target["refId"] for target in panel["targets"]]
        assert refs == sorted(set(refs))
        for target in panel["targets"]:
            assert target["datasource"] == source
            assert target["range"] is (panel["type"] == "timeseries")
            assert target["instant"] is not target["range"]
            assert target["format"] == ("table" if panel["type"] == "table" else "time_series")


@every_board
def test_variables_are_declared_used_and_may_mean_everything(board: Json) -> None:
    found = variables(board)
    assert list(found)[:2] == ["datasource", "job"]
    assert found["datasource"]["type"] == "datasource"
    assert found["datasource"]["query"] == "prometheus"
    for name, one in found.items():
        if name != "datasource":
            assert one["type"] == "query"
            assert one["datasource"]["uid"] == "$datasource"
            assert (one["multi"], one["includeAll"], one["allValue"], one["refresh"]) == (True, True, ".+", 2), name
            assert one["current"]["value"] == ["$__all"]
    used = set(re.findall(r"\$\{?([a-z]\w*)", json.dumps(board["panels"])))
    assert used == set(found)


@every_name
def test_every_selector_names_the_chosen_jobs(name: str) -> None:
    for asked in queries(name):
        found = selectors(asked.expr)
        assert found
        assert "shixian_" not in Selector.sub("", asked.expr), asked
        for series, matchers in found:
            if series != "ALERTS":
                assert matchers["job"] == ("=~", "$job"), asked
            for label in matchers.keys() & {"department", "procedure", "commitment"}:
                assert matchers[label] == ("=~", f"${label}"), asked


@every_name
def test_names_and_labels_are_those_that_are_exported(name: str) -> None:
    known = names() | RECORDS | OF_PROMETHEUS
    labels = {label for metric in CATALOGUE.values() for label in metric.labels}
    for asked in queries(name):
        for series, matchers in selectors(asked.expr):
            assert series in known, asked
            metric = CATALOGUE.get(series.removesuffix("_bucket"))
            if metric is not None:
                assert matchers.keys() <= {*metric.labels, *ADDED}, asked
        chosen = " ".join(re.findall(r"(?:by|on|without|group_left|group_right) \(([^()]*)\)", asked.expr))
        assert set(re.findall(r"\w+", chosen)) <= labels | ADDED | JOINED, asked


@every_name
def test_counters_are_rates_over_an_interval_that_follows_the_range(name: str) -> None:
    counters = {one for one, metric in CATALOGUE.items() if metric.kind is Kind.COUNTER}
    for asked in queries(name):
        for series, _ in selectors(asked.expr):
            if series in counters or series.endswith("_bucket"):
                pattern = rf"(rate|increase)\({series}\{{[^{{}}]*\}}\[\$__(rate_interval|range)\]\)"
                assert re.search(pattern, asked.expr), asked
        assert set(re.findall(r"\[([^\]]*)\]", asked.expr)) <= {"$__rate_interval", "$__range"}, asked


@every_name
def test_business_dates_are_never_compared_with_the_machines_time(name: str) -> None:
    real = {one for one, metric in CATALOGUE.items() if "real time" in metric.help}
    for asked in queries(name):
        if "time()" in asked.expr:
            assert {series for series, _ in selectors(asked.expr)} <= real, asked


def test_promtool_understands_every_expression(promtool: Path, tmp_path: Path) -> None:
    asked = [one for name in PAGES for one in queries(name)]
    rules = [{"record": f"asked:{index}", "expr": replaced(one.expr)} for index, one in enumerate(asked)]
    assert len(rules) > 80
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": rules}]}), "utf-8")
    found = subprocess.run([promtool, "check", "rules", file], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert f"{len(rules)} rules found" in found.stdout


# --- thresholds -------------------------------------------------------------------------------------------------------


def _limit(alert: str, severity: str, pattern: str) -> float:
    """The number in an alert's expression."""
    found = [
        match[1]
        for group in groups()
        for one in group.alerts
        if (one.name, one.severity.value) == (f"Shixian{alert}", severity)
        for match in [re.search(pattern, one.expression)]
        if match is not None
    ]
    assert len(found) == 1, alert
    return float(found[0])


def test_thresholds_are_those_of_the_alerts() -> None:
    used, over, card = limits.USED[0][0], limits.OVERDUE[0][0], limits.OVERDUE[1][0]
    assert used == _limit("StepDueSoon", "info", r">= ([\d.]+)") == _limit("CaseDueSoon", "warning", r">= ([\d.]+)")
    assert over == _limit("StepOverdue", "warning", r">= (\d+)") == _limit("CaseOverdue", "critical", r">= (\d+)")
    assert card == _limit("StepOverdue", "critical", r">= (\d+)")
    assert limits.RATIO_OVERDUE[0][0] == _limit("DepartmentOverdueRatioHigh", "critical", r"ratio > ([\d.]+)")
    assert limits.HEARTBEAT[0][0] == _limit("WorkerStuck", "critical", r"> (\d+)$")
    assert limits.SNAPSHOT[0][0] == MAX_STALE.total_seconds()
    assert 86_400 * _limit("CalendarEnding", "info", r"< (\d+) \* 86400") == limits.COVERAGE[1][0]
    assert 86_400 * _limit("CalendarEnding", "critical", r"< (\d+) \* 86400") == limits.COVERAGE[0][0]


THRESHOLDS: Mapping[str, Steps] = {
    "shixian_case_step_elapsed_ratio": limits.USED,
    "shixian_case_step_overdue_workdays": limits.OVERDUE,
    "shixian_case_elapsed_ratio": limits.USED,
    "department:shixian_overdue_per_open_steps:ratio": limits.RATIO_OVERDUE,
    "shixian_worker_heartbeat_timestamp_seconds": limits.HEARTBEAT,
    "shixian_calendar_coverage_end_timestamp_seconds": limits.COVERAGE,
}


@pytest.mark.parametrize("name", THRESHOLDS)
def test_every_panel_of_an_alerts_figure_has_its_thresholds(name: str) -> None:
    wanted = [value for value, _ in THRESHOLDS[name]]
    found = 0
    for board in BOARDS.values():
        for panel in panels(board):
            if any(name == one for target in panel["targets"] for one, _ in selectors(target["expr"])):
                assert wanted in _thresholds(panel), panel["title"]
                found += 1
    assert found


def _thresholds(panel: Json) -> list[list[float]]:
    config = panel["fieldConfig"]
    told = [config["defaults"].get("thresholds")]
    told += [one["value"] for over in config["overrides"] for one in over["properties"] if one["id"] == "thresholds"]
    return [[step["value"] for step in one["steps"] if step["value"] is not None] for one in told if one]


# --- provisioning -----------------------------------------------------------------------------------------------------


def test_provisioning_points_at_the_dashboards_and_at_prometheus() -> None:
    folder = FILES["overview"].parent.parent / "provisioning"
    (source,) = yaml.safe_load((folder / "datasources" / "shixian.yml").read_text("utf-8"))["datasources"]
    assert (source["type"], source["access"], source["editable"]) == ("prometheus", "proxy", False)
    assert source["jsonData"]["timeInterval"] == "5s"
    (provider,) = yaml.safe_load((folder / "dashboards" / "shixian.yml").read_text("utf-8"))["providers"]
    assert provider["type"] == "file"
    assert provider["allowUiUpdates"] is False
    guide = (folder.parent / "README.md").read_text("utf-8")
    for variable in (source["url"], provider["options"]["path"]):
        assert f"{variable.strip('${}')}=" in guide


def test_the_guide_names_every_dashboard() -> None:
    guide = (FILES["overview"].parent.parent / "README.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| (\S+) (\w+) \|", guide)
    assert [f"{chinese} Shixian {english.lower()}" for chinese, english in rows] == [
        board["title"] for board in BOARDS.values()
    ]
