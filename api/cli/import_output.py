"""What an import says: how far it is, its faults, what would be opened, and due dates that differ."""

import sys
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.cli.output import print_table, say
from api.imports.differences import REASON_WORDS, UNEXPLAINED, DifferentDay, DueReason, Explanation
from api.imports.dry_runs import ImportTotals
from api.imports.faults import ImportFault
from api.imports.sending import ImportRun

EVERY = 1000  # cases a line, where there is no terminal
MOST_DAYS = 5  # of one explanation


class ImportProgress:
    """A bar on a terminal, a line now and then elsewhere; on standard error."""

    def __init__(self, *, quiet: bool, total: int | None = None, words: str = "办件 cases") -> None:
        self._quiet, self._total, self._words = quiet, total, words
        self._bar: Progress | None = None
        self._said = 0
        if not quiet and sys.stderr.isatty():
            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            self._bar = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)

    def __enter__(self) -> Self:
        """Begin."""
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task(self._words, total=self._total)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End."""
        if self._bar is not None:
            self._bar.stop()

    def step(self, done: int) -> None:
        """Say how many are done."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done)
        elif not self._quiet and done // EVERY > self._said:
            self._said = done // EVERY
            of = f" / {self._total}" if self._total else ""
            print(f"{self._words}: {done}{of}", file=sys.stderr)  # noqa: T201


def show_faults(faults: list[ImportFault], count: int, show: int) -> None:
    """Print the first faults."""
    if not count:
        return
    say()
    say(f"错误 faults（{count}）")
    for fault in faults[:show]:
        say(f"  {fault}{f' — {fault.case}' if fault.case else ''}")
    _more(count, min(show, len(faults)))


def show_dry_import(totals: ImportTotals, show: int) -> None:
    """Print what a dry run comes to, for a person."""
    say("试算，未写入 A dry run: nothing is written")
    for file in totals.files:
        say(f"文件 file {file.name}  sha256 {file.digest}")
    say(
        f"行 rows {totals.rows}（良 good {totals.rows - totals.bad_rows}，误 bad {totals.bad_rows}）；"
        f"办件 cases 可接管 good {totals.cases}，不可 bad {len(totals.bad) + totals.unnamed}；"
        f"事件 events {totals.facts}"
    )
    if totals.opened:
        rows = [(*kind, number) for kind, number in sorted(totals.opened.items())]
        say()
        print_table("将接管 would be taken over", ("流程 procedure", "情形 variant", "状态 status", "件 cases"), rows)
    if totals.fell_due:
        say()
        fell = [(one.case, one.clock, one.due) for one in totals.fell_due[:show]]
        title = f"接管前已逾期，不告警 over before the take-over, without an alarm（{len(totals.fell_due)}）"
        print_table(title, ("编号 case", "时限 clock", "到期 due"), fell)
        _more(len(totals.fell_due), len(fell))
    _show_due(totals, show)
    show_faults(totals.faults, totals.fault_count, show)


def _show_due(totals: ImportTotals, show: int) -> None:
    if not totals.due_same and not totals.due_different:
        return
    say()
    title = f"到期日对照 due dates: 相同 same {totals.due_same}，不同 different {totals.due_different}"
    shown = totals.differences[:show]
    if not shown:
        say(title)
        return
    rows = [(one.case, f"{one.file}:{one.line}", one.theirs, one.ours or "—", _why(one.why)) for one in shown]
    print_table(title, ("编号 case", "处 place", "对方 theirs", "本系统 ours", "缘由 why"), rows)
    _more(totals.due_different, len(shown))
    tally = [(_words(reasons), number) for reasons, number in totals.reasons.most_common()]
    if totals.unexplained:
        tally.append((UNEXPLAINED, totals.unexplained))
    say()
    print_table("各缘由可解释的件数 how many each way of counting explains", ("缘由 way", "件 cases"), tally)


def _why(why: tuple[Explanation, ...]) -> str:
    if not why:
        return UNEXPLAINED
    return "；或 or ".join(_words(one.reasons) + _which(one.days) for one in why)


def _words(reasons: tuple[DueReason, ...]) -> str:
    return "，并 and ".join(REASON_WORDS[reason] for reason in reasons)


def _which(days: tuple[DifferentDay, ...]) -> str:
    if not days:
        return ""
    words = [f"{one.day:%m-%d} {_use(one)}" for one in days[:MOST_DAYS]]
    return f"（{'、'.join(words)}{'…' if len(days) > MOST_DAYS else ''}）"


def _use(one: DifferentDay) -> str:
    if one.used_by_us:
        return "调休上班 make-up" if one.ours is not None and one.ours.make_up else "计 counted"
    if one.ours is None:
        return "未计 not counted"
    return one.ours.holiday or one.ours.ground or f"{one.ours.kind}"


def _more(number: int, shown: int) -> None:
    if number > shown:
        say(f"  … 共 in all {number}: --show, --json")


def shown_totals(totals: ImportTotals) -> dict[str, Any]:
    """Return what a dry run comes to, in terms of JSON."""
    return {
        "files": [file._asdict() for file in totals.files],
        "rows": {"read": totals.rows, "bad": totals.bad_rows},
        "cases": {"good": totals.cases, "bad": len(totals.bad) + totals.unnamed, "events": totals.facts},
        "opened": [
            {"procedure": procedure, "variant": variant, "status": status, "cases": number}
            for (procedure, variant, status), number in sorted(totals.opened.items())
        ],
        "fell_due": [one._asdict() for one in totals.fell_due],
        "due": {
            "same": totals.due_same,
            "different": totals.due_different,
            "unexplained": totals.unexplained,
            "explained_by": [
                {"reasons": list(reasons), "cases": number} for reasons, number in totals.reasons.most_common()
            ],
            "differences": [
                {
                    **one._asdict(),
                    "why": [
                        {
                            "reasons": list(each.reasons),
                            "days": [{"day": day.day, "counted_by_us": day.used_by_us} for day in each.days],
                        }
                        for each in one.why
                    ],
                }
                for one in totals.differences
            ],
        },
        "faults": [fault._asdict() | {"text": str(fault)} for fault in totals.faults],
        "fault_count": totals.fault_count,
    }


def show_run(run: ImportRun, seconds: float, faults: int, show: int) -> None:
    """Print what a run has come to, for a person."""
    say(
        f"接管 taken over {run.taken}（事件 events {run.events}）；此前已接管 before {run.repeated}；"
        f"未接管 not taken over {len(run.refused)}；有误 with faults {faults}；用时 took {seconds:.0f} s"
    )
    for one in run.refused[:show]:
        say(f"  {one.file}:{one.line} {one.case}: {one.text} [{one.rule}]")
    _more(len(run.refused), min(show, len(run.refused)))


def shown_run(run: ImportRun, seconds: float, faults: int) -> dict[str, Any]:
    """Return what a run has come to, in terms of JSON."""
    return {
        "taken": run.taken,
        "events": run.events,
        "repeated": run.repeated,
        "refused": [one._asdict() for one in run.refused],
        "faults": faults,
        "seconds": round(seconds, 1),
        "waits": run.waits,
    }
