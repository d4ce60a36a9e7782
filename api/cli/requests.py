"""Four eyes over HTTP: what one asked for, and another grants or refuses."""

from typing import Annotated

import typer

from api.cli.cases import next_page
from api.cli.client import get, path
from api.cli.commands import CaseCommand, CaseNumber, MaybeReason, Reason, send
from api.cli.lists import After, Limit
from api.cli.output import Json, print_json, print_table
from api.cli.shared_options import then
from api.cli.words import when

RequestNumber = Annotated[
    int, typer.Argument(min=1, metavar="NUMBER", help="申请号 · number of the event that asked: `shixian requests`")
]


def requests(
    status: Annotated[str, typer.Option(help="结果 · open, granted, refused, taken-back, lapsed, or any")] = "open",
    kind: Annotated[str | None, typer.Option(help="种类 · extend, correct, confirm or withdraw")] = None,
    after: After = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """待复核 · List what one asked for and another grants, the oldest first."""
    found = get(path("requests"), {"status": status, "kind": kind, "after": after, "limit": limit}, json=json)
    if json:
        print_json(found)
        return
    columns = (
        "编号 case",
        "申请号 number",
        "种类 kind",
        "内容 what",
        "申请人 by",
        "申请 asked",
        "期限 due",
        "结果 status",
    )
    rows = [
        (
            one["case"],
            one["number"],
            one["kind"],
            "、".join(f"{name} {value}" for name, value in one["wanted"].items()),
            one["asked_by"],
            when(one["asked_at"]),
            f"{when(one['due_at']) or '—'}{'（已过 over）' if one['overdue'] else ''}",
            one["status"],
        )
        for one in found["requests"]
    ]
    print_table(f"待复核 requests（{len(rows)}）", columns, rows)
    next_page(found)


@then(send)
def grant(case: CaseNumber, number: RequestNumber) -> CaseCommand:
    """复核同意 · Grant what another asked for: its command is carried out as the case stands now."""
    return CaseCommand(path("cases", case, "requests", str(number), "grant"), {})


@then(send)
def refuse_request(case: CaseNumber, number: RequestNumber, reason: Reason) -> CaseCommand:
    """复核不同意 · Refuse what another asked for."""
    return CaseCommand(path("cases", case, "requests", str(number), "refuse"), {"reason": reason})


@then(send)
def take_back(case: CaseNumber, number: RequestNumber, reason: MaybeReason = None) -> CaseCommand:
    """撤回申请 · Take back what one asked for oneself."""
    return CaseCommand(path("cases", case, "requests", str(number), "take-back"), {"reason": reason})
