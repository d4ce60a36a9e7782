"""The sentence that says why a clock is due on its day."""

from collections import Counter
from collections.abc import Iterator

from activities.record import Role
from api.ruler.account import TARGETS, Account, CellKind, Tone
from api.ruler.words import (
    amount_of,
    clock_time,
    day_text,
    full_day,
    joined,
    say,
    short_amount,
)
from sla.axis import due_time, local_day
from sla.clock import Policy, Standing, Unit

BEGINS = {
    Role.SUPPLEMENT: ("收到申请", "Received"),
    Role.DELIVERY: ("作出决定", "Decided"),
    Role.STAGE: ("开始", "Begun"),
    Role.STEP: ("开始", "Begun"),
}
ACCEPTED = ("受理", "Accepted")
FEW = 4  # days that are named one by one
RUNS = (CellKind.SUSPENDED, CellKind.IDLE)


def sentence_of(account: Account, policy: Policy) -> str:
    """Return the sentence of a clock, in its language."""
    if not account.cells:
        return _uncounted(account)
    zh = account.lang == "zh"
    clauses = [_counted(account), *_not_counted(account)]
    middle = ("；" if zh else "; ").join(clauses)
    head = _begin(account, policy)
    tail = [*_end(account), *_binding(account)]
    return f"{head}。{middle}。{''.join(f'{part}。' for part in tail)}" if zh else _english(head, middle, tail)


def _english(head: str, middle: str, tail: list[str]) -> str:
    return " ".join([f"{head}; {middle}.", *(f"{part}." for part in tail)])


def _uncounted(account: Account) -> str:
    horizon = account.shown.horizon
    if horizon is None or account.shown.started_at is None:
        return say("not-started", account.lang)
    day = full_day(horizon.known_until, account.lang, year=True)
    if account.lang == "zh":
        return f"工作日历公布至 {day}，起始日不在其中，无从计算。"
    return f"The calendar is known until {day}; the start is not in it, so nothing can be counted."


def _begin(account: Account, policy: Policy) -> str:
    shown, zh = account.shown, account.lang == "zh"
    first = account.cells[0].date
    started = shown.started_at
    verb = BEGINS.get(shown.role, ACCEPTED)[not zh]
    year = _years(account)
    when = full_day(first, account.lang, year=year)
    if started is not None and local_day(started) == first:
        when = f"{when}{'' if zh else ' '}{clock_time(started)}"
    if shown.presumed:
        return (
            f"{when}收到申请，逾期未一次告知补正，视为受理"
            if zh
            else f"Presumed accepted {when}, for want of a notice in time"
        )
    if started is not None and local_day(started) < first:
        said = day_text(local_day(started), account.lang)
        when = f"{said}{clock_time(started)}{verb}，按 {when}起算" if zh else f"{verb} {said}, taken as {when}"
    else:
        when = f"{when}{verb}" if zh else f"{verb} {when}"
    counts = policy.count_start_day or shown.limit.unit is Unit.WORKHOUR
    return when if counts else f"{when}，当日不计" if zh else f"{when}, a day that does not count"


def _counted(account: Account) -> str:
    used = amount_of(account.shown.used, account.shown.limit.unit, account.lang)
    if account.lang == "zh":
        return f"{'共计' if account.stopped else '至今计'} {used}"
    return f"{used} {'in all' if account.stopped else 'so far'}"


def _not_counted(account: Account) -> Iterator[str]:
    zh, lang = account.lang == "zh", account.lang
    passed = [cell for cell in account.cells if cell.date <= account.today]
    made_up = [day_text(cell.date, lang) for cell in passed if cell.make_up]
    if len(made_up) > FEW:
        yield f"调休上班 {len(made_up)} 天，计入" if zh else f"{len(made_up)} make-up days, counted"
    elif made_up:
        yield f"{joined(made_up, lang)}调休上班，计入" if zh else f"{joined(made_up, lang)} make-up days, counted"
    holidays = [cell.reason for cell in passed if cell.kind is CellKind.HOLIDAY]
    weekends = sum(cell.kind is CellKind.WEEKEND for cell in passed)
    off = []
    if holidays:
        names = joined(list(dict.fromkeys(holidays)), lang)
        off.append(f"{names} {len(holidays)} 天" if zh else f"{names} ({days_text(len(holidays))})")
    if weekends:
        off.append(f"周末 {weekends} 天" if zh else f"weekends ({days_text(weekends)})")
    if off and account.shown.limit.unit in (Unit.WORKDAY, Unit.WORKHOUR):
        yield f"{'和'.join(off)}不计" if zh else f"{' and '.join(off)} not counted"
    reasons = Counter(cell.reason for cell in passed if cell.kind in RUNS)
    for reason, n in reasons.items():
        yield f"{reason} {n} 日不计" if zh else f"{reason}: {days_text(n)} not counted"


def _end(account: Account) -> Iterator[str]:
    shown, lang, zh = account.shown, account.lang, account.lang == "zh"
    over = short_amount(shown.overdue_by, shown.limit.unit, lang)
    left = short_amount(shown.remaining, shown.limit.unit, lang)
    due = _due(account)
    if shown.void:
        yield "此时限未作判定即告终止" if zh else "It ended without a verdict"
    elif account.stopped:
        yield _stopped(account, due, over)
    elif shown.standing is Standing.SUSPENDED:
        ground = _standing_still(account)
        yield (
            f"现中止计时（{ground}），余 {left}，恢复后另定到期日"
            if zh
            else f"Suspended now ({ground}), {left} left; no due date until it resumes"
        )
    elif shown.overdue_by > 0 or shown.standing is Standing.OVERDUE:
        yield _over(account, due, over)
    elif shown.due_at is not None and account.due == account.today:
        yield f"今日是最后一日，{due}" if zh else f"Today is the last day: {due}"
    elif shown.due_at is not None:
        yield f"余 {left}，{due}" if zh else f"{left} left, {due}"
    elif shown.horizon is not None:
        yield from _beyond(account, left)
    else:
        yield (
            f"余 {left}，现无计时单位经办，暂无到期日"
            if zh
            else f"{left} left; nobody who counts holds it, so there is no due date"
        )
    if account.was_due is not None:
        day = full_day(account.was_due, lang)
        yield f"原到期 {day}" if zh else f"It was due {day}"


def _standing_still(account: Account) -> str:
    """Why a clock stands still now: its open suspension, else for whom the case waits."""
    open_ = [halt.ground for halt in account.shown.suspensions if halt.end is None]
    idle = [cell.reason for cell in account.cells if cell.kind in RUNS and cell.date <= account.today]
    if open_:
        return account.titles.ground(", ".join(dict.fromkeys(open_)))
    return idle[-1] if idle else say("idle", account.lang)


def _due(account: Account) -> str:
    if account.due is None or account.due_at is None:
        return ""
    lang, zh = account.lang, account.lang == "zh"
    day = f"{full_day(account.due, lang, year=_years(account))}{'' if zh else ' '}{due_time(account.due_at)}"
    if account.shown.role in TARGETS:
        return f"{day} 内控到期" if zh else f"planning target {day}"
    return f"{day} 到期" if zh else f"due {day}"


def _stopped(account: Account, due: str, over: str) -> str:
    shown, zh = account.shown, account.lang == "zh"
    day = f"{full_day(account.today, account.lang, year=_years(account))}{'' if zh else ' '}{clock_time(account.now)}"
    late = shown.overdue_by > 0 or shown.standing is Standing.MISSED
    word = _late_word(account, over) if late else ("按时" if zh else "in time")
    return f"{day} 办结，{due}，{word}" if zh else f"Done {day}, {due}: {word}"


def _over(account: Account, due: str, over: str) -> str:
    word = _late_word(account, over)
    return f"{due}，{word}" if account.lang == "zh" else f"{due[:1].upper()}{due[1:]}: {word}"


def _late_word(account: Account, over: str) -> str:
    """How far over; the words of a broken promise only for one."""
    word = say(account.tone.value, account.lang)
    if account.shown.overdue_by == 0:
        return f"{word}（当日）" if account.lang == "zh" else f"{word}, the same day"
    return f"{word} {over}" if account.lang == "zh" else f"{word} by {over}"


def _beyond(account: Account, left: str) -> Iterator[str]:
    horizon, lang, zh = account.shown.horizon, account.lang, account.lang == "zh"
    if horizon is None:
        return
    day = full_day(horizon.known_until, lang, year=True)
    missing = short_amount(horizon.missing, account.shown.limit.unit, lang)
    yield (
        f"余 {left}；日历公布至 {day}，尚缺 {missing}，待放假通知"
        if zh
        else (f"{left} left; the calendar is known until {day}, {missing} short of the due date")
    )
    if account.shown.projection is not None:
        due = full_day(account.shown.projection.due_date, lang, year=True)
        yield (
            f"暂定推算：{due}（假定其后周一至周五均上班）" if zh else f"Provisional: {due}, if Mondays to Fridays work"
        )


def _binding(account: Account) -> Iterator[str]:
    zh = account.lang == "zh"
    if account.shown.ramp_up:
        yield "承诺生效前，不作判定" if zh else "The promise did not bind yet: nothing is judged"
    elif account.tone is Tone.WARNING:
        yield "均值承诺按全部办件判定，单件不判" if zh else "An average is judged over all cases, not by one"


def _years(account: Account) -> bool:
    """Whether the days lie in several years, so that a date needs its own."""
    return account.cells[0].date.year != account.cells[-1].date.year


def days_text(n: int) -> str:
    """Return a number of days in English."""
    return "1 day" if n == 1 else f"{n} days"
