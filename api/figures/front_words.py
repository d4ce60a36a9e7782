"""The words of the report's first page."""

from collections.abc import Iterable, Mapping

from api.figures.front import Front, MonthState, PromiseChange, PromiseState, Trend, Verdict
from api.figures.words import EMPTY, UNITS, Pair, two_places
from sla.commitments.commitment import Metric

VERDICTS: Mapping[Verdict, Pair] = {
    Verdict.KEPT: ("达标", "kept"),
    Verdict.BROKEN: ("未达标", "broken"),
    Verdict.IN_DANGER: ("有风险", "in danger"),
    Verdict.NOT_MEASURED: ("未测", "not measured"),
}
CHANGES: Mapping[PromiseChange, Pair] = {
    PromiseChange.BROKEN: ("新未达标", "newly broken"),
    PromiseChange.MENDED: ("已改正", "mended"),
    PromiseChange.IN_DANGER: ("新有风险", "newly in danger"),
    PromiseChange.UNPROVEN: ("上月未达标，本月未测", "broken before, not measured now"),
}
DEFINITIONS: tuple[tuple[Pair, Pair], ...] = (
    (
        VERDICTS[Verdict.BROKEN],
        (
            "有本月办结件逾期，或期末在办件已过到期时刻；承诺均值的，本月办结件的均值超过上限。",
            "a case decided in the month was late, or one open at its end was past due; of a promised average, the month's "
            "mean is over the limit.",
        ),
    ),
    (
        VERDICTS[Verdict.IN_DANGER],
        (
            "尚未如此，但期末在办件临期；承诺均值的，年初至今的均值，或本月办结件连同期末在办件的均值超过上限。",
            "not so, yet a case open at its end was due soon; of a promised average, the mean of the year so far, or of the "
            "month's cases with those open at its end, is over the limit.",
        ),
    ),
    (
        VERDICTS[Verdict.KEPT],
        ("本月有办结件，且不属于以上两种。", "cases were decided in the month, and neither is so."),
    ),
    (
        VERDICTS[Verdict.NOT_MEASURED],
        ("其余：没有可测的办件，不算达标。", "all others: nothing could be measured, which is not kept."),
    ),
)


def of_verdict(front: Front, verdict: str) -> list[PromiseState]:
    """Return the promises with a verdict."""
    return [one for one in front.promises if one.now.verdict == verdict]


def changed(front: Front) -> list[tuple[PromiseChange, list[PromiseState]]]:
    """Say what changed, by kind, in the order in which it matters."""
    found = [(change, [one for one in front.promises if one.change is change]) for change in CHANGES]
    return [(change, promises) for change, promises in found if promises]


def numbers(front: Front) -> tuple[tuple[Verdict, int, Pair], ...]:
    """Count the promises by how they stand."""
    counts = {
        Verdict.BROKEN: front.broken,
        Verdict.IN_DANGER: front.in_danger,
        Verdict.KEPT: front.kept,
        Verdict.NOT_MEASURED: front.not_measured,
    }
    return tuple((verdict, n, VERDICTS[verdict]) for verdict, n in counts.items())


def figures_of(promise: PromiseState, state: MonthState) -> Pair:
    """Say what a verdict rests on, in numbers."""
    said = _of_average(promise, state) if promise.measure is Metric.AVERAGE else _of_each(state)
    zh, en = zip(*said, strict=True)
    return "；".join(zh), "; ".join(en)


def upper(trend: Trend) -> Pair:
    """Return the limit of a trend."""
    zh, en = UNITS[trend.unit]
    return f"上限 {trend.limit.normalize():f} {zh}", f"at most {trend.limit.normalize():f} {en}"


def units(front: Front) -> Pair:
    """Return the units of the averages."""
    found = dict.fromkeys(UNITS[trend.unit] for trend in front.trends)
    return "、".join(zh.removeprefix("个") for zh, _ in found), ", ".join(en for _, en in found)


def _of_each(state: MonthState) -> Iterable[Pair]:
    if not state.n:
        yield EMPTY
    elif state.late:
        yield f"办结 {state.n} 件，逾期 {state.late} 件", f"{state.late} of {state.n} decided late"
    else:
        yield f"办结 {state.n} 件，均按时", f"{state.n} decided, all on time"
    if state.overdue:
        yield f"在办 {state.overdue} 件已逾期", f"{state.overdue} open overdue"
    if state.due_soon:
        yield f"在办 {state.due_soon} 件临期", f"{state.due_soon} open due soon"


def _of_average(promise: PromiseState, state: MonthState) -> Iterable[Pair]:
    if state.n:
        mean = two_places(state.mean)
        yield f"{state.n} 件平均 {mean}", f"mean {mean} of {state.n}"
    else:
        yield EMPTY
    if state.year_mean is not None and (state.year_mean > promise.limit or state.verdict is Verdict.BROKEN):
        year = two_places(state.year_mean)
        yield f"年初至今 {year}", f"year to date {year}"
    if state.expected_mean is not None and state.open and state.expected_mean > promise.limit:
        expected = two_places(state.expected_mean)
        yield f"连同在办 {state.open} 件 {expected}", f"with {state.open} open {expected}"
