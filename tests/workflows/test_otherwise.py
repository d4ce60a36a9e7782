"""A case that turns out otherwise: of another kind, lacking something, with another office, over without a decision."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from activities.record import Picture, Role, StepPicture
from activities.settle import read
from sla.clock import Reading
from sla.release import RELEASE
from tests.desk import TOLERANCE, Desk, Paper, at, promised, water
from tests.workflows.test_state import accepted, clock, decided, opened, refusal
from workflows.held import held_by
from workflows.messages import Message
from workflows.picture import picture
from workflows.state import Status

PROMISE, OTHER = "promise/sz-22-water-no-pipe", "promise/sz-24-water-pipe"
PIPE = "new-pipe-no-approval"
PERMITS = "new-pipe-with-approval"


def of_kind(days: int = 9, commitment: str = "sz-24-water-pipe") -> dict[str, Any]:
    given = promised(days, commitment)
    return {"promises": given, "receipt_promises": given}


def shown(paper: Paper) -> Picture:
    return picture(paper.now())


def steps(paper: Paper) -> dict[str, StepPicture]:
    return {step.key: step for step in shown(paper).steps}


def reading(paper: Paper, key: str, now: str) -> Reading:
    found = next(one for one in shown(paper).clocks if one.clock.key == key)
    return read(found, RELEASE, RELEASE.calendar_for("suzhou", at(now).date()), at(now))


# --- reclassified -----------------------------------------------------------------------------------------------------


def surveyed(desk: Desk) -> Paper:
    """On the third working day the survey is done and the meter on the desk."""
    paper = accepted(desk)
    paper.take(desk.complete(at("2021-03-03 10:00"), "joint-site-survey"))
    return paper


def test_a_reclassified_case_keeps_its_used_time_under_the_promise_of_the_new_kind() -> None:
    desk = Desk()
    paper = surveyed(desk)
    assert reading(paper, PROMISE, "2021-03-04 09:00").due_at == at("2021-03-05 17:30")
    paper.take(desk.reclassify(at("2021-03-04 09:00"), water(PIPE), **of_kind()))
    counted = reading(paper, OTHER, "2021-03-04 09:00")
    assert (counted.used, counted.limit, counted.due_at) == (Decimal(3), Decimal(9), at("2021-03-12 17:30"))
    assert shown(paper).case.variant == PIPE
    assert paper.now().received == at("2021-03-01 09:00")


def test_steps_of_both_kinds_stay_done_new_ones_open_with_it_and_the_rest_falls_with_its_reason() -> None:
    desk = Desk()
    paper = surveyed(desk)
    paper.take(desk.reclassify(at("2021-03-04 09:00"), water(PIPE), **of_kind()))
    now = steps(paper)
    assert now["joint-site-survey"].status == "done"
    assert (now["connection-plan-reply"].status, now["connection-plan-reply"].opened_at) == (
        "running",
        at("2021-03-04 09:00"),
    )
    assert (now["inspection-and-meter"].status, now["inspection-and-meter"].occurrence) == ("waiting", 2)
    paper.take(desk.reclassify(at("2021-03-05 09:00"), water(), **of_kind(4, "sz-22-water-no-pipe")))
    now = steps(paper)
    assert (now["connection-plan-reply"].status, now["connection-plan-reply"].fell_away_at) == (
        "void",
        at("2021-03-05 09:00"),
    )
    assert now["connection-plan-reply"].fell_away == "it needs a pipe after all"
    assert now["inspection-and-meter"].status == "running"
    assert [one.owner for one in now["inspection-and-meter"].held] == ["市水务集团"]


def test_what_a_fallen_step_used_is_used_and_a_step_that_comes_back_begins_anew() -> None:
    desk = Desk()
    paper = surveyed(desk)
    paper.take_all(
        desk.reclassify(at("2021-03-03 11:00"), water(PIPE), **of_kind()),
        desk.reclassify(at("2021-03-08 11:00"), water(), **of_kind()),
    )
    assert reading(paper, OTHER, "2021-03-09 09:00").used == 6
    paper.take(desk.reclassify(at("2021-03-09 11:00"), water(PIPE), **of_kind()))
    plan = steps(paper)["connection-plan-reply"]
    assert (plan.status, plan.occurrence, plan.started_at) == ("running", 2, at("2021-03-09 11:00"))
    first = desk.complete(at("2021-03-10 09:00"), "connection-plan-reply", occurrence=1)
    assert refusal(paper, first) == ("unknown-occurrence", "occurrence")
    paper.take(desk.complete(at("2021-03-10 09:00"), "connection-plan-reply", occurrence=2))


def test_what_the_case_was_stays_on_record_without_a_verdict() -> None:
    desk = Desk()
    paper = surveyed(desk)
    paper.take(desk.reclassify(at("2021-03-04 09:00"), water(PIPE), **of_kind()))
    was = next(one for one in shown(paper).clocks if one.clock.key == PROMISE)
    assert (was.void, was.clock.stop, was.commitment) == (True, at("2021-03-04 09:00"), "sz-22-water-no-pipe")
    put_back = next(one for one in shown(paper).clocks if one.clock.key == "step/inspection-and-meter#1")
    assert (put_back.void, put_back.clock.stop) == (True, at("2021-03-04 09:00"))
    assert paper.events[-1].body["was"]["variant"] == "no-new-pipe"
    survey = next(one for one in shown(paper).clocks if one.clock.key == "step/joint-site-survey#1")
    assert not survey.void


def test_suspensions_stay_and_one_of_a_step_that_is_put_back_ends() -> None:
    desk = Desk()
    paper = surveyed(desk)
    paper.take_all(
        desk.suspend(at("2021-03-03 11:00"), "whole", "hearing"),
        desk.suspend(at("2021-03-03 11:00"), "step", "hearing", step="inspection-and-meter"),
        desk.reclassify(at("2021-03-04 09:00"), water(PIPE), **of_kind()),
    )
    halts = {halt.id: halt.end for halt in paper.now().suspensions}
    assert halts == {"whole": None, "step": at("2021-03-04 09:00")}
    assert reading(paper, OTHER, "2021-03-08 09:00").standing == "suspended"


def test_a_case_that_is_not_accepted_yet_is_reclassified_under_the_promise_of_its_receipt() -> None:
    desk = Desk()
    paper = opened(desk)
    given: dict[str, Any] = {"promises": promised(9, "of-acceptance"), "receipt_promises": promised(8, "of-receipt")}
    paper.take(desk.reclassify(at("2021-03-01 10:00"), water(PIPE), **given))
    assert [one.commitment for one in paper.now().promises] == ["of-receipt"]
    assert not any(one.void for one in shown(paper).clocks), "nothing had begun"
    paper.take(desk.accept(at("2021-03-01 11:00")))
    assert steps(paper)["joint-site-survey"].status == "running"
    accepted_late = next(e.seq for e in paper.events if e.kind == "accepted")
    paper.take(desk.reclassify(at("2021-03-02 11:00"), water(PERMITS), **given))
    paper.take(desk.correct(at("2021-03-02 12:00"), accepted_late, void=True))
    assert [one.commitment for one in paper.now().promises] == ["of-receipt"]


def test_who_took_a_step_over_keeps_it_when_the_case_is_reclassified() -> None:
    desk = Desk()
    paper = accepted(desk)
    paper.take_all(
        desk.hand_over(at("2021-03-02 10:00"), "joint-site-survey", "市燃气集团"),
        desk.reclassify(at("2021-03-02 11:00"), water(PIPE), **of_kind()),
    )
    assert steps(paper)["joint-site-survey"].owner == "市燃气集团"
    assert steps(paper)["water-on"].owner == "市水务集团"


# --- accepted while something is missing ---------------------------------------------------------------------------


def lacking(desk: Desk) -> Paper:
    paper = opened(desk)
    paper.take(desk.accept(at("2021-03-01 10:00"), tolerance=TOLERANCE))
    return paper


def test_a_tolerance_gives_the_applicant_a_clock_of_its_own_beside_the_promise() -> None:
    desk = Desk()
    paper = lacking(desk)
    term = reading(paper, "tolerance", "2021-03-02 10:00")
    assert (term.due_at, term.used) == (at("2021-03-08 17:30"), Decimal(1))
    assert reading(paper, PROMISE, "2021-03-02 10:00").due_at == at("2021-03-05 17:30")
    paper.take(desk.suspend(at("2021-03-02 11:00"), "s", "hearing"))
    assert reading(paper, "tolerance", "2021-03-03 10:00").due_at == at("2021-03-08 17:30"), "it is the applicant's"
    paper.take(desk.supply(at("2021-03-03 10:00")))
    assert clock(paper, Role.TOLERANCE).clock.stop == at("2021-03-03 10:00")
    assert refusal(paper, desk.supply(at("2021-03-03 11:00"))) == ("nothing-lacking", "case")


def worked(desk: Desk, paper: Paper) -> Paper:
    for hour, step in enumerate(("joint-site-survey", "inspection-and-meter", "water-on")):
        paper.take(desk.complete(at("2021-03-02 10:00") + timedelta(hours=hour), step))
    return paper


def test_a_case_ends_with_tolerance_while_something_is_missing_and_only_then() -> None:
    desk = Desk()
    late = at("2021-03-03 10:00")
    paper = worked(desk, lacking(desk))
    assert refusal(paper, desk.decide(late, by_tolerance=True)) == ("something-lacking", "outcome")
    paper.take(desk.decide(late, "approved-with-tolerance", by_tolerance=True))
    assert shown(paper).case.national_state == 12
    assert clock(paper, Role.TOLERANCE).clock.stop is None, "it is still to be brought"
    paper.take(desk.supply(at("2021-03-04 10:00")))
    for other in (worked(desk, accepted(desk)), worked(desk, lacking(desk))):
        if other.now().lacking is not None:
            other.take(desk.supply(at("2021-03-02 13:00")))
        tolerant = desk.decide(late, "approved-with-tolerance", by_tolerance=True)
        assert refusal(other, tolerant) == ("nothing-lacking", "outcome")
        other.take(desk.decide(late, by_tolerance=True))
        assert shown(other).case.national_state == 11


def test_a_decision_that_an_older_release_asked_for_means_what_it_meant() -> None:
    desk = Desk()
    paper = worked(desk, accepted(desk))
    paper.take(desk.decide(at("2021-03-03 10:00"), "approved-with-tolerance"))
    assert shown(paper).case.national_state == 12


def test_the_term_has_no_end_where_the_case_is_refused() -> None:
    desk = Desk()
    paper = lacking(desk)
    paper.take(desk.decide(at("2021-03-03 10:00"), "refused"))
    assert clock(paper, Role.TOLERANCE).void
    assert refusal(paper, desk.supply(at("2021-03-03 11:00"))) == ("case-over", "case")


# --- handed over ------------------------------------------------------------------------------------------------------


def test_a_step_that_is_handed_over_is_the_new_owners_and_who_had_it_keeps_the_time() -> None:
    desk = Desk()
    paper = accepted(desk)
    paper.take(desk.hand_over(at("2021-03-02 15:00"), "joint-site-survey", "市燃气集团"))
    survey = steps(paper)["joint-site-survey"]
    assert (survey.owner, survey.status, survey.started_at) == ("市燃气集团", "running", at("2021-03-01 10:00"))
    target = next(one for one in shown(paper).clocks if one.step == "joint-site-survey")
    assert (target.owner, target.clock.key) == ("市燃气集团", "step/joint-site-survey#1")
    assert [(one.owner, one.intervals[0].start) for one in held_by(paper.now(), PROMISE)][1:3] == [
        ("市水务集团", at("2021-03-01 10:00")),
        ("市燃气集团", at("2021-03-02 15:00")),
    ]
    assert len(clock(paper, Role.PROMISE).clock.running) == 1, "nobody gains by handing over"
    assert refusal(paper, desk.complete(at("2021-03-03 10:00"), "joint-site-survey", owners=("市水务集团",))) == (
        "unknown-step",
        "step",
    )
    paper.take(desk.complete(at("2021-03-03 10:00"), "joint-site-survey", owners=("市燃气集团",)))


def test_a_handing_over_that_never_was_leaves_the_step_where_it_was() -> None:
    desk = Desk()
    paper = accepted(desk)
    seq = paper.take(desk.hand_over(at("2021-03-02 15:00"), "joint-site-survey", "市燃气集团"))
    paper.take(desk.correct(at("2021-03-02 16:00"), seq, void=True))
    assert (steps(paper)["joint-site-survey"].owner, steps(paper)["joint-site-survey"].held) == ("市水务集团", ())


def test_a_handing_over_corrected_to_after_the_step_fell_gives_nobody_that_step_meanwhile() -> None:
    desk = Desk()
    paper = accepted(desk)
    paper.take(desk.complete(at("2021-03-02 10:00"), "joint-site-survey"))
    seq = paper.take(desk.hand_over(at("2021-03-02 15:00"), "inspection-and-meter", "市燃气集团"))
    paper.take(desk.reclassify(at("2021-03-03 10:00"), water(PIPE), **of_kind()))
    paper.take(desk.correct(at("2021-03-05 16:00"), seq, instant=at("2021-03-05 10:00")))
    meter = [one for one in held_by(paper.now(), OTHER) if one.step == "inspection-and-meter"]
    assert [(one.owner, one.intervals[0].start, one.intervals[0].end) for one in meter] == [
        ("市水务集团", at("2021-03-02 10:00"), at("2021-03-03 10:00"))
    ]


# --- days corrected, closed without a decision ------------------------------------------------------------------------


def test_a_suspension_was_longer_or_shorter_than_first_said_also_once_the_case_is_decided() -> None:
    desk = Desk()
    paper = accepted(desk)
    begun = paper.take(desk.suspend(at("2021-03-02 10:00"), "s", "hearing"))
    paper.take(desk.resume(at("2021-03-03 10:00"), "s"))
    paper.take(desk.complete(at("2021-03-03 11:00"), "joint-site-survey"))
    paper.take(desk.complete(at("2021-03-04 10:00"), "inspection-and-meter"))
    paper.take(desk.complete(at("2021-03-08 18:00"), "water-on"))
    paper.take(desk.decide(at("2021-03-08 18:00")))
    now = "2021-03-09 10:00"
    assert reading(paper, PROMISE, now).due_at == at("2021-03-08 17:30")
    assert reading(paper, PROMISE, now).standing == "missed"
    paper.take(desk.correct(at(now), begun, end=at("2021-03-04 09:00")))
    assert reading(paper, PROMISE, now).due_at == at("2021-03-09 17:30")
    assert reading(paper, PROMISE, now).standing == "met"
    paper.take(desk.correct(at(now), begun, end=at("2021-03-02 16:00")))
    assert reading(paper, PROMISE, now).due_at == at("2021-03-05 17:30")
    paper.take(desk.correct(at(now), begun, instant=at("2021-03-01 16:00"), end=at("2021-03-03 16:00")))
    assert reading(paper, PROMISE, now).due_at == at("2021-03-09 17:30")


def test_a_suspension_that_nobody_ended_gets_its_end() -> None:
    desk = Desk()
    paper = accepted(desk)
    begun = paper.take(desk.suspend(at("2021-03-02 10:00"), "s", "hearing"))
    paper.take(desk.correct(at("2021-03-05 10:00"), begun, end=at("2021-03-04 09:00")))
    assert reading(paper, PROMISE, "2021-03-05 10:00").due_at == at("2021-03-09 17:30")
    assert refusal(paper, desk.resume(at("2021-03-05 11:00"), "s")) == ("not-suspended", "suspension")


def test_an_extension_granted_other_days_than_first_said() -> None:
    desk = Desk()
    paper = accepted(desk)
    paper.due = {PROMISE: at("2021-03-05 17:30")}
    seq = paper.take(desk.extend(at("2021-03-02 10:00"), PROMISE, 3))
    assert reading(paper, PROMISE, "2021-03-03 10:00").due_at == at("2021-03-10 17:30")
    paper.take(desk.correct(at("2021-03-20 10:00"), seq, workdays=1))
    assert reading(paper, PROMISE, "2021-03-03 10:00").due_at == at("2021-03-08 17:30")
    paper.take(desk.correct(at("2021-03-20 10:00"), seq, workdays=5))
    assert reading(paper, PROMISE, "2021-03-03 10:00").due_at == at("2021-03-12 17:30")


def test_a_case_closed_without_a_decision_is_neither_withdrawn_nor_refused() -> None:
    desk = Desk()
    paper = accepted(desk)
    paper.take(desk.terminate(at("2021-03-03 10:00"), "applicant-lost"))
    case = shown(paper).case
    assert (case.status, case.national_state, case.outcome, case.open) == (Status.TERMINATED, 14, None, False)
    assert all(one.void for one in shown(paper).clocks if one.clock.stop is None)
    assert steps(paper)["joint-site-survey"].status == "void"
    paper.take(desk.correct(at("2021-03-04 10:00"), paper.events[-1].seq, void=True))
    assert shown(paper).case.open


# --- refusals ---------------------------------------------------------------------------------------------------------

T = at("2021-03-02 10:00")


def reclassified(desk: Desk) -> Paper:
    paper = accepted(desk)
    paper.take(desk.reclassify(T, water(PIPE)))
    return paper


def suspended(desk: Desk) -> Paper:
    paper = accepted(desk)
    paper.take(desk.suspend(at("2021-03-01 12:00"), "s", "hearing"))
    return paper


REFUSED: list[tuple[str, Callable[[Desk], Paper], Callable[[Desk], Message], tuple[str, str]]] = [
    ("another procedure", accepted, lambda d: d.reclassify(T, water(PIPE, "taicang")), ("other-procedure", "variant")),
    ("the same kind", accepted, lambda d: d.reclassify(T, water()), ("same-kind", "variant")),
    ("a kind of what is over", decided, lambda d: d.reclassify(T, water(PIPE)), ("case-over", "case")),
    ("before the last kind", reclassified, lambda d: d.reclassify(at("2021-03-01 12:00"), water()),
     ("before-case", "at")),
    ("a step to its owner", accepted, lambda d: d.hand_over(T, "joint-site-survey", "市水务集团"),
     ("same-owner", "owner")),
    ("a step that is done", accepted, lambda d: d.hand_over(T, "acceptance", "市燃气集团"),
     ("step-already-completed", "step")),
    ("the applicant's step", lambda d: accepted(d, water(PERMITS)),
     lambda d: d.hand_over(T, "contract-and-payment", "市燃气集团"), ("a-party-of-its-own", "step")),
    ("a step before it began", accepted, lambda d: d.hand_over(at("2021-03-01 09:30"), "joint-site-survey", "x"),
     ("before-step", "at")),
    ("a step of a case that is over", decided, lambda d: d.hand_over(T, "water-on", "x"), ("case-over", "case")),
    ("nothing is missing", accepted, lambda d: d.supply(T), ("nothing-lacking", "case")),
    ("it was brought before", lacking, lambda d: d.supply(at("2021-03-01 09:30")),
     ("before-acceptance", "at")),
    ("the days of no extension", accepted, lambda d: d.correct(T, 2, workdays=3), ("not-corrected-so", "workdays")),
    ("the end of no suspension", accepted, lambda d: d.correct(T, 2, end=T), ("not-corrected-so", "end")),
    ("an end before the begin", suspended, lambda d: d.correct(T, 3, end=at("2021-03-01 11:00")),
     ("before-suspension", "end")),
    ("an end in the future", suspended, lambda d: d.correct(T, 3, end=at("2021-03-05 11:00")),
     ("in-future", "end")),
    ("a correction with an end that is void", suspended, lambda d: d.correct(T, 3, end=T, void=True),
     ("nothing-corrected", "instant")),
    ("the end of what is over", decided, lambda d: d.terminate(T), ("case-over", "case")),
]  # fmt: skip


@pytest.mark.parametrize(("made", "command", "expected"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_cannot_be_otherwise_is_refused_and_changes_nothing(
    made: Callable[[Desk], Paper], command: Callable[[Desk], Message], expected: tuple[str, str]
) -> None:
    desk = Desk()
    paper = made(desk)
    if expected[0] == "step-already-completed":
        paper = surveyed(desk)
        assert refusal(paper, desk.hand_over(at("2021-03-03 11:00"), "joint-site-survey", "市燃气集团")) == expected
    assert refusal(paper, command(desk)) == expected


def test_the_statutory_limit_is_not_corrected_to_more_than_the_law_allows() -> None:
    desk, paper = Desk(), Paper()
    procedure = water().model_copy(update={"statutory": promised(20)[0].limit, "statutory_extension": 10})
    paper.take_all(desk.open(at("2021-03-01 09:00"), procedure), desk.accept(at("2021-03-01 10:00")))
    paper.due = {"statutory": at("2021-03-29 17:30")}
    first = paper.take(desk.extend(T, "statutory", 4))
    paper.take(desk.extend(T, "statutory", 4))
    assert refusal(paper, desk.correct(T, first, workdays=7)) == ("extension-too-long", "workdays")
    paper.take(desk.correct(T, first, workdays=6))
