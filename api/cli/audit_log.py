"""The command `audit-log`: who did what, read over HTTP with an auditor's key."""

from json import dumps
from typing import Annotated

import typer

from api.cli.cases import next_page
from api.cli.client import get, get_text, path
from api.cli.lists import After, Limit
from api.cli.output import Json, print_json, print_table, say
from api.cli.words import when


def audit_log(  # one parameter for each option
    since: Annotated[str | None, typer.Option(help="起 · rows since an instant, with its offset")] = None,
    actor: Annotated[str | None, typer.Option(help="操作人 · who acted")] = None,
    action: Annotated[str | None, typer.Option(help="操作 · what was done or asked for")] = None,
    object_: Annotated[str | None, typer.Option("--object", help="对象 · a case number, key/ID, notice/NUMBER")] = None,
    after: After = None,
    limit: Limit = 50,
    csv: Annotated[bool, typer.Option("--csv", help="以 CSV 输出全部 · print all of it as CSV")] = False,
    lines: Annotated[bool, typer.Option("--lines", help="每行一个 JSON · print all of it, one JSON a line")] = False,
    json: Json = False,
) -> None:
    """审计日志 · List who did what, or was refused what, the newest first; for auditors. Reading it is on record too."""
    asked = {"since": since, "actor": actor, "action": action, "object": object_}
    where = path("audit")
    if csv and lines:
        raise typer.BadParameter("只能选一种 either CSV or lines [contradiction]", param_hint="--csv")
    if csv:
        typer.echo(get_text(where, {**asked, "format": "csv"}), nl=False)
        return
    if lines:
        _print_lines(where, asked)
        return
    found = get(where, {**asked, "after": after, "limit": limit}, json=json)
    if json:
        print_json(found)
        return
    columns = ("序号 seq", "时间 at", "操作人 actor", "角色", "操作 action", "对象 object", "结果 outcome", "来源 from")
    rows = [
        (row["seq"], when(row["at"]), row["actor"], row["role"], row["action"], row["object"], row["outcome"], row["source_ip"])
        for row in found["rows"]
    ]  # fmt: skip
    print_table("审计日志 audit log", columns, rows)
    next_page(found)


def _print_lines(where: str, asked: dict[str, str | None]) -> None:
    after: str | None = None
    while True:
        found = get(where, {**asked, "after": after, "limit": 200}, json=True)
        for row in found["rows"]:
            say(dumps(row, ensure_ascii=False))
        after = found["next"]
        if after is None:
            return
