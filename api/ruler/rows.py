"""The rows beneath the cells: steps with their bars and targets, stages that are done as one row each."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from activities.record import Role, StepPicture
from activities.withdrawals import APPLICANT
from api.ruler.account import Account
from api.ruler.sheet import text_width, wrapped
from api.ruler.words import day_text, say, short_amount
from api.views.case import ClockShown
from sla.axis import local_day
from sla.clock import Suspension
from sla.promise import Measure

ROW, LINE, TITLE, OWNER, ROOM = 25, 15, 13, 12, 224.0


class Stretch(NamedTuple):
    """A part of a bar: `held`, `planned`, `late`, `halted` or `uncounted`."""

    kind: str
    begin: datetime
    end: datetime


class RulerRow(NamedTuple):
    """A step, or a stage that is done. `note` stands right of the bar."""

    title: tuple[str, ...]  # lines
    owner: str
    stretches: tuple[Stretch, ...] = ()
    target: datetime | None = None
    happened: datetime | None = None
    told: datetime | None = None
    note: str = ""
    late: bool = False
    current: bool = False
    inner: bool = False  # of a stage

    @property
    def height(self) -> int:
        """In px."""
        lines = len(self.title) + (not self.beside)
        return max(ROW, LINE * lines + 8)

    @property
    def beside(self) -> bool:
        """Whether the owner has room behind the last line of the title."""
        used = text_width(self.title[-1], TITLE, bold=self.current) + text_width(self.owner, OWNER)
        return used + 12 <= ROOM


def rows_of(account: Account) -> tuple[RulerRow, ...]:
    """Return the rows of a clock, by stage and beginning."""
    shown = account.shown
    if shown.role is Role.SUPPLEMENT:
        return ()
    steps = [step for step in account.steps if _belongs(step, shown) and step.status != "void"]
    return tuple(_rows(account, sorted(steps, key=lambda step: _order(account, step))))


def _belongs(step: StepPicture, shown: ClockShown) -> bool:
    if shown.role is Role.STEP:
        return step.key == shown.step
    return shown.role is not Role.STAGE or step.stage == shown.stage


def _order(account: Account, step: StepPicture) -> tuple[int, bool, float, int]:
    stages = list(dict.fromkeys(one.stage for one in account.steps))
    begun = _begun(step)
    place = [one.key for one in account.steps].index(step.key)
    return stages.index(step.stage), begun is None, begun.timestamp() if begun else 0.0, place


def _rows(account: Account, steps: Sequence[StepPicture]) -> Iterator[RulerRow]:
    folded = [] if account.shown.role is Role.STAGE else _done_stages(account)
    hidden = [step for step in steps if step.stage in folded]
    for stage in folded:
        yield _stage_row(account, stage, [step for step in hidden if step.stage == stage and _counts(step)])
    uncounted = [step for step in hidden if not _counts(step)]
    if uncounted:
        owners = dict.fromkeys(_owner(account, step) for step in uncounted)
        yield RulerRow(
            title=(say("uncounted-steps", account.lang),),
            owner=next(iter(owners)) if len(owners) == 1 else "",
            stretches=tuple(part for step in uncounted for part in _parts(account, step, None)),
        )
    for step in steps:
        if step not in hidden:
            yield _step_row(account, step)


def _done_stages(account: Account) -> list[str]:
    keys = dict.fromkeys(step.stage for step in account.steps if step.stage)
    return [key for key in keys if (clock := account.step_clocks.get(f"stage/{key}")) and clock.stopped_at is not None]


def _stage_row(account: Account, stage: str, steps: Sequence[StepPicture]) -> RulerRow:
    clock = account.step_clocks[f"stage/{stage}"]
    return RulerRow(
        title=tuple(wrapped(account.titles.stage(stage), TITLE, ROOM)),
        owner="",
        stretches=tuple(part for step in steps for part in _parts(account, step, None)),
        note=_use(account, clock),
    )


def _step_row(account: Account, step: StepPicture) -> RulerRow:
    clock = account.step_clocks.get(f"step/{step.key}#{step.occurrence}")
    begun = _begun(step)
    late = clock is not None and clock.overdue_by > 0 and not clock.void
    done, told = step.completed_at, step.told_at
    apart = done is not None and told is not None and local_day(told) > local_day(done)
    title = step.title_zh if account.lang == "zh" else step.title_en
    return RulerRow(
        title=tuple(wrapped(title, TITLE, ROOM)),
        owner=_owner(account, step),
        stretches=tuple(_parts(account, step, clock)),
        target=None if clock is None or clock.void else clock.due_at,
        happened=done if apart else None,
        told=told if apart else None,
        note=_note(account, step, clock, begun, told if apart else None),
        late=late,
        current=step.status == "running",
        inner=step.stage is not None,
    )


def _note(
    account: Account, step: StepPicture, clock: ClockShown | None, begun: datetime | None, told: datetime | None
) -> str:
    lang, parts = account.lang, []
    if begun is None:
        target = account.titles.target(step.key)
        limit = short_amount(target.amount, target.unit, lang) if target else ""
        parts = [say("not-begun", lang), say("target-of", lang, limit=limit) if limit else ""]
    elif clock is not None and not clock.void:
        parts.append(_use(account, clock))
        if clock.overdue_by > 0:
            over = short_amount(clock.overdue_by, clock.limit.unit, lang)
            parts.append(say("past-target", lang, n=over))
    if told is not None:
        parts.append(say("told-late", lang, day=day_text(local_day(told), lang)))
    return ("　" if lang == "zh" else "; ").join(filter(None, parts))


def _use(account: Account, clock: ClockShown) -> str:
    unit, lang = clock.limit.unit, account.lang
    used = short_amount(clock.used, unit, lang)
    return say("use", lang, used=used, limit=say("target-of", lang, limit=short_amount(clock.limit.amount, unit, lang)))


def _parts(account: Account, step: StepPicture, clock: ClockShown | None) -> Iterator[Stretch]:
    begin, now = _begun(step), account.now
    if begin is None:
        return
    end = min(step.completed_at or now, now) if account.stopped else step.completed_at or now
    if not _counts(step):
        yield Stretch("uncounted", begin, max(begin, end))
        return
    due = clock.due_at if clock and not clock.void else None
    on_time = min(end, due) if due else end
    halts = clock.suspensions if clock else ()
    yield from _cut("held", begin, max(begin, on_time), halts)
    if due and end > due:
        yield from _cut("late", max(begin, due), end, halts)
    elif due and step.completed_at is None and not account.stopped:
        yield Stretch("planned", end, due)


def _cut(kind: str, begin: datetime, until: datetime, halts: Sequence[Suspension]) -> Iterator[Stretch]:
    """A stretch, cut by its suspensions."""
    for halt in sorted(halts, key=lambda halt: halt.start):
        first, last = max(begin, halt.start), min(until, halt.end or until)
        if first >= last:
            continue
        if first > begin:
            yield Stretch(kind, begin, first)
        yield Stretch("halted", first, last)
        begin = last
    if begin < until:
        yield Stretch(kind, begin, until)


def _begun(step: StepPicture) -> datetime | None:
    return step.started_at or (step.opened_at if step.party == APPLICANT else None)


def _counts(step: StepPicture) -> bool:
    return step.counts and step.party != APPLICANT


def _owner(account: Account, step: StepPicture) -> str:
    return say("applicant-party", account.lang) if step.party == APPLICANT else step.owner


def union_note(account: Account) -> str:
    """Say what a chain's steps took together and why less is counted; nothing where nothing ran in parallel."""
    shown = account.shown
    if shown.measure != Measure.CHAIN or shown.workload is None or shown.workload <= shown.used:
        return ""
    return say("union", account.lang, sum=f"{shown.workload.normalize():f}", union=f"{shown.used.normalize():f}")
