"""`shixian monitor` beside `shixian serve`: what falls due reaches the receiver, and nothing is left behind."""

import os
import signal
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx2
import pytest
import yaml

from api.processes.claims import free_port
from tests.api.processes.test_serve import opened
from tests.api.serving import Running, Serving, Watching, bearer
from tests.waiting import PROMPT

pytestmark = pytest.mark.slow

SERVERS = ("prometheus", "alertmanager")
PARTS = (*SERVERS, "metrics", "relay", "receiver")
RUNBOOKS = "https://x.example/runbooks"
REHEARSAL = ("--rehearsal", "--start", "2021-03-01 09:00", "--rate", "10800")  # a day in eight seconds


@pytest.fixture(scope="module")
def serving(temporal_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    shown = {"SHIXIAN_WORKER_METRICS": f"127.0.0.1:{free_port()}"}
    with Serving(tmp_path_factory.mktemp("monitor"), temporal_binary, *REHEARSAL, **shown) as serving:
        yield serving


@pytest.fixture(scope="module")
def first(serving: Serving, prometheus_binary: Path, alertmanager_binary: Path) -> Iterator[Watching]:
    name = "SHIXIAN_WORKER_METRICS"
    settings = {"SHIXIAN_RUNBOOKS_URL": RUNBOOKS, name: serving.env[name]}
    with Watching(serving, prometheus_binary, alertmanager_binary, **settings) as watching:
        yield watching


@pytest.fixture
def watching(first: Watching) -> Watching:
    """Running, whatever the test before left of it."""
    if not first.runs:
        first.start()
    return first


def server(watching: Watching, name: str) -> int:
    """A server that is not ours, at the end of its leash."""
    file = watching.folder / "data" / "monitor" / f"{name}.pid"
    return int(watching.until(lambda: file.exists() and file.read_text()))


def process(watching: Watching, part: str) -> int:
    """A part's process; of a server that is not ours the one that holds its leash."""
    return watching.pid_of(f"{part}.pid" if part in SERVERS else f"api.cli {part}")


def processes(watching: Watching) -> list[int]:
    """Every process of a monitor, but itself."""
    return [*(process(watching, part) for part in PARTS), *(server(watching, name) for name in SERVERS)]


def living(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def alerts(watching: Watching) -> list[dict[str, str]]:
    """The labels of what fires in Prometheus."""
    answer = httpx2.get(f"{watching.address('Prometheus')}/api/v1/alerts", trust_env=False)
    return [alert["labels"] for alert in answer.json()["data"]["alerts"] if alert["state"] == "firing"]


def test_a_step_that_falls_due_is_told_to_its_department_and_to_the_supervisors(
    serving: Serving, watching: Watching
) -> None:
    opened(serving, "due")
    told = r"sz-water 市水务集团 告警 raised  {}  ShixianStepOverdue  【{}】案件 due 环节「联合踏勘」.*期.*  {}: case due, step "
    for card in (("黄牌 yellow card", "黄牌", "Yellow card"), ("红牌 red card", "红牌", "Red card")):
        watching.until(partial(watching.has, told.format(*card)))
    watching.until(lambda: watching.has(r"supervisors .* 告警 raised  红牌 red card  ShixianCaseOverdue .*due"))
    labels = [one for one in alerts(watching) if one["alertname"] == "ShixianStepOverdue" and one["case_id"] == "due"]
    assert {one["severity"] for one in labels} == {"warning", "critical"}


def test_a_rehearsal_has_its_own_pace_its_runbooks_and_no_office_hours(watching: Watching) -> None:
    folder = watching.folder / "data" / "monitor"
    prometheus = yaml.safe_load((folder / "prometheus.yml").read_text())
    assert prometheus["global"]["scrape_interval"] == "1s"
    rules = (folder / "rules.yml").read_text()
    assert "for: 1h" not in rules
    assert f"runbook_url: {RUNBOOKS}/ShixianStepOverdue.md" in rules
    assert "time_intervals" not in yaml.safe_load((folder / "alertmanager.yml").read_text())


@pytest.mark.parametrize(
    "job", ["shixian", "shixian-relay", "shixian-api", "shixian-worker", "prometheus", "alertmanager"]
)
def test_every_part_is_scraped(watching: Watching, job: str) -> None:
    query = {"query": f'up{{job="{job}"}}'}
    url = f"{watching.address('Prometheus')}/api/v1/query"

    def is_up() -> bool:
        found = httpx2.get(url, params=query, trust_env=False).json()["data"]["result"]
        return [one["value"][1] for one in found] == ["1"]

    watching.until(is_up, 30)


def test_a_false_alarm_that_a_local_process_posts_is_refused_and_the_secrets_stay(watching: Watching) -> None:
    secrets = watching.folder / "data" / "secrets"
    files = [secrets / f"{name}.token" for name in ("relay", "scrape")]
    before = [file.read_text() for file in files]
    watching.stop()
    watching.start()
    assert [file.read_text() for file in files] == before
    said = httpx2.post(f"{watching.address('relay')}/v1/alerts/operators", json={}, trust_env=False)
    assert (said.status_code, said.json()["type"]) == (401, "urn:shixian:problem:unauthenticated")
    for part in ("metrics", "relay"):
        url = f"{watching.address(part)}/metrics"
        assert httpx2.get(url, trust_env=False).status_code == 401
        assert httpx2.get(url, headers=bearer(files[0]), trust_env=False).status_code == 401
        assert httpx2.get(url, headers=bearer(files[1]), trust_env=False).status_code == 200


def open_to_others(folder: Path) -> list[Path]:
    return [one for one in (folder, *folder.rglob("*")) if not one.is_symlink() and one.stat().st_mode & 0o077]


def test_nothing_that_serve_and_monitor_keep_is_open_to_other_users(watching: Watching) -> None:
    """Temporal's database, the ledger with what is beside it, configurations, keys and logs; and of an old folder."""
    folder = watching.folder / "data"
    names = {one.name for one in folder.rglob("*")}
    assert names >= {
        "ledger.sqlite",
        "ledger.sqlite-wal",
        "temporal.db",
        "temporal.log",
        "prometheus.yml",
        "relay.token",
    }
    assert open_to_others(folder) == []
    watching.stop()
    (folder / "ledger.sqlite").chmod(0o644)
    (folder / "monitor" / "alertmanager.yml").chmod(0o664)
    folder.chmod(0o755)
    watching.start()
    assert watching.has(f"{folder}: 3 个文件或文件夹.* files or folders were open to other users")
    assert open_to_others(folder) == []


def test_a_second_monitor_over_the_same_folder_is_refused(
    serving: Serving, watching: Watching, prometheus_binary: Path, alertmanager_binary: Path, tmp_path: Path
) -> None:
    second = Running(tmp_path, "monitor", "--data-dir", str(serving.folder / "data"), **watching.env)
    with pytest.raises(AssertionError, match="already keeps its servers"):
        second.start()


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_ends_is_started_again(watching: Watching, part: str) -> None:
    before = process(watching, part)
    os.kill(server(watching, part) if part in SERVERS else before, signal.SIGKILL)
    watching.until(lambda: f"{part}: ended" in watching.said)
    watching.until(lambda: has_again(watching, part, before))


def has_again(watching: Watching, part: str, before: int) -> bool:
    """Whether a part has a process, and another one."""
    try:
        return process(watching, part) != before
    except StopIteration:
        return False


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_it_ends_in_time_and_leaves_no_process(watching: Watching, how: signal.Signals) -> None:
    pids = processes(watching)
    code, seconds = watching.stop(how)
    assert (code, seconds < PROMPT) == (0, True)
    assert living(pids) == []


def test_its_parts_end_when_it_is_killed(watching: Watching) -> None:
    pids = processes(watching)
    watching.stop(signal.SIGKILL)
    watching.until(lambda: not living(pids), 20)


def test_a_wrong_file_of_recipients_is_refused_at_the_start(serving: Serving, tmp_path: Path) -> None:
    wrong = tmp_path / "recipients.yml"
    wrong.write_text("channels:\n  nowhere: {kind: pigeon}\n")
    refused = Running(tmp_path, "monitor", "--data-dir", str(serving.folder / "data"), "--recipients", str(wrong))
    with pytest.raises(AssertionError, match=r"recipients\.yml:2: channels\.nowhere\.kind"):
        refused.start()


def test_a_port_that_is_taken_ends_the_start_with_where_to_read_why(serving: Serving, watching: Watching) -> None:
    watching.stop()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with pytest.raises(AssertionError, match=r"alertmanager process ended 3 times.*monitor/alertmanager\.log"):
            watching.start("--alertmanager-port", port)
