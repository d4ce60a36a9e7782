"""An audit's lines and its rule by name, the same in CSV and JSON."""

from datetime import datetime
from typing import Any

from api.logs.auditing import number
from api.logs.gathering import AuditLine
from api.logs.rules import RuleWishes
from sla.past import PastRule, PastUnit

COLUMNS = (
    "case", "verdict", "start", "end", "due", "due_day", "limit", "unit", "used", "suspended", "over", "remarks", "line",
)  # fmt: skip


def row_of(line: AuditLine, unit: PastUnit) -> dict[str, str | int | None]:
    """Return a case's line by column; numbers are text, in the unit."""
    return {
        "case": line.case,
        "verdict": line.verdict,
        "start": line.start,
        "end": line.end,
        "due": line.due,
        "due_day": line.due_day,
        "limit": line.limit,
        "unit": str(unit),
        "used": line.used,
        "suspended": line.suspended,
        "over": line.over,
        "remarks": " ".join(line.remarks) or None,
        "line": line.line,
    }


def rule_shown(wishes: RuleWishes, rule: PastRule, now: datetime | None) -> dict[str, Any]:
    """Return by what cases were judged, so that it can be done again."""
    policy, exact = rule.policy, wishes.exact or wishes.in_hours
    return {
        "limit": number(rule.limit),
        "unit": str(rule.unit),
        "zone": str(rule.zone),
        "calendar": rule.calendar.version,
        "judge": str(rule.judging),
        "exact": exact,
        "close": None if exact else "24:00" if policy.close is None else policy.close.isoformat("minutes"),
        "roll": wishes.roll,
        "roll_end": wishes.roll_end,
        "count_start": wishes.count_start,
        "now": None if now is None else now.isoformat(),
    }
