"""Alertmanager's configuration: valid, routed as the departments are, muted only where it may be, and so when it runs."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.alerting.alertmanager import FAST, FOR_OFFICERS, PLACE, SHIPPED, render
from api.alerting.hours import Exceptions, office_hours, time_intervals
from api.alerting.model import PREFIX, Alert, Scope, Severity
from api.alerting.prometheus import groups
from api.alerting.recipients import DEAD_MAN, OPERATORS, PARTS, SUPERVISORS, ChannelKind, Recipients, default, load
from api.cli import main
from api.real_clock import real_now
from sla.axis import local, local_day
from sla.clock import Policy
from sla.departments import DEPARTMENTS, UNLISTED, told_for
from sla.release import RELEASE
from tests.api.alerting.live import NOT_IN_HOURS, ON_A_HOLIDAY, Alertmanager, Receiver, labels, receivers
from tests.waiting import until

FOLDER = Path(__file__).parents[3] / "deploy/alertmanager"
DOCUMENT = FOLDER.parents[1] / "docs/alerts.md"
RELAY = "http://127.0.0.1:8082"
SHIPPED_DAY = date(2026, 1, 1)
ALERTS = [alert for group in groups() for alert in group.alerts]
DESKS = [*DEPARTMENTS, UNLISTED]
NAMED_DESK = "sz-water-both"  # a joint desk that has a group of its own
MUTED_GROUPS = 5  # of the live test: two alerts of a desk of two offices, and one of a promise
# Every key that version 0.25 knows and that is used here.
ROUTE_KEYS = {
    "receiver", "group_by", "group_wait", "group_interval", "repeat_interval", "matchers", "continue", "routes",
    "active_time_intervals", "mute_time_intervals",
}  # fmt: skip


def told_of(alert: Alert, department: str) -> list[str]:
    """Whom an alert has to reach, in the routes' order; a joint desk is no office, so its members are told for it."""
    if alert.name == "Watchdog":
        return [DEAD_MAN]
    if alert.name.removeprefix(PREFIX) in FOR_OFFICERS:
        return [SUPERVISORS]
    if alert.scope is Scope.PLATFORM:
        return [OPERATORS]
    if alert.scope is Scope.COMMITMENT or department == UNLISTED:
        return [SUPERVISORS]
    told = [one for one in DEPARTMENTS if one in told_for(department) and not DEPARTMENTS[one].members]
    return [SUPERVISORS, *told] if alert.severity is Severity.CRITICAL else told


def of(alert: Alert, department: str) -> dict[str, str]:
    """The labels of an alert; of a promise or of the platform it has no department."""
    own = alert.scope in {Scope.STEP, Scope.CASE, Scope.DEPARTMENT}
    return labels(alert.name, alert.severity, alert.scope, **({"department": department} if own else {}))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("alertmanager") / "alertmanager.yml"
    file.write_text(render(default(), RELAY, today=SHIPPED_DAY, almanac=RELEASE))
    return file


def routes(amtool: Path, config: Path, alert: Mapping[str, str], expected: list[str]) -> str:
    """What amtool says against the expected receivers; nothing where it agrees."""
    asked = [f"{name}={value}" for name, value in alert.items()]
    options = [f"--config.file={config}", f"--verify.receivers={','.join(expected)}"]
    done = subprocess.run(
        [amtool, "config", "routes", "test", *options, *asked], capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else f"{asked}: {done.stdout}{done.stderr}"


def walked(route: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield route
    for child in route.get("routes", ()):
        yield from walked(child)


def test_the_committed_file_is_the_shipped_recipients_rendered() -> None:
    rendered = render(load(FOLDER / "recipients.yml"), RELAY, today=SHIPPED_DAY, almanac=RELEASE)
    assert (FOLDER / "alertmanager.yml").read_text(encoding="utf-8") == rendered


@pytest.mark.parametrize(
    "rendered",
    [
        render(default(), RELAY, today=SHIPPED_DAY, almanac=RELEASE),
        render(default(), RELAY, today=date(2026, 12, 31), almanac=RELEASE),  # no make-up day and no holiday is left
        render(default(), RELAY, today=date(2027, 2, 1), almanac=RELEASE),  # nothing is published
        render(default(), RELAY, today=SHIPPED_DAY, almanac=RELEASE, policy=Policy(close=None)),
        render(default(), RELAY, today=SHIPPED_DAY, almanac=RELEASE, timing=FAST),
        render(
            default(), RELAY, today=SHIPPED_DAY, almanac=RELEASE, timing=SHIPPED.scaled(12_345.678), office_hours=False
        ),
    ],
    ids=["shipped", "last day", "beyond", "no close", "fast", "rehearsal"],
)
def test_alertmanager_takes_every_rendering(rendered: str, amtool: Path, tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(rendered)
    done = subprocess.run([amtool, "check-config", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(default().receivers)} receivers" in done.stdout


def test_only_keys_are_used_that_debian_12_knows(config: Path) -> None:
    document = yaml.safe_load(config.read_text())
    assert set(document) == {"route", "inhibit_rules", "receivers", "time_intervals"}
    assert {key for route in walked(document["route"]) for key in route} == ROUTE_KEYS
    assert {key for rule in document["inhibit_rules"] for key in rule} == {
        "source_matchers",
        "target_matchers",
        "equal",
    }
    for receiver in document["receivers"]:
        url = f"{RELAY}/v1/alerts/{receiver['name']}"
        assert receiver["webhook_configs"] == [{"url": url, "send_resolved": True, "max_alerts": 0}]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: f"{alert.name}-{alert.severity}")
def test_an_alert_reaches_who_answers_for_it(alert: Alert, amtool: Path, config: Path) -> None:
    alerts = {tuple(of(alert, desk).items()): told_of(alert, desk) for desk in DESKS}
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda one: routes(amtool, config, dict(one), alerts[one]), alerts)
    assert "".join(found) == ""


def test_a_joint_desk_with_a_group_of_its_own_is_told_beside_its_members(amtool: Path, tmp_path: Path) -> None:
    receivers = {**default().receivers, NAMED_DESK: ("log",)}
    recipients = Recipients(receivers=receivers, channels=default().channels)
    file = tmp_path / "alertmanager.yml"
    file.write_text(render(recipients, RELAY, today=SHIPPED_DAY, almanac=RELEASE))
    yellow = labels("ShixianStepOverdue", "warning", "step", department=NAMED_DESK)
    assert routes(amtool, file, yellow, ["sz-water-bureau", "sz-water", NAMED_DESK]) == ""
    assert routes(amtool, file, {**yellow, "department": "sz-water"}, ["sz-water"]) == ""


def test_what_no_route_knows_reaches_the_operators(amtool: Path, config: Path) -> None:
    assert routes(amtool, config, {"alertname": "SomebodyElses"}, [OPERATORS]) == ""
    assert routes(amtool, config, labels("SomebodyElses", "page", "else", department="nobody"), [OPERATORS]) == ""


def test_only_routes_of_reminders_and_yellow_cards_keep_office_hours(config: Path) -> None:
    muted = 0
    for route in walked(yaml.safe_load(config.read_text())["route"]):
        has = "mute_time_intervals" in route
        assert has == ("active_time_intervals" in route)
        assert has == (route.get("repeat_interval") == "5m")
        matchers = route.get("matchers", [])
        if has and matchers != ['scope=~"step|case"'] and not matchers[0].startswith("alertname"):
            assert 'severity=~"info|warning"' in matchers
        muted += has
    assert muted > len(DEPARTMENTS)


def test_the_document_tells_of_every_receiver_key_and_wait() -> None:
    section = DOCUMENT.read_text(encoding="utf-8").partition("## Who is told")[2].partition("\n## ")[0]
    for word in (DEAD_MAN, OPERATORS, SUPERVISORS, *PARTS, *ChannelKind, "url_file", "rate", "default"):
        assert f"`{word}`" in section, word
    root = yaml.safe_load((FOLDER / "alertmanager.yml").read_text(encoding="utf-8"))["route"]
    for route in walked(root):
        if "group_wait" in route and route["group_wait"] != "0s":
            assert f"{route['group_wait']}, then {route['group_interval']}" in section
        if "repeat_interval" in route and route.get("receiver") != DEAD_MAN:
            assert re.search(rf"again (after|every) {route['repeat_interval']}\b", section)
    assert "08:30 to 18:00" in section
    assert office_hours(Policy()) == {"start_time": "08:30", "end_time": "18:00"}


def test_a_rehearsal_waits_less_and_is_else_the_same() -> None:
    shipped = yaml.safe_load(render(default(), RELAY, today=SHIPPED_DAY, almanac=RELEASE, office_hours=False))
    scaled = yaml.safe_load(
        render(default(), RELAY, today=SHIPPED_DAY, almanac=RELEASE, office_hours=False, timing=SHIPPED.scaled(10))
    )
    lengths = {"group_wait", "group_interval", "repeat_interval"}
    seconds = {"s": 1, "m": 60, "h": 3600}
    waits = []
    for old, new in zip(walked(shipped["route"]), walked(scaled["route"]), strict=True):
        assert {key: old[key] for key in old.keys() - lengths - {"routes"}} == {
            key: new[key] for key in new.keys() - lengths - {"routes"}
        }
        for key in lengths & old.keys():
            before, after = (int(text[:-1]) * seconds[text[-1]] for text in (old[key], new[key]))
            waits.append(after == max(1, before // 10) or old["receiver"] in {OPERATORS, DEAD_MAN})
    assert {**shipped, "route": 0} == {**scaled, "route": 0}
    assert len(waits) > len(DEPARTMENTS)
    assert all(waits)
    assert SHIPPED.scaled(10**9).one_by_one_wait == timedelta(seconds=1)
    assert SHIPPED.scaled(10**9).heartbeat == SHIPPED.heartbeat


def test_inhibitions_name_alerts_that_there_are_and_ask_for_each_label(config: Path) -> None:
    known = {alert.name for alert in ALERTS}
    for rule in yaml.safe_load(config.read_text())["inhibit_rules"]:
        for side in ("source_matchers", "target_matchers"):
            assert rule[side][0].removeprefix('alertname="').removesuffix('"') in known
            assert {f'{label}!=""' for label in rule["equal"]} <= set(rule[side])


# --- live -----------------------------------------------------------------------------------------------------------


def never_now() -> Policy:
    """Office hours that are hours away from now."""
    noon = 12
    early = local(real_now()).hour < noon
    opens, closes = (time(20), time(21)) if early else (time(2), time(3))
    return Policy(morning=(opens, closes), afternoon=(opens, closes), close=closes)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        yield server
        server.shutdown()


def live(receiver: Receiver, policy: Policy) -> dict[str, Any]:
    """The configuration, told to the receiver of the test."""
    config: dict[str, Any] = yaml.safe_load(
        render(default(), receiver.url, today=local_day(real_now()), almanac=RELEASE, timing=FAST, policy=policy)
    )
    return config


def test_a_red_card_is_told_at_night_and_a_yellow_one_on_the_next_day_of_work(
    alertmanager_binary: Path, tmp_path: Path, receiver: Receiver
) -> None:
    config = live(receiver, never_now())
    step = {"scope": "step", "department": "sz-water-both", "step": "survey"}
    yellow = labels("ShixianStepOverdue", "warning", **step, case_id="1")
    reminder = labels("ShixianStepDueSoon", "info", **step, case_id="2")
    promise = labels("ShixianAverageCommitmentForecastBreach", "warning", "commitment", commitment="C1")
    red = labels("ShixianStepOverdue", "critical", **step, case_id="3")
    platform = labels("ShixianWorkerStuck", "critical", "platform")
    coming = labels("ShixianCalendarEnding", "info", "platform", calendar="suzhou")
    with Alertmanager(alertmanager_binary, tmp_path, yaml.safe_dump(config)) as server:
        server.raise_(yellow, reminder, promise, red, platform, coming, labels("Watchdog", "none", "platform"))
        until(lambda: server.held(NOT_IN_HOURS) >= 2 * MUTED_GROUPS and len(receiver.arrived) >= 6)
        assert receivers(receiver.arrived, "ShixianStepOverdue") == [SUPERVISORS, "sz-water", "sz-water-bureau"]
        assert {one.severity for one in receiver.arrived if one.alert == "ShixianStepOverdue"} == {"critical"}
        assert receivers(receiver.arrived, "ShixianWorkerStuck") == [OPERATORS]
        assert receivers(receiver.arrived, "ShixianCalendarEnding") == [OPERATORS]
        assert receivers(receiver.arrived, "Watchdog") == [DEAD_MAN]
        assert len(receiver.arrived) == 6

        days = (local_day(real_now()), local_day(real_now()) + timedelta(days=1))
        always = {"start_time": "00:00", "end_time": "24:00"}
        # a holiday: muted at every hour, make-up day or not
        server.configure(yaml.safe_dump({**config, "time_intervals": time_intervals(Exceptions(days, days), always)}))
        until(lambda: server.held(ON_A_HOLIDAY) >= 2 * MUTED_GROUPS)
        assert len([one for one in receiver.arrived if one.severity in {"info", "warning"}]) == 1  # the operators'

        # a day of work, whatever day of the week
        server.configure(yaml.safe_dump({**config, "time_intervals": time_intervals(Exceptions(days, ()), always)}))
        until(lambda: len(receiver.arrived) >= 11)
        assert receivers(receiver.arrived, "ShixianStepOverdue", "warning") == ["sz-water", "sz-water-bureau"]
        assert receivers(receiver.arrived, "ShixianStepDueSoon") == ["sz-water", "sz-water-bureau"]
        assert receivers(receiver.arrived, "ShixianAverageCommitmentForecastBreach") == [SUPERVISORS]


def test_alertmanager_agrees_about_this_hour_with_the_calendar_of_the_due_dates(
    alertmanager_binary: Path, tmp_path: Path, receiver: Receiver
) -> None:
    now = local(real_now())
    calendar = RELEASE.calendar_for(PLACE, now.date())
    # hours that hold this one, whenever it is
    policy = Policy(morning=(time(0), time(12)), close=None)
    known = now.date() <= calendar.known_until
    works = calendar.is_working(now.date()) if known else now.weekday() < 5
    step = {"scope": "step", "department": "sz-gas", "step": "survey"}
    with Alertmanager(alertmanager_binary, tmp_path, yaml.safe_dump(live(receiver, policy))) as server:
        server.raise_(
            labels("ShixianStepOverdue", "warning", **step, case_id="1"),
            labels("ShixianStepOverdue", "critical", **step, case_id="2"),
        )
        until(lambda: receivers(receiver.arrived, "ShixianStepOverdue", "critical") == [SUPERVISORS, "sz-gas"])
        if works:
            until(lambda: receivers(receiver.arrived, "ShixianStepOverdue", "warning") == ["sz-gas"])
        else:
            until(lambda: server.held(NOT_IN_HOURS) + server.held(ON_A_HOLIDAY) >= 2)
            assert receivers(receiver.arrived, "ShixianStepOverdue", "warning") == []


def test_the_graver_alert_of_a_case_silences_the_lesser_one(
    alertmanager_binary: Path, tmp_path: Path, receiver: Receiver
) -> None:
    config = {**live(receiver, Policy()), "time_intervals": every_hour()}
    step = {"scope": "step", "department": "sz-gas", "step": "survey"}
    case = {"scope": "case", "department": "sz-gas"}
    promise = {"scope": "commitment", "commitment": "C1"}
    calendar = {"scope": "platform", "calendar": "suzhou"}
    graver = [
        labels("ShixianStepOverdue", "critical", **step, case_id="1"),
        labels("ShixianStepOverdue", "warning", **step, case_id="2"),
        labels("ShixianCaseOverdue", "critical", **case, case_id="1"),
        labels("ShixianAverageCommitmentExceeded", "critical", **promise, window="year"),
        labels("ShixianCalendarEnding", "critical", **calendar),
        labels("ShixianExporterDown", "critical", "platform", job="shixian"),
    ]
    lesser = [
        labels("ShixianStepOverdue", "warning", **step, case_id="1"),
        labels("ShixianStepDueSoon", "info", **step, case_id="2"),
        labels("ShixianCaseDueSoon", "warning", **case, case_id="1"),
        labels("ShixianAverageCommitmentForecastBreach", "warning", **promise, window="year"),
        labels("ShixianCalendarEnding", "info", **calendar),
        labels("ShixianWorkerStuck", "critical", "platform", task_queue="cases"),
    ]
    others = [
        labels("ShixianStepDueSoon", "info", **step, case_id="3"),
        labels("ShixianCaseDueSoon", "warning", **case, case_id="3"),
    ]
    with Alertmanager(alertmanager_binary, tmp_path, yaml.safe_dump(config)) as server:
        server.raise_(*graver, *lesser, *others)
        until(lambda: server.inhibited() == len(lesser))
        until(lambda: len(receiver.arrived) >= len(graver) + len(others) + 2)  # red cards to the supervisors too
        told = {(one.alert, one.severity) for one in receiver.arrived}
        expected = {(one["alertname"], one["severity"]) for one in (*graver, *others)}
        assert told == expected
        assert len(receiver.arrived) == len(graver) + len(others) + 2


def every_hour() -> list[dict[str, Any]]:
    """Intervals in which this day and the next are days of work around the clock."""
    today = local_day(real_now())
    days = Exceptions((today, today + timedelta(days=1)), ())
    return time_intervals(days, {"start_time": "00:00", "end_time": "24:00"})


def urls(file: Path) -> set[str]:
    """The addresses that a configuration tells."""
    return {one["webhook_configs"][0]["url"] for one in yaml.safe_load(file.read_text())["receivers"]}


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_prints_what_alertmanager_takes(
    amtool: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "alertmanager.yml"
    recipients = str(FOLDER / "recipients.yml")
    assert main(["alertmanager-config", "--recipients", recipients, "--relay", "https://relay.example/"]) == 0
    file.write_text(capsys.readouterr().out)
    assert subprocess.run([amtool, "check-config", file], capture_output=True, check=False).returncode == 0
    assert "https://relay.example/v1/alerts/sz-water" in urls(file)
    other = tmp_path / "other.yml"
    arguments = ["--recipients", recipients, "--relay", "https://relay.example"]
    assert main(["alertmanager-config", *arguments, "--output", str(other)]) == 0
    assert capsys.readouterr().out == ""
    assert other.read_text() == file.read_text()


def test_the_command_takes_recipients_office_hours_and_relay_from_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIXIAN_RECIPIENTS_FILE", str(FOLDER / "recipients.yml"))
    monkeypatch.setenv("SHIXIAN_RELAY_PORT", "9999")
    monkeypatch.setenv("SHIXIAN_POLICY__CLOSE", "19:00")
    assert main(["alertmanager-config", "--json"]) == 0
    document = yaml.safe_load(capsys.readouterr().out)
    assert document["receivers"][0]["webhook_configs"][0]["url"] == "http://127.0.0.1:9999/v1/alerts/dead-man"
    assert document["time_intervals"][0]["time_intervals"][0]["times"] == [office_hours(Policy(close=time(19)))]
    monkeypatch.setenv("SHIXIAN_RECIPIENTS_FILE", str(tmp_path / "none.yml"))
    assert main(["alertmanager-config"]) == 2


def test_the_command_refuses_a_wrong_file_with_line_and_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "recipients.yml"
    file.write_text("channels:\n  hall: {kind: weebhook}\noperators: [hole]\n")
    assert main(["alertmanager-config", "--recipients", str(file)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert (
        f"{file}:2: channels.hall.kind: must be one of webhook, wecom, dingtalk, feishu, apprise, log [not-a-choice]"
        in said
    )
    assert any(line.startswith(f"{file}:3: operators: ") and line.endswith("[unknown-channel]") for line in said)
    assert main(["alertmanager-config", "--relay", "relay:8082"]) == 2
    assert "[bad-url]" in capsys.readouterr().err
