"""The first half of 2021: each promise kept on its last moment, broken by the least, and kept only because of a pause."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from api.demo.chains import Plan, due_of, facts_of, project
from api.demo.days import ONE, WorkingDays, at, close, midnight
from api.demo.script import Act, CaseKind, Expected, Pause, Script, carried
from sla.commitments.commitment import Commitment, Metric
from sla.commitments.register import REGISTER, Readings, prevailing
from sla.promise import Promise
from workflows.procedure import Facts

FIRST_DAY = date(2021, 1, 4)
AS_OF = date(2021, 1, 4)  # every notice on 2021 was out
KEPT, BROKEN, PAUSED = "kept", "broken", "paused"
WHAT = {
    KEPT: "on its last moment",
    BROKEN: "a second too late",
    PAUSED: "late but for the suspension",
}
FEES = {KEPT: "nothing charged", BROKEN: "one fen charged", PAUSED: "one fen, corrected away"}

# Working days from the first one at which cases may be accepted, so that they do not all fall due at once.
SLOTS = 60
STRIDE, TURN = 11, 23
CHAIN_SLOTS = 40
LONG = 50  # chains longer than this begin in the first days
PAUSE_WORKDAYS = 3
CHAIN_PAUSE_WORKDAYS = 3
GROUNDS = {"company-setup": "appraisal", "property-registration": "tax-payment"}
GROUND = "inspection"
MORTGAGE = "mortgage"

# Facts by which a case has no step that it could do without.
LEAN: dict[tuple[str, str], Facts] = {
    ("company-setup", "standard"): {"applicant_requests_housing_fund": False, "applicant_requests_bank_account": False},
    ("electricity-connection", "low-voltage"): {"permits_needed": False},
    ("electricity-connection", "medium-voltage-10-20kv"): {
        "permits_needed": False,
        "important_or_special_user": False,
        "has_concealed_works": False,
    },
    **{
        (procedure, "new-pipe-with-approval"): {
            "needs_green_space_permit": False,
            "needs_pipeline_planning_permit": False,
            "needs_traffic_police_opinion": False,
        }
        for procedure in ("water-connection", "gas-connection")
    },
}


def core() -> tuple[Commitment, ...]:
    """Return the core commitments with a number: those that cases are judged by."""
    return tuple(one for one in REGISTER.values() if one.core and one.figure is not None)


def kind_of(commitment: Commitment) -> CaseKind:
    """Return a case that the commitment is about."""
    online = commitment.variant == "online"
    variant = MORTGAGE if commitment.procedure == "property-registration" else commitment.variant
    facts = facts_of(variant) if commitment.measure is Metric.CHAIN else LEAN.get((commitment.procedure, variant), {})
    return CaseKind(
        procedure=commitment.procedure,
        jurisdiction=commitment.jurisdiction,
        variant=variant,
        facts={**facts, "channel": "online"} if online else facts,
    )


def promised(kind: CaseKind, accepted: date) -> tuple[Promise, ...]:
    """Say what binds such a case."""
    facts = kind.resolved().facts
    return prevailing(kind.procedure, kind.jurisdiction, kind.variant, facts, accepted, Readings())


def limit_of(kind: CaseKind, commitment: str, accepted: date) -> int:
    """Return the working days that a commitment leaves such a case."""
    found = next(one for one in promised(kind, accepted) if one.commitment == commitment)
    return int(found.limit.amount) if found.limit else 0


def last_moment(kind: CaseKind) -> Callable[..., datetime]:
    """Say by when a day's work is done: the close of business, online the end of the day."""
    return midnight if _online(kind) else close


def _online(kind: CaseKind) -> bool:
    return kind.facts.get("channel") == "online"


def scripts() -> tuple[Script, ...]:
    """Return all cases of promises that one case keeps or breaks."""
    return tuple(script for number, one in enumerate(core()) for script in _three(one, number))


def _three(commitment: Commitment, number: int) -> Iterator[Script]:
    days = WorkingDays(commitment.jurisdiction, AS_OF)
    make = {Metric.CHAIN: _chain, Metric.FEE: _fee, Metric.AVERAGE: None}.get(commitment.measure, _case)
    if make is None:
        return
    slots = CHAIN_SLOTS if commitment.measure is Metric.CHAIN else SLOTS
    for turn, how in enumerate((KEPT, BROKEN, PAUSED)):
        slot = (number * STRIDE + turn * TURN) % slots
        yield make(commitment, how, days, days.plus(FIRST_DAY, slot + 1))


def _case(commitment: Commitment, how: str, days: WorkingDays, accepted: date) -> Script:
    kind = kind_of(commitment)
    limit = limit_of(kind, commitment.id, accepted)
    begin = at(accepted, 10)
    pause = None
    if how == PAUSED:
        stopped = days.plus(accepted, min(1, limit))
        ground = GROUNDS.get(commitment.procedure, GROUND)
        pause = Pause(ground, at(stopped, 11), at(days.plus(stopped, PAUSE_WORKDAYS), 11))
    due = days.due(accepted, limit, [(pause.begin.date(), pause.end.date())] if pause else [])
    ends = commitment.ends[0] if commitment.ends else None
    return carried(
        kind,
        case=f"{commitment.id}-{how}",
        what=WHAT[how],
        days=days,
        accepted=begin,
        ended=last_moment(kind)(due, late=int(how == BROKEN)),
        expected=_expected(kind, commitment, how, limit, due),
        pause=pause,
        ends=ends,
    )


def _expected(kind: CaseKind, commitment: Commitment, how: str, limit: int, due: date) -> list[Expected]:
    verdict = "missed" if how == BROKEN else "met"
    ids, used = [commitment.id], limit
    if _online(kind):
        ids.append("tc-56-property-certificate")  # issued at once, so that it shares the fate of the entry
        used += how == BROKEN and WorkingDays(kind.jurisdiction, AS_OF).works(due + ONE)  # a second after midnight
    return [Expected(commitment=one, verdict=verdict, used=used, limit=limit, due=due) for one in ids]


def _chain(commitment: Commitment, how: str, days: WorkingDays, accepted: date) -> Script:
    kind = kind_of(commitment)
    limit = limit_of(kind, commitment.id, accepted)
    if limit > LONG:
        accepted = days.plus(FIRST_DAY, 1 + (KEPT, BROKEN, PAUSED).index(how))
    plan = Plan(
        accepted=at(accepted, 9, 30),
        used=limit,
        paused=CHAIN_PAUSE_WORKDAYS if how == PAUSED else 0,
        seconds_late=int(how == BROKEN),
    )
    expected = Expected(
        commitment=commitment.id,
        verdict="missed" if how == BROKEN else "met",
        used=limit,
        limit=limit,
        due=due_of(kind.resolved(), plan, days),
    )
    return project(kind, plan, case=f"{commitment.id}-{how}", what=WHAT[how], days=days, expected=expected)


def _fee(commitment: Commitment, how: str, days: WorkingDays, accepted: date) -> Script:
    kind = kind_of(commitment)
    begin = at(accepted, 10)
    setup = REGISTER["tc-56-company-setup"]
    limit = limit_of(kind, setup.id, accepted)
    due = days.due(accepted, limit)
    fen = 0 if how == KEPT else 1
    expected = [
        Expected(
            commitment=commitment.id,
            verdict="missed" if how == BROKEN else "met",
            used=1 if how == BROKEN else 0,
            limit=0,
        ),
        Expected(commitment=setup.id, verdict="met", used=limit, limit=limit, due=due),
    ]
    script = carried(
        kind,
        case=f"{commitment.id}-{how}",
        what=FEES[how],
        days=days,
        accepted=begin,
        ended=close(due),
        expected=expected,
    )
    noon = _noon(begin)
    fee = Act(noon, "fee", body={"fen": fen, "reason": "刻章工本费 seal"})
    if how != PAUSED:
        return script.with_acts(fee)
    away = Act(noon.replace(hour=15), "correct", of="fee", body={"void": True, "reason": "误记 booked by mistake"})
    return script.with_acts(fee, away)


def _noon(instant: datetime) -> datetime:
    return instant.replace(hour=12)
