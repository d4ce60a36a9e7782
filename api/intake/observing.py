"""Putting observations on record: recorded by one actor, confirmed by another, corrected without losing what was."""

from collections.abc import Callable, Sequence

from activities.store.observation_log import NewEntry, OnObservationRecord
from api.access.request_context import Visit
from api.http.bodies import ObservationBody, ObservationCorrectionBody
from api.http.problems import Flaw, Problem
from api.intake.stamp import digest
from sla import observations
from sla.axis import local_day
from sla.commitments.commitment import Commitment
from sla.commitments.register import REGISTER
from sla.indicators import kind_of, most_of
from sla.observations import EntryKind, IndicatorKind, Noted, Observation, RecordRefused

# what a refusal is to a client, by its rule; any other is a field of the body
OF_THE_WHOLE = {
    "recorded-it": "own-posting",
    "unknown-observation": "unknown-observation",
    "replaced": "observation-replaced",
    "correction-waits": "correction-waits",
    "not-waiting": "not-waiting",
    "already-observed": "already-observed",
    "nothing-changes": "nothing-corrected",
}
Allowed = Callable[[Sequence[Noted]], None]


def observed_commitment(key: str) -> tuple[Commitment, IndicatorKind]:
    """Return a promise that observations are made of; a Problem where there is none, or cases measure it."""
    one = REGISTER.get(key)
    if one is None:
        raise Problem("not-found", flaws=[Flaw("path/commitment", "not-found")])
    kind = kind_of(one)
    if kind is None:
        raise Problem("measured-on-cases", flaws=[Flaw("path/commitment", "measured-on-cases")])
    return one, kind


def record_observation(visit: Visit, commitment: str, key: str, body: ObservationBody) -> OnObservationRecord:
    """Record an observation; blocks."""
    told = _observation(visit, commitment, body)
    return _put(visit, commitment, key, EntryKind.RECORDED, lambda seen: observations.record(seen, told), told)


def correct_observation(
    visit: Visit, commitment: str, number: int, key: str, body: ObservationCorrectionBody
) -> OnObservationRecord:
    """Record another observation in one's place; blocks."""
    told = _observation(visit, commitment, body)

    def allowed(seen: Sequence[Noted]) -> None:
        observations.correct(seen, number, told)

    return _put(visit, commitment, key, EntryKind.CORRECTED, allowed, told, of=number, reason=body.reason)


def confirm_observation(visit: Visit, commitment: str, number: int, key: str) -> OnObservationRecord:
    """Confirm an observation that somebody else recorded; blocks."""
    actor, four_eyes = visit.caller.actor, visit.services.settings.four_eyes

    def allowed(seen: Sequence[Noted]) -> None:
        observations.confirm(seen, number, actor, four_eyes=four_eyes)

    return _put(visit, commitment, key, EntryKind.CONFIRMED, allowed, of=number)


def withdraw_observation(visit: Visit, commitment: str, number: int, key: str, reason: str) -> OnObservationRecord:
    """Withdraw an observation that nobody confirmed; blocks."""
    return _put(
        visit,
        commitment,
        key,
        EntryKind.WITHDRAWN,
        lambda seen: observations.withdraw(seen, number),
        of=number,
        reason=reason,
    )


def _observation(visit: Visit, commitment: str, body: ObservationBody) -> Observation:
    one, kind = observed_commitment(commitment)
    told = Observation(**{name: getattr(body, name) for name in Observation.model_fields})
    try:
        observations.check(kind, told, local_day(visit.told), most_of(one))
    except RecordRefused as refused:
        raise _problem(refused) from None
    return told


def _put(
    visit: Visit,
    commitment: str,
    key: str,
    kind: EntryKind,
    allowed: Allowed,
    told: Observation | None = None,
    *,
    of: int | None = None,
    reason: str | None = None,
) -> OnObservationRecord:
    observed_commitment(commitment)
    content = {
        "of": of,
        "observation": None if told is None else told.model_dump(mode="json"),
        "reason": reason,
    }
    new = NewEntry(
        kind=kind,
        at=visit.told,
        actor=visit.caller.actor,
        request_id=visit.caller.request_id(key),
        digest=digest(commitment, kind.value, content),
        of=of,
        observation=told,
        reason=reason,
    )
    try:
        done = visit.services.store.put_observation(commitment, new, allowed)
    except RecordRefused as refused:
        raise _problem(refused) from None
    if done.digest != new.digest:
        raise Problem("request-reused", flaws=[Flaw("header/Idempotency-Key", "request-reused")])
    return done


def _problem(refused: RecordRefused) -> Problem:
    code = OF_THE_WHOLE.get(refused.rule)
    if code is not None:
        return Problem(code)
    return Problem("invalid", flaws=[Flaw(f"#/{refused.field}", refused.rule)])
