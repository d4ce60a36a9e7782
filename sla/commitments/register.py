"""The register of all commitments, and what of it binds one case."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from pydantic import Field

from sla.clock import Limit, Unit
from sla.commitments import suzhou, taicang
from sla.commitments.commitment import BindingBasis, Commitment, Metric
from sla.model import Model
from sla.promise import Measure, Promise

REGISTER: Mapping[str, Commitment] = MappingProxyType(
    {commitment.id: commitment for commitment in (*suzhou.COMMITMENTS, *taicang.COMMITMENTS)}
)

MEASURES: Mapping[Metric, Measure] = MappingProxyType(
    {
        Metric.CASE: Measure.CASE,
        Metric.IMMEDIATE: Measure.CASE,
        Metric.CHAIN: Measure.CHAIN,
        Metric.AVERAGE: Measure.AVERAGE,
        Metric.FEE: Measure.FEE,
        Metric.CASE_IN_PRINCIPLE: Measure.CASE,
    }
)

EVERY_VARIANT = "all"


class ChainTotal(StrEnum):
    """How the approval time of a chain is totalled."""

    UNION = "union"
    SUM = "sum"


class BindsBy(StrEnum):
    """Which day of a construction case is compared with the day from which the commitment binds."""

    ACCEPTANCE = "acceptance"
    COMPLETION = "completion"


class Readings(Model):
    """What the documents leave open, each with the reading that holds unless it is set otherwise."""

    taicang_start: date | None = None  # None: Taicang's undated items bind whenever a case was accepted
    one_day_limit: int = Field(
        default=1, ge=0, le=1
    )  # 1日: working days after the day of acceptance; 0 is the strict reading
    chain_total: ChainTotal = ChainTotal.UNION
    parallel_line_counts: bool = False
    external_works_count: bool = True
    construction_binds_by: BindsBy = BindsBy.ACCEPTANCE
    extension_lengthens_promise: bool = False  # an extension by law lengthens the statutory limit only
    expert_review_stops_promise: bool = False  # ordered by the authority, it stops the statutory clock always
    public_notice_stops_promise: bool = False  # one without a recorded provision; one with a provision always does


def prevailing(
    procedure_key: str,
    jurisdiction: str,
    variant: str,
    facts: Mapping[str, bool | str],
    accepted_on: date,
    settings: Readings,
) -> tuple[Promise, ...]:
    """Find what is promised for one case; of two of one kind the stricter judges 就高不重复, of equal ones the local.

    What does not bind yet is a ramp-up, and shown only where it is stricter than what does.
    """
    applicable = [
        commitment
        for commitment in REGISTER.values()
        if commitment.measure in MEASURES
        and commitment.procedure == procedure_key
        and commitment.variant.replace(" ", "-") in {variant, EVERY_VARIANT, facts.get("channel")}
        and not (commitment.exclusions and facts.get("major_project") is True)
    ]
    own = [commitment for commitment in applicable if commitment.jurisdiction == jurisdiction]
    wider = {commitment.id: commitment for commitment in applicable if commitment.jurisdiction != jurisdiction}
    promises: list[Promise] = []
    for local in own:
        parent = wider.pop(local.parent or "", None)
        rivals = sorted([local, *([parent] if parent else [])], key=lambda one: _days(one, settings))
        in_force = [one for one in rivals if _in_force(one, settings, accepted_on)]
        announced = [
            one
            for one in rivals
            if one not in in_force and all(_days(one, settings) < _days(other, settings) for other in in_force)
        ]
        promises += [
            _promise(group, variant, settings, ramp_up=group is announced) for group in (in_force, announced) if group
        ]
    return tuple(promises)


def binding_from(commitment: Commitment, settings: Readings) -> date | None:
    """Return the first day on which a commitment binds; the operator supplies it for a document without a date."""
    return settings.taicang_start if commitment.binding.basis is BindingBasis.UNDATED else commitment.binding.from_day


def _in_force(commitment: Commitment, settings: Readings, accepted_on: date) -> bool:
    first = binding_from(commitment, settings)
    return first is None or first <= accepted_on


def _promise(group: list[Commitment], variant: str, settings: Readings, *, ramp_up: bool) -> Promise:
    first, *others = group
    measure = MEASURES[first.measure]
    ids = tuple(other.id for other in others)
    average = measure is Measure.AVERAGE
    chain = measure is Measure.CHAIN
    unit = first.limit.unit if first.limit else Unit.WORKDAY
    ends = first.ends
    if ends and variant == "cancellation":  # no certificate is issued: both cities end with the entry
        ends = ("register-entry",)
    return Promise(
        commitment=first.id,
        measure=measure,
        limit=None if measure is Measure.FEE else Limit(amount=_days(first, settings), unit=unit),
        fee_limit_fen=0 if measure is Measure.FEE else None,
        owner=first.owners.answerable,
        ends=ends,
        binding_from=binding_from(first, settings),
        judged=not (average or ramp_up),
        ramp_up=ramp_up,
        also=ids if average else (),
        superseded=() if average else ids,
        due_soon_at_first_close=first is taicang.COMPANY_SETUP and settings.one_day_limit == 1,
        added=chain and settings.chain_total is ChainTotal.SUM,
        parallel_lines=chain and settings.parallel_line_counts,
        lengthened=settings.extension_lengthens_promise,
        by_completion=chain and settings.construction_binds_by is BindsBy.COMPLETION,
    )


def _days(commitment: Commitment, settings: Readings) -> Decimal:
    if commitment is taicang.COMPANY_SETUP:
        return Decimal(settings.one_day_limit)
    return commitment.limit.amount if commitment.limit else Decimal(0)
