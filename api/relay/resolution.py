"""Whether an alert that is said to be over is over, as the read model has it, and why. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from activities.record import Role, RungKind
from activities.rungs import Instant
from activities.store.rows import CaseView, ClockRow, main_clock
from activities.store.tellings import BareClock, Told
from activities.withdrawals import applicant_holds, stands_still
from api.relay.dedup import Known
from sla.axis import due_day, due_time
from sla.clock import Standing

SOON = frozenset({"ShixianStepDueSoon", "ShixianCaseDueSoon"})


class Reason(NamedTuple):
    """Why an alert no longer holds."""

    code: str
    zh: str
    en: str


PASSED = Reason("resolved", "情况已恢复", "it no longer holds")
OVERTAKEN = Reason("overdue", "已超期，另行告警", "it is overdue now, which is told apart")
_MOVED = {
    "extended": ("已批准延长", "an extension was granted"),
    "calendar": ("工作日历有变", "the calendar of working days was changed"),
    "resumed": ("中止期间已扣除", "the time of a suspension was taken off"),
    "corrected": ("登记内容已更正", "what was recorded is corrected"),
    "told-late": ("补报后重新计算", "what was told late counts"),
    "suspended": ("已中止计时", "it was suspended"),
    "with-applicant": ("曾由申请人办理，其间不计时", "the applicant held it meanwhile, which does not count"),
    "not-counted": ("其间不计时", "for a while its time did not count"),
}


def known(name: str, step: str | None, clocks: Sequence[BareClock], now: Instant) -> Known:
    """Tell whether an alert holds, and the due instant that it is about."""
    live = [clock for clock in _of(step, clocks) if clock.live and clock.due_at is not None]
    due_at = max((clock.due_at for clock in live if clock.due_at), default=None)
    return Known(None if name in SOON else any(now.passed(clock.due_at) for clock in live), due_at)


def over(told: Told, clocks: Sequence[BareClock] | None, now: Instant) -> bool:
    """Tell whether what was told of a case or a step is over; not where the read model does not know the case."""
    if clocks is None:
        return False
    live = [clock for clock in _of(told.labels.get("step"), clocks) if clock.live]
    if told.labels["alertname"] not in SOON:
        return not any(now.passed(clock.due_at) for clock in live)
    about = [clock.due_at for clock in live if clock.due_at is not None and told.due_at in {None, clock.due_at}]
    return not any(not now.passed(due_at) for due_at in about)


def reason(told: Told, view: CaseView, now: Instant) -> Reason:
    """Why what was told of a case or a step is over."""
    row = _row(told.labels.get("step"), view)
    if row is None:
        return Reason("not-counted", "不再计时", "its time is no longer counted")
    picture, soon = row.picture, told.labels["alertname"] in SOON
    what = ("环节", "the step") if told.scope == "step" else ("案件", "the case")
    if picture.void:
        return Reason("ended-without-verdict", f"{what[0]}未作判定即终止", f"{what[1]} ended without a verdict")
    if picture.clock.stop is not None:
        return _ended(row, picture.clock.stop, what)
    if not view.case.open:
        return Reason("case-ended", "案件已办结", "its case has ended")
    if row.standing is Standing.SUSPENDED:
        ground = next((s.ground for s in reversed(picture.clock.suspensions) if s.end is None), None)
        return Reason("suspended", f"{what[0]}已中止计时", f"{what[1]} is suspended{f' ({ground})' if ground else ''}")
    if stands_still(picture):
        if applicant_holds(view.steps):
            return Reason(
                "with-applicant", f"{what[0]}待申请人办理，暂停计时", f"the applicant holds {what[1]}, and no time runs"
            )
        return Reason("not-counted", f"{what[0]}现由不计时的一方办理", f"no time of {what[1]} counts where it is now")
    if soon and now.passed(row.due_at):
        return OVERTAKEN
    return _moved(row, RungKind.DUE_SOON if soon else RungKind.OVERDUE)


def _of(step: str | None, clocks: Iterable[BareClock]) -> list[BareClock]:
    return [clock for clock in clocks if (clock.main if step is None else clock.step == step)]


def _row(step: str | None, view: CaseView) -> ClockRow | None:
    if step is None:
        void = (row for row in view.clocks if row.picture.role in (Role.PROMISE, Role.STATUTORY))
        return main_clock(view) or next(void, None)
    of_step = [row for row in view.clocks if row.picture.role is Role.STEP and row.picture.step == step]
    return of_step[-1] if of_step else None


def _ended(row: ClockRow, stop: datetime, what: tuple[str, str]) -> Reason:
    when = _when(stop)
    if row.standing is Standing.MISSED:
        return Reason("ended-late", f"{what[0]}已于 {when} 办结，超期", f"{what[1]} ended late, on {when}")
    if any(rung.told_late for rung in row.picture.rungs):
        return Reason(
            "told-late",
            f"补报：{what[0]}实际已于 {when} 按时办结",
            f"told late: {what[1]} had ended in time, on {when}",
        )
    return Reason("ended", f"{what[0]}已于 {when} 按时办结", f"{what[1]} ended in time, on {when}")


def _moved(row: ClockRow, kind: RungKind) -> Reason:
    causes = [r.withdrawn for r in row.picture.rungs if r.withdrawn is not None and r.kind is kind]
    cause = causes[-1] if causes else "extended" if row.picture.clock.extensions else "calendar"
    zh, en = _MOVED.get(cause, ("到期日已变", "the due date was moved"))
    if row.due_at is None:
        return Reason(cause, f"{zh}，到期日待定", f"{en}; its due date is not known yet")
    return Reason(cause, f"{zh}，到期日改为 {_when(row.due_at)}", f"{en}; it is due on {_when(row.due_at)} now")


def _when(at: datetime) -> str:
    return f"{due_day(at)} {due_time(at)}"
