"""What a case comes to: commands decided, events folded, the picture of it; all without a server."""

from collections.abc import Callable
from typing import Any

import pytest

from activities.record import Role
from sla.promise import Measure, Promise
from tests.desk import Desk, Paper, a_whole_case, at, water
from workflows.answers import Refusal
from workflows.messages import Message
from workflows.picture import picture
from workflows.procedure import Procedure
from workflows.procedures import resolve
from workflows.state import Status, StepStatus

BRANCHED = "new-pipe-with-approval"


def opened(desk: Desk, procedure: Any = None) -> Paper:
    paper = Paper()
    paper.take(desk.open(at("2021-03-01 09:00"), procedure or water()))
    return paper


def accepted(desk: Desk, procedure: Any = None) -> Paper:
    paper = opened(desk, procedure)
    paper.take(desk.accept(at("2021-03-01 10:00")))
    return paper


def decided(desk: Desk) -> Paper:
    paper = Paper()
    paper.take_all(*a_whole_case(desk))
    return paper


def refusal(paper: Paper, command: Message) -> tuple[str, str]:
    """Code and field of the refusal; the state must be what it was."""
    before = paper.state
    with pytest.raises(Refusal) as caught:
        paper.take(command)
    assert paper.state == before
    return caught.value.code, caught.value.field


def clock(paper: Paper, role: Role) -> Any:
    return next(c for c in picture(paper.now()).clocks if c.role is role)


# --- a case through -------------------------------------------------------------------------------------------------


def test_a_decided_case_stops_its_promise_when_the_last_step_was_complete() -> None:
    paper = decided(Desk())
    assert paper.now().status is Status.DECIDED
    assert clock(paper, Role.PROMISE).clock.stop == at("2021-03-04 10:00")
    assert picture(paper.now()).case.national_state == 11
    assert not picture(paper.now()).case.open


def test_steps_open_one_after_another_at_the_completion_before() -> None:
    desk = Desk()
    paper = accepted(desk)
    steps = paper.now().steps
    assert steps["application"].status is StepStatus.DONE
    assert steps["joint-site-survey"].status is StepStatus.RUNNING
    assert steps["inspection-and-meter"].status is StepStatus.WAITING
    paper.take(desk.complete(at("2021-03-02 15:00"), "joint-site-survey"))
    assert paper.now().steps["inspection-and-meter"].opened == at("2021-03-02 15:00")


def test_completing_the_acceptance_step_accepts_the_case() -> None:
    desk = Desk()
    paper = opened(desk)
    paper.take(desk.complete(at("2021-03-01 11:00"), "acceptance"))
    assert paper.now().accepted == at("2021-03-01 11:00")
    assert paper.events[-1].kind == "accepted"


def test_an_outcome_that_asks_for_correction_suspends_instead_of_completing() -> None:
    desk = Desk()
    paper = accepted(desk)
    paper.take(desk.complete(at("2021-03-02 10:00"), "joint-site-survey"))
    paper.take(desk.complete(at("2021-03-02 11:00"), "inspection-and-meter", outcome="correction", note="no valve"))
    assert paper.events[-1].kind == "returned"
    assert paper.now().steps["inspection-and-meter"].status is StepStatus.RUNNING
    paper.take(desk.resubmit(at("2021-03-03 11:00"), "inspection-and-meter"))
    assert paper.now().suspensions[0].end == at("2021-03-03 11:00")


def surveyed(desk: Desk, procedure: Procedure) -> Paper:
    paper = accepted(desk, procedure)
    paper.take(desk.complete(at("2021-03-01 10:30"), "joint-site-survey"))
    return paper


OPINIONS = {"market": "fit", "fire": "the lane is too narrow"}


def with_opinions(procedure: Procedure) -> Procedure:
    """The same procedure, each of its steps with opinions."""
    steps = tuple(step.model_copy(update={"opinions": tuple(OPINIONS)}) for step in procedure.steps)
    return procedure.model_copy(update={"steps": steps})


@pytest.mark.parametrize(
    ("begin", "step", "outcome", "kind"),
    [
        (opened, "acceptance", "done", "accepted"),
        (opened, "acceptance", "correction", "returned"),
        (surveyed, "inspection-and-meter", "done", "completed"),
        (surveyed, "inspection-and-meter", "correction", "returned"),
    ],
)
def test_whatever_a_completion_comes_to_what_it_said_is_in_the_ledger(
    begin: Callable[[Desk, Procedure], Paper], step: str, outcome: str, kind: str
) -> None:
    desk = Desk()
    paper = begin(desk, with_opinions(water()))
    number = paper.take(
        desk.complete(at("2021-03-01 11:00"), step, outcome=outcome, opinions=OPINIONS, note="see the drawing")
    )
    event = paper.events[-1]
    assert (event.seq, event.kind) == (number, kind)
    said = {name: event.body[name] for name in ("step", "occurrence", "outcome", "opinions")}
    assert said == {"step": step, "occurrence": 1, "outcome": outcome, "opinions": OPINIONS}
    assert event.body["reason" if kind == "returned" else "note"] == "see the drawing"


def test_a_refused_permit_ends_the_case() -> None:
    desk = Desk()
    paper = accepted(desk, water(BRANCHED))
    paper.take(desk.complete(at("2021-03-02 10:00"), "joint-site-survey"))
    paper.take(desk.complete(at("2021-03-03 10:00"), "connection-plan-reply"))
    paper.take(desk.complete(at("2021-03-04 10:00"), "green-space-permit", outcome="refused"))
    assert (paper.now().status, paper.now().outcome) == (Status.DECIDED, "refused")
    assert picture(paper.now()).case.national_state == 13


def test_a_return_before_acceptance_is_the_supplement_notice_and_a_resubmission_begins_a_new_round() -> None:
    desk = Desk()
    paper = opened(desk)
    paper.take(desk.send_back(at("2021-03-02 09:00")))
    assert paper.now().status is Status.CORRECTION
    paper.take(desk.resubmit(at("2021-03-05 09:00")))
    assert [c.clock.key for c in picture(paper.now()).clocks if c.role is Role.SUPPLEMENT] == [
        "supplement/1",
        "supplement/2",
    ]
    paper.take(desk.accept(at("2021-03-05 10:00")))
    receipt = clock(paper, Role.PROMISE).clock.receipt
    assert receipt.received == at("2021-03-05 09:00")


def test_a_suspension_of_a_step_stops_only_that_step() -> None:
    desk = Desk()
    paper = accepted(desk, water(BRANCHED))
    paper.take(desk.complete(at("2021-03-02 10:00"), "joint-site-survey"))
    paper.take(desk.complete(at("2021-03-03 10:00"), "connection-plan-reply"))
    paper.take(desk.suspend(at("2021-03-04 10:00"), "s1", "expert-review", step="green-space-permit"))
    statuses = {s.key: s.status for s in picture(paper.now()).steps}
    assert statuses["green-space-permit"] == "suspended"
    assert statuses["road-excavation-permit"] == "running"


def test_fees_are_added_up_and_children_listed() -> None:
    desk = Desk()
    paper = accepted(desk)
    paper.take_all(
        desk.fee(at("2021-03-01 11:00"), 1200),
        desk.fee(at("2021-03-01 12:00"), 300),
        desk.link(at("2021-03-01 13:00"), "child-1"),
    )
    assert sum(f for _, f in paper.now().fees) == 1500
    assert picture(paper.now()).case.children == ("child-1",)
    assert refusal(paper, desk.link(at("2021-03-01 14:00"), "child-1")) == ("already-linked", "child")


def test_a_promise_about_money_is_missed_by_a_fen_until_that_is_corrected_and_met_once_the_case_is_decided() -> None:
    desk = Desk()
    free = Promise(commitment="free", measure=Measure.FEE, fee_limit_fen=100, owner="office")
    paper = Paper()
    paper.take(desk.open(at("2021-03-01 09:00"), water(), promises=(free,)))
    paper.take(desk.accept(at("2021-03-01 10:00"), promises=(free,)))

    def verdict() -> str | None:
        [fee] = picture(paper.now()).case.fees
        return fee.verdict

    paper.take(desk.fee(at("2021-03-01 11:00"), 100))
    assert verdict() is None
    paper.take(desk.fee(at("2021-03-01 12:00"), 1))
    assert verdict() == "missed"
    paper.take(desk.correct(at("2021-03-01 13:00"), len(paper.now().events), void=True))
    assert verdict() is None
    paper.take_all(*a_whole_case(desk)[2:])
    assert verdict() == "met"


# --- late, corrected, revoked ---------------------------------------------------------------------------------------


def test_a_backdated_completion_counts_when_it_was_told_until_an_officer_confirms_it() -> None:
    desk = Desk()
    paper = accepted(desk)
    seq = paper.take(
        desk.complete(at("2021-03-02 10:00"), "joint-site-survey", told=at("2021-03-12 10:00"), backdated=True)
    )
    step = paper.now().steps["joint-site-survey"]
    assert (step.completed, step.claimed, step.pending) == (at("2021-03-12 10:00"), at("2021-03-02 10:00"), True)
    paper.take(desk.confirm(at("2021-03-13 10:00"), seq))
    step = paper.now().steps["joint-site-survey"]
    assert (step.completed, step.told, step.pending) == (at("2021-03-02 10:00"), at("2021-03-12 10:00"), False)
    assert refusal(paper, desk.confirm(at("2021-03-13 11:00"), seq)) == ("nothing-pending", "seq")


def test_an_amended_instant_counts_and_the_first_one_stays_on_record() -> None:
    desk = Desk()
    paper = decided(desk)
    paper.take(desk.correct(at("2021-03-08 09:00"), 5, instant=at("2021-03-05 16:00")))
    assert clock(paper, Role.PROMISE).clock.stop == at("2021-03-05 16:00")
    assert paper.now().by_seq(5).at == at("2021-03-04 10:00")  # type: ignore[union-attr]


def test_a_completion_that_never_was_is_done_anew_under_the_next_occurrence() -> None:
    desk = Desk()
    paper = accepted(desk)
    first = paper.take(desk.complete(at("2021-03-02 10:00"), "joint-site-survey"))
    paper.take(desk.correct(at("2021-03-02 11:00"), first, void=True))
    step = paper.now().steps["joint-site-survey"]
    assert (step.occurrence, step.status) == (2, StepStatus.RUNNING)
    again = paper.take(desk.complete(at("2021-03-03 10:00"), "joint-site-survey"))
    assert paper.events[again - 1].body["occurrence"] == 2
    other = desk.complete(at("2021-03-02 12:00"), "joint-site-survey", occurrence=1)
    assert refusal(paper, other) == ("step-already-completed", "step")


def test_a_revoked_decision_voids_every_verdict() -> None:
    desk = Desk()
    paper = decided(desk)
    paper.take(desk.revoke(at("2021-03-10 09:00")))
    assert all(c.void for c in picture(paper.now()).clocks)
    assert picture(paper.now()).case.national_state == 15
    assert refusal(paper, desk.revoke(at("2021-03-11 09:00"))) == ("not-decided", "case")


def test_a_voided_decision_opens_the_case_again() -> None:
    desk = Desk()
    paper = decided(desk)
    seq = next(e.seq for e in paper.events if e.kind == "decided")
    paper.take(desk.correct(at("2021-03-05 09:00"), seq, void=True))
    assert paper.now().status is Status.ACCEPTED
    assert picture(paper.now()).case.open


# --- the same again -------------------------------------------------------------------------------------------------


def test_a_request_id_answers_with_its_event_and_refuses_another_content() -> None:
    desk = Desk()
    paper = accepted(desk)
    command = desk.complete(at("2021-03-02 10:00"), "joint-site-survey", request_id="k1")
    seq = paper.take(command)
    assert paper.take(command) == seq
    assert refusal(paper, desk.fee(at("2021-03-02 11:00"), 5, request_id="k1")) == ("request-reused", "request_id")


def test_a_completion_under_another_key_is_the_same_event_or_a_refusal() -> None:
    desk = Desk()
    paper = accepted(desk)
    seq = paper.take(desk.complete(at("2021-03-02 10:00"), "joint-site-survey"))
    assert paper.take(desk.complete(at("2021-03-02 10:00"), "joint-site-survey")) == seq
    other = desk.complete(at("2021-03-02 10:00"), "joint-site-survey", note="another")
    assert refusal(paper, other) == ("step-already-completed", "step")


def test_opening_the_same_case_twice_is_known_and_another_content_is_refused() -> None:
    desk = Desk()
    paper = opened(desk)
    assert paper.take(desk.open(at("2021-03-01 09:00"), water())) == 1
    assert refusal(paper, desk.open(at("2021-03-01 09:00"), water(BRANCHED))) == ("case-exists", "case")


# --- refusals -------------------------------------------------------------------------------------------------------

Refused = tuple[str, Callable[[Desk], Paper], Callable[[Desk], Message], tuple[str, str]]
T = at("2021-03-02 10:00")
REFUSED: list[Refused] = [
    ("no case", lambda d: Paper(), lambda d: d.accept(T), ("unknown-case", "case")),
    ("before the case", opened, lambda d: d.accept(at("2021-02-26 10:00")), ("before-case", "at")),
    ("a second acceptance", accepted, lambda d: d.accept(T), ("already-accepted", "case")),
    ("refusal after acceptance", accepted, lambda d: d.refuse(T), ("already-accepted", "case")),
    ("acceptance once decided", decided, lambda d: d.accept(T), ("case-over", "case")),
    ("decision before acceptance", opened, lambda d: d.decide(T), ("not-accepted", "case")),
    ("decision with steps missing", accepted, lambda d: d.decide(T), ("steps-missing", "outcome")),
    ("decision before the accepted instant", accepted, lambda d: d.decide(at("2021-03-01 09:30"), "refused"),
     ("before-acceptance", "at")),
    ("a second decision", decided, lambda d: d.decide(at("2021-03-05 10:00")), ("case-over", "case")),
    ("an unknown step", accepted, lambda d: d.complete(T, "moon-landing"), ("unknown-step", "step")),
    ("another's step", accepted, lambda d: d.complete(T, "joint-site-survey", owners=("gas",)),
     ("unknown-step", "step")),
    ("an unknown outcome", accepted, lambda d: d.complete(T, "joint-site-survey", outcome="maybe"),
     ("unknown-outcome", "outcome")),
    ("an unknown opinion", accepted, lambda d: d.complete(T, "joint-site-survey", opinions={"fire": "ok"}),
     ("unknown-opinion", "opinions")),
    ("an occurrence ahead", accepted, lambda d: d.complete(T, "joint-site-survey", occurrence=2),
     ("unknown-occurrence", "occurrence")),
    ("a step that waits", accepted, lambda d: d.complete(T, "water-on"), ("step-not-open", "step")),
    ("a completion before its step opened", accepted, lambda d: d.complete(at("2021-03-01 09:30"), "joint-site-survey"),
     ("before-step", "at")),
    ("a completion in a refused case", lambda d: with_(opened(d), d.refuse(T)),
     lambda d: d.complete(T, "joint-site-survey"), ("case-over", "case")),
    ("a start of a running step", accepted, lambda d: d.start(T, "joint-site-survey"),
     ("step-already-started", "step")),
    ("a suspension before acceptance", opened, lambda d: d.suspend(T, "s", "hearing"), ("not-accepted", "case")),
    ("a suspension without a ground", accepted, lambda d: d.suspend(T, "s", "rain"), ("unknown-ground", "ground")),
    ("a suspension for correction", accepted, lambda d: d.suspend(T, "s", "correction"), ("unknown-ground", "ground")),
    ("a suspension id used before", lambda d: with_(accepted(d), d.suspend(T, "s", "hearing")),
     lambda d: d.suspend(T, "s", "hearing"), ("suspension-exists", "suspension")),
    ("a suspension of a waiting step", accepted, lambda d: d.suspend(T, "s", "hearing", step="water-on"),
     ("step-not-open", "step")),
    ("a resume of nothing", accepted, lambda d: d.resume(T, "s"), ("unknown-suspension", "suspension")),
    ("a resume before the suspension", lambda d: with_(accepted(d), d.suspend(T, "s", "hearing")),
     lambda d: d.resume(at("2021-03-02 09:00"), "s"), ("before-suspension", "at")),
    ("a second resume", lambda d: with_(accepted(d), d.suspend(T, "s", "hearing"), d.resume(T, "s")),
     lambda d: d.resume(at("2021-03-02 11:00"), "s"), ("not-suspended", "suspension")),
    ("another's suspension", lambda d: with_(accepted(d), d.suspend(T, "s", "hearing", step="joint-site-survey")),
     lambda d: d.resume(T, "s", owners=("gas",)), ("unknown-suspension", "suspension")),
    ("a second return", lambda d: with_(opened(d), d.send_back(T)), lambda d: d.send_back(T),
     ("already-returned", "case")),
    ("acceptance while in correction", lambda d: with_(opened(d), d.send_back(T)), lambda d: d.accept(T),
     ("in-correction", "case")),
    ("a resubmission of nothing", opened, lambda d: d.resubmit(T), ("not-returned", "case")),
    ("a resubmission of no step", accepted, lambda d: d.resubmit(T, "joint-site-survey"), ("not-returned", "step")),
    ("a resubmission before the return", lambda d: with_(opened(d), d.send_back(T)),
     lambda d: d.resubmit(at("2021-03-01 12:00")), ("before-return", "at")),
    ("acceptance before the materials came back",
     lambda d: with_(opened(d), d.send_back(T), d.resubmit(at("2021-03-05 10:00"))),
     lambda d: d.accept(at("2021-03-04 10:00")), ("before-receipt", "at")),
    ("an extension of no clock", accepted, lambda d: d.extend(T, "promise/none", 3), ("unknown-clock", "clock")),
    ("a withdrawal of a decided case", decided, lambda d: d.withdraw(T), ("case-over", "case")),
    ("a revocation of an open case", accepted, lambda d: d.revoke(T), ("not-decided", "case")),
    ("a correction of nothing", accepted, lambda d: d.correct(T, 99, void=True), ("unknown-event", "seq")),
    ("a correction of the opening", accepted, lambda d: d.correct(T, 1, void=True), ("unknown-event", "seq")),
    ("a correction without content", accepted, lambda d: d.correct(T, 2), ("nothing-corrected", "instant")),
    ("a correction of what never was", lambda d: with_(accepted(d), d.correct(T, 2, void=True)),
     lambda d: d.correct(T, 2, instant=T), ("voided", "seq")),
    ("a correction of both kinds", accepted, lambda d: d.correct(T, 2, void=True, instant=T),
     ("nothing-corrected", "instant")),
    ("a correction to the future", accepted, lambda d: d.correct(T, 2, instant=at("2021-03-03 10:00")),
     ("in-future", "instant")),
    ("a correction to before the case", accepted, lambda d: d.correct(T, 2, instant=at("2021-02-01 10:00")),
     ("before-case", "instant")),
    ("a confirmation of nothing", accepted, lambda d: d.confirm(T, 2), ("nothing-pending", "seq")),
]  # fmt: skip


def with_(paper: Paper, *commands: Message) -> Paper:
    paper.take_all(*commands)
    return paper


@pytest.mark.parametrize(("made", "command", "expected"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_cannot_be_is_refused_and_changes_nothing(
    made: Callable[[Desk], Paper], command: Callable[[Desk], Message], expected: tuple[str, str]
) -> None:
    desk = Desk()
    assert refusal(made(desk), command(desk)) == expected


def test_an_extension_is_granted_before_expiry_and_refused_after_it() -> None:
    desk = Desk()
    paper = accepted(desk)
    key = "promise/sz-22-water-no-pipe"
    paper.due = {key: at("2021-03-05 17:30")}
    paper.take(desk.extend(at("2021-03-05 17:30"), key, 3))
    assert clock(paper, Role.PROMISE).clock.extensions[0].amount == 3
    assert refusal(paper, desk.extend(at("2021-03-05 17:31"), key, 3)) == ("expired", "at")
    backdated = desk.stamp(
        type(desk.extend(T, key, 1)), T, at("2021-03-06 10:00"), clock=key, workdays=1, approved_by="h", reason="r"
    )
    assert refusal(paper, backdated) == ("expired", "at")


def test_the_statutory_limit_is_extended_by_no_more_than_the_law_allows() -> None:
    desk = Desk()
    paper = Paper()
    procedure = resolve("water-connection", "suzhou", "no-new-pipe", {})
    paper.take(desk.open(at("2021-03-01 09:00"), procedure))
    paper.take(desk.accept(at("2021-03-01 10:00")))
    paper.due = {"statutory": at("2021-03-29 17:30")}
    allowed = procedure.statutory_extension
    assert refusal(paper, desk.extend(T, "statutory", allowed + 1)) == ("extension-too-long", "workdays")
