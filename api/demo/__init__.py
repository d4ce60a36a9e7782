"""The demo: three rehearsals through the real servers, over HTTP, with what came of each beside what was expected."""

import asyncio
import contextlib
import json as json_text
import signal
import sys
import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from rich.console import Console

from api.demo.accounts import CityAccounts, accounts, invitation, let_in
from api.demo.alarms import LATE
from api.demo.morning import NAME, TITLE, morning
from api.demo.perform import Played, Programme, perform
from api.demo.players import OFFICER, SUPERVISOR
from api.demo.programmes import alerts, first_half_of_2021, winter_of_2020
from api.demo.progress import RehearsalProgress
from api.demo.stage import forget_settings, opened, settings_of
from api.demo.stories import case_of, stories
from api.demo.table import as_json, show, summary
from api.processes.binaries import ALERTMANAGER, PROMETHEUS, TEMPORAL, Program, Search
from api.processes.claims import free_port

WIDTH = 160  # of the tables where there is no terminal
PROGRAM = "shixian"
WATER = "suzhou-water"
LOOK = 0.2  # seconds between looks at the processes


def main(*, folder: Path = Path("build"), serve: bool = True, json: bool = False, oidc: bool = False) -> int:
    """Play all rehearsals; 0 where every verdict is the expected one, else 1. On a terminal it then serves on."""
    forget_settings()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return play_all(
            (first_half_of_2021(), winter_of_2020(), alerts()),
            folder,
            serve=serve and sys.stdout.isatty(),
            json=json,
            oidc=oidc,
        )
    except KeyboardInterrupt:
        return 130


def play_all(programmes: Sequence[Programme], folder: Path, *, serve: bool, json: bool, oidc: bool = False) -> int:
    """Play rehearsals one after the other, show each as soon as it was played, and keep what came of them in demo.json."""
    said = Console(stderr=True)
    shown = Console(width=None if sys.stdout.isatty() else WIDTH)
    played: list[Played] = []
    with Search(dict.fromkeys(chain.from_iterable(map(_needs, programmes)))) as commands:
        for programme in programmes:
            for program in _needs(programme):
                commands.get(program)
            with (
                opened(
                    folder / "demo" / programme.name,
                    programme.first_day,
                    programme.rate,
                    watched=bool(programme.alarms),
                ) as house,
                RehearsalProgress(said, programme.title, len(programme.scripts)) as progress,
            ):
                played.append(asyncio.run(perform(house, programme, progress)))
            if not json:
                show(shown, played[-1])
    result = as_json(played)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "demo.json"
    text = json_text.dumps(result, ensure_ascii=False, indent=2)
    file.write_text(text + "\n", encoding="utf-8")
    if json:
        shown.file.write(text + "\n")
    else:
        shown.print()
        shown.print(f"{summary(played)}. The same in {file}.", highlight=False, soft_wrap=True)
    for line in result["wrong"]:
        said.print(f"not as expected: {line}", style="red", highlight=False, markup=False, soft_wrap=True)
    if serve:
        told = [folder / "demo" / programme.name for programme in programmes if programme.alarms]
        with contextlib.ExitStack() as stack:
            beside = None
            if oidc:
                beside = stack.enter_context(
                    accounts(
                        folder / "demo" / "accounts",
                        free_port(),
                        lambda line: said.print(line, end="", highlight=False, markup=False),
                    )
                )
            _show_city(said, folder / "demo" / NAME, told, beside)
    return 1 if result["wrong"] else 0


def _needs(programme: Programme) -> tuple[Program, ...]:
    """The servers of a rehearsal; those that watch are still being built while the first one is played."""
    return (TEMPORAL, PROMETHEUS, ALERTMANAGER) if programme.alarms else (TEMPORAL,)


def _show_city(said: Console, folder: Path, told: Sequence[Path], beside: CityAccounts | None = None) -> None:
    """A city to be looked at, until Ctrl-C. `told`: the folders of the rehearsals whose alerts were told."""
    more = {} if beside is None else beside.settings
    program = sys.argv[0] if Path(sys.argv[0]).name == PROGRAM else PROGRAM
    with RehearsalProgress(said, TITLE, len(stories())) as progress, morning(folder, progress, more) as (stack, keys):
        progress.end()
        if beside is not None:
            let_in(settings_of(folder), beside.issuer)
        lines = (
            "",
            f"A city on a morning in November 2026 stands open at {stack.url} until Ctrl-C.",
            "Open it in a browser, and sign in with a key:",
            f"  an officer's     {keys[OFFICER]}",
            f"  a supervisor's   {keys[SUPERVISOR]}",
            f"  the water group's  {keys[WATER]}",
            *(() if beside is None else invitation(beside)),
            f"Why that day: {stack.url}/cases/{case_of('suspended')}",
            f"Overdue since yesterday: {stack.url}/cases/{case_of('overdue-since-yesterday')}",
            "The same from another terminal:",
            f"  export SHIXIAN_URL={stack.url} SHIXIAN_KEY={keys[OFFICER]}",
            f"  {program} cases",
            f"  {program} explain {case_of('suspended')}",
            *(f"  SHIXIAN_DATA_DIR={one} {program} tellings --case {LATE}   # who was told what of it" for one in told),
            "And with cases of your own, from two terminals: make serve, make monitor.",
        )
        said.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)
        try:
            while True:
                stack.tend()
                time.sleep(LOOK)
        except KeyboardInterrupt:
            said.print("Stopped.")


def _interrupt(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
