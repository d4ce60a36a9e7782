"""The benchmark: `python -m tests.bench`."""

import argparse
import asyncio
import os
from collections.abc import Collection, Sequence
from pathlib import Path

from api.processes.binaries import ALL, TEMPORAL, find
from api.processes.claims import free_port
from api.processes.temporal_server import DevServer
from tests.bench import alerts, calendars, connections, guards, imports, lists, memory, notices, pages, scrape, storm
from tests.bench.cases import at_the_client, cost, over_http, state
from tests.bench.figures import Sheet
from tests.bench.stand import folder, postgresql, prepared, workers

WORKERS = 2  # processes, on each ledger; one uses no more than one core
PARTS = (
    "calendar",
    "notice",
    "case",
    "memory",
    "scrape",
    "lists",
    "page",
    "alert",
    "storm",
    "import",
    "doors",
)  # with which the names of figures begin


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints every figure and writes them to a file."""
    asked = _asked(arguments)
    kept = {program.setting for program in ALL}
    for name in [name for name in os.environ if name.startswith("SHIXIAN_") and name not in kept]:
        del os.environ[name]  # the settings of whoever runs it are not measured
    sheet = Sheet()
    wanted = set(asked.only)
    if "calendar" in wanted:
        calendars.compare(sheet, asked.additions)
    _brought(sheet, asked, wanted)
    if "case" in wanted:
        _cases(sheet, asked)
    if "doors" in wanted:
        _doors(sheet, asked)
    if wanted & {"memory", "scrape"}:
        _standing(sheet, asked, wanted)
    with folder() as home:
        if "lists" in wanted:
            lists.measure(sheet, home, lists.Sizes(asked.listed, asked.closed_cases, asked.times))
        if "page" in wanted:
            sizes = lists.Sizes(asked.listed, asked.closed_cases, asked.times)
            pages.measure(sheet, home, sizes, asked.pages)
        if "alert" in wanted:
            alerts.measure(sheet, home, asked.alerts)
        if "storm" in wanted:
            storm.measure(sheet, home, storm.Sizes(asked.storms, asked.city, asked.storm_seconds, asked.at_once))
    sheet.write(asked.output)
    return 0


def _brought(sheet: Sheet, asked: argparse.Namespace, wanted: Collection[str]) -> None:
    """What operators bring: a notice, and cases of another system."""
    if "notice" in wanted:
        with folder() as home, DevServer(find(TEMPORAL).path, home, port=free_port()) as server:
            notices.measure(sheet, home, server, asked.noticed)
    if "import" in wanted:
        imports.measure(sheet, find(TEMPORAL).path, asked.imported)


def _cases(sheet: Sheet, asked: argparse.Namespace) -> None:
    """Cases carried through, ours and bare."""
    binary = find(TEMPORAL).path
    metrics_port = free_port()
    with folder() as home, DevServer(binary, home, port=free_port(), metrics_port=metrics_port) as server:
        size = {"cases": asked.cases, "in_flight": asked.in_flight}
        ledger = prepared(f"sqlite:///{home}/ledger.sqlite")
        with workers(server, ledger, WORKERS):
            asyncio.run(cost(sheet, server, metrics_port))
            pairs = asyncio.run(at_the_client(server, pairs=asked.pairs, **size))
            state(sheet, "case", "at the Temporal client, SQLite", pairs, targets=True)
            pairs = asyncio.run(over_http(server, ledger, pairs=asked.more_pairs, **size))
            state(sheet, "case.http", "over HTTP, SQLite", pairs, targets=False)
        with postgresql(home / "pg") as other, workers(server, other, WORKERS):
            pairs = asyncio.run(at_the_client(server, pairs=asked.more_pairs, **size))
            state(sheet, "case.postgresql", "at the Temporal client, PostgreSQL", pairs, targets=False)


def _doors(sheet: Sheet, asked: argparse.Namespace) -> None:
    """What guards cost, and many who are connected at once."""
    with folder() as home, DevServer(find(TEMPORAL).path, home, port=free_port()) as server:
        guards.measure(sheet, server, home, rounds=asked.rounds, cases=asked.cases, in_flight=asked.in_flight)
        connections.measure(sheet, server, home, connections=asked.connections, seconds=asked.connected_seconds)


def _standing(sheet: Sheet, asked: argparse.Namespace, wanted: Collection[str]) -> None:
    """Many cases open; on a server of its own, since the worker looks for cases that lack a run."""
    with folder() as home, DevServer(find(TEMPORAL).path, home, port=free_port()) as server:
        if "memory" in wanted:
            ledger = prepared(f"sqlite:///{home}/ledger.sqlite")
            asyncio.run(memory.measure(sheet, server, ledger, asked.open_cases))
        for steps in asked.open_steps if "scrape" in wanted else ():
            scrape.measure(sheet, server, home, steps, asked.scrapes)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="the figures whose names begin so")
    parser.add_argument(
        "--pages", nargs="+", choices=tuple(pages.PAGES), default=tuple(pages.PAGES), help="of the pages these alone"
    )
    parser.add_argument("--pairs", type=int, default=7, help="pairs of runs on SQLite, ours and bare in turn")
    parser.add_argument("--more-pairs", type=int, default=5, help="pairs on PostgreSQL and over HTTP")
    parser.add_argument("--cases", type=int, default=24, help="cases in a run, 23 commands each")
    parser.add_argument("--in-flight", type=int, default=8, help="cases that are carried through at a time")
    parser.add_argument("--open-cases", type=int, default=1000, help="cases open while memory is looked at")
    parser.add_argument(
        "--open-steps", type=int, nargs="*", default=[10_000, 100_000], help="steps open while metrics are scraped"
    )
    parser.add_argument("--listed", type=int, default=5_000, help="cases open while lists and pages are read")
    parser.add_argument(
        "--closed-cases", type=int, default=200_000, help="closed before; a million of the lists take half an hour"
    )
    parser.add_argument("--times", type=int, default=20, help="how often each list and page is read, twice at least")
    parser.add_argument("--scrapes", type=int, default=200, help="scrapes, ours and the bare client's in turn")
    parser.add_argument(
        "--alerts", type=int, default=20, help="steps that fall due, with each setting of the alert path"
    )
    parser.add_argument(
        "--storms", type=int, nargs="*", default=[500, 5000], help="series of steps, and of cases, that all fire"
    )
    parser.add_argument("--city", type=int, default=20_000, help="steps open in the city whose storm it is")
    parser.add_argument("--storm-seconds", type=int, default=120, help="for which each storm is watched")
    parser.add_argument("--at-once", type=int, default=500, help="steps that fall due at one instant")
    parser.add_argument("--imported", type=int, default=5_000, help="cases that are taken over")
    parser.add_argument("--noticed", type=int, default=100_000, help="cases open when a notice is loaded")
    parser.add_argument("--additions", type=int, default=20_000, help="additions of working days in a round")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of commands with each set of guards in turn")
    parser.add_argument("--connections", type=int, default=2_000, help="connections that are open at once")
    parser.add_argument("--connected-seconds", type=int, default=60, help="for which they ask again and again")
    parser.add_argument("--output", type=Path, default=Path("build/bench.json"), help="where the figures are written")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
