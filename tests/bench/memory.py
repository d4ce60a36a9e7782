"""Figures of memory: the worker and the API with many open cases."""

import asyncio
import os
import re
import subprocess
from pathlib import Path

from api.processes.temporal_server import DevServer
from tests.bench.cases import WATER
from tests.bench.figures import Sheet
from tests.bench.stand import api, process, settings

AT_ONCE = 16
KIB = 1024


async def measure(sheet: Sheet, server: DevServer, url: str, cases: int) -> None:
    """Resident memory of the two processes of `serve` after cases were opened over HTTP and are still open."""
    with process("worker", settings(server, url, 0)) as worker, api(server, url) as (served, http):
        begun = {pid: resident(pid) for pid in (worker, served)}
        gate = asyncio.Semaphore(AT_ONCE)

        async def opened(number: int) -> None:
            async with gate:
                answer = await http.post("/v1/cases", json=WATER, headers={"Idempotency-Key": f"memory-{number}"})
                answer.raise_for_status()

        async with http:
            await asyncio.gather(*(opened(number) for number in range(cases)))
        for name, pid in (("worker", worker), ("api", served)):
            against = f"resident memory with {cases} open cases against {begun[pid]:.0f} MiB at its start"
            sheet.add(f"memory.{name}_{cases}_open_cases", resident(pid), "MiB", against)


def spent(pid: int) -> float:
    """Processor time of a process so far, in seconds."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    listed = subprocess.run(["/bin/ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True, check=True)
    parts = reversed(re.split("[-:]", listed.stdout.strip()))
    return sum(float(part) * unit for part, unit in zip(parts, (1, 60, 3600, 86_400), strict=False))


def resident(pid: int) -> float:
    """Resident memory of a process, in MiB."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / KIB
    listed = subprocess.run(["/bin/ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(listed.stdout) / KIB
