"""The cases of the pages' city: those of the demo's morning, older ones, and hostile ones."""

from collections.abc import Iterator
from datetime import date, timedelta

from api.demo import january_2020
from api.demo.chains import Plan, project
from api.demo.days import WorkingDays
from api.demo.script import Act, Expected, opening
from api.demo.stories import COMPANY, SMALL, WATER, Story, at, begun, did, of, suspended
from api.demo.stories import stories as of_one_morning
from tests.browser.hostile import PAYLOADS, packed

LONGEST = 500  # of a text


def stories() -> tuple[Story, ...]:
    """Return all of them; each name says what it shows."""
    return (*of_one_morning(), *_long(), *_moved(), *_hostile())


def _long() -> Iterator[Story]:
    yield of(
        "before-binding",
        SMALL,
        *begun(SMALL, "2020-12-21 10:00"),
        *did("project-code", when="2020-12-21 10:30"),
        Act(at("2020-12-21 11:00"), "start", "enterprise-project-filing"),
        *did("enterprise-project-filing", when="2020-12-23 10:00"),
        *did("land-acquisition", when="2026-11-18 10:00"),
        Act(at("2026-11-19 10:00"), "start", "land-use-planning-permit"),
    )
    yield of(
        "twenty-months",
        SMALL,
        *begun(SMALL, "2025-03-10 10:00"),
        *did("project-code", when="2025-03-10 10:30"),
        Act(at("2025-03-11 09:00"), "start", "enterprise-project-filing"),
        *did("enterprise-project-filing", when="2025-03-17 10:00"),
        *did("land-acquisition", when="2025-10-09 10:00"),
        Act(at("2025-10-10 09:00"), "start", "land-use-planning-permit"),
        *did("land-use-planning-permit", when="2025-10-20 10:00"),
        *did("scheme-design", when="2026-11-12 10:00"),
        Act(at("2026-11-13 09:00"), "start", "design-scheme-joint-review"),
    )


def _moved() -> Iterator[Story]:
    """Return the cases of January 2020, when the notice of the 27th moved what was due, and projects before the promise."""
    for span in january_2020.SPANS:
        script = january_2020.script_of(span)
        if span.ended is not None:
            yield Story(f"january-{span.name}", f"SZ-2020-{span.name}", span.kind, script.acts)
    days = WorkingDays("suzhou", date(2020, 1, 27))
    plan = Plan(accepted=at("2020-03-02 09:30"), used=45, gaps={})
    expected = Expected(commitment="sz-21-construction-small", verdict="missed", used=45, limit=40)
    acts = project(SMALL, plan, case="", what="", days=days, expected=expected).acts
    yield Story("ramp-up", "SZ-2020-ramp-up", SMALL, acts)


def _hostile() -> Iterator[Story]:
    """Return cases that carry every payload in every free text that there is."""
    for number, text in enumerate(packed(LONGEST)):
        reason = {"reason": text}
        yield of(
            f"hostile-{number}",
            COMPANY,
            opening(COMPANY, at("2026-11-23 09:00")),
            Act(at("2026-11-23 09:10"), "return", body=reason),
            Act(at("2026-11-23 09:20"), "resubmit"),
            Act(at("2026-11-23 09:30"), "accept"),
            suspended("2026-11-23 10:00", "hearing", **reason),
            Act(at("2026-11-23 11:00"), "resume", "pause"),
            Act(at("2026-11-24 10:00"), "complete", "establishment-registration", {"outcome": "done", "note": text}),
            Act(at("2026-11-24 11:00"), "correct", of="complete", body={"void": True, **reason}),
            Act(
                at("2026-11-25 09:00"),
                "extend",
                body={"clock": "statutory", "workdays": 1, "approved_by": text, **reason},
            ),
            Act(at("2026-11-25 10:00"), "fee", body={"fen": 0, **reason}),
            Act(at("2026-11-25 11:00"), "decide", body={"outcome": "refused", **reason}),
            Act(at("2026-11-25 12:00"), "revoke", body=reason),
        )
        opened = opening(WATER, at("2026-11-25 09:00"))
        yield of(f"hostile-refused-{number}", WATER, opened, Act(at("2026-11-25 10:00"), "refuse", body=reason))
        yield of(f"hostile-withdrawn-{number}", WATER, opened, Act(at("2026-11-25 10:00"), "withdraw", body=reason))
    fees = (Act(at("2026-11-26 09:00") + timedelta(seconds=n), "fee", body={"fen": n, "reason": text})
            for n, text in enumerate(PAYLOADS))  # fmt: skip
    yield of("hostile-open", WATER, *begun(WATER, "2026-11-25 09:30"), *fees)
