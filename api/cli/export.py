"""The command `export`: the store's cases as a log for process mining, or as rows of national state codes."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from activities.store.groups import CaseGroup, Mark
from activities.store.lines import CaseFilter
from api.cli.almanac_in_force import almanac_of
from api.cli.lists import OneOrOther, Owners, Standings
from api.cli.output import Json, print_json, say
from api.logs.exporting import LogForm, export
from api.processes.embedded import open_store
from api.real_clock import real_now
from api.settings import read_settings
from api.views.instants import instants_of

FORMS = {".xes": LogForm.XES, ".json": LogForm.OCEL, ".jsonocel": LogForm.OCEL, ".csv": LogForm.STATES}


def export_log(  # one parameter for each option
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="文件 · .xes, .json (OCEL 2.0) or .csv; .gz behind it packs it")
    ],
    form: Annotated[
        LogForm | None, typer.Option("--as", help="格式 · the form; the file's name says it where left out")
    ] = None,
    procedure: Annotated[str | None, typer.Option(help="流程")] = None,
    variant: Annotated[str | None, typer.Option(help="情形")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="地区")] = None,
    standing_: Standings = None,
    group: Annotated[list[CaseGroup] | None, typer.Option(help="组，可多次 · may be given again")] = None,
    flag: Annotated[list[Mark] | None, typer.Option(help="标记，可多次 · may be given again")] = None,
    owner: Owners = None,
    open_: OneOrOther = None,
    survey: Annotated[str | None, typer.Option(help="联合踏勘")] = None,
    parent: Annotated[str | None, typer.Option(help="主项目")] = None,
    json: Json = False,
) -> None:
    """导出日志 · Write cases as XES, OCEL 2.0 or national state codes, without personal data; reads the database alone."""
    suffixes = [suffix.lower() for suffix in file.suffixes]
    named = FORMS.get((suffixes[-2:-1] if suffixes[-1:] == [".gz"] else suffixes[-1:] or [""])[0])
    form = form or named
    if form is None:
        raise typer.BadParameter("格式不明 .xes, .json or .csv, or --as [unknown-form]", param_hint="FILE")
    wanted = CaseFilter(
        procedure=procedure,
        variant=variant,
        jurisdiction=jurisdiction,
        standing=tuple(standing_ or ()),
        group=tuple(group or ()),
        flag=tuple(flag or ()),
        owner=tuple(owner or ()),
        open=open_,
        survey=survey,
        parent=parent,
    )
    with closing(open_store(read_settings())) as store:
        now = store.timeline().business(real_now())
        cases, events = export(store, wanted, instants_of(almanac_of(store), now), form, file)
    if json:
        print_json({"file": file.name, "form": form, "cases": cases, "events": events})
    else:
        say(f"已导出 Exported: {cases} 个办件 cases, {events} 个事件 events → {file}")
