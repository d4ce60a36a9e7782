"""What shows only after a while: memory that grows while everything around dies, and a steady load for ten minutes."""

import asyncio
import os
import random
import statistics
import time
from collections.abc import Mapping
from itertools import count
from pathlib import Path

import pytest

from api.processes.temporal_server import DevServer
from tests.bench.cases import WATER
from tests.bench.memory import resident
from tests.bench.stand import api, prepared, workers
from tests.faults.checker import Pace, run
from tests.faults.city import City, dev_server

EVERY = 30.0  # seconds from one harm to the next
HARMS = int(os.environ.get("FAULTS_SOAK", "48"))  # 24 minutes, which is a day of a time sixty times as fast
GROWTH = 0.1  # MiB a minute
REST = 3.0  # seconds of a client between its turns

STEADY = 600.0  # seconds
RATE = 30  # commands a second
CASES = 60  # over which they are spread
SLOWEST = 1.5  # seconds, p99


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_f_19_for_a_day_sixty_times_as_fast_all_around_it_die_and_nothing_is_lost_and_no_memory_either(
    temporal_binary: Path, tmp_path: Path
) -> None:
    """The API is what lives through all of it, so that its memory can be looked at."""
    seed = random.SystemRandom().randrange(10**9)
    looks: list[tuple[float, float]] = []
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    with City(dev_server(temporal_binary, tmp_path / "temporal"), tmp_path / "city", url) as city:
        city.victims = ("worker-1", "temporal", "worker-2")

        def look() -> None:
            looks.append((time.monotonic() / 60, resident(city.pid("api"))))

        report = run(city, commands=0, kills=HARMS, seed=seed, pace=Pace(REST, EVERY), look=look)
    assert not report.wrong, report
    minutes, held = zip(*looks[HARMS // 2 :], strict=True)  # by then what is made once is there, and buffers are full
    growth = statistics.linear_regression(minutes, held).slope
    assert growth < GROWTH, f"{growth:.3f} MiB a minute: {[round(one) for one in held]}"


@pytest.mark.nightly
async def test_f_16_thirty_commands_a_second_for_ten_minutes_are_answered_in_time(
    temporal_server: DevServer, tmp_path: Path
) -> None:
    url = prepared(f"sqlite:///{tmp_path}/ledger.sqlite")
    took: list[float] = []
    keys = (f"steady-{number}" for number in count())
    with workers(temporal_server, url, 2), api(temporal_server, url) as (_, http):
        async with http:

            async def post(path: str, body: Mapping[str, object]) -> str:
                begun = time.perf_counter()
                answer = await http.post(path, json=body, headers={"Idempotency-Key": next(keys)})
                took.append(time.perf_counter() - begun)
                assert answer.status_code == 201, answer.text
                return str(answer.json()["case"])

            cases = [await post("/v1/cases", WATER) for _ in range(CASES)]
            took.clear()
            begun = time.perf_counter()
            async with asyncio.TaskGroup() as sending:
                for number in range(round(STEADY * RATE)):
                    await asyncio.sleep(begun + number / RATE - time.perf_counter())
                    path = f"/v1/cases/{cases[number % CASES]}/fees"
                    sending.create_task(post(path, {"fen": number, "reason": "-"}))
    assert len(took) == round(STEADY * RATE)
    assert statistics.quantiles(took, n=100)[98] <= SLOWEST
