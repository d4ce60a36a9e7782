"""A changed calendar is applied in a process of its own: beside workflows, in one interpreter, each would hold up the other.

python -m api.processes.sweeper, which a worker starts when there is something to apply.
"""

import json
import os
import subprocess  # nosec B404  # its command is this very module
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from typing import IO, Self, cast

from activities.almanacs import AlmanacHolder
from activities.rungs import Instant
from activities.store.errors import StoreUnavailable
from activities.store.store import Store
from activities.sweep import Batch, applied_to
from api.real_clock import real_now
from sla.release import RELEASE

COMMAND = (sys.executable, "-P", "-m", "api.processes.sweeper")
NICE = 5  # commands go first


class Sweeper:
    """Applies the calendar of the day to cases of a store, in a process that lives while this is open."""

    def __init__(self, store: Store, alarm_grace: timedelta) -> None:
        self._of = {"database": store.address, "durable": store.durable, "grace": alarm_grace.total_seconds()}
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int | None:
        """Its process, None before there is something to apply."""
        return None if self._process is None else self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, also amid a transaction: what is not committed is not done."""
        if self._process is not None:
            self._process.terminate()
            self._process.communicate()

    def __call__(self, cases: Sequence[str]) -> Batch:
        """Apply it to some cases; StoreUnavailable where the process ended over it."""
        if self._process is None:
            self._process = subprocess.Popen(
                COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", process_group=0
            )
            _tell(self._process, self._of)
        try:
            _tell(self._process, cases)
            answer = json.loads(cast("IO[str]", self._process.stdout).readline())
        except (BrokenPipeError, json.JSONDecodeError):
            raise StoreUnavailable("(the process that applies a calendar has ended)") from None
        if "unavailable" in answer:
            raise StoreUnavailable("(the process that applies a calendar says so)")
        return Batch((), tuple(answer["applied"]), tuple(answer["sooner"]))


def _tell(process: subprocess.Popen[str], what: object) -> None:
    pipe = cast("IO[str]", process.stdin)
    pipe.write(json.dumps(what) + "\n")
    pipe.flush()


def main(asked: IO[str], answers: IO[str]) -> None:
    """Answer each line of cases with what became of them, until there is none; the first line names their store."""
    of = json.loads(asked.readline())
    with closing(Store.open(of["database"], durable=of["durable"])) as store:
        almanacs, timeline, grace = AlmanacHolder(store, RELEASE), store.timeline(), timedelta(seconds=of["grace"])

        def now() -> Instant:
            return Instant(real_now(), timeline, grace, almanacs.renew())

        for line in asked:
            answers.write(json.dumps(_answer(store, json.loads(line), now)) + "\n")
            answers.flush()


def _answer(store: Store, cases: Sequence[str], now: Callable[[], Instant]) -> dict[str, object]:
    try:
        done = applied_to(store, cases, now)
    except StoreUnavailable:
        return {"unavailable": True}
    return {"applied": done.applied, "sooner": done.sooner}


if __name__ == "__main__":
    os.nice(NICE)
    main(sys.stdin, sys.stdout)
