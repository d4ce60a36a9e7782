"""Figures of an import: cases told by eight rows each, taken over by the real command, and what commands feel of it."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import httpx2

from tests.api.imports.files import EVENTS_MAP, case_rows, event_rows, write_csv
from tests.api.serving import Serving
from tests.bench.cases import STEPS, WATER
from tests.bench.figures import Sheet
from tests.bench.stand import folder

CLIENTS = 4
PACE = 0.1  # seconds between the commands of a client
QUIET = 15.0  # seconds in which commands are timed without an import
AT_MOST = 900  # seconds for 5 000 cases
AS_SHIPPED = {"SHIXIAN_REQUEST_DEADLINE": "4.5", "SHIXIAN_ALARM_GRACE": "5"}


class Imported(NamedTuple):
    """What the command said, how long it took, and how long commands took before it and meanwhile; all in seconds."""

    said: dict[str, Any]
    took: float
    before: list[float]
    meanwhile: list[float]


def measure(sheet: Sheet, temporal: Path, cases: int) -> None:
    """Through `serve` as it is shipped, on SQLite that waits for the disk."""
    with folder() as home, Serving(home, temporal, **AS_SHIPPED) as serving:
        rows = event_rows(case_rows(cases))
        file = write_csv(home / "events.csv", rows)
        (home / "map.yml").write_text(json.dumps(EVENTS_MAP, ensure_ascii=False), encoding="utf-8")
        command = [sys.executable, "-P", "-m", "api.cli", "import", str(file), "--map", str(home / "map.yml"), "--json"]
        env = {**os.environ, **serving.settings}
        env["SHIXIAN_KEY"] = _key(env)
        found = asyncio.run(_imported(serving, command, env))
    told = f"{cases} cases told by {len(rows)} rows"
    sheet.add("import.took", found.took, "s", f"{told}, tried and then sent; at most {AT_MOST} for 5000 cases")
    sheet.add("import.sent", found.said["seconds"], "s", f"{told}; of that what sending took")
    rate = found.said["events"] / found.said["seconds"]
    sheet.add("import.throughput", rate, "commands/s", f"{told}, {found.said['events']} commands; while sending")
    p99 = [statistics.quantiles(some, n=100)[98] for some in (found.before, found.meanwhile)]
    against = (
        f"p99 of {len(found.meanwhile)} commands of {CLIENTS} clients against {p99[0] * 1e3:.0f} ms without an import"
    )
    sheet.add("import.p99_meanwhile", p99[1] / p99[0], "ratio", against)


def _key(env: Mapping[str, str]) -> str:
    command = [sys.executable, "-P", "-m", "api.cli", "keys", "new", "--role", "importer", "--actor", "bench", "--json"]
    said = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return str(json.loads(said.stdout)["key"])


async def _imported(serving: Serving, command: list[str], env: Mapping[str, str]) -> Imported:
    before: list[float] = []
    meanwhile: list[float] = []
    into = before
    ended = asyncio.Event()

    async def client(http: httpx2.AsyncClient) -> None:
        async def post(path: str, body: Mapping[str, object]) -> str:
            begun = time.perf_counter()
            answer = await http.post(path, json=body, headers={"Idempotency-Key": uuid4().hex})
            into.append(time.perf_counter() - begun)
            answer.raise_for_status()
            await asyncio.sleep(PACE)
            return str(answer.json()["case"])

        while not ended.is_set():
            case = f"/v1/cases/{await post('/v1/cases', WATER)}"
            await post(f"{case}/accept", {})
            for step in STEPS:
                await post(f"{case}/steps/{step}/completions", {"outcome": "done"})

    headers = {"Authorization": f"Bearer {serving.key}"}
    live = httpx2.AsyncClient(base_url=serving.url, headers=headers, timeout=30, trust_env=False)
    async with live as http, asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(client(http))
        await asyncio.sleep(QUIET)
        into, begun = meanwhile, time.perf_counter()
        process = await asyncio.create_subprocess_exec(*command, env=env, stdout=subprocess.PIPE)
        out, _ = await process.communicate()
        took = time.perf_counter() - begun
        ended.set()
    if process.returncode:
        raise RuntimeError(f"the import ended with {process.returncode}: {out.decode()}")
    return Imported(json.loads(out), took, before, meanwhile)
