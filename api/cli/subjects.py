"""Commands on the subjects of cases. A name is read from a file or from the input: arguments are seen by others."""

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.client import announce, get, new_idempotency_key, path, post, put, search
from api.cli.commands import CaseNumber, Key, Reason
from api.cli.output import Json, print_facts, print_json, print_table, say
from api.cli.reading import read_subjects
from api.cli.words import when
from api.failures import Failure
from api.real_clock import real_now
from api.settings import read_settings

app = typer.Typer(help="项目和申请人 · whom cases are about", no_args_is_help=True, rich_markup_mode=None)

SubjectId = Annotated[str, typer.Argument(metavar="ID", help="主体编号 · the subject's id")]
SUBJECT = ("编号 id", "类别 kind", "名称 name", "代码 code", "联系 contact")
KINDS = {"project": "项目 project", "organisation": "单位 organisation", "person": "个人 person"}
PARTS = {"project": "项目 project", "applicant": "申请人 applicant", "agent": "代理人 agent"}
STATES = {"asked": "待批准 asked", "refused": "未批准 refused", "erased": "已删除 erased"}


@app.command(name="set")
def set_subjects(
    case: CaseNumber,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help='JSON · [{"part": "project", "kind": "project", "name": ...}], - input'),
    ],
    json: Json = False,
) -> None:
    """填写 · Let a case have these subjects and no others."""
    _show(put(path("cases", case, "subjects"), {"subjects": read_subjects(file)}, json=json), json=json)


@app.command()
def show(case: CaseNumber, json: Json = False) -> None:
    """查看 · Show the subjects of a case."""
    _show(get(path("cases", case, "subjects"), json=json), json=json)


@app.command()
def find(json: Json = False) -> None:
    """查找 · Find subjects by the code or the name on the first line of the input."""
    if sys.stdin.isatty():
        say("名称或代码 Name or code:")
    text = sys.stdin.readline().strip()
    if not text:
        raise typer.BadParameter("标准输入为空 the input has no text [missing]")
    found = search("/v1/subjects/search", {"text": text}, json=json)
    if json:
        print_json(found)
        return
    rows = [(*_cells(one), "、".join(part["case"] for part in one["cases"])) for one in found["subjects"]]
    print_table(f"主体 subjects（{len(rows)}{'+' if found['more'] else ''}）", (*SUBJECT, "办件 cases"), rows)


@app.command()
def record(subject: SubjectId, json: Json = False) -> None:
    """记录 · Show what is on record of a subject, erased or not; no name."""
    found = get(path("subjects", subject), json=json)
    if json:
        print_json(found)
        return
    columns = ("号 number", "时间 at", "事件 event", "经办 actor", "编号 case", "理由 reason")
    rows = [
        (one["number"], when(one["at"]), one["kind"], one["actor"], one["case"], one["reason"])
        for one in found["events"]
    ]
    print_table(f"{subject}{'：已删除 erased' if found['erased'] else ''}", columns, rows)


@app.command()
def erase(subject: SubjectId, reason: Reason, key: Key = None, json: Json = False) -> None:
    """申请删除 · Ask for a subject to be erased; another grants it."""
    _decide(path("subjects", subject, "erasure"), {"reason": reason}, key, json=json)


@app.command()
def grant(subject: SubjectId, key: Key = None, json: Json = False) -> None:
    """批准删除 · Erase a subject whose erasure another asked for, for good."""
    _decide(path("subjects", subject, "erasure", "grant"), {}, key, json=json)


@app.command()
def refuse(subject: SubjectId, reason: Reason, key: Key = None, json: Json = False) -> None:
    """不予删除 · Refuse an erasure that is asked for."""
    _decide(path("subjects", subject, "erasure", "refuse"), {"reason": reason}, key, json=json)


@app.command()
def erasures(json: Json = False) -> None:
    """删除情况 · List erasures, and the subjects that are due to be erased by the setting for retention."""
    found = get("/v1/subjects/erasures", json=json)
    if json:
        print_json(found)
        return
    columns = ("编号 id", "状态 state", "申请 asked by", "时间 at", "理由 reason", "决定 decided by")
    rows = [
        (one["subject"], STATES[one["state"]], one["asked_by"], when(one["asked_at"]), one["reason"], one["decided_by"])
        for one in found["erasures"]
    ]
    print_table(f"删除 erasures（{len(rows)}）", columns, rows)
    if found["due"]:
        print_table("保存期满 due to be erased", ("编号 id",), [(one,) for one in found["due"]])


@app.command()
def rotate(json: Json = False) -> None:
    """更换主密钥 · Wrap every subject's key with a new master key; where the database and the file of keys are."""
    # these load the database, which commands on cases do without
    from activities.subjects.master_keys import SubjectKeysAway  # noqa: PLC0415
    from activities.subjects.register import SubjectRegister  # noqa: PLC0415
    from api.processes.embedded import open_store  # noqa: PLC0415

    settings = read_settings()
    with closing(open_store(settings)) as store:
        try:
            count = SubjectRegister(store, settings.subject_keys).rotate(real_now())
        except SubjectKeysAway as error:
            raise Failure(f"SHIXIAN_SUBJECT_KEYS_FILE: {error} [subjects-away]") from None
    if json:
        print_json({"subjects": count})
    else:
        say(
            f"主密钥已更换 The master key is replaced: {count} 个主体 subjects. 旧备份须以旧密钥打开 Older backups open with the old file alone."
        )


def _decide(where: str, body: dict[str, object], key: str | None, *, json: bool) -> None:
    named = key or new_idempotency_key()
    announce(named, made=key is None, json=json)
    found = post(where, body, named, json=json).body
    if json:
        print_json(found)
        return
    print_facts(
        "",
        (
            ("编号 id", found["subject"]),
            ("状态 state", STATES[found["state"]]),
            ("申请 asked by", found["asked_by"]),
            ("理由 reason", found["reason"]),
            ("决定 decided by", found["decided_by"]),
        ),
    )


def _show(found: dict[str, Any], *, json: bool) -> None:
    if json:
        print_json(found)
        return
    rows = [(PARTS[one["part"]], *_cells(one)) for one in found["subjects"]]
    print_table(found["case"], ("身份 part", *SUBJECT), rows)


def _cells(one: dict[str, Any]) -> tuple[object, ...]:
    name = "已删除 erased" if one["erased"] else one["name"]
    return one["id"], KINDS.get(one["kind"] or "", ""), name, one["code"], one["contact"]
