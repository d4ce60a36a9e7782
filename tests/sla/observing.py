"""Observations to judge: of each kind one that comes to a wished value."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sla.commitments import REGISTER
from sla.commitments.commitment import Commitment
from sla.indicators import Cadence, kind_of
from sla.observations import EntryKind, IndicatorKind, Noted, Observation, ObservationEntry, noted

AT = datetime(2021, 3, 1, 1, 30, tzinfo=UTC)
BINDING = date(2020, 12, 31)
YEARLY = Cadence(days=396)
A_DAY = timedelta(days=1)
SAID = {"source": "统计公报", "evidence": "公报第 3 页"}
OBSERVED = tuple(one for one in REGISTER.values() if kind_of(one) is not None)


def of_kind(kind: IndicatorKind) -> Commitment:
    return next(one for one in OBSERVED if kind_of(one) is kind)


def found(kind: IndicatorKind, last: date = BINDING, *, good: bool = True, **more: Any) -> Observation:
    """One that keeps every commitment of its kind, or none."""
    fields: dict[IndicatorKind, dict[str, Any]] = {
        IndicatorKind.SHARE: {"numerator": 100 if good else 9, "denominator": 100},
        IndicatorKind.YEAR_SHARE: {"numerator": 70 if good else 69, "denominator": 100},
        IndicatorKind.HOURS: {"value": Decimal(100 if good else 101)},
        IndicatorKind.REDUCTION: {"value": Decimal(5 if good else 6), "base": Decimal(10), "base_of": "2017"},
        IndicatorKind.COUNT: {"value": Decimal(28 if good else 2)},
        IndicatorKind.MILESTONE: {"in_place": good},
        IndicatorKind.RULE: {"in_place": good},
    }
    first = {
        IndicatorKind.YEAR_SHARE: date(last.year, 1, 1),
        IndicatorKind.HOURS: (last + A_DAY).replace(year=(last + A_DAY).year - 1),
    }.get(kind, last)
    return Observation(**{"first": first, "last": last, **SAID, **fields[kind], **more})


def standing(*observations: Observation) -> tuple[Noted, ...]:
    """Observations that were recorded and confirmed."""
    entries: list[ObservationEntry] = []
    for one in observations:
        seq = len(entries) + 1
        entries.append(ObservationEntry(seq=seq, kind=EntryKind.RECORDED, at=AT, actor="desk-1", observation=one))
        entries.append(ObservationEntry(seq=seq + 1, kind=EntryKind.CONFIRMED, at=AT, actor="desk-2", of=seq))
    return noted(entries)
