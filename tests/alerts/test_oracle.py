"""The oracle of the alerts itself: it knows what is true from when on, and sees what is missing, doubled or false."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.alerts.oracle import (
    CASE_OVERDUE,
    CASE_SOON,
    STEP_OVERDUE,
    STEP_SOON,
    SUPERVISORS,
    WATER_BUREAU,
    WATER_GROUP,
    Case,
    Condition,
    Span,
    Telling,
    Verdict,
    Watched,
    judge,
)
from tests.desk import at
from tests.faults.evidence import EPOCH, Fact

SURVEY = "joint-site-survey"
GRACE = timedelta(seconds=5)
MINIMUM, SETTLED = timedelta(minutes=1), timedelta(minutes=20)
ENDED = at("2021-03-20 12:00")

OPENED = ("opened", "2021-03-01 09:00")
ACCEPTED = ("accepted", "2021-03-01 10:00")


def micros(instant: datetime) -> int:
    return round((instant - EPOCH) / timedelta(microseconds=1))


def facts(*events: tuple[str, ...]) -> list[Fact]:
    """Of kind, when it happened, and where it was told later, when."""
    made = []
    for seq, (what, when, *later) in enumerate(events, start=1):
        kind, _, step = what.partition(" ")
        body: dict[str, Any] = {"step": step, "occurrence": 1} if step else {}
        instants = micros(at(when)), micros(at(later[0] if later else when))
        made.append(Fact("c", seq, kind, *instants, "a", f"a:{seq}", "d", json.dumps(body), "", "", ""))
    return made


def true(*events: tuple[str, ...], sent: dict[str, datetime] | None = None) -> list[Condition]:
    """In real time that is business time."""
    return list(Case("c", facts(*events), lambda business: business, GRACE, sent or {}).conditions())


def span(found: Iterable[Condition], alert: str, severity: str, step: str = "") -> tuple[str, str]:
    one = next(c for c in found if (c.alert, c.severity, c.step) == (alert, severity, step))
    ends = [end for end in (one.until, one.alone_until) if end is not None]
    return shown(one.since), shown(min(ends)) if ends else ""


def shown(instant: datetime) -> str:
    return f"{instant.astimezone(at('2021-03-01 00:00').tzinfo):%m-%d %H:%M:%S}"


def told(kind: str, severity: str, when: str, receiver: str = WATER_GROUP) -> Telling:
    return Telling(at(when), receiver, kind, STEP_OVERDUE, severity, "c", SURVEY)


def judged(found: list[Condition], *tellings: Telling, blind: tuple[Span, ...] = ()) -> Verdict:
    """Of the survey's overdue alone, as the department is told."""
    survey = [c for c in found if (c.alert, c.step) == (STEP_OVERDUE, SURVEY)]
    survey = [c._replace(receivers=(WATER_GROUP,)) for c in survey]
    return judge(survey, tellings, Watched(ENDED, MINIMUM, SETTLED, blind))


def wrong(verdict: Verdict) -> dict[str, int]:
    return {name: len(found) for name, found in verdict.wrong.items() if found}


DONE = ("completed joint-site-survey", "2021-03-03 10:00")
LATE = true(OPENED, ACCEPTED, DONE)
YELLOW_CARD = told("raised", "warning", "2021-03-01 15:01")
WITHDRAWN = told("withdrawn", "warning", "2021-03-03 10:10")


def test_a_step_is_due_soon_then_overdue_and_after_three_working_days_has_the_red_card() -> None:
    left = true(OPENED, ACCEPTED)
    assert span(left, STEP_SOON, "info", SURVEY) == ("03-01 14:12:00", "03-01 15:00:05")
    assert span(left, STEP_OVERDUE, "warning", SURVEY) == ("03-01 15:00:05", "03-04 00:00:00")
    assert span(left, STEP_OVERDUE, "critical", SURVEY) == ("03-04 00:00:00", "")
    assert span(left, CASE_SOON, "warning") == ("03-05 00:00:00", "03-05 17:30:05")
    assert span(left, CASE_OVERDUE, "critical") == ("03-05 17:30:05", "")


def test_a_step_that_was_done_in_time_is_true_of_until_that_was_told() -> None:
    late = true(OPENED, ACCEPTED, ("completed joint-site-survey", "2021-03-01 14:00", "2021-03-02 09:00"))
    assert span(late, STEP_OVERDUE, "warning", SURVEY) == ("03-01 15:00:05", "03-02 09:00:00")


def test_without_acceptance_the_promise_counts_from_receipt_once_the_law_presumes_it() -> None:
    assert span(true(OPENED), CASE_OVERDUE, "critical") == ("03-08 17:30:00", "")


def test_whom_an_alert_is_for() -> None:
    receivers = {(c.alert, c.severity): set(c.receivers) for c in true(OPENED, ACCEPTED)}
    assert receivers == {
        (STEP_SOON, "info"): {WATER_GROUP},
        (STEP_OVERDUE, "warning"): {WATER_GROUP},
        (STEP_OVERDUE, "critical"): {WATER_GROUP, SUPERVISORS},
        (CASE_SOON, "warning"): {WATER_GROUP, WATER_BUREAU},
        (CASE_OVERDUE, "critical"): {WATER_GROUP, WATER_BUREAU, SUPERVISORS},
    }


def test_what_was_told_once_and_withdrawn_when_it_was_over_is_right() -> None:
    verdict = judged(LATE, YELLOW_CARD, WITHDRAWN)
    assert (wrong(verdict), verdict.due, verdict.ended) == ({}, 1, 1)


@pytest.mark.parametrize(
    ("tellings", "found"),
    [
        ([], {"missing": 1}),
        ([YELLOW_CARD], {"missing": 1}),
        ([YELLOW_CARD, YELLOW_CARD, WITHDRAWN], {"doubled": 1}),
        ([YELLOW_CARD, told("withdrawn", "warning", "2021-03-03 09:59")], {"false": 1}),
        ([told("raised", "warning", "2021-03-01 15:00"), WITHDRAWN], {"unfounded": 1}),
        ([YELLOW_CARD, told("raised", "critical", "2021-03-02 09:00"), WITHDRAWN], {"unfounded": 1}),
        ([YELLOW_CARD, WITHDRAWN, WITHDRAWN], {"unfounded": 1}),
    ],
    ids=["untold", "not withdrawn", "twice", "too early", "before it was due", "the wrong card", "withdrawn twice"],
)
def test_it_sees_what_is_wrong(tellings: list[Telling], found: dict[str, int]) -> None:
    assert wrong(judged(LATE, *tellings)) == found


def test_a_red_card_after_the_yellow_one_is_no_second_telling_and_a_yellow_one_after_it_is() -> None:
    left = true(OPENED, ACCEPTED)
    red, yellow = told("raised", "critical", "2021-03-04 00:01"), told("raised", "warning", "2021-03-04 00:02")
    assert wrong(judged(left, YELLOW_CARD, red)) == {}
    assert wrong(judged(left, YELLOW_CARD, red, yellow)) == {"doubled": 1}


def test_what_was_withdrawn_falsely_may_be_told_again() -> None:
    early = told("withdrawn", "warning", "2021-03-02 10:00")
    again = told("raised", "warning", "2021-03-02 10:05")
    assert wrong(judged(LATE, YELLOW_CARD, early, again, WITHDRAWN)) == {"false": 1}


def test_what_lasted_too_short_or_while_nothing_could_be_seen_may_be_told() -> None:
    short = true(OPENED, ACCEPTED, ("completed joint-site-survey", "2021-03-01 15:00:50"))
    assert wrong(judged(short)) == {}
    blind = (Span(at("2021-03-01 15:00"), at("2021-03-03 09:59:30")),)
    assert wrong(judged(LATE, blind=blind)) == {}
    blind = (Span(at("2021-03-01 15:00"), at("2021-03-03 09:58")),)
    assert wrong(judged(LATE, blind=blind)) == {"missing": 1}


def test_what_was_told_and_not_yet_on_record_is_not_owed() -> None:
    sent = {"a:2": at("2021-03-03 09:59:30")}
    assert wrong(judged(true(OPENED, ACCEPTED, DONE, sent=sent))) == {}
