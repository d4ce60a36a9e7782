"""Four eyes: what one asks for another grants, on paper."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.settle import rows
from sla.release import RELEASE
from tests.desk import CALENDAR, Desk, Paper, at, water
from tests.workflows.test_state_properties import HISTORIES, Makers, played
from workflows.answers import Refusal
from workflows.asking import ASKED, LAPSED, OF_REQUEST
from workflows.fold import fold
from workflows.messages import Ask, Message, Wanted
from workflows.picture import picture
from workflows.state import RequestStatus, Status

PROMISE = "promise/sz-22-water-no-pipe"
DUE = at("2021-03-05 17:30")
PEOPLE = ("first", "second", "third")
ANSWERS: dict[str, Callable[..., Message]] = {
    "grant": Desk.grant,
    "refuse": Desk.refuse_request,
    "take-back": Desk.take_back,
}


def opened() -> tuple[Desk, Desk, Paper]:
    """An accepted case, and two desks."""
    first, second, paper = Desk("first"), Desk("second"), Paper()
    paper.take_all(first.open(at("2021-03-01 09:00"), water()), first.accept(at("2021-03-01 10:00")))
    paper.due = {PROMISE: DUE}
    return first, second, paper


def code(paper: Paper, command: Message) -> str:
    """Why a command is refused, which changes nothing."""
    before = list(paper.events)
    with pytest.raises(Refusal) as caught:
        paper.take(command)
    assert paper.events == before
    return caught.value.code


def status(paper: Paper, number: int) -> RequestStatus:
    return next(one.status for one in paper.now().requests if one.number == number)


def test_a_request_does_nothing_but_stand_on_record() -> None:
    first, _, paper = opened()
    before = paper.now()
    number = paper.take(first.ask(first.extend(at("2021-03-02 09:00"), PROMISE, 2), at("2021-03-03 17:30")))
    after = paper.now()
    assert (after.extensions, after.status, after.steps) == (before.extensions, before.status, before.steps)
    [request] = after.requests
    assert (request.number, request.kind, request.asked_by, request.status) == (number, "extend", "first", "open")
    assert request.due == at("2021-03-03 17:30")
    assert json.loads(request.wanted) == {
        "kind": "extend",
        "clock": PROMISE,
        "workdays": 2,
        "approved_by": "head",
        "reason": "complex",
    }


def test_what_could_not_be_done_cannot_be_asked_for() -> None:
    first, _, paper = opened()
    assert code(paper, first.ask(first.extend(at("2021-03-08 09:00"), PROMISE, 2))) == "expired"
    assert code(paper, first.ask(first.extend(at("2021-03-02 09:00"), "none", 2))) == "unknown-clock"
    assert code(paper, first.ask(first.confirm(at("2021-03-02 09:00"), 2))) == "nothing-pending"


def test_the_same_is_not_asked_for_twice_but_again_after_its_answer() -> None:
    first, second, paper = opened()
    wanted = first.withdraw(at("2021-03-02 09:00"))
    number = paper.take(first.ask(wanted))
    again = first.ask(wanted.model_copy(update={"request_id": "again"}))
    assert code(paper, again) == "already-asked"
    paper.take(second.refuse_request(at("2021-03-02 10:00"), number))
    assert paper.take(again) > number


def test_an_extension_is_granted_when_it_is_granted_and_not_after_the_limit_is_over() -> None:
    """行政许可法 42: it is the approval that lengthens the limit, and only before it is over."""
    first, second, paper = opened()
    number = paper.take(first.ask(first.extend(at("2021-03-02 09:00"), PROMISE, 2)))
    assert code(paper, second.grant(DUE + timedelta(seconds=1), number)) == "expired"
    assert status(paper, number) is RequestStatus.OPEN, "it was asked for in time, which is no extension"
    seq = paper.take(second.grant(DUE, number))
    event = paper.events[seq - 1]
    assert (event.kind, event.at, event.actor, event.body[OF_REQUEST]) == ("extended", DUE, "second", number)
    [(clock, extension)] = paper.now().extensions
    assert (clock, extension.at, int(extension.amount)) == (PROMISE, DUE, 2)


def test_a_withdrawal_counts_from_the_instant_that_was_told_whoever_grants_it_when() -> None:
    first, second, paper = opened()
    number = paper.take(first.ask(first.withdraw(at("2021-03-02 09:00"))))
    assert paper.now().status is Status.ACCEPTED
    paper.take(second.grant(at("2021-03-08 09:00"), number))
    assert (paper.now().status, paper.now().closed) == (Status.WITHDRAWN, at("2021-03-02 09:00"))


def test_a_confirmation_and_a_correction_outlive_the_end_of_the_case_and_the_others_lapse() -> None:
    first, second, paper = opened()
    desk = Desk("water")
    posted = paper.take(
        desk.complete(at("2021-03-01 11:00"), "joint-site-survey", at("2021-03-02 08:00"), backdated=True)
    )
    extend = paper.take(first.ask(first.extend(at("2021-03-02 09:00"), PROMISE, 2)))
    confirm = paper.take(first.ask(first.confirm(at("2021-03-02 09:00"), posted)))
    correct = paper.take(first.ask(first.correct(at("2021-03-02 09:00"), 2, instant=at("2021-03-01 09:30"))))
    withdraw = paper.take(first.ask(first.withdraw(at("2021-03-02 09:00"))))
    paper.take(first.terminate(at("2021-03-02 12:00")))
    assert [e.kind for e in paper.events[-2:]] == [LAPSED, LAPSED]
    assert [e.body["number"] for e in paper.events[-2:]] == [extend, withdraw]
    assert [status(paper, one) for one in (extend, confirm, correct, withdraw)] == ["lapsed", "open", "open", "lapsed"]
    assert code(paper, second.grant(at("2021-03-03 09:00"), withdraw)) == "request-answered"
    paper.take(second.grant(at("2021-03-03 09:00"), confirm))
    paper.take(second.grant(at("2021-03-03 09:00"), correct))
    assert paper.now().accepted == at("2021-03-01 09:30")
    assert [status(paper, one) for one in (extend, confirm, correct, withdraw)] == [
        "lapsed", "granted", "granted", "lapsed"
    ]  # fmt: skip


def test_a_grant_that_is_voided_later_opens_no_request_again() -> None:
    first, second, paper = opened()
    number = paper.take(first.ask(first.extend(at("2021-03-02 09:00"), PROMISE, 2)))
    seq = paper.take(second.grant(at("2021-03-02 10:00"), number))
    paper.take(first.correct(at("2021-03-02 11:00"), seq, void=True))
    assert paper.now().extensions == ()
    assert status(paper, number) is RequestStatus.GRANTED
    assert code(paper, second.grant(at("2021-03-02 12:00"), number)) == "request-answered"


def test_a_correction_of_an_open_case_is_refused_where_the_case_was_closed_meanwhile() -> None:
    first, _, paper = opened()
    correct = first.correct(at("2021-03-02 12:00"), 2, instant=at("2021-03-01 09:30"), undecided=True)
    paper.take(first.terminate(at("2021-03-02 11:00")))
    assert code(paper, correct) == "stale"


def test_only_another_answers_and_only_whoever_asked_takes_it_back() -> None:
    first, second, paper = opened()
    number = paper.take(first.ask(first.withdraw(at("2021-03-02 09:00"))))
    now = at("2021-03-02 10:00")
    assert code(paper, first.grant(now, number)) == "own-request"
    assert code(paper, first.refuse_request(now, number)) == "own-request"
    assert code(paper, second.take_back(now, number)) == "request-of-another"
    assert code(paper, second.grant(now, number + 1)) == "unknown-request"
    paper.take(first.take_back(now, number, reason="a mistake"))
    assert code(paper, second.grant(now, number)) == "request-answered"
    assert paper.events[-1].body == {"number": number, "reason": "a mistake"}


def test_a_request_answered_under_one_key_is_answered_once() -> None:
    first, second, paper = opened()
    number = paper.take(first.ask(first.withdraw(at("2021-03-02 09:00"))))
    grant = second.grant(at("2021-03-02 10:00"), number)
    assert paper.take(grant) == paper.take(grant) == len(paper.events)


@st.composite
def deeds(draw: st.DrawFn) -> Callable[[Paper], Message]:
    """Somebody asks for something, or answers any request that there is."""
    desk, other = Desk(draw(st.sampled_from(PEOPLE))), draw(st.sampled_from(sorted(ANSWERS)))
    hours, seq, pick = draw(st.integers(0, 400)), draw(st.integers(1, 12)), draw(st.integers(0, 9))
    asks = draw(st.booleans())
    when = at("2021-03-01 09:00") + timedelta(hours=hours)

    def make(paper: Paper) -> Message:
        numbers = [one.number for one in paper.now().requests]
        if asks or not numbers:
            wanted: list[Wanted] = [
                desk.extend(when, PROMISE, 1 + seq % 5),
                desk.withdraw(when),
                desk.correct(when, seq, void=True),
                desk.confirm(when, seq),
            ]
            return desk.ask(wanted[pick % 4])
        return ANSWERS[other](desk, when, numbers[pick % len(numbers)])

    return make


@settings(max_examples=150, deadline=None)
@given(HISTORIES, st.lists(deeds(), max_size=30))
def test_whatever_is_asked_and_answered_another_granted_it_and_it_is_the_command(
    makers: Makers, more: list[Callable[[Paper], Message]]
) -> None:
    paper, _ = played(makers)
    for make in more:
        command = make(paper)
        before = paper.now()
        try:
            seq = paper.take(command)
        except Refusal:
            assert paper.now() is before, "what is refused changes nothing"
            continue
        event = paper.events[seq - 1]
        if isinstance(command, Ask) and event.kind == ASKED:
            after = paper.now()
            assert (after.extensions, after.status, after.steps, after.closed) == (
                before.extensions, before.status, before.steps, before.closed,
            )  # fmt: skip
    known = {event.seq: event for event in paper.events}
    for event in paper.events:
        if OF_REQUEST not in event.body:
            continue
        asking = known[event.body[OF_REQUEST]]
        assert (asking.kind, asking.seq < event.seq) == (ASKED, True)
        assert asking.actor != event.actor
        said = {name: value for name, value in asking.body["wanted"].items() if name != "kind"}
        assert said.items() <= event.body.items(), "what is granted is what was asked for"
    answered = [
        event.body.get(OF_REQUEST, event.body.get("number"))
        for event in paper.events
        if OF_REQUEST in event.body or (event.kind.startswith("request-") and event.kind != ASKED)
    ]
    assert len(answered) == len(set(answered)), "a request is answered once"
    assert fold(None, paper.events, paper.case) == paper.state
    drawn = picture(paper.now())
    assert len(rows(drawn, RELEASE, CALENDAR, max(e.told for e in paper.events)).case.requests) == sum(
        event.kind == ASKED for event in paper.events
    )


@settings(max_examples=60, deadline=None)
@given(HISTORIES, st.integers(0, 3), st.integers(1, 8))
def test_a_grant_comes_to_what_the_command_would_have_come_to(makers: Makers, which: int, seq: int) -> None:
    """Two papers alike: on one it is done at once, on the other asked for and granted by the same person at that instant."""
    (done, _), (asked, _) = played(makers), played(makers)
    first, second, when = Desk("first"), Desk("second"), at("2021-03-03 09:00")

    def wanted(desk: Desk) -> Wanted:
        made: list[Wanted] = [
            desk.extend(when, PROMISE, seq),
            desk.withdraw(when),
            desk.correct(when, seq, void=True),
            desk.confirm(when, seq),
        ]
        return made[which]

    why, number = "", 0
    try:
        number = asked.take(first.ask(wanted(first)))
    except Refusal as refused:
        why = refused.code
    if why:
        assert code(done, wanted(second)) == why, "it is refused as the command is"
        return
    granted = asked.events[asked.take(second.grant(when, number)) - 1]
    directly = done.events[done.take(wanted(second)) - 1]
    assert (granted.kind, granted.at, granted.told, granted.actor) == (
        directly.kind, directly.at, directly.told, directly.actor,
    )  # fmt: skip
    assert granted.body == {**directly.body, OF_REQUEST: number}
    ours, theirs = picture(asked.now()), picture(done.now())
    assert (ours.steps, [c.clock.due_soon for c in ours.clocks]) == (
        theirs.steps, [c.clock.due_soon for c in theirs.clocks],
    )  # fmt: skip
    assert [one.stop for one in (c.clock for c in ours.clocks)] == [
        one.stop for one in (c.clock for c in theirs.clocks)
    ]
