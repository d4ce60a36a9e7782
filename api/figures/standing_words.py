"""How a promise stands, in words: Chinese first and English beside it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

from api.figures.promise_standings import CommitmentStanding, MeasuredBy, Stood
from api.figures.words import Pair, number, two_places
from sla.commitments.commitment import Commitment, Operator
from sla.observations import DATED, IndicatorKind

STOOD: Mapping[Stood, Pair] = {
    Stood.KEPT: ("达标", "kept"),
    Stood.LATE: ("迟达标", "kept, but late"),
    Stood.IN_DANGER: ("有风险", "in danger"),
    Stood.SHORT: ("未达标", "short"),
    Stood.BROKEN: ("未兑现", "broken"),
    Stood.RAMP_UP: ("未到生效日", "does not bind yet"),
    Stood.NO_EVIDENCE: ("无依据", "no evidence"),
}
KINDS: Mapping[IndicatorKind, Pair] = {
    IndicatorKind.SHARE: ("比例", "share"),
    IndicatorKind.YEAR_SHARE: ("年度比例", "share of a year"),
    IndicatorKind.HOURS: ("全年小时数", "hours in a year"),
    IndicatorKind.REDUCTION: ("压缩幅度", "reduction"),
    IndicatorKind.COUNT: ("个数", "number"),
    IndicatorKind.MILESTONE: ("按期建成", "something built"),
    IndicatorKind.RULE: ("制度落实", "rule in force"),
}
BY: Mapping[MeasuredBy, Pair] = {
    MeasuredBy.CASES: ("办件", "cases"),
    MeasuredBy.OBSERVATIONS: ("观测", "observations"),
}
SIGNS: Mapping[Operator, str] = {
    Operator.AT_MOST: "≤",
    Operator.AT_LEAST: "≥",
    Operator.MORE_THAN: ">",
    Operator.EXACTLY: "=",
    Operator.SAME_DAY: "=",
}


def counts(found: Iterable[CommitmentStanding]) -> list[tuple[Stood, int]]:
    """Count promises by how they stand; what none stands by is left out."""
    numbers = Counter(one.standing for one in found)
    return [(stood, numbers[stood]) for stood in STOOD if numbers[stood]]


def target(one: CommitmentStanding) -> str:
    """Say what is promised, as its sentence has it."""
    if one.operator is None:
        return ""
    return f"{SIGNS[one.operator]} {number(one.target)} {one.unit}"


def promised_figure(one: Commitment) -> str:
    """Say what a commitment promises, as its sentence has it; empty where it has no number."""
    figure = one.figure
    return "" if figure is None else f"{SIGNS[figure.operator]} {number(figure.value)} {figure.unit}"


def rests_on(one: CommitmentStanding) -> Pair:
    """Say what the standing rests on: numbers, days, and what waits or is overdue."""
    said = list(_numbers(one))
    if one.overdue:
        said.append((f"观测逾期 {one.overdue_days} 天", f"observation overdue for {one.overdue_days} days"))
    if one.waiting:
        said.append((f"{one.waiting} 项待确认", f"{one.waiting} to be confirmed"))
    if one.corrected:
        said.append((f"{one.corrected} 项经更正", f"{one.corrected} corrected"))
    return "，".join(zh for zh, _ in said), ", ".join(en for _, en in said)


def _numbers(one: CommitmentStanding) -> list[Pair]:
    if one.by is MeasuredBy.CASES:
        return _of_cases(one)
    if one.observed_last is None:
        return []
    if one.kind in DATED:
        if not one.measured:
            return [(f"{one.observed_last} 未见落实", f"not in place on {one.observed_last}")]
        return [
            (
                f"自 {one.observed_first}，最近见于 {one.observed_last}",
                f"since {one.observed_first}, seen last {one.observed_last}",
            )
        ]
    unit = (one.unit or "").removesuffix("/年")
    measured, expected = (_short(value) for value in (one.measured, one.expected))
    said = [(f"{measured} {unit}（截至 {one.observed_last}）", f"{measured} up to {one.observed_last}")]
    if one.in_danger:
        said.append((f"按目前进度 {expected} {unit}", f"at this pace {expected}"))
    return said


def _of_cases(one: CommitmentStanding) -> list[Pair]:
    if not one.cases and not one.late:
        return []
    said = [(f"本年办结 {one.cases or 0} 件", f"{one.cases or 0} decided this year")]
    if one.measured is not None:
        said.append((f"平均 {two_places(one.measured)}", f"mean {two_places(one.measured)}"))
    if one.late:
        said.append((f"超时 {one.late} 件", f"{one.late} late"))
    if one.exceptions:
        said.append((f"例外 {one.exceptions} 件", f"{one.exceptions} exceptions"))
    return said


def _short(value: Decimal | None) -> str:
    return "" if value is None else number(value.quantize(Decimal("0.01")))
