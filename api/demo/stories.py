"""A city's cases on one morning, left open in every state: a story for each, as acts at business instants."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from api.demo.chains import facts_of
from api.demo.script import Act, CaseKind, done, opening
from sla.axis import SHANGHAI
from workflows.procedure import Facts

NOW = "2026-11-26 10:42:07"  # a Thursday
SURVEY = "K-2026-118"
HOUR = timedelta(hours=1)
STEPS = ("joint-site-survey", "inspection-and-meter", "water-on")


class Story(NamedTuple):
    """A case, its number, and what happens to it."""

    name: str
    case: str
    kind: CaseKind
    acts: tuple[Act, ...]


def kind(procedure: str, variant: str, jurisdiction: str = "suzhou", facts: Facts | None = None) -> CaseKind:
    return CaseKind(procedure=procedure, jurisdiction=jurisdiction, variant=variant, facts=facts or {})


WATER = kind("water-connection", "no-new-pipe")
WATER_TAICANG = kind("water-connection", "no-new-pipe", "taicang")
WATER_PERMITS = kind("water-connection", "new-pipe-with-approval")
GAS = kind("gas-connection", "no-new-pipe")
GAS_LONG = kind("gas-connection", "new-pipe-with-approval")
POWER = kind("electricity-connection", "low-voltage")
COMPANY = kind("company-setup", "standard")
COMPANY_TAICANG = kind("company-setup", "standard", "taicang")
PROPERTY = kind("property-registration", "transfer")
PROJECT = kind("construction-approval", "government-investment")
SMALL = kind("construction-approval", "small-social-investment", facts=facts_of("small-social-investment"))
BANKRUPTCY = kind("bankruptcy", "simple-case")
ON_PLATFORM = kind("deregistration", "on-platform", "taicang", facts={"simplified": True})
OFF_PLATFORM = kind("deregistration", "off-platform", "taicang", facts={"simplified": True})
MAJOR = kind("construction-approval", "government-investment", facts={"major_project": True})


def stories() -> tuple[Story, ...]:
    """Return all of them; each name says what it shows."""
    return (
        *_one_promise(),
        *_suspended(),
        *_steps(),
        *_told_late(),
        *_long(),
        *_ends(),
        *_linked(),
        *_before(),
        *_closing(),
        *_otherwise(),
    )


def case_of(name: str) -> str:
    """Return the number of a story's case."""
    return next(story.case for story in stories() if story.name == name)


def at(text: str) -> datetime:
    """Return an instant in China: `2021-03-01 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def of(name: str, of_kind: CaseKind, *acts: Act) -> Story:
    """Return a story; its number looks like a real one."""
    place = {"suzhou": "SZ", "taicang": "TC"}[of_kind.jurisdiction]
    letters = "".join(word[0] for word in of_kind.procedure.split("-")).upper()
    case = f"{place}-{letters}-{name}"
    return Story(name, case, of_kind, tuple(sorted(acts, key=lambda act: act.sent)))


def begun(of_kind: CaseKind, accepted: str, **more: object) -> tuple[Act, Act]:
    """Return the opening an hour before the acceptance, and the acceptance."""
    opened = opening(of_kind, at(accepted) - HOUR)
    return replace(opened, body={**opened.body, **more}), Act(at(accepted), "accept")


def did(*steps: str, when: str, told: str | None = None) -> tuple[Act, ...]:
    return tuple(done(step, at(when), at(told) if told else None) for step in steps)


def decided(when: str, outcome: str = "approved") -> Act:
    return Act(at(when), "decide", body={"outcome": outcome})


def suspended(when: str, ground: str = "inspection", **more: str) -> Act:
    return Act(at(when), "suspend", body={"suspension": "pause", "ground": ground, **more})


def _one_promise() -> Iterator[Story]:
    """Return water cases of four working days, which leave today nothing, little or much."""
    survey, meter, _ = STEPS
    yield of("overdue", WATER, *begun(WATER, "2026-11-16 10:00"), *did(survey, when="2026-11-17 09:00"))
    yield of("overdue-taicang", WATER_TAICANG, *begun(WATER_TAICANG, "2026-11-12 10:00"))
    yield of(
        "overdue-since-yesterday",
        WATER,
        *begun(WATER, "2026-11-19 10:00"),
        *did(survey, when="2026-11-19 15:00"),
        *did(meter, when="2026-11-23 10:00"),
    )
    yield of(
        "due-today",
        WATER,
        *begun(WATER, "2026-11-20 10:00"),
        *did(survey, when="2026-11-20 14:00"),
        *did(meter, when="2026-11-26 09:30"),
    )
    yield of("due-tomorrow", WATER, *begun(WATER, "2026-11-23 10:00"), *did(survey, when="2026-11-23 14:00"))
    yield of("due-soon", GAS, *begun(GAS, "2026-11-24 10:00"), *did(survey, when="2026-11-24 14:00"))
    yield of("on-time", WATER, *begun(WATER, "2026-11-25 15:00"))
    yield of("accepted-after-hours", WATER, *begun(WATER, "2026-11-24 18:10"))
    yield of("accepted-on-sunday", WATER, *begun(WATER, "2026-11-22 11:00"), *did(survey, when="2026-11-23 11:00"))
    yield of("working-hours", COMPANY, *begun(COMPANY, "2026-11-25 16:00"))
    yield of("working-hours-taicang", COMPANY_TAICANG, *begun(COMPANY_TAICANG, "2026-11-26 09:00"))
    yield of("same-day", kind("property-registration", "transfer", "taicang"),
             *begun(kind("property-registration", "transfer", "taicang"), "2026-11-26 09:10"))  # fmt: skip


def _suspended() -> Iterator[Story]:
    yield of(
        "suspended",
        WATER,
        *begun(WATER, "2026-11-20 10:00"),
        *did(STEPS[0], when="2026-11-20 15:00"),
        suspended("2026-11-24 11:00"),
    )
    yield of("overdue-then-suspended", WATER, *begun(WATER, "2026-11-10 10:00"), suspended("2026-11-18 11:00"))
    yield of(
        "suspended-and-resumed",
        WATER,
        *begun(WATER, "2026-11-18 10:00"),
        *did(STEPS[0], when="2026-11-18 15:00"),
        suspended("2026-11-20 11:00"),
        Act(at("2026-11-24 11:00"), "resume", "pause"),
    )
    yield of(
        "step-in-correction",
        PROPERTY,
        *begun(PROPERTY, "2026-11-24 10:00"),
        Act(at("2026-11-25 10:00"), "return", body={"step": "review", "reason": "缺少完税证明"}),
    )
    yield of(
        "suspended-one-step",
        PROPERTY,
        *begun(PROPERTY, "2026-11-25 10:00"),
        suspended("2026-11-25 14:00", "tax-payment", step="tax-assessment"),
    )


def _steps() -> Iterator[Story]:
    """Return cases whose promise holds while a step is past its target, and those with several steps at once."""
    yield of("yellow-card", WATER, *begun(WATER, "2026-11-24 10:00"))
    yield of("red-card", GAS_LONG, *begun(GAS_LONG, "2026-11-16 10:00"))
    yield of(
        "four-permits",
        WATER_PERMITS,
        *begun(WATER_PERMITS, "2026-11-12 10:00"),
        *did("joint-site-survey", when="2026-11-13 10:00"),
        *did("connection-plan-reply", when="2026-11-16 10:00"),
        *did("traffic-police-opinion", when="2026-11-20 10:00"),
    )
    yield of(
        "five-at-once",
        COMPANY,
        *begun(COMPANY, "2026-11-25 10:00"),
        *did("establishment-registration", when="2026-11-26 09:00"),
    )
    yield of(
        "average-too-long",
        POWER,
        *begun(POWER, "2026-11-10 10:00"),
        *did("joint-site-survey", "supply-plan-reply", when="2026-11-11 10:00"),
    )
    yield from (
        of(
            f"average-{number}",
            POWER,
            *begun(POWER, f"2026-11-{number:02} 10:00"),
            *did("joint-site-survey", "supply-plan-reply", when=f"2026-11-{number:02} 15:00"),
            *did("external-line-permits", "grid-works", "meter-and-energise", when=f"2026-11-{number + 11:02} 10:00"),
            decided(f"2026-11-{number + 11:02} 11:00"),
        )
        for number in (2, 3, 4, 5, 6)
    )


def _told_late() -> Iterator[Story]:
    survey, meter, water_on = STEPS
    first = (*begun(WATER, "2026-11-16 10:00"), *did(survey, when="2026-11-16 15:00"))
    almost = (*first, *did(meter, when="2026-11-18 10:00"))
    late = did(water_on, when="2026-11-19 10:00", told="2026-11-25 16:00")
    yield of("told-late-waiting", WATER, *almost, *late)
    yield of("told-late-confirmed", WATER, *almost, *late, Act(at("2026-11-26 09:30"), "confirm", of="complete"))
    in_time = did(water_on, when="2026-11-20 16:00", told="2026-11-24 10:00")
    yield of("told-late-withdrawn", WATER, *almost, *in_time, decided("2026-11-24 11:00"))
    yield of("told-late-step", WATER, *begun(WATER, "2026-11-24 10:00"),
             *did(survey, when="2026-11-24 15:00", told="2026-11-26 09:00"))  # fmt: skip
    corrected = Act(at("2026-11-24 09:00"), "correct", of="complete", body={"void": True, "reason": "录错办件"})
    yield of("completion-voided", WATER, *first, corrected)


def _long() -> Iterator[Story]:
    start = Act(at("2026-11-02 11:00"), "start", "project-proposal-approval")
    yield of("beyond-the-calendar", PROJECT, *begun(PROJECT, "2026-11-02 10:00"),
             *did("project-code", when="2026-11-02 10:30"), start)  # fmt: skip
    yield of("provisional", GAS_LONG, *begun(GAS_LONG, "2026-11-18 10:00"),
             *did("joint-site-survey", when="2026-11-19 10:00"))  # fmt: skip
    yield of("no-promise", MAJOR, *begun(MAJOR, "2026-11-09 10:00"), *did("project-code", when="2026-11-09 11:00"))
    yield of("not-started", SMALL, *begun(SMALL, "2026-11-23 10:00"), *did("project-code", when="2026-11-23 10:30"))
    extend = {"clock": "statutory", "workdays": 10, "approved_by": "分管负责人", "reason": "情况复杂"}
    yield of(
        "extended", COMPANY, *begun(COMPANY, "2026-11-25 09:30"), Act(at("2026-11-26 09:00"), "extend", body=extend)
    )


def _ends() -> Iterator[Story]:
    whole = (
        *begun(WATER, "2026-11-16 10:00"),
        *did(STEPS[0], when="2026-11-17 10:00"),
        *did(STEPS[1], when="2026-11-18 10:00"),
    )
    met = (*whole, *did(STEPS[2], when="2026-11-19 10:00"), decided("2026-11-19 11:00"))
    yield of("met", WATER, *met)
    yield of("missed", WATER, *whole, *did(STEPS[2], when="2026-11-24 10:00"), decided("2026-11-24 11:00"))
    yield of("decided-yesterday-evening", WATER, *begun(WATER, "2026-11-23 10:00"),
             *did(*STEPS, when="2026-11-25 17:40"), decided("2026-11-25 17:45"))  # fmt: skip
    refused = Act(at("2026-11-24 15:00"), "refuse", body={"reason": "不属于本机关职权范围"})
    yield of("refused", WATER, opening(WATER, at("2026-11-24 10:00")), refused)
    withdrawn = Act(at("2026-11-25 10:00"), "withdraw", body={"reason": "申请人撤回"})
    yield of("withdrawn", WATER, *begun(WATER, "2026-11-23 10:00"), withdrawn)
    revoked = Act(at("2026-11-23 10:00"), "revoke", body={"reason": "材料虚假"})
    yield of("revoked", WATER, *met, revoked)
    fee = Act(at("2026-11-26 10:00"), "fee", body={"fen": 1, "reason": "刻章工本费"})
    yield of("fee-charged", COMPANY_TAICANG, *begun(COMPANY_TAICANG, "2026-11-25 10:00"), fee)


def _linked() -> Iterator[Story]:
    """Return a project with two cases beside it, and three cases that are surveyed together."""
    yield of("parent", SMALL, *begun(SMALL, "2026-11-16 10:00"), *did("project-code", when="2026-11-16 11:00"))
    parent = of("parent", SMALL).case
    yield of("child-water", WATER, *begun(WATER, "2026-11-24 10:00", parent=parent))
    yield of("child-gas", GAS, *begun(GAS, "2026-11-25 10:00", parent=parent))
    for one in (WATER, GAS, POWER):
        yield of(f"surveyed-{one.procedure.partition('-')[0]}", one, *begun(one, "2026-11-25 14:00", survey=SURVEY))


def _before() -> Iterator[Story]:
    yield of("received", WATER, opening(WATER, at("2026-11-25 10:00")))
    returned = Act(at("2026-11-24 10:00"), "return", body={"reason": "缺少用水申请表"})
    yield of("correction-before-acceptance", WATER, opening(WATER, at("2026-11-23 10:00")), returned)
    again = Act(at("2026-11-25 10:00"), "resubmit")
    yield of("corrected-and-accepted", WATER, opening(WATER, at("2026-11-23 10:00")), returned, again,
             Act(at("2026-11-25 14:00"), "accept"))  # fmt: skip
    yield of("presumed-accepted", WATER, opening(WATER, at("2026-11-17 10:00")))


def last_instant() -> datetime:
    """Return the instant at which the city is looked at."""
    return at(NOW)


def _closing() -> Iterator[Story]:
    """Return a bankruptcy, and deregistrations: two of three on the platform, where seven of ten are promised."""
    yield of(
        "bankruptcy",
        BANKRUPTCY,
        *begun(BANKRUPTCY, "2026-11-03 10:00"),
        *did("administrator-appointment", when="2026-11-05 10:00"),
        *did("takeover-and-notice", when="2026-11-20 15:00"),
    )
    yield of("deregistering", ON_PLATFORM, *begun(ON_PLATFORM, "2026-11-24 10:00"))
    for number, one in enumerate((ON_PLATFORM, ON_PLATFORM, OFF_PLATFORM), 1):
        yield of(
            f"deregistered-{number}",
            one,
            *begun(one, "2026-11-04 10:00"),
            *did("tax-clearance", when="2026-11-05 10:00"),
            *did("simplified-notice", when="2026-11-24 10:00"),
            *did("deregistration-approval", when="2026-11-25 10:00"),
            decided("2026-11-25 11:00"),
        )


def _lacking(accepted: str) -> tuple[Act, Act]:
    tolerance = {"lacking": "法定代表人身份证明复印件", "workdays": 1, "rule": "逾期不补，退回受理部门"}
    opened, _ = begun(WATER, accepted)
    return opened, Act(at(accepted), "accept", body={"tolerance": tolerance})


def _otherwise() -> Iterator[Story]:
    """Return cases that turned out otherwise, and one that was opened long after its limit was over."""
    survey, meter, water_on = STEPS
    first = (*begun(WATER, "2026-11-19 10:00"), *did(survey, when="2026-11-20 10:00"))
    pipe = {"variant": "new-pipe-no-approval", "reason": "勘查后需新增管线"}
    yield of("reclassified", WATER, *first, Act(at("2026-11-23 09:00"), "reclassify", body=pipe))
    yield of("something-missing", WATER, *_lacking("2026-11-24 10:00"), *did(survey, when="2026-11-24 14:00"))
    yield of("brought", WATER, *_lacking("2026-11-24 10:00"), Act(at("2026-11-25 10:00"), "supply"))
    yield of(
        "decided-with-tolerance",
        WATER,
        *_lacking("2026-11-18 10:00"),
        *did(*STEPS, when="2026-11-19 10:00"),
        decided("2026-11-19 11:00", "approved-with-tolerance"),
    )
    to_housing = {"department": "sz-housing", "reason": "道路由住建局养护"}
    yield of(
        "handed-over",
        WATER_PERMITS,
        *begun(WATER_PERMITS, "2026-11-12 10:00"),
        *did(survey, when="2026-11-13 10:00"),
        *did("connection-plan-reply", when="2026-11-16 10:00"),
        Act(at("2026-11-20 10:00"), "hand-over", "road-excavation-permit", to_housing),
    )
    lost = {"cause": "applicant-lost", "reason": "三次公告无人应答"}
    yield of(
        "terminated", WATER, *begun(WATER, "2026-11-20 10:00"), Act(at("2026-11-25 10:00"), "terminate", body=lost)
    )
    yield of(
        "pause-corrected-when-decided",
        WATER,
        *begun(WATER, "2026-11-16 10:00"),
        *did(survey, when="2026-11-17 10:00"),
        suspended("2026-11-18 10:00"),
        Act(at("2026-11-19 10:00"), "resume", "pause"),
        *did(meter, water_on, when="2026-11-23 16:00"),
        decided("2026-11-23 17:00"),
        Act(
            at("2026-11-25 10:00"),
            "correct",
            of="suspend",
            body={"end": "2026-11-20T10:00:00+08:00", "reason": "检验报告二十日才到"},
        ),
    )
    told = at("2026-11-25 11:00")
    old, accepted = begun(WATER, "2026-10-12 10:00")
    yield of("over-before-it-was-told", WATER, replace(old, told=told), replace(accepted, told=told + HOUR / 6))
