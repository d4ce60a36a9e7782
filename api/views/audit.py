"""Rows of the audit log, and the log as a table."""

from collections.abc import Iterator

from activities.store.audit_log import AuditFilter, AuditLog, AuditRow
from api.views.cells import MARK, table

AT_A_TIME = 1000  # rows
MOST = 100_000  # rows of a table
COLUMNS = tuple(AuditRow.model_fields)
HEADS = (
    "序号 seq", "时间 at", "操作人 actor", "角色 role", "操作 action", "对象 object", "结果 outcome", "来源地址 source_ip",
    "请求 request_id", "哈希 hash",
)  # fmt: skip


def audit_table(log: AuditLog, wanted: AuditFilter) -> str:
    """Return the newest rows that are asked for as CSV, each instant to the microsecond; blocks."""
    return MARK + table([HEADS, *_lines(log, wanted)])


def _lines(log: AuditLog, wanted: AuditFilter) -> Iterator[list[object]]:
    before: int | None = None
    number = 0
    while number < MOST and (page := log.audit_rows(wanted, before, AT_A_TIME)):
        for row in page:
            yield [row.at.isoformat() if name == "at" else getattr(row, name) for name in COLUMNS]
        number, before = number + len(page), page[-1].seq
