"""`shixian serve` as a process: it stops in time, goes on where it was, and keeps its parts alive."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from activities.store.store import Store
from api.processes.claims import free_port
from sla.axis import SHANGHAI
from tests.api.serving import Serving
from tests.desk import Desk
from tests.waiting import PROMPT, WITHIN, until
from workflows.answers import Refusal
from workflows.dispatch import Dispatcher
from workflows.worker import connect

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def first(temporal_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One folder for all tests that do not need one of their own."""
    with Serving(tmp_path_factory.mktemp("serve"), temporal_binary) as serving:
        yield serving


@pytest.fixture
def serving(first: Serving) -> Serving:
    """Running, whatever the test before left of it."""
    if not first.runs:
        first.start()
    return first


def asked(serving: Serving, method: str, path: str, key: str = "", **body: Any) -> Any:
    """The API's answer, which must be a success."""
    headers = {"Authorization": f"Bearer {serving.key}", **({"Idempotency-Key": key} if key else {})}
    url = f"{serving.url}/v1/{path}"
    answer = httpx2.request(method, url, headers=headers, json=body or None, timeout=WITHIN, trust_env=False)
    assert answer.is_success, answer.text
    return answer.json()


def opened(serving: Serving, case: str, at: datetime | None = None) -> None:
    """A case received and accepted at an instant, or now by the office's clock."""
    of = {"procedure": "water-connection", "jurisdiction": "suzhou", "variant": "no-new-pipe"}
    when = {} if at is None else {"at": at.isoformat()}
    asked(serving, "POST", "cases", f"{case}-open", case=case, **when, **of)
    asked(serving, "POST", f"cases/{case}/accept", f"{case}-accept", **when)


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def ledger(serving: Serving) -> Store:
    return Store.open(f"sqlite:///{serving.folder}/data/ledger.sqlite")


def kinds(serving: Serving, case: str) -> list[str]:
    """Kinds of a case's events, read from the file."""
    store = ledger(serving)
    found = [event.kind for event in store.events(case)]
    store.close()
    return found


def test_the_first_start_makes_one_officer_key_and_shows_it_once(serving: Serving) -> None:
    assert len(serving.key) > 40
    assert asked(serving, "GET", "cases?limit=1")["cases"] is not None
    for file in (serving.folder / "data").rglob("*"):
        assert file.is_dir() or serving.key.encode() not in file.read_bytes()


def test_started_again_it_goes_on_and_raises_what_fell_due_meanwhile_with_its_true_instant(
    temporal_binary: Path, tmp_path: Path, pace: float
) -> None:
    """At a rate at which the limit of four days passes while nothing runs."""
    rehearsal = ("--rehearsal", "--start", "2021-03-01 09:00", "--rate", f"{10_800 / pace:.0f}")
    with Serving(tmp_path, temporal_binary, *rehearsal) as serving:
        opened(serving, "meanwhile", china("2021-03-01 08:30"))
        assert "overdue" not in str(asked(serving, "GET", "cases/meanwhile")["clocks"][1]["rungs"])
        pids = [serving.pid_of(name) for name in ("start-dev", "api.cli worker", "api.cli api")]
        code, seconds = serving.stop(signal.SIGINT)
        assert (code, seconds < PROMPT) == (0, True)
        assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
        raised = kinds(serving, "meanwhile").count("rung-raised")
        store = ledger(serving)
        timeline = store.timeline()
        store.close()
        assert timeline is not None
        due = china("2021-03-05 17:30")
        time.sleep(max(0.0, timeline.real(due + timedelta(hours=2)).timestamp() - time.time()))
        serving.start()
        assert "SHIXIAN_KEY=" not in serving.said
        serving.until(lambda: kinds(serving, "meanwhile").count("rung-raised") > raised)
        promise = serving.until(lambda: _promise_with_overdue(serving))
        rung = next(one for one in promise["rungs"] if one["kind"] == "overdue")
        assert datetime.fromisoformat(rung["due_at"]) == due
        told = datetime.fromisoformat(rung["at"])
        assert told > due
        events = asked(serving, "GET", "cases/meanwhile/events?limit=200")["events"]
        mine = [e for e in events if e["kind"] == "rung-raised" and e["body"]["clock"] == promise["key"]]
        overdue = [e for e in mine if e["body"]["rung"] == "overdue"]
        assert [datetime.fromisoformat(e["at"]) for e in overdue] == [due]


def _promise_with_overdue(serving: Serving) -> Any:
    clocks = asked(serving, "GET", "cases/meanwhile")["clocks"]
    promise = next(clock for clock in clocks if clock["role"] == "promise")
    return promise if any(rung["kind"] == "overdue" for rung in promise["rungs"]) else None


def test_who_only_reaches_temporal_s_port_changes_no_case(serving: Serving) -> None:
    received = datetime.now(SHANGHAI) - timedelta(days=1)  # noqa: TID251  # it runs in real time
    opened(serving, "guarded", received)
    before = kinds(serving, "guarded")

    async def intrude() -> str:
        intruder = Dispatcher(await connect(serving.temporal_address))
        with pytest.raises(Refusal) as refused:
            await intruder.send("guarded", Desk().withdraw(received), timedelta(seconds=WITHIN))
        return refused.value.code

    assert asyncio.run(intrude()) == "unsigned"
    assert kinds(serving, "guarded") == before


def test_a_part_that_dies_is_started_again(serving: Serving) -> None:
    for name in ("api.cli worker", "api.cli api", "start-dev"):
        before = serving.pid_of(name)
        os.kill(before, signal.SIGKILL)
        serving.until(partial(_other, serving, name, before))
    serving.until(partial(_ready, serving))
    yesterday = datetime.now(SHANGHAI) - timedelta(days=1)  # noqa: TID251  # it runs in real time
    serving.until(lambda: _opens(serving, "after", yesterday))


def _other(serving: Serving, name: str, before: int) -> bool:
    try:
        return serving.pid_of(name) != before
    except (StopIteration, OSError):
        return False


def _ready(serving: Serving) -> bool:
    try:
        return httpx2.get(f"{serving.url}/readyz", timeout=5, trust_env=False).is_success
    except httpx2.TransportError:
        return False


def _opens(serving: Serving, case: str, at: datetime) -> bool:
    try:
        opened(serving, case, at)
    except (AssertionError, httpx2.TransportError):
        return False
    return True


def test_the_parts_end_with_a_supervisor_that_is_killed_and_the_next_one_goes_on(serving: Serving) -> None:
    pids = [serving.pid_of(name) for name in ("api.cli worker", "api.cli api")]
    serving.stop(signal.SIGKILL)
    serving.until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() and _lives(pid) for pid in pids))
    serving.start()  # and it ends the Temporal server that was left behind
    assert asked(serving, "GET", "cases")["next"] is None


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_two_over_one_folder_are_refused(serving: Serving) -> None:
    program = [sys.executable, "-P", "-m", "api.cli", "serve", "--data-dir", str(serving.folder / "data")]
    second = subprocess.run(
        [*program, "--port", "0", "--temporal-port", "0"],
        env=serving.env,
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )
    assert second.returncode == 1
    assert "Another process" in second.stderr
    assert "Traceback" not in second.stderr
    assert _ready(serving)


def test_a_rehearsal_is_refused_over_cases_of_real_time(serving: Serving) -> None:
    opened(serving, "live", datetime.now(SHANGHAI) - timedelta(days=1))  # noqa: TID251  # it runs in real time
    serving.stop()
    program = [sys.executable, "-P", "-m", "api.cli", "serve", "--data-dir", str(serving.folder / "data")]
    refused = subprocess.run(
        [*program, "--port", "0", "--temporal-port", "0", "--rehearsal"],
        env=serving.env,
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )
    assert refused.returncode == 1
    assert "another timeline" in refused.stderr
    with closing(sqlite3.connect(serving.folder / "data" / "ledger.sqlite")) as connection:
        assert connection.execute("SELECT value FROM setting WHERE key = 'timeline'").fetchall() == []


def test_in_a_rehearsal_of_january_2020_the_notice_arrives_while_cases_run(
    temporal_binary: Path, tmp_path: Path, pace: float
) -> None:
    """On the real server: the worker sweeps at the midnight at which the notice is there, and the run adopts it."""
    rehearsal = ("--rehearsal", "--start", "2020-01-20 18:00", "--rate", f"{14_400 / pace:.0f}")
    with Serving(tmp_path, temporal_binary, *rehearsal) as serving:
        opened(serving, "open", china("2020-01-20 10:00"))
        opened(serving, "decided", china("2020-01-20 10:00"))
        for step in ("joint-site-survey", "inspection-and-meter", "water-on"):
            path = f"cases/decided/steps/{step}/completions"
            asked(serving, "POST", path, f"decided-{step}", outcome="done", at="2020-01-20T16:00:00+08:00")
        asked(serving, "POST", "cases/decided/decide", "decided", outcome="approved", at="2020-01-20T17:00:00+08:00")
        before = _promise(serving, "decided")
        assert (before["verdict"], before["due_date"]) == ("met", "2020-01-31")
        serving.until(lambda: "calendar-applied" in kinds(serving, "open"))
        after = _promise(serving, "open")
        assert after["due_date"] == "2020-02-03"
        events = asked(serving, "GET", "cases/open/events?limit=200")["events"]
        applied = [event for event in events if event["kind"] == "calendar-applied"]
        assert len(applied) == 1
        assert applied[0]["body"]["moved"][after["key"]] == ["2020-01-31T17:30:00+08:00", "2020-02-03T17:30:00+08:00"]
        assert (applied[0]["body"]["from"], applied[0]["body"]["to"]) == (before["judged_under"], after["calendar"])
        asked(serving, "POST", "cases/open/recalculate", "adopt")  # the run adopts what the sweep appended
        kept = _promise(serving, "decided")
        assert (kept["verdict"], kept["judged_under"], kept["due_date"]) == (
            "met",
            before["judged_under"],
            "2020-01-31",
        )


def _promise(serving: Serving, case: str) -> Any:
    clocks = asked(serving, "GET", f"cases/{case}")["clocks"]
    return next(clock for clock in clocks if clock["role"] == "promise")


def test_a_worker_and_an_api_wait_for_what_is_away_and_say_so(tmp_path: Path) -> None:
    """Neither a database nor a Temporal server is there; both processes go on, and end when they are told to."""
    log = tmp_path / "log"
    env = {name: value for name, value in os.environ.items() if not name.startswith("SHIXIAN_")}
    env |= {
        "SHIXIAN_DATA_DIR": str(tmp_path / "data"),
        "SHIXIAN_TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}",
        "SHIXIAN_PORT": str(free_port()),
    }
    with log.open("wb") as out:
        processes = [
            subprocess.Popen(
                [sys.executable, "-P", "-m", "api.cli", name], env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
            for name in ("worker", "api")
        ]
    try:
        until(lambda: log.read_text().count("waiting for") == 2)
        subprocess.run([sys.executable, "-P", "-m", "api.cli", "migrate"], env=env, check=True, capture_output=True)
        until(lambda: "waiting for temporal" in log.read_text() and "api: http" in log.read_text())
        live = f"http://127.0.0.1:{env['SHIXIAN_PORT']}"
        until(lambda: _answers(f"{live}/livez") == 200)
        assert _answers(f"{live}/readyz") == 503
        assert [process.poll() for process in processes] == [None, None]
        assert "Traceback" not in log.read_text()
    finally:
        for process in processes:
            process.terminate()
        codes = [process.wait(PROMPT) for process in processes]
    assert codes == [0, 0]


def test_a_worker_shows_the_metrics_of_temporal_s_client_where_it_is_told_to(serving: Serving) -> None:
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-P", "-m", "api.cli", "worker", "--metrics"]
    refused = subprocess.run([*command, "nonsense"], capture_output=True, text=True, check=False)
    assert (refused.returncode, "bad-address" in refused.stderr) == (2, True)
    second = subprocess.Popen([*command, address], env={**serving.env, **serving.settings}, stdin=subprocess.DEVNULL)
    try:
        until(lambda: _answers(f"http://{address}/metrics") == 200)
        serving.until(lambda: "temporal_" in httpx2.get(f"http://{address}/metrics", trust_env=False).text)
    finally:
        second.terminate()
        assert second.wait(PROMPT) == 0


def _answers(url: str) -> int:
    try:
        return httpx2.get(url, timeout=6, trust_env=False).status_code
    except httpx2.TransportError:
        return 0


def test_a_case_whose_history_is_gone_has_a_run_again_and_its_alarm(serving: Serving) -> None:
    opened(serving, "gone", datetime.now(SHANGHAI) - timedelta(days=1))  # noqa: TID251  # it runs in real time
    code, seconds = serving.stop()
    assert (code, seconds < PROMPT) == (0, True)
    for file in (serving.folder / "data").glob("temporal.db*"):
        file.unlink()
    serving.start()
    serving.until(lambda: "had no run" in serving.said)
    assert asked(serving, "POST", "cases/gone/recalculate", "again")["case"] == "gone"
