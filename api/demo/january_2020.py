"""January and February 2020: the notice of the 27th arrives while cases run, and projects run up to their promise."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from api.demo.chains import Plan, facts_of, project
from api.demo.days import WorkingDays, at, close
from api.demo.judging import Check
from api.demo.players import AUDITOR, Cast, Unplayed
from api.demo.promises import LEAN, limit_of
from api.demo.script import BEFORE_ACCEPTANCE, Act, CaseKind, Expected, Script, carried, done, opening

FIRST, REVISED = date(2020, 1, 2), date(2020, 1, 27)  # under the notice of November 2019, and under that of the 27th
AFTER = at(date(2020, 2, 3), 6)  # the notice is applied by then
LOOK = 0.1  # seconds
TOPIC = "2020-01-27"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedCase:
    """A case over the days that changed: its due date by the first calendar, and by the revised one."""

    name: str
    kind: CaseKind
    commitment: str
    accepted: date
    limit: int
    first: date
    revised: date
    ended: datetime | None  # None: it goes on beyond February
    verdict: str = "met"

    @property
    def decided(self) -> bool:
        """Whether it was decided before the notice."""
        return self.ended is not None and self.ended < at(REVISED, 0)


def _kind(procedure: str, variant: str) -> CaseKind:
    return CaseKind(
        procedure=procedure, jurisdiction="suzhou", variant=variant, facts=LEAN.get((procedure, variant), {})
    )


COMPANY = _kind("company-setup", "standard")
GAS = _kind("gas-connection", "no-new-pipe")
GAS_LONG = _kind("gas-connection", "new-pipe-with-approval")
WATER = _kind("water-connection", "new-pipe-no-approval")
PROPERTY = _kind("property-registration", "mortgage")
PROJECT = CaseKind(
    procedure="construction-approval",
    jurisdiction="suzhou",
    variant="government-investment",
    facts=facts_of("government-investment"),
)


def _jan(day: int) -> date:
    return date(2020, 1, day)


def _feb(day: int) -> date:
    return date(2020, 2, day)


def _span(
    name: str,
    kind: CaseKind,
    commitment: str,
    accepted: date,
    limit: int,
    first: date,
    revised: date,
    ended: datetime | None,
    verdict: str = "met",
) -> MovedCase:
    return MovedCase(
        name=name,
        kind=kind,
        commitment=commitment,
        accepted=accepted,
        limit=limit,
        first=first,
        revised=revised,
        ended=ended,
        verdict=verdict,
    )


SPANS = (
    _span("2-from-01-17", COMPANY, "sz-21-company-setup", _jan(17), 2, _jan(20), _jan(20), close(_jan(20))),
    _span("3-from-01-23", GAS, "sz-22-gas-no-pipe", _jan(23), 3, _feb(3), _feb(5), close(_feb(5))),
    _span("9-from-01-20", WATER, "sz-22-water-pipe-no-approval", _jan(20), 9, _feb(6), _feb(10), close(_feb(10))),
    _span(
        "30-from-01-20", GAS_LONG, "sz-22-gas-pipe-approval", _jan(20), 30, date(2020, 3, 6), date(2020, 3, 10), None
    ),
    _span("80-from-01-22", PROJECT, "sz-21-construction-gov", _jan(22), 80, date(2020, 5, 21), date(2020, 5, 25), None),
    _span(
        "3-from-sat-01-18", PROPERTY, "sz-21-property-registration", _jan(18), 3, _jan(22), _jan(22), close(_jan(22))
    ),
    # beyond the table: due on the very day that changed; late by the old calendar as by the new; decided in time, due later
    _span("2-from-01-22", COMPANY, "sz-21-company-setup", _jan(22), 2, _jan(31), _feb(3), close(_feb(3))),
    _span("3-broken", GAS, "sz-22-gas-no-pipe", _jan(23), 3, _feb(3), _feb(5), close(_feb(5), late=1), "missed"),
    _span("9-decided", WATER, "sz-22-water-pipe-no-approval", _jan(20), 9, _feb(6), _feb(6), at(_jan(23), 16)),
    _span(
        "3-decided-late", GAS, "sz-22-gas-no-pipe", _jan(16), 3, _jan(20), _jan(20), close(_jan(20), late=1), "missed"
    ),
)


def script_of(span: MovedCase) -> Script:
    """Return the case of a span; one that goes on is left under way."""
    days = WorkingDays("suzhou", FIRST if span.decided else REVISED)
    begin = at(span.accepted, 10)
    if span.kind is PROJECT:
        return _begun(span, begin)
    used = span.limit if not span.name.startswith("9-decided") else 3
    expected = Expected(commitment=span.commitment, verdict=span.verdict, used=used, limit=span.limit, due=span.revised)
    script = carried(
        span.kind,
        case=f"span-{span.name}",
        what=f"{span.limit} working days from {span.accepted:%m-%d}",
        days=days,
        accepted=begin,
        ended=span.ended or close(span.revised),
        expected=[expected] if span.ended else [],
    )
    if span.ended is None:
        left = tuple(act for act in script.acts if act.at < at(date(2020, 2, 28), 0))
        return replace(script, acts=left, ended=None)
    return script


def _begun(span: MovedCase, begin: datetime) -> Script:
    acts = (
        opening(span.kind, begin - BEFORE_ACCEPTANCE),
        Act(begin, "accept"),
        done("project-code", begin),
        Act(begin, "start", "project-proposal-approval"),
    )
    what = f"{span.limit} working days from {span.accepted:%m-%d}"
    return Script(case=f"span-{span.name}", what=what, procedure=span.kind.resolved(), acts=acts, expected=())


def ramp_ups() -> tuple[Script, ...]:
    """Return projects accepted before 31 December 2020, one within its number and one beyond it."""
    return (_ramp_up("suzhou", "sz-21-construction-small", 25), _ramp_up("taicang", "tc-57-construction-small", 32))


def _ramp_up(jurisdiction: str, commitment: str, used: int) -> Script:
    days = WorkingDays(jurisdiction, REVISED)
    kind = CaseKind(
        procedure="construction-approval",
        jurisdiction=jurisdiction,
        variant="small-social-investment",
        facts=facts_of("small-social-investment"),
    )
    accepted = FIRST
    limit = limit_of(kind, commitment, accepted)
    expected = Expected(
        commitment=commitment,
        verdict="met" if used <= limit else "missed",
        used=used,
        limit=limit,
        due=days.due(accepted, limit),
        judged=False,
        ramp_up=True,
    )
    plan = Plan(accepted=at(accepted, 9, 30), used=used, gaps={})
    what = f"accepted on {accepted}, {used} working days"
    return project(kind, plan, case=f"ramp-up-{commitment}", what=what, days=days, expected=expected)


def scripts() -> tuple[Script, ...]:
    """Return all cases of the second rehearsal."""
    return (*(script_of(span) for span in SPANS), *ramp_ups())


def watches() -> tuple[Callable[[Cast], Awaitable[list[Check]]], ...]:
    """Make for each span a watch that reads its due date before the notice and after it."""
    return tuple(_watch(span) for span in SPANS)


def _watch(span: MovedCase) -> Callable[[Cast], Awaitable[list[Check]]]:
    case = f"span-{span.name}"
    what = f"{span.limit} from {span.accepted:%m-%d}{', decided before' if span.decided else ''}"

    async def watch(cast: Cast) -> list[Check]:
        before = await _before(cast, case, span)
        await cast.until(AFTER)
        after = _clock(await cast.case(case, AUDITOR), span.commitment)
        events = (await cast.send(AUDITOR, f"/v1/cases/{case}/events", limit="200")).body["events"]
        moved = [
            event["body"]
            for event in events
            if event["kind"] == "calendar-applied" and before["key"] in event["body"]["moved"]
        ]
        record = [
            f"{_day(old)} -> {_day(new)}{' in two versions' if body['from'] != body['to'] else ''}"
            for body in moved
            for old, new in [body["moved"][before["key"]]]
        ]
        checks = [
            Check(
                topic=TOPIC,
                what=f"{what}: due, read before the notice",
                expected=str(span.first),
                got=before["due_date"],
            ),
            Check(topic=TOPIC, what=f"{what}: due, read after it", expected=str(span.revised), got=after["due_date"]),
            Check(
                topic=TOPIC,
                what=f"{what}: on record",
                expected="nothing moved"
                if span.first == span.revised
                else f"{span.first} -> {span.revised} in two versions",
                got="; ".join(record) or "nothing moved",
            ),
        ]
        if span.decided:
            kept = f"{span.verdict} under {before['judged_under']}"
            got = f"{after['verdict']} under {after['judged_under']}"
            checks.append(Check(topic=TOPIC, what=f"{what}: verdict", expected=kept, got=got))
        return checks

    return watch


async def _before(cast: Cast, case: str, span: MovedCase) -> dict[str, Any]:
    """A clock as soon as it runs, or is decided: on a slow machine the notice is near."""
    await cast.until(span.ended if span.ended and span.decided else at(span.accepted, 10))
    while True:
        answer = await cast.send(AUDITOR, f"/v1/cases/{case}")
        if answer.good:
            clock = _clock(answer.body, span.commitment)
            if clock["verdict"] if span.decided else clock["due_date"]:
                return clock
        if cast.now > AFTER:
            raise Unplayed(f"{case} has not begun: {answer.word}")
        await asyncio.sleep(LOOK)


def _day(instant: str | None) -> str:
    return "none" if instant is None else f"{datetime.fromisoformat(instant):%Y-%m-%d}"


def _clock(shown: dict[str, Any], commitment: str) -> dict[str, Any]:
    return next(clock for clock in shown["clocks"] if clock["commitment"] == commitment)
