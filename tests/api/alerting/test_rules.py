"""Prometheus's rules: valid, rendered, named as the metrics are, scaled in their durations alone, and tried by promtool."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from api.alerting.model import KEEP, PREFIX, Alert, Scope
from api.alerting.prometheus import ROOM, SERIES, TARGETS, duration, groups, prometheus_config, render
from api.exporter.catalogue import CATALOGUE, Job, names
from api.settings import Settings
from tests.api.serving import CommandLine

DEPLOY = Path(__file__).parents[3] / "deploy/prometheus"
DOCS = Path(__file__).parents[3] / "docs"
FILE = DEPLOY / "rules/shixian.yml"
TRIALS = sorted((DEPLOY / "tests").glob("*.yml"))
ALERTS = [alert for group in groups() for alert in group.alerts]
NAMES = sorted({alert.name for alert in ALERTS})
UNITS = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}
ANNOTATIONS = ["summary", "value", "runbook_url"]
BEHAVIOURS = {"fires", "stays silent", "resolves"}
# What a rule of Prometheus 2.42 may have.
GROUP_KEYS = {"name", "rules"}
RULE_KEYS = {"record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"}


@pytest.fixture(scope="module", params=["found", "of the machine"])
def any_promtool(request: pytest.FixtureRequest, promtool: Path) -> Path:
    """The one that tests use, and the machine's own where that is another."""
    if request.param == "found":
        return promtool
    own = shutil.which("promtool")
    if own is None or Path(own) == promtool:
        pytest.skip("this machine has no promtool of its own beside the one that is tried already")
    return Path(own)


@pytest.fixture
def shixian(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


def told(*command: Path | str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def seconds(written: str) -> float:
    """A duration as Prometheus reads it."""
    parts = re.findall(r"(\d+)(ms|[wdhms])", written)
    assert "".join(number + unit for number, unit in parts) == written
    return sum(int(number) * UNITS[unit] for number, unit in parts)


def rules_of(text: str) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def labels_of(rule: dict[str, Any]) -> dict[str, str]:
    """The labels that a rule gives its alerts, by itself or in its expression."""
    brought = re.findall(r'^"(\w+)", "(\w+)", "", ""\)', rule["expr"], re.MULTILINE)
    return {**dict(brought), **rule.get("labels", {})}


def trials() -> Iterator[dict[str, Any]]:
    for file in TRIALS:
        yield from yaml.safe_load(file.read_text())["tests"]


def test_promtool_finds_nothing_to_say_against_the_rules(any_promtool: Path) -> None:
    said = told(any_promtool, "check", "rules", "--lint=all", "--lint-fatal", FILE)
    assert said.returncode == 0, said.stdout + said.stderr
    assert f"{9 + len(ALERTS)} rules found" in said.stdout


@pytest.mark.parametrize("file", TRIALS, ids=lambda file: file.stem)
def test_every_trial_of_the_rules_passes(any_promtool: Path, file: Path) -> None:
    said = told(any_promtool, "test", "rules", file)
    assert said.returncode == 0, said.stdout + said.stderr


def test_the_committed_files_are_what_is_rendered() -> None:
    assert FILE.read_text() == render()
    assert (DEPLOY / "prometheus.yml").read_text() == prometheus_config()


def test_there_are_nine_records_and_twenty_five_alerts_four_of_them_at_two_severities() -> None:
    rules = rules_of(render())
    assert len([rule for rule in rules if "record" in rule]) == 9
    assert (len(NAMES), len(ALERTS)) == (25, 29)
    assert all(name.startswith(PREFIX) for name in NAMES if name != "Watchdog")


def test_rules_have_only_what_prometheus_2_42_knows() -> None:
    for group in yaml.safe_load(render())["groups"]:
        assert set(group) <= GROUP_KEYS
        assert all(set(rule) <= RULE_KEYS for rule in group["rules"])


@settings(deadline=None, max_examples=20)  # each renders and reads two files
@given(scale=st.floats(min_value=0.01, max_value=10_000_000))
def test_a_rehearsal_scales_durations_and_nothing_else(scale: float) -> None:
    for shipped, scaled, alert in zip(rules_of(render()), rules_of(render(scale)), _in_order(), strict=True):
        assert set(shipped) == set(scaled)
        rest = set(shipped) - {"for", "keep_firing_for", "expr"}
        assert {key: shipped[key] for key in rest} == {key: scaled[key] for key in rest}
        assert _without_offset(shipped["expr"]) == _without_offset(scaled["expr"])
        machines = alert is not None and alert.scope is Scope.PLATFORM
        for old, new in zip(_offsets(shipped["expr"]), _offsets(scaled["expr"]), strict=True):
            assert new == pytest.approx(max(old / scale, 0.001), abs=0.001)
        for key, least in (("for", machines), ("keep_firing_for", True)):
            if key in shipped:
                old = seconds(shipped[key])
                bridge = min(old, ROOM.total_seconds()) if least else 0.001
                assert seconds(scaled[key]) == pytest.approx(max(old / scale, bridge), abs=0.001)


def _in_order() -> list[Alert | None]:
    """The alert behind each rule, in the order of the file; none for a record."""
    return [alert for group in groups() for alert in (*(None for _ in group.records), *group.alerts)]


def _offsets(expression: str) -> list[float]:
    return [seconds(found) for found in re.findall(r"offset (\w+)", expression)]


def _without_offset(expression: str) -> str:
    return re.sub(r"offset \w+", "offset", expression)


@given(st.integers(min_value=1, max_value=10**10))
def test_a_duration_is_written_as_prometheus_reads_it(milliseconds: int) -> None:
    assert seconds(duration(timedelta(milliseconds=milliseconds))) == pytest.approx(milliseconds / 1000)


@pytest.mark.parametrize("scale", [0, -1])
def test_time_neither_stands_nor_runs_backwards(scale: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        render(scale)


@pytest.mark.parametrize("scale", [0.5, 60, 21_600, 86_400, 10_000_000])
def test_prometheus_takes_the_rules_at_any_scale(promtool: Path, tmp_path: Path, scale: float) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(render(scale, {"water-connection": 5}))
    said = told(promtool, "check", "rules", "--lint=all", "--lint-fatal", file)
    assert said.returncode == 0, said.stdout + said.stderr


def test_rules_and_texts_use_names_and_labels_that_are_exported() -> None:
    recorded = {rule["record"] for rule in rules_of(render()) if "record" in rule}
    for rule in rules_of(render()):
        for text in (rule["expr"], *rule.get("annotations", {}).values()):
            used = {name for name in re.findall(r"[a-zA-Z_:][\w:]*", text) if "shixian_" in name}
            assert used <= names() | recorded
            for name, matchers in re.findall(r"(shixian_\w+)\{(.*?)\}", text):
                if name in CATALOGUE:
                    labels = set(re.findall(r"(\w+)(?:=~|!~|!=|=)", matchers))
                    assert labels <= {*CATALOGUE[name].labels, "job"}


def test_what_replicas_export_is_never_counted_twice() -> None:
    for rule in rules_of(render()):
        for found in re.finditer(r"(?<![\w:])shixian_\w+", rule["expr"]):
            before = rule["expr"][: found.start()]
            assert before.endswith(("max without (instance, pod) (", "absent("))


def test_no_alert_on_what_the_exporter_shows_ends_because_the_exporter_is_away() -> None:
    hasty = {alert.name for alert in ALERTS if alert.keep < KEEP}
    assert hasty == {"ShixianExporterDown", "Watchdog"}
    assert timedelta(minutes=12) < KEEP


def test_business_time_is_compared_with_business_time_alone() -> None:
    """Only the heart beats, and keys end, in real time; what Prometheus's own clock is compared with must be that."""
    compared = [rule for rule in rules_of(render()) if "time()" in rule["expr"]]
    assert [rule["alert"] for rule in compared] == ["ShixianWorkerStuck", "ShixianApiKeyExpiresSoon"]
    real = ("worker_heartbeat", "api_key_expiry")
    assert all(name in rule["expr"] for rule, name in zip(compared, real, strict=True))


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: f"{alert.name}-{alert.severity}")
def test_an_alert_carries_what_it_is_about_its_number_and_its_runbook_and_has_no_value_in_a_label(alert: Alert) -> None:
    rule = next(
        rule
        for rule in rules_of(render())
        if rule.get("alert") == alert.name and labels_of(rule)["severity"] == alert.severity
    )
    assert labels_of(rule) == {"severity": alert.severity.value, "scope": alert.scope.value}
    assert list(rule["annotations"]) == ANNOTATIONS
    assert rule["annotations"]["summary"].startswith(alert.name)
    assert rule["annotations"]["value"] == "{{ $value }}"
    assert rule["annotations"]["runbook_url"] == f"docs/runbooks/{alert.name}.md"


def test_no_template_asks_prometheus_anything() -> None:
    """A template is put together for each alert, at each evaluation: all that it may do is name a label or the number."""
    for rule in rules_of(render()):
        for text in (*rule.get("annotations", {}).values(), *rule.get("labels", {}).values()):
            asked = re.findall(r"\{\{(.*?)\}\}", text, re.DOTALL)
            assert all(re.fullmatch(r" \$(value|labels\.\w+) ", part) for part in asked)


def test_the_line_of_an_alert_names_labels_that_its_series_have() -> None:
    for alert in ALERTS:
        named = set(re.findall(r"shixian_\w+", alert.expression)) & set(CATALOGUE)
        for label in alert.about:
            assert all(label in CATALOGUE[name].labels for name in named if "business" not in name)


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    assert sorted(file.stem for file in (DOCS / "runbooks").glob("*.md")) == NAMES


@pytest.mark.parametrize("name", [name for name in NAMES if name != "Watchdog"])
def test_every_alert_is_seen_to_fire_to_stay_silent_and_to_resolve(name: str) -> None:
    mine = [trial for trial in trials() if trial["name"].split(" ")[0] == name]
    assert {trial["name"].removeprefix(f"{name} ").partition(":")[0] for trial in mine} == BEHAVIOURS
    for trial in mine:
        behaviour = trial["name"].removeprefix(f"{name} ").partition(":")[0]
        alerts = [one for one in trial.get("alert_rule_test", ()) if one["alertname"] == name]
        firing = [one for one in alerts if one.get("exp_alerts")]
        counted = [one for one in trial.get("promql_expr_test", ()) if "ALERTS" in one["expr"] and one["exp_samples"]]
        if behaviour == "fires":
            assert firing or counted
        else:
            assert alerts
            assert not firing
            assert bool(counted) == (behaviour == "resolves")


def test_every_alert_and_severity_is_seen_to_fire_with_its_number() -> None:
    seen = {
        (one["alertname"], expected["exp_labels"]["severity"])
        for trial in trials()
        for one in trial.get("alert_rule_test", ())
        for expected in one.get("exp_alerts", ())
        if list(expected["exp_annotations"]) == ANNOTATIONS
    }
    assert seen == {(alert.name, alert.severity.value) for alert in ALERTS}


RED_CARDS = """
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {series: 'shixian_case_step_overdue_workdays{procedure="water-connection",case_id="W",step="s"}', values: "4 5"}
      - {series: 'shixian_case_step_overdue_workdays{procedure="gas-connection",case_id="G",step="s"}', values: "0 1"}
      - {series: 'shixian_case_step_overdue_workdays{procedure="other",case_id="O",step="s"}', values: "2 3"}
    promql_expr_test:
      - expr: count by (case_id) (ALERTS{severity="critical",scope="step"})
        eval_time: 0m
      - expr: count by (case_id) (ALERTS{severity="critical",scope="step"})
        eval_time: 1m
        exp_samples:
          - {labels: '{case_id="W"}', value: 1}
          - {labels: '{case_id="G"}', value: 1}
          - {labels: '{case_id="O"}', value: 1}
"""


def test_a_procedure_may_have_its_own_number_of_days_until_the_red_card(promtool: Path, tmp_path: Path) -> None:
    own = {"water-connection": 5, "gas-connection": 1, "power-connection": 3}
    (tmp_path / "rules.yml").write_text(render(red_card=own))
    (tmp_path / "trial.yml").write_text(RED_CARDS)
    said = told(promtool, "test", "rules", tmp_path / "trial.yml")
    assert said.returncode == 0, said.stdout + said.stderr
    assert render(red_card={"power-connection": 3}) == render()


def test_promtool_takes_the_configuration(any_promtool: Path) -> None:
    said = told(any_promtool, "check", "config", "--lint=all", "--lint-fatal", DEPLOY / "prometheus.yml")
    assert said.returncode == 0, said.stdout + said.stderr


def test_every_target_is_scraped_as_often_as_rules_are_evaluated_and_has_a_fuse(promtool: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sx_test")
    (tmp_path / "rules.yml").write_text(render(60))
    targets = {**TARGETS, "shixian-api": "127.0.0.1:8080"}
    keys = {"shixian-api": str(tmp_path / "key")}
    told_to: dict[str, Any] = {"alertmanager": "127.0.0.1:1", "interval": "1s", "rules": str(tmp_path / "rules.yml")}
    file = tmp_path / "prometheus.yml"
    file.write_text(prometheus_config(targets=targets, keys=keys, **told_to))
    said = told(promtool, "check", "config", "--lint=all", "--lint-fatal", file)
    assert said.returncode == 0, said.stdout + said.stderr
    config = yaml.safe_load(file.read_text())
    assert set(config["global"].values()) == {"1s"}
    jobs = config["scrape_configs"]
    assert [job["job_name"] for job in jobs] == list(targets)
    assert all(job["sample_limit"] and job["label_limit"] for job in jobs)
    assert [job["job_name"] for job in jobs if "authorization" in job] == ["shixian-api"]
    assert "sx_test" not in file.read_text()


@pytest.mark.parametrize("series", [0, SERIES, 20_000])
def test_the_exporter_may_show_as_many_steps_and_cases_as_it_is_told_to_before_its_fuse_blows(series: int) -> None:
    [exporter] = [
        job
        for job in yaml.safe_load(prometheus_config(series=series))["scrape_configs"]
        if job["job_name"] == Job.EXPORTER
    ]
    of_one = [entry for entry in CATALOGUE.values() if "case_id" in entry.labels]
    assert exporter["sample_limit"] >= 20_000 + len(of_one) * series


def test_the_configuration_expects_as_many_series_as_the_setting_has() -> None:
    assert Settings.model_fields["metrics_series"].default == SERIES


def test_the_documents_list_the_alerts_as_they_are() -> None:
    section = (DOCS / "alerts.md").read_text().partition("## Rules")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "runbooks/" in line
    ]
    listed = [(row[0], row[1], row[2], row[4]) for row in rows]
    expected = [
        (f"[{alert.name}](runbooks/{alert.name}.md)", alert.severity.value, alert.scope.value, _held(alert))
        for alert in ALERTS
    ]
    assert sorted(listed) == sorted(expected)


def _held(alert: Alert) -> str:
    held = duration(alert.hold) if alert.hold else "at once"
    return f"{held}, keeps {duration(alert.keep)}" if alert.keep else held


def test_the_command_prints_the_rules(shixian: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shixian("rules").out == render()
    monkeypatch.setenv("SHIXIAN_RED_CARDS", '{"water-connection": 5}')
    scaled = shixian("rules", "--scale", "60", "--runbooks", "https://x.example/r")
    assert scaled.out == render(60, {"water-connection": 5}, runbooks="https://x.example/r")
    assert shixian("rules", "--json").json == yaml.safe_load(render(red_card={"water-connection": 5}))


@pytest.mark.parametrize(
    ("own", "rule"),
    [
        ('{"nothing": 3}', r"SHIXIAN_RED_CARDS.*\[unknown-procedure\]"),
        ('{"water-connection": "soon"}', r"SHIXIAN_RED_CARDS__WATER-CONNECTION.*\[int_parsing\]"),
        ('{"water-connection": 0}', r"SHIXIAN_RED_CARDS__WATER-CONNECTION.*\[greater_than_equal\]"),
        ("water-connection=5", r"SHIXIAN_RED_CARDS.*\[json\]"),
    ],
)
def test_a_number_of_days_that_is_none_is_refused(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch, own: str, rule: str
) -> None:
    monkeypatch.setenv("SHIXIAN_RED_CARDS", own)
    said = shixian("rules")
    assert said.code == 2
    assert re.search(rule, said.err)


def test_the_command_refuses_what_is_no_scale(shixian: CommandLine) -> None:
    said = shixian("rules", "--scale", "0")
    assert said.code == 2
    assert "--scale" in said.err
