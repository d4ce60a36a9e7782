"""Loading a notice over HTTP: proposed by one, previewed, approved by another."""

import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.client import announce, get, new_idempotency_key, path, post
from api.cli.output import Json, print_facts, print_json, print_table, say, warn
from api.cli.reading import maybe_day
from api.cli.words import when
from api.intake.notice_file import LARGEST, NoticeFileError, notice_file
from sla.notices.files import schema
from sla.notices.templates import FileKind
from sla.notices.templates import template as written_template

PAUSE = 2.0  # seconds between looks at a preview that is being made
STATES = {"open": "待批 open", "approved": "已批准 approved", "rejected": "已否决 rejected"}
KINDS = {"notice": "年度安排 arrangement", "amendment": "调整 amendment", "overlay": "地方安排 overlay"}
NUMBERS = {
    "dated": "新有到期日 get a due date",
    "moved": "到期日变动 due date moves",
    "undated": "不再有到期日 lose theirs",
    "to_overdue": "转为超期 become overdue",
    "to_on_time": "转为按时 become on time",
}

Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="编号 · the proposal's number")]
Key = Annotated[str | None, typer.Option(help="幂等键 · names this command; sent again with it, it is done only once")]
Fields = Mapping[str, Any]


def template(
    year: Annotated[int, typer.Argument(metavar="YEAR", min=2008, max=2100, help="年份 · the year")],
    kind: Annotated[FileKind, typer.Option(help="类别 · what the file is for")] = FileKind.NOTICE,
    json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 · print the schema of such files")] = False,
) -> None:
    """样表 · Print a file to fill in, for a notice that is not at hand as its text."""
    if json:
        print_json(schema())
        return
    say(written_template(year, kind).rstrip("\n"))


def propose(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="文件 · the notice's text, or an arrangement in YAML or JSON; - reads it"),
    ],
    published: Annotated[str | None, typer.Option(help="公布日期 · the day on which the text was published")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="取代 · other days are in force for that year and are to give way")
    ] = False,
    reason: Annotated[str | None, typer.Option(help="理由 · a word for who approves it")] = None,
    key: Key = None,
    json: Json = False,
) -> None:
    """提出通知 · Propose a notice on days off; nothing is counted by it before another person approves it."""
    day = maybe_day(published, "--published")
    body: dict[str, object] = {
        **_read(file),
        "published": None if day is None else day.isoformat(),
        "replaces": replace or None,
        "reason": reason,
    }
    made = _sent(path("calendars", "notices"), body, key, json=json)
    if json:
        print_json(made)
        return
    _proposal(made)
    say(f"预演 Preview it: shixian calendar preview {made['number']}")


def list_notices(json: Json = False) -> None:
    """列出通知 · List the notices that were proposed."""
    found = get(path("calendars", "notices"), json=json)
    if json:
        print_json(found)
        return
    columns = ("编号", "状态 state", "类别 kind", "文号 document", "公布 published", "提出 by", "批准 decided by")
    rows = [
        (
            p["number"],
            _state(p),
            KINDS[p["kind"]],
            p["document"] or p["year"],
            p["published"],
            p["proposed_by"],
            p["decided_by"],
        )
        for p in found["proposals"]
    ]
    print_table(f"通知 notices（{len(rows)}）", columns, rows)


def preview(number: Number, json: Json = False) -> None:
    """预演 · Show what a proposed notice would do to open cases, in numbers, by desk, and case by case."""
    found = _previewed(number, json=json)
    moves = list(_moves(number, json=json)) if found["preview"] is not None else []
    if json:
        print_json({**found, "moves": moves})
        return
    _proposal(found["proposal"])
    seen = found["preview"]
    if seen is None:
        return
    print_facts(
        "预演 preview",
        [
            ("计时中 open cases", seen["live_cases"]),
            *((title, seen[name]) for name, title in NUMBERS.items()),
            ("计算至 counted at", when(seen["at"])),
        ],
    )
    desks = [(d["jurisdiction"], d["owner"], *(d[name] for name in NUMBERS)) for d in seen["desks"]]
    print_table("按单位 by desk", ("地区", "单位 owner", *NUMBERS.values()), desks)
    columns = ("编号 case", "时钟 clock", "责任 owner", "原到期 old due", "新到期 new due")
    print_table(
        "变动 moves",
        columns,
        [(m["case"], m["clock"], m["owner"], when(m["old_due"]), when(m["new_due"])) for m in moves],
    )
    say(f"批准 Another person approves it: shixian calendar approve {number} --preview {seen['digest']}")


def approve(
    number: Number,
    preview: Annotated[str, typer.Option(help="预演摘要 · the digest of the preview that was seen")],
    reason: Annotated[str | None, typer.Option(help="理由 · the reason")] = None,
    key: Key = None,
    json: Json = False,
) -> None:
    """批准通知 · Put a proposed notice in force; open cases are counted by it within seconds."""
    _decide(number, "approve", {"preview": preview, "reason": reason}, key, json=json)


def reject(
    number: Number,
    reason: Annotated[str, typer.Option(help="理由 · the reason")],
    key: Key = None,
    json: Json = False,
) -> None:
    """否决通知 · Reject a proposed notice."""
    _decide(number, "reject", {"reason": reason}, key, json=json)


def _decide(number: int, word: str, body: dict[str, object], key: str | None, *, json: bool) -> None:
    found = _sent(path("calendars", "notices", number, word), body, key, json=json)
    if json:
        print_json(found)
    else:
        _proposal(found)


def _sent(where: str, body: dict[str, object], key: str | None, *, json: bool) -> dict[str, Any]:
    named = key or new_idempotency_key()
    announce(named, made=key is None, json=json)
    return post(where, body, named, json=json).body


def _previewed(number: int, *, json: bool) -> dict[str, Any]:
    """The proposal, once its preview is made."""
    while True:
        found = get(path("calendars", "notices", number), json=json)
        if found["preview"] is not None or found["looked_at"] is None:
            return found
        if not json:
            warn(f"预演中 being made: {found['looked_at']} …")
        time.sleep(PAUSE)


def _moves(number: int, *, json: bool) -> Iterator[dict[str, Any]]:
    after: str | None = None
    while True:
        page = get(path("calendars", "notices", number, "moves"), {"after": after}, json=json)
        yield from page["moves"]
        after = page["next"]
        if after is None:
            return


def _read(file: str) -> dict[str, Any]:
    """The text of a notice, or the fields of an arrangement."""
    try:
        return notice_file(file, sys.stdin.buffer.read(LARGEST + 1) if file == "-" else _bytes(Path(file)))
    except OSError as error:
        raise typer.BadParameter(f"{error.strerror} [unreadable]", param_hint="FILE") from None
    except NoticeFileError as error:
        raise typer.BadParameter(str(error), param_hint="FILE") from None


def _bytes(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(LARGEST + 1)


def _state(proposal: Fields) -> str:
    return STATES[proposal["state"]] + ("（本人批准 by who proposed it）" if proposal["alone"] else "")


def _proposal(proposal: Fields) -> None:
    print_facts(
        f"通知 {proposal['number']}",
        [
            ("状态 state", _state(proposal)),
            ("类别 kind", KINDS[proposal["kind"]]),
            ("文号 document", proposal["document"]),
            ("年份 year", proposal["year"]),
            ("公布 published", proposal["published"]),
            ("放假 off", "、".join(proposal["to_off"])),
            ("上班 work", "、".join(proposal["to_work"])),
            ("提出 proposed", f"{proposal['proposed_by']}，{when(proposal['proposed_at'])}"),
            ("理由 reason", proposal["reason"]),
            ("决定 decided", proposal["decided_by"] and f"{proposal['decided_by']}，{when(proposal['decided_at'])}"),
            ("决定理由 why", proposal["decided_why"]),
        ],
    )


list_notices.__name__ = "list"
COMMANDS = (template, propose, list_notices, preview, approve, reject)
