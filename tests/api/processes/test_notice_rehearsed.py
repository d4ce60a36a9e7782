"""The notice of the next year, brought to a running Shixian whose processes are killed meanwhile."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.record import Event
from activities.store.almanac_log import AlmanacEventKind
from activities.store.store import Store
from api.access.api_keys import CallerRole, new_key
from api.cli import main
from api.real_clock import real_now
from tests.api.processes.test_serve import asked, china, ledger
from tests.api.serving import Serving
from tests.notices import TEXT, invented
from tests.waiting import WITHIN

pytestmark = pytest.mark.slow

REHEARSAL = ("--rehearsal", "--start", "2026-11-26 09:00", "--rate", "1")
START = date(2026, 11, 26)
KINDS = {  # what the city promised in how many working days; and the step that starts the time of a project
    "thirty": ("gas-connection", "new-pipe-with-approval", 30, None),
    "sixty": ("construction-approval", "general-social-investment", 60, "enterprise-project-filing"),
    "eighty": ("construction-approval", "government-investment", 80, "project-proposal-approval"),
}


@pytest.fixture
def serving(temporal_binary: Path, tmp_path: Path) -> Iterator[Serving]:
    with Serving(tmp_path, temporal_binary, *REHEARSAL) as serving:
        yield serving


def opened(serving: Serving, case: str) -> None:
    procedure, variant, _, first = KINDS[case]
    at = china("2026-11-26 08:40").isoformat()
    of = {"procedure": procedure, "jurisdiction": "suzhou", "variant": variant}
    asked(serving, "POST", "cases", f"{case}-open", case=case, at=at, **of)
    asked(serving, "POST", f"cases/{case}/accept", f"{case}-accept", at=at)
    if first is not None:
        done = {"outcome": "done", "at": at}
        asked(serving, "POST", f"cases/{case}/steps/project-code/completions", f"{case}-code", **done)
        asked(serving, "POST", f"cases/{case}/steps/{first}/start", f"{case}-start", at=at)


def walked(limit: int) -> str:
    """The working day so many after the start, found by walking from day to day."""
    notice, day = invented(), START
    while limit:
        day += timedelta(days=1)
        weekday = day.weekday() < 5 and day not in notice.off_days
        limit -= weekday or day in notice.work_days
    return day.isoformat()


def main_clock(serving: Serving, case: str) -> dict[str, Any]:
    found = asked(serving, "GET", f"cases/{case}")
    return next(clock for clock in found["clocks"] if clock["key"] == found["main"])


def supervisor(store: Store) -> str:
    text, kept = new_key(actor="supervisor", role=CallerRole.SUPERVISOR, now=real_now(), sandbox=True)
    store.add_key(kept)
    return text


def approved(store: Store) -> bool:
    return any(event.kind is AlmanacEventKind.APPROVED for event in store.almanac_events())


def as_soon_as(holds: Callable[[], bool], then: Callable[[], None]) -> threading.Thread:
    """A thread that does something the moment something holds."""

    def watch() -> None:
        until = time.monotonic() + WITHIN
        while not holds():
            assert time.monotonic() < until
            time.sleep(0.002)
        then()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def check_deed(serving: Serving, events: list[Event], case: str, moves: list[dict[str, Any]]) -> None:
    """One event, with the due dates that the preview said, on the day that a walk finds."""
    assert main_clock(serving, case)["due_at"].startswith(walked(KINDS[case][2]))
    [applied] = [event for event in events if event.kind == "calendar-applied"]
    deed = {key: datetime.fromisoformat(new) for key, (_, new) in applied.body["moved"].items()}
    assert deed == {move["clock"]: datetime.fromisoformat(move["new_due"]) for move in moves if move["case"] == case}


def test_cases_of_today_get_their_due_dates_though_api_and_worker_are_killed(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for case in KINDS:
        opened(serving, case)
        assert main_clock(serving, case)["due_at"] is None
    file = serving.folder / "2027.txt"
    file.write_text(TEXT, encoding="gb18030")
    for name, value in serving.settings.items():
        monkeypatch.setenv(name, value)
    assert main(["calendar", "propose", str(file), "--published", "2026-11-04"]) == 0
    number = asked(serving, "GET", "calendars/notices")["proposals"][0]["number"]
    capsys.readouterr()
    assert main(["calendar", "preview", str(number), "--json"]) == 0
    moves = asked(serving, "GET", f"calendars/notices/{number}/moves")["moves"]
    seen = asked(serving, "GET", f"calendars/notices/{number}")["preview"]
    assert (seen["dated"], seen["moved"], seen["to_overdue"]) == (3, 0, 0)
    with closing(ledger(serving)) as store:
        monkeypatch.setenv("SHIXIAN_KEY", supervisor(store))
        heads = {case: store.head(case).seq for case in KINDS}
        begun: list[float] = []

        def strike() -> None:
            """The worker dies between approval and sweep, the API while it answers."""
            begun.append(time.monotonic())
            for name in ("worker", "api"):
                os.kill(serving.pid_of(f"api.cli {name}"), signal.SIGKILL)

        dying = as_soon_as(lambda: approved(store), strike)
        approving = ["calendar", "approve", str(number), "--preview", seen["digest"], "--key", "of-2027"]
        serving.until(lambda: main(approving) == 0)
        dying.join()
        assert [event.kind for event in store.almanac_events()].count(AlmanacEventKind.APPROVED) == 1

        def moved() -> bool:
            return all(store.head(case).seq > seq for case, seq in heads.items())

        serving.until(moved)
        took = time.monotonic() - begun[0]
        for case, seq in heads.items():
            check_deed(serving, store.events(case, seq), case, moves)
        serving.until(lambda: not store.to_wake())
        assert main(["verify", "--ledger-only"]) == 0
    year = asked(serving, "GET", "calendars/suzhou/2027")
    assert year["working_days"] == 248
    assert main(["calendar", "2027"]) == 0
    assert "春节" in capsys.readouterr().out
    # due soon from the day on which one working day is left
    assert main_clock(serving, "thirty")["due_soon_at"].startswith(walked(29))
    sys.stderr.write(f"from approval to due dates, API and worker killed between: {took:.1f} s\n")
