"""What a command would come to, for a person: what would be recorded, and which clocks would move."""

from collections.abc import Mapping
from typing import Any

from api.cli.output import print_json, print_table, say
from api.cli.words import standing, when

CLOCKS = (
    "时限 clock",
    "现到期 due now",
    "后到期 due then",
    "现状态 standing now",
    "后状态 standing then",
    "后剩余 left then",
)


def show_dry_run(found: Mapping[str, Any], *, json: bool) -> None:
    """Print the answer to a dry run."""
    if json:
        print_json(found)
        return
    receipt = found["receipt"]
    if found.get("granted"):
        say(f"须由他人复核；如获批准 Another grants it; if granted: {receipt['case']}")
        show_dry_run(found["granted"], json=json)
        return
    say(f"试算，未写入 A dry run, nothing is written: {receipt['case']} #{receipt['seq']} {receipt['kind']}")
    for step in found["steps"]:
        say(f"环节 step {step['key']}: {step['before'] or '—'} → {step['after']}{_owner(step)}")
    rows = [
        (
            clock["key"],
            when(before.get("due_at")),
            when(after.get("due_at")),
            standing(before.get("standing")),
            standing(after.get("standing")),
            _left(after),
        )
        for clock in found["clocks"]
        if (before := clock["before"] or {}) != (after := clock["after"] or {})
    ]
    if rows:
        print_table("", CLOCKS, rows)
    else:
        say("时限均不变 No clock would change.")
    for word, rungs in (
        ("将预警 would be raised", found["raised"]),
        ("将撤销 would be withdrawn", found["withdrawn"]),
        ("告知前已超期，不预警 was over before it is told", found["noted"]),
    ):
        for rung in rungs:
            why = f"（{rung['reason']}）" if rung["reason"] else ""
            say(f"{word}: {rung['clock']} {rung['rung']}{why}")


def _owner(step: Mapping[str, Any]) -> str:
    before = step["owner_before"]
    return f"，{before} → {step['owner']}" if before not in (None, step["owner"]) else ""


def _left(clock: Mapping[str, Any]) -> object:
    """What would be left, in the limit's unit; less than nothing where it would be over."""
    if not clock:
        return None
    return -clock["overdue_by"] if clock["overdue_by"] else clock["remaining"]
