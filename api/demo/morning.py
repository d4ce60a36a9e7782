"""The morning of 26 November 2026: a city whose cases are open in every state, to be looked at on its pages.

Weeks are played fast, and whoever looks at a page must not see weeks go by: the city is played up to the evening before and its
worker is killed there, as by a power failure; it goes on shortly before the morning, by minutes, at last by seconds.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from api.demo.players import Cast, Unplayed, confirm
from api.demo.progress import RehearsalProgress
from api.demo.script import Act, Script
from api.demo.stage import opened, reopened
from api.demo.stories import Story, at, last_instant, stories
from api.processes.stack import Stack
from sla.timeline import Timeline

NAME = "morning-of-2026-11-26"
TITLE = "2026年11月26日上午 The morning of 26 November 2026"
FIRST = at("2026-11-02 08:00")
EVENING, MORNING = at("2026-11-25 18:00"), at("2026-11-26 08:00")
WEEKS, MINUTES, LOOKED_AT = 43_200, 600, 10  # business seconds in a real one, each at most


@contextlib.contextmanager
def morning(
    folder: Path, progress: RehearsalProgress, more: Mapping[str, Any] | None = None
) -> Iterator[tuple[Stack, Mapping[str, str]]]:
    """Play the city in a fresh folder and keep it running; yields it with the keys of its people. `more`: settings of it then."""
    players = [_Player(story) for story in stories()]
    begun = time.monotonic()
    with opened(folder, FIRST, WEEKS) as house:
        start_up = time.monotonic() - begun
        keys = house.keys
        asyncio.run(_play(players, house.stack, house.timeline, keys, EVENING, progress))
    before = timedelta(seconds=2 * start_up * MINUTES)  # goes by while everything starts
    with reopened(folder, max(EVENING, MORNING - before), MINUTES) as (stack, timeline):
        asyncio.run(_play(players, stack, timeline, keys, last_instant(), progress))
    with reopened(folder, last_instant(), LOOKED_AT, **(more or {})) as (stack, _):
        yield stack, keys


class _Player:
    """A story as far as it was played."""

    def __init__(self, story: Story) -> None:
        self._script = Script(
            case=story.case, what=story.name, procedure=story.kind.resolved(), acts=story.acts, expected=()
        )
        self._left = list(self._script.acts)
        self._seqs: dict[str, int] = {}

    async def play(self, cast: Cast, until: datetime, progress: RehearsalProgress) -> None:
        """Play what happens before an instant, each act when it is told."""
        while self._left and self._left[0].sent < until:
            act = self._left.pop(0)
            await cast.until(act.sent)
            body = {**act.body, "seq": self._seqs[act.of]} if act.of else act.body
            answer = await cast.post(self._script, Act(act.at, act.kind, act.about, body))
            if not answer.good:
                raise Unplayed(f"{self._script.case} {act.kind} {act.about or ''}: {answer.text}")
            self._seqs[act.kind] = answer.body["seq"]
            if answer.body["pending"] and act.told is None:
                await confirm(cast, self._script, answer.body["seq"])  # this machine was slow
            if not self._left:
                progress.case_done()


async def _play(
    players: list[_Player],
    stack: Stack,
    timeline: Timeline,
    keys: Mapping[str, str],
    until: datetime,
    progress: RehearsalProgress,
) -> None:
    """Play up to an instant, and cut the city off there."""
    async with Cast(stack.url, keys, timeline) as cast:
        async with asyncio.TaskGroup() as group:
            for player in players:
                group.create_task(player.play(cast, until, progress))
            group.create_task(_show(cast, until, progress))
        _cut_off(stack)


async def _show(cast: Cast, until: datetime, progress: RehearsalProgress) -> None:
    while (now := cast.now) < until:
        progress.at(now, (now - FIRST) / (last_instant() - FIRST), cast.tally.requests)
        await asyncio.sleep(min(0.5, (cast.timeline.real(until) - cast.timeline.real(now)).total_seconds()))


def _cut_off(stack: Stack) -> None:
    """Kill the worker at once: while the rest ends, nothing is written any more."""
    worker = stack.pids["worker"]
    if worker is not None:
        os.killpg(worker, signal.SIGKILL)
