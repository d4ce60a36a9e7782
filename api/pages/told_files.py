"""What was told, and what was told late, as files for spreadsheets: every line, in the words of the database."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from fastapi import Response

from activities.record import RungKind
from activities.store.late import BEGIN
from activities.store.notices import UNDELIVERED, LoggedNotice, NoticeFilter, NoticePlace
from api.access.request_context import Visit
from api.pages.answers import HEADERS
from api.pages.frame import PageVisit
from api.pages.notice_words import NamedAlert, body_of
from api.views.cells import MARK, table
from sla.axis import local_day

AT_A_TIME = 500  # notices, or clocks
MOST = 100_000  # lines of a file
ALL = 10**6  # alerts of a notice
Line = tuple[object, ...]

TOLD = (
    "时间 at", "类别 kind", "级别 severity", "告警 alertname", "对象 department", "办件 case", "环节 step", "告知单位 receiver",
    "渠道 channel", "送达 arrival", "次数 attempts", "最近一次 tried_at", "错误 error", "原因 reason",
)  # fmt: skip
LATE = (
    "列表 list", "办件 case", "时限 clock", "环节 step", "主体 owner", "办结 done_at", "报送 told_at", "到期 due_at",
    "原预警 raised_at", "判定 verdict",
)  # fmt: skip


def told_file(at: PageVisit, wanted: NoticeFilter) -> Response:
    """Return the notices that are asked for, a line for each alert; blocks."""
    return _file(at, "told", TOLD, _told(at.visit, wanted))


def late_file(at: PageVisit) -> Response:
    """Return what waits for a confirmation and what was disproved; blocks."""
    return _file(at, "told-late", LATE, _late(at))


def _file(at: PageVisit, name: str, heads: Line, lines: Iterator[Line]) -> Response:
    rows = [heads, *islice(lines, MOST)]
    named = f'attachment; filename="shixian-{name}-{local_day(at.now).isoformat()}.csv"'
    headers: dict[str, Any] = {**HEADERS, "Content-Disposition": named}
    return Response((MARK + table(rows)).encode(), 200, headers, "text/csv; charset=utf-8")


def _told(visit: Visit, wanted: NoticeFilter) -> Iterator[Line]:
    after: NoticePlace | None = None
    while page := visit.services.store.notices(wanted, after, AT_A_TIME, ALL):
        for one in page:
            yield from _lines(visit, one)
        after = NoticePlace(page[-1].delivery.arrival in UNDELIVERED, page[-1].number)


def _lines(visit: Visit, one: LoggedNotice) -> Iterator[Line]:
    business, delivery, body = visit.services.timeline.business, one.delivery, body_of(one.body)
    tried = None if delivery.at is None else business(delivery.at)
    for line in one.alerts:
        department = NamedAlert(line, body).labels.get("department")
        about = (business(one.at), one.kind, line.severity, line.alertname, department, line.case, line.step)
        arrived = (delivery.arrival.value, delivery.attempts, tried, delivery.error)
        yield (*about, one.receiver, one.channel, *arrived, line.reason)


def _late(at: PageVisit) -> Iterator[Line]:
    store, owned = at.visit.services.store, at.owned
    place = BEGIN
    while waiting := store.pending_confirmations(place, AT_A_TIME, owned):
        for one in waiting:
            step = one.step
            yield ("waiting", one.case, None, step.key, step.owner, step.claimed_at, step.told_at, None, None, None)
        place = (waiting[-1].case, waiting[-1].pos)
    place = BEGIN
    while disproved := store.told_late(place, AT_A_TIME, owned):
        for late in disproved:
            clock, row = late.clock.picture, late.clock
            told = late.step.told_at if late.step else None
            rung = next((rung for rung in reversed(clock.rungs) if rung.told_late), None)
            raised = rung.at if rung is not None and rung.kind is RungKind.OVERDUE else None
            done = (clock.clock.stop, told, row.due_at, raised, clock.verdict or row.standing)
            yield ("disproved", late.case, clock.clock.key, clock.step, clock.owner, *done)
        place = (disproved[-1].case, disproved[-1].pos)
