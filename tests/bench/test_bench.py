"""The benchmark itself, in its smallest size: what it prints and writes, never how fast it was."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.guards import WAYS
from tests.bench.lists import READS
from tests.bench.pages import PAGES

SMALLEST = {
    "pairs": 1,
    "more-pairs": 1,
    "cases": 2,
    "in-flight": 2,
    "open-cases": 5,
    "open-steps": 20,
    "listed": 30,
    "closed-cases": 30,
    "times": 2,
    "scrapes": 2,
    "alerts": 1,
    "additions": 200,
    "noticed": 48,
    "imported": 30,
    "storms": 5,
    "city": 20,
    "storm-seconds": 5,
    "at-once": 3,
    "rounds": 1,
    "connections": 20,
    "connected-seconds": 2,
}
LINE = re.compile(r"(?P<name>[a-z0-9_.]+) (?P<value>-?[0-9.]+) (?P<unit>[a-zA-Z/]+), (?P<against>.+)")
COMPARED = ("throughput_vs_bare", "p99_vs_bare", "throughput", "p50", "p99")
NAMES = {
    "calendar.add",
    "calendar.add_vs_numpy",
    "calendar.add_vs_chinesecalendar",
    *(
        f"notice.{database}.{what}"
        for database in ("sqlite", "postgresql")
        for what in ("preview", "preview_again", "applied", "applied_share", "p99_meanwhile")
    ),
    "case.events",
    "case.events_vs_bare",
    "case.actions",
    *(f"{where}.{what}" for where in ("case", "case.http", "case.postgresql") for what in COMPARED),
    "memory.worker_5_open_cases",
    "memory.api_5_open_cases",
    *(f"scrape.20_open_steps.{what}" for what in ("p99_vs_bare", "p50_vs_bare", "p99", "memory", "readyz_p99")),
    *(f"lists.{database}.{what}" for database in ("sqlite", "postgresql") for what in ("load", *READS)),
    *(f"page.{database}.load" for database in ("sqlite", "postgresql")),
    *(
        f"page.{database}.{page}.{what}"
        for database in ("sqlite", "postgresql")
        for page in PAGES
        for what in ("p95", "size", "reads")
    ),
    *(f"alert.{setting}.{what}" for setting in ("fast", "shipped") for what in ("median", "worst")),
    *(f"storm.5.{what}" for what in ("prometheus", "alertmanager", "exporter", "relay", "rule_group", "missed")),
    *(f"import.{what}" for what in ("took", "sent", "throughput", "p99_meanwhile")),
    "storm.told.last",
    "storm.told.messages",
    *(f"doors.{way}.{what}" for way in ("bare", *WAYS) for what in ("time", "processor")),
    *(f"doors.connections.{what}" for what in ("memory", "refused", "answered", "otherwise", "let_in")),
}


@pytest.mark.slow
@pytest.mark.nightly
def test_every_figure_is_a_line_and_stands_in_the_file(
    temporal_binary: Path, prometheus_binary: Path, alertmanager_binary: Path, tmp_path: Path
) -> None:
    written = tmp_path / "build" / "bench.json"
    sizes = [f"--{name}={value}" for name, value in SMALLEST.items()]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench", *sizes, "--output", str(written)],
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "SHIXIAN_TEMPORAL": str(temporal_binary),
            "SHIXIAN_PROMETHEUS": str(prometheus_binary),
            "SHIXIAN_ALERTMANAGER": str(alertmanager_binary),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    lines = [LINE.fullmatch(line) for line in ran.stdout.splitlines()]
    figures = json.loads(written.read_text())
    assert {line["name"] for line in lines if line} == set(figures) == NAMES
    assert None not in lines
    for line in lines:
        if line is not None:
            kept = figures[line["name"]]
            assert (f"{kept['value']}", kept["unit"], kept["against"]) == (line["value"], line["unit"], line["against"])
    # counts are the same on every machine
    assert figures["case.events"]["value"] <= 8 * 23 + 12
    assert figures["case.events_vs_bare"]["value"] <= 1.05
