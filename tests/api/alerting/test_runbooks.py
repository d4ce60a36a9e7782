"""Runbooks: each has the same parts, names what there is, and its commands work against a running Shixian."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2
import pytest

from api.cli import COMMANDS
from api.settings import Settings
from tests.api.processes.test_serve import opened
from tests.api.serving import Serving, Watching, bearer

DOCS = Path(__file__).parents[3] / "docs"
RUNBOOKS = sorted((DOCS / "runbooks").glob("*.md"))
HEADINGS = ["Meaning", "Impact", "Diagnosis", "Mitigation"]
HARM = re.compile(
    r"--repair|silence|rebuild|revoke|keys (?!list)|machines (?!list)|migrate|\b(rm|kill|systemctl)\b|-X|--data(?!-urlencode)"
)
REHEARSAL = ("--rehearsal", "--start", "2021-03-01 09:00", "--rate", "21600")  # a day in four seconds
CASE = "due"


def commands(runbook: Path) -> list[str]:
    """Each line of its blocks of shell, without remarks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", runbook.read_text(), re.DOTALL | re.MULTILINE)
    return [re.sub(r"\s+# .*", "", line) for block in blocks for line in block.splitlines()]


ALL_COMMANDS = sorted({command for runbook in RUNBOOKS for command in commands(runbook)})


@pytest.fixture(scope="module")
def environment(
    temporal_binary: Path,
    prometheus_binary: Path,
    alertmanager_binary: Path,
    amtool: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Mapping[str, str]]:
    """What a duty officer has: addresses, a key, a case that is overdue, and the tools on the path."""
    tools = tmp_path_factory.mktemp("tools")
    (tools / "amtool").symlink_to(amtool)
    with (
        Serving(tmp_path_factory.mktemp("runbooks"), temporal_binary, *REHEARSAL) as serving,
        Watching(serving, prometheus_binary, alertmanager_binary) as watching,
    ):
        opened(serving, CASE)  # now: one told of days later alarms nobody
        watching.until(lambda: _told(watching))
        yield {
            **os.environ,
            **serving.settings,
            "PATH": f"{Path(sys.executable).parent}:{tools}:{os.environ['PATH']}",
            "NO_PROXY": "*",
            "PROMETHEUS_URL": watching.address("Prometheus"),
            "ALERTMANAGER_URL": watching.address("Alertmanager"),
            "METRICS_URL": watching.address("metrics"),
            "RELAY_URL": watching.address("relay"),
            "CASE": CASE,
            "SHIXIAN_SCRAPE_TOKEN_FILE": str(serving.folder / "data" / "secrets" / "scrape.token"),
        }


def _told(watching: Watching) -> bool:
    """Whether the relay has told anyone of the case that is overdue."""
    headers = bearer(watching.folder / "data" / "secrets" / "scrape.token")
    said = httpx2.get(f"{watching.address('relay')}/metrics", headers=headers, trust_env=False).text
    return watching.has(rf"ShixianCaseOverdue .*{CASE}") and "shixian_notifications_total{" in said


@pytest.mark.parametrize("command", ALL_COMMANDS)
def test_a_command_of_a_runbook_works(environment: Mapping[str, str], command: str) -> None:
    done = subprocess.run(
        ["sh", "-c", command], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()
    if "/api/v1/query" in command:
        assert '"status":"success"' in done.stdout


def test_every_rule_is_evaluated_on_what_the_exporter_really_shows(environment: Mapping[str, str]) -> None:
    said = httpx2.get(f"{environment['PROMETHEUS_URL']}/api/v1/rules", trust_env=False).json()["data"]["groups"]
    rules = [rule for group in said for rule in group["rules"]]
    assert {rule["health"] for rule in rules} == {"ok"}
    texts = [text for rule in rules for alert in rule.get("alerts", ()) for text in alert["annotations"].values()]
    assert not [text for text in texts if "<error" in text or "<no value>" in text]
    case = next(rule for rule in rules if rule["name"] == "ShixianCaseOverdue")["alerts"][0]
    assert set(case["annotations"]) == {"summary", "value", "runbook_url"}
    assert (case["labels"]["case_id"], case["labels"]["scope"]) == (CASE, "case")
    assert CASE in case["annotations"]["summary"]
    assert float(case["annotations"]["value"]) > 0


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda runbook: runbook.stem)
def test_a_runbook_says_what_it_means_what_it_harms_where_to_look_and_what_to_do(runbook: Path) -> None:
    text = runbook.read_text()
    title, _, first, *_ = text.splitlines()
    assert title == f"# {runbook.stem}"
    assert any("\u4e00" <= letter <= "\u9fff" for letter in first)
    assert re.findall(r"^## (.*)", text, re.MULTILINE) == HEADINGS
    assert commands(runbook)
    assert len(text.splitlines()) <= 50


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda runbook: runbook.stem)
def test_a_runbook_names_commands_settings_and_files_that_exist(runbook: Path) -> None:
    text = runbook.read_text()
    assert set(re.findall(r"(?:`|^)shixian ([a-z-]+)", text, re.MULTILINE)) <= set(COMMANDS)
    known = {f"SHIXIAN_{name.upper()}" for name in Settings.model_fields} | {"SHIXIAN_URL", "SHIXIAN_KEY"}
    assert set(re.findall(r"SHIXIAN_[A-Z_]+", text)) <= known
    for link in re.findall(r"\]\((.*?)\)", text):
        assert (runbook.parent / link).exists()


@pytest.mark.parametrize("command", ALL_COMMANDS)
def test_what_a_runbook_has_one_run_to_look_does_no_harm(command: str) -> None:
    assert not HARM.search(command)
