"""What stands on more than one page."""

from collections.abc import Sequence

from deploy.grafana import limits
from deploy.grafana.parts import (
    GREEN,
    GREY,
    INSTANT,
    RATIO,
    RED,
    SECONDS,
    YELLOW,
    Column,
    Panel,
    Query,
    lines,
    number,
    rows,
)
from deploy.grafana.queries import left, milliseconds, of, one, since, titled, to_come

CASE, DEPARTMENT, PROCEDURE, DUE = "案件 Case", "部门 Department", "事项 Procedure", "到期 Due"

_STANDINGS = (
    ("on_time", "在期 on time", GREEN),
    ("due_soon", "将到期 due soon", YELLOW),
    ("overdue", "超期 overdue", RED),
    ("suspended", "中止 suspended", GREY),
)
_FACTS = ("due_timestamp_seconds", "elapsed_ratio", "overdue_workdays")
_STEP = Column("task", "环节 Step")
_FIRST = (Column("case_id", CASE), Column("owner", DEPARTMENT), Column("matter", PROCEDURE))
_LAST = (
    Column("Value #A", DUE, INSTANT),
    Column("Value #B", "已用 Used", RATIO, limits.USED),
    Column("Value #C", "超期工作日 Workdays over", "", limits.OVERDUE),
)


def both(chinese: str, english: str) -> str:
    """Return a description in two languages."""
    return f"{chinese}\n\n{english}"


def by_standing(title: str, description: str, record: str, *matchers: str) -> Panel:
    """Open cases or steps over time, by how they stand."""
    queries = [Query(f"sum({of(record, *matchers, _is(standing))})", light) for standing, light, _ in _STANDINGS]
    colours = {light: colour for _, light, colour in _STANDINGS}
    return lines(title, description, *queries, colours=colours, stacked=True)


def of_steps(title: str, description: str, *matchers: str) -> Panel:
    """Open steps with due date, the part of their target that is used, and by how much they are over it."""
    columns = (*_FIRST, _STEP, *_LAST)
    labels = ("department", "procedure", "step", "case_id")
    return _table(title, description, columns, labels, [_series("case_step", what, matchers) for what in _FACTS])


def next_steps(title: str, description: str, number_of: int) -> Panel:
    """Return the open steps that are due next."""
    due, used = (_series("case_step", what, ()) for what in _FACTS[:2])
    only = f" and on (job, case_id, step) bottomk({number_of}, {to_come(due)})"
    labels = ("department", "procedure", "step", "case_id")
    return _table(title, description, (*_FIRST, _STEP, *_LAST[:2]), labels, [due + only, used + only])


def of_cases(title: str, description: str, *matchers: str) -> Panel:
    """Open cases with due date, the part of their limit that is used, and by how much they are over it."""
    return _cases(title, description, [_series("case", what, matchers) for what in _FACTS])


def oldest_cases(title: str, description: str, number_of: int) -> Panel:
    """Return the open cases that are overdue longest."""
    due, used, over = (_series("case", what, ()) for what in _FACTS)
    only = f" and on (job, case_id) bottomk({number_of}, {due} and on (job, case_id) {over})"
    return _cases(title, description, [each + only for each in (due, used, over)])


def heartbeat(width: int) -> Panel:
    """Say how long ago work last went through the whole system."""
    return number(
        "值守 Worker",
        both(
            "心跳上次走通 Temporal、工作进程和数据库距今多久（真实时间）。红色：案件停滞，按手册 ShixianWorkerStuck 处理。",
            "How long ago a heartbeat went through Temporal, worker and database, in real time. Red: cases stand still; "
            "follow the runbook ShixianWorkerStuck.",
        ),
        since(f"max by (task_queue) ({of('shixian_worker_heartbeat_timestamp_seconds')})"),
        unit=SECONDS,
        steps=limits.HEARTBEAT,
        legend="{{task_queue}}",
        width=width,
    )


def coverage(width: int) -> Panel:
    """Say how long the published calendar still lasts."""
    return number(
        "日历剩余 Calendar left",
        both(
            "已公布的工作日历还剩多久（业务时间）；此后到期的案件没有到期日。黄色、红色：装载下一年日历。",
            "How long the published calendar lasts, in business time; what is due later has no due date. Yellow and red: "
            "load the notice of the next year.",
        ),
        left(one("shixian_calendar_coverage_end_timestamp_seconds")),
        unit=SECONDS,
        steps=limits.COVERAGE,
        base=RED,
        legend="{{calendar}}",
        width=width,
    )


def _is(standing: str) -> str:
    return f'standing="{standing}"'


def _series(of_what: str, fact: str, matchers: Sequence[str]) -> str:
    return one(f"shixian_{of_what}_{fact}", *matchers)


def _cases(title: str, description: str, series: Sequence[str]) -> Panel:
    columns = (*_FIRST, Column("commitment", "承诺 Commitment"), *_LAST)
    return _table(title, description, columns, ("department", "procedure", "case_id"), series)


def _table(
    title: str, description: str, columns: Sequence[Column], labels: Sequence[str], series: Sequence[str]
) -> Panel:
    due, *others = series
    return rows(title, description, columns, titled(milliseconds(due), *labels), *others, sort=DUE)
