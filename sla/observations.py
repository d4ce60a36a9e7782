"""Observations: what was found of a promise that no case measures, as facts; how they are put on record and corrected."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sla.model import Model

MOST = 10**12
TEXT = 500  # characters of a source, of an evidence's reference, of a reason
PLACES = 4  # decimal places of a value
ONE_DAY = timedelta(days=1)

Count = Annotated[int, Field(ge=0, le=MOST)]
Value = Annotated[Decimal, Field(ge=0, le=MOST, decimal_places=PLACES)]
Said = Annotated[str, Field(min_length=1, max_length=TEXT)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class IndicatorKind(StrEnum):
    """What is observed of a promise 指标."""

    SHARE = "share"  # numerator and denominator
    YEAR_SHARE = "year-share"  # the same, of a calendar year
    HOURS = "hours"  # of effort in twelve months
    REDUCTION = "reduction"  # a value against its base
    COUNT = "count"  # how many there are
    MILESTONE = "milestone"  # something is there: dated evidence
    RULE = "rule"  # something is done so: dated evidence


DATED = frozenset({IndicatorKind.MILESTONE, IndicatorKind.RULE})
SHARES = frozenset({IndicatorKind.SHARE, IndicatorKind.YEAR_SHARE})
FIELDS: dict[IndicatorKind, frozenset[str]] = {
    **dict.fromkeys(SHARES, frozenset({"numerator", "denominator"})),
    IndicatorKind.HOURS: frozenset({"value"}),
    IndicatorKind.REDUCTION: frozenset({"value", "base", "base_of"}),
    IndicatorKind.COUNT: frozenset({"value"}),
    **dict.fromkeys(DATED, frozenset({"in_place"})),
}
EVERY_FIELD = frozenset().union(*FIELDS.values())


class Observation(Model):
    """What was found 观测. Of dated evidence `first` is the day since when it is in place, `last` the day it was seen."""

    first: date
    last: date
    numerator: Count | None = None
    denominator: Count | None = None
    value: Value | None = None
    base: Value | None = None  # what the value is compared with
    base_of: Said | None = None  # which period or state the base is of
    in_place: bool | None = None  # False: it was looked for and not there
    source: Said  # who counted or saw it, and where it is published
    evidence: Said  # reference of the document that shows it
    evidence_sha256: Digest | None = None


class RecordRefused(Exception):
    """An observation cannot stand so; `field` and `rule` say why."""

    def __init__(self, field: str, rule: str) -> None:
        self.field = field
        self.rule = rule
        super().__init__(f"{field}: {rule}")


class EntryKind(StrEnum):
    """What an entry of a promise's record of observations does."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"  # puts an observation in another's place; what was stays on record
    WITHDRAWN = "withdrawn"  # of an observation that was not confirmed yet


class ObservationEntry(Model):
    """One entry of a record; `of` is the number of the observation that it is about."""

    seq: int
    kind: EntryKind
    at: datetime
    actor: str
    of: int | None = None
    observation: Observation | None = None
    reason: str | None = None


class Noted(Model):
    """An observation with what became of it. Its number is that of its entry."""

    number: int
    observation: Observation
    recorded_by: str
    recorded_at: datetime
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    replaces: int | None = None
    reason: str | None = None  # why it was corrected, or withdrawn
    replaced_by: int | None = None
    withdrawn: bool = False

    @property
    def stands(self) -> bool:
        """Whether it counts: confirmed, and not replaced."""
        return self.confirmed_at is not None and self.replaced_by is None

    @property
    def waits(self) -> bool:
        """Whether it waits to be confirmed."""
        return self.confirmed_at is None and self.replaced_by is None and not self.withdrawn


def noted(entries: Iterable[ObservationEntry]) -> tuple[Noted, ...]:
    """Return every observation of a record, by number. A correction counts once it is confirmed, and until then what it corrects."""
    found: dict[int, Noted] = {}
    for entry in entries:
        if entry.observation is not None:
            before = None if entry.of is None else found[entry.of]
            unread = before is not None and before.confirmed_at is None  # nobody relied on it
            found[entry.seq] = Noted(
                number=entry.seq,
                observation=entry.observation,
                recorded_by=entry.actor,
                recorded_at=entry.at,
                replaces=(before.replaces if before is not None and unread else None) or entry.of,
                reason=entry.reason,
            )
            if before is not None and unread:
                _change(found, before.number, replaced_by=entry.seq)
            continue
        number = entry.of or 0
        if entry.kind is EntryKind.WITHDRAWN:
            _change(found, number, withdrawn=True, reason=entry.reason)
            continue
        _change(found, number, confirmed_by=entry.actor, confirmed_at=entry.at)
        if (replaced := found[number].replaces) is not None:
            _change(found, replaced, replaced_by=number)
    return tuple(found.values())


def check(kind: IndicatorKind, observation: Observation, today: date, most: Decimal | None = None) -> None:
    """Raise RecordRefused where an observation is none of this kind, or of a time that is not over. `most`: that there can be."""
    needed = FIELDS[kind]
    for name in sorted(EVERY_FIELD):
        given = getattr(observation, name) is not None
        if given is not (name in needed):
            raise RecordRefused(name, "not-of-this-kind" if given else "missing")
    if observation.last < observation.first:
        raise RecordRefused("last", "before-first")
    if observation.last > today:
        raise RecordRefused("last", "in-the-future")
    if kind in SHARES:
        _check_share(observation)
    if kind is IndicatorKind.YEAR_SHARE and not _calendar_year(observation):
        raise RecordRefused("first", "not-a-calendar-year")
    if kind is IndicatorKind.HOURS and not _twelve_months(observation):
        raise RecordRefused("first", "not-twelve-months")
    if kind is IndicatorKind.REDUCTION and not observation.base:
        raise RecordRefused("base", "zero")
    if kind is IndicatorKind.COUNT:
        _check_count(observation, most)


def record(seen: Sequence[Noted], observation: Observation) -> None:
    """Raise RecordRefused where something of the same period stands or waits: that is corrected, not told twice."""
    period = observation.first, observation.last
    if any((one.observation.first, one.observation.last) == period for one in seen if one.stands or one.waits):
        raise RecordRefused("last", "already-observed")


def confirm(seen: Sequence[Noted], number: int, actor: str, *, four_eyes: bool) -> None:
    """Raise RecordRefused where an observation does not wait, or waits for somebody else."""
    one = _waiting(seen, number)
    if four_eyes and one.recorded_by == actor:
        raise RecordRefused("actor", "recorded-it")


def withdraw(seen: Sequence[Noted], number: int) -> None:
    """Raise RecordRefused where an observation does not wait: what was confirmed is corrected."""
    _waiting(seen, number)


def correct(seen: Sequence[Noted], number: int, observation: Observation) -> None:
    """Raise RecordRefused where there is nothing to correct, or nothing changes."""
    one = next((one for one in seen if one.number == number), None)
    if one is None:
        raise RecordRefused("number", "unknown-observation")
    if one.replaced_by is not None or one.withdrawn:
        raise RecordRefused("number", "replaced")
    if any(other.waits and other.replaces == number for other in seen):
        raise RecordRefused("number", "correction-waits")
    if one.observation == observation:
        raise RecordRefused("number", "nothing-changes")
    record([other for other in seen if other.number not in {number, one.replaces}], observation)


def _change(found: dict[int, Noted], number: int, **fields: object) -> None:
    found[number] = found[number].model_copy(update=fields)


def _waiting(seen: Sequence[Noted], number: int) -> Noted:
    one = next((one for one in seen if one.number == number), None)
    if one is None:
        raise RecordRefused("number", "unknown-observation")
    if not one.waits:
        raise RecordRefused("number", "not-waiting")
    return one


def _check_share(observation: Observation) -> None:
    if not observation.denominator:
        raise RecordRefused("denominator", "zero")
    if (observation.numerator or 0) > observation.denominator:
        raise RecordRefused("numerator", "more-than-all")


def _check_count(observation: Observation, most: Decimal | None) -> None:
    value = observation.value or Decimal(0)
    if value != value.to_integral_value():
        raise RecordRefused("value", "not-whole")
    if most is not None and value > most:
        raise RecordRefused("value", "more-than-all")


def _calendar_year(observation: Observation) -> bool:
    year = observation.last.year
    return (observation.first, observation.last) == (date(year, 1, 1), date(year, 12, 31))


def _twelve_months(observation: Observation) -> bool:
    """Whether the day after the last is the first's, a year later; 29 February has 1 March there."""
    first, after = observation.first, observation.last + ONE_DAY
    if (first.month, first.day) == (2, 29):
        return after == date(first.year + 1, 3, 1)
    return after == first.replace(year=first.year + 1)
