"""The command `import`: cases of another system, tried and taken over."""

import asyncio
from collections.abc import Collection, Iterator
from importlib.resources import files as resources
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from api.cli.client import api_key, api_url
from api.cli.import_output import ImportProgress, show_dry_import, show_faults, show_run, shown_run, shown_totals
from api.cli.output import Json, print_json, say
from api.failures import Failure
from api.imports.dry_runs import ReadFiles
from api.imports.dry_runs import dry_run as tried_plans
from api.imports.import_map import read_map
from api.imports.sending import ImportRun, ImportSender, Planned
from api.imports.trials import ImportWorld
from api.real_clock import real_now
from api.settings import read_settings
from sla.release import RELEASE

EXAMPLE = "example.yml"
Files = Annotated[
    list[Path] | None,
    typer.Argument(exists=True, dir_okay=False, metavar="FILE...", help="文件 · CSV, XLSX or JSON lines"),
]
MapFile = Annotated[
    Path | None, typer.Option("--map", exists=True, dir_okay=False, help="对照表 · how the files are read: --example")
]


def import_cases(
    files: Files = None,
    map_file: MapFile = None,
    *,
    example: Annotated[bool, typer.Option("--example", help="打印对照表样例 · print a map with every field")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="试算 · only say what would come of it: no server, nothing is written")
    ] = False,
    good_alone: Annotated[
        bool, typer.Option("--good-alone", help="只接管无误的 · take over the good cases though others have faults")
    ] = False,
    at_once: Annotated[int, typer.Option(min=1, max=32, help="并行件数上限 · cases on their way at once, at most")] = 4,
    show: Annotated[int, typer.Option(min=0, max=10_000, help="列出条数 · how many of each list are shown")] = 20,
    json: Json = False,
) -> None:
    """接管在办件 · Take over cases that already run in another system; with --dry-run, say what would come of it."""
    if example:
        say(example_map().rstrip())
        return
    if not files or map_file is None:
        raise typer.BadParameter("须给出文件和对照表 files, and a map [missing]", param_hint="--map")
    wanted, world = read_map(map_file), world_now()
    key = "" if dry_run else api_key()
    read = ReadFiles(files, wanted, world)
    with ImportProgress(quiet=json, words="试算 tried") as progress:
        for _ in tried_plans(read, world):
            progress.step(read.totals.cases)
    totals = read.totals
    if dry_run:
        if json:
            print_json(shown_totals(totals))
        else:
            show_dry_import(totals, show)
        if totals.fault_count:
            raise typer.Exit(1)
        return
    if totals.fault_count and not good_alone:
        show_faults(totals.faults, totals.fault_count, show)
        raise Failure("有误，未接管任何办件 Nothing was taken over: mend the file, or --good-alone [faults]")
    again = ReadFiles(files, wanted, world)
    began = monotonic()
    with ImportProgress(quiet=json, total=totals.cases, words="接管 taken over") as progress:
        sender = ImportSender(api_url(), key, at_once, lambda run: progress.step(run.done))
        _send(sender, _planned(again, totals.bad))
    _report(sender.run, monotonic() - began, totals.fault_count, show, json=json)
    if sender.run.refused or totals.fault_count:
        raise typer.Exit(1)


def _planned(read: ReadFiles, bad: Collection[str]) -> Iterator[Planned]:
    """Read the files anew: the plans of thousands of cases are not kept."""
    for plan, _ in read.cases():
        if plan.case not in bad:
            yield Planned(plan, read.taken_over(plan))


def _send(sender: ImportSender, plans: Iterator[Planned]) -> None:
    try:
        asyncio.run(sender.send(plans))
    except ExceptionGroup as group:
        failure = next((one for one in group.exceptions if isinstance(one, Failure)), None)
        raise failure or group from None


def _report(run: ImportRun, seconds: float, faults: int, show: int, *, json: bool) -> None:
    if json:
        print_json(shown_run(run, seconds, faults))
    else:
        show_run(run, seconds, faults, show)


def example_map() -> str:
    """Return the example of a map, with what each field means."""
    return resources("api.imports").joinpath(EXAMPLE).read_text(encoding="utf-8")


def world_now() -> ImportWorld:
    """Return what plans are counted by: the release's notices and the settings of this environment."""
    settings = read_settings()
    return ImportWorld.at(real_now(), RELEASE, settings.readings, settings.policy, settings.channels)
