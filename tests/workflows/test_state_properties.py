"""Whatever commands come in whatever order, a case's state stays a fold of its events."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.record import Event
from activities.settle import rows
from sla.promise import Promise
from sla.release import RELEASE
from tests.desk import CALENDAR, TOLERANCE, Desk, Paper, at, promised, water
from workflows.answers import Refusal
from workflows.fold import fold, sealed
from workflows.messages import Message, Withdraw
from workflows.picture import picture

BRANCHED = "new-pipe-with-approval"
STEPS = [s.key for s in water(BRANCHED).steps]
VARIANTS = ("no-new-pipe", "new-pipe-no-approval", BRANCHED)
OFFICES = ("市水务集团", "市燃气集团", "市公安局")
OUTCOMES = ["done", "done", "done", "correction", "refused", "other"]
MOMENTS = st.integers(0, 20 * 24).map(lambda hours: at("2021-03-01 09:00") + timedelta(hours=hours))


KINDS: list[Callable[..., Callable[[Desk], Message]]] = [
    lambda when, told, **_: lambda d: d.accept(when, told),
    lambda when, told, step, outcome, **_: (
        lambda d: d.complete(when, step, told, outcome, note="seen", opinions={"a": "b"})
    ),
    lambda when, told, step, **_: lambda d: d.complete(when, step, told),
    lambda when, told, step, **_: lambda d: d.complete(when, step, told, backdated=True),
    lambda when, told, step, seq, **_: lambda d: d.complete(when, step, told, occurrence=1 + seq % 2),
    lambda when, maybe, **_: lambda d: d.send_back(when, maybe),
    lambda when, maybe, **_: lambda d: d.resubmit(when, maybe),
    lambda when, maybe, name, **_: lambda d: d.suspend(when, name, "hearing", step=maybe),
    lambda when, name, **_: lambda d: d.resume(when, name),
    lambda when, told, seq, **_: lambda d: d.correct(max(when, told), seq, instant=min(when, told)),
    lambda when, seq, **_: lambda d: d.correct(when, seq, void=True),
    lambda when, seq, **_: lambda d: d.confirm(when, seq),
    lambda when, seq, **_: lambda d: d.fee(when, seq),
    lambda when, **_: lambda d: d.withdraw(when),
    lambda when, **_: lambda d: d.decide(when, "refused"),
    lambda when, **_: lambda d: d.decide(when),
    lambda when, **_: lambda d: d.revoke(when),
    lambda when, seq, **_: lambda d: d.extend(when, "promise/sz-22-water-no-pipe", seq),
    lambda when, told, **_: lambda d: d.accept(when, told, tolerance=TOLERANCE),
    lambda when, told, **_: lambda d: d.supply(when, told),
    lambda when, told, seq, **_: lambda d: d.reclassify(when, water(VARIANTS[seq % 3]), told, **terms(seq)),
    lambda when, told, seq, **_: lambda d: d.reclassify(when, water(VARIANTS[seq % 3]), told, **terms(seq)),
    lambda when, told, step, seq, **_: lambda d: d.hand_over(when, step, OFFICES[seq % 3], told),
    lambda when, told, step, seq, **_: lambda d: d.hand_over(when, step, OFFICES[seq % 3], told),
    lambda when, told, seq, **_: lambda d: d.correct(max(when, told), seq, end=min(when, told)),
    lambda when, seq, **_: lambda d: d.correct(when, seq, workdays=1 + seq),
    lambda when, **_: lambda d: d.terminate(when),
    lambda when, **_: lambda d: d.decide(when, "approved-with-tolerance", by_tolerance=True),
    lambda when, seq, **_: lambda d: d.ask(d.extend(when, "promise/sz-22-water-no-pipe", seq)),
    lambda when, told, **_: lambda d: d.ask(d.stamp(Withdraw, when, told)),
    lambda when, seq, **_: lambda d: d.ask(d.correct(when, seq, void=True)),
    lambda when, seq, **_: lambda d: by_another(d.grant(when, seq)),
    lambda when, seq, **_: lambda d: by_another(d.refuse_request(when, seq)),
    lambda when, seq, **_: lambda d: d.take_back(when, seq),
]


def by_another(command: Message) -> Message:
    return command.model_copy(update={"actor": "another"})


def terms(seq: int) -> dict[str, tuple[Promise, ...]]:
    """What is promised of a kind: of two kinds the same commitment, of the third another one."""
    given = promised(9, "sz-23-water-pipe") if seq % 3 == 2 else promised()
    return {"promises": given, "receipt_promises": given}


@st.composite
def commands(draw: st.DrawFn) -> Callable[[Desk], Message]:
    step = draw(st.sampled_from(STEPS))
    make: Callable[..., Callable[[Desk], Message]] = draw(st.sampled_from(KINDS))
    return make(
        when=draw(MOMENTS),
        told=draw(MOMENTS),
        step=step,
        maybe=draw(st.sampled_from([None, step])),
        name=draw(st.sampled_from(["s1", "s2"])),
        seq=draw(st.integers(1, 14)),
        outcome=draw(st.sampled_from(OUTCOMES)),
    )


ORDER = [s for s in STEPS if s not in {"application", "acceptance"}]
WAY: list[Callable[[Desk], Message]] = [
    lambda d: d.accept(at("2021-03-01 10:00")),
    *(lambda d, n=n, s=s: d.complete(at("2021-03-01 10:00") + timedelta(hours=9 * n), s) for n, s in enumerate(ORDER)),
    lambda d: d.decide(at("2021-03-06 10:00")),
]
Makers = list[Callable[[Desk], Message]]
# Some way along the regular course, then anything at all.
HISTORIES = st.builds(lambda n, more: WAY[:n] + more, st.integers(1, len(WAY)), st.lists(commands(), max_size=20))


def played(makers: Makers) -> tuple[Paper, list[Message]]:
    """A case that took what it would of some commands, and those it took."""
    desk, paper = Desk(), Paper()
    paper.due = {"promise/sz-22-water-no-pipe": at("2021-03-10 17:30")}
    steps = tuple(step.model_copy(update={"opinions": ("a",)}) for step in water(BRANCHED).steps)
    paper.take(desk.open(at("2021-03-01 09:00"), water(BRANCHED).model_copy(update={"steps": steps})))
    taken: list[Message] = []
    for make in makers:
        command = make(desk)
        try:
            paper.take(command)
            taken.append(command)
        except Refusal:
            pass
    return paper, taken


@settings(max_examples=80, deadline=None)
@given(HISTORIES, st.integers(1, 7))
def test_folding_in_pages_is_folding_at_once(makers: Makers, size: int) -> None:
    paper, _ = played(makers)
    state = None
    for first in range(0, len(paper.events), size):
        state = fold(state, paper.events[first : first + size], paper.case)
    assert state == fold(None, paper.events, paper.case) == paper.state


@settings(max_examples=80, deadline=None)
@given(HISTORIES, st.integers(0, 4))
def test_events_folded_before_they_are_settled_make_the_same_state_once_they_are(makers: Makers, last: int) -> None:
    paper, _ = played(makers)
    known, news = paper.events[: len(paper.events) - last], paper.events[len(paper.events) - last :]
    early = [event.model_copy(update={"calendar": "", "hash": ""}) for event in news]
    state = fold(None, [*known, *early], paper.case)
    assert state is None or sealed(state, CALENDAR, [event.hash for event in news]) == paper.state


@settings(max_examples=80, deadline=None)
@given(HISTORIES)
def test_what_a_command_says_is_in_the_event_that_it_became(makers: Makers) -> None:
    paper, taken = played(makers)
    events = {event.request_id: event for event in paper.events}
    for command in taken:
        if (event := events.get(command.request_id)) is None:
            continue  # said before, and on record
        fields = set(type(command).model_fields) - {*Message.model_fields, "kind", "backdated", "occurrence", "wanted"}
        said = {name: value for name, value in command.model_dump(mode="json", include=fields).items() if value}
        kept = [json.dumps(value, sort_keys=True) for value in event.body.values()]
        # an instant is kept in words of its own
        lost = {
            name for name, value in said.items() if name != "instant" and json.dumps(value, sort_keys=True) not in kept
        }
        assert lost == set(), (event.kind, event.body)


@settings(max_examples=80, deadline=None)
@given(HISTORIES)
def test_whatever_was_taken_can_be_shown_and_counted_and_no_event_is_recorded_twice(
    makers: Makers,
) -> None:
    paper, _ = played(makers)
    shown = picture(paper.now())
    keys = [c.clock.key for c in shown.clocks]
    assert len(keys) == len(set(keys))
    made = rows(shown, RELEASE, CALENDAR, max(e.told for e in paper.events))
    assert len(made.clocks) == len(keys)
    done = [(e.body["step"], e.body["occurrence"]) for e in paper.events if e.kind == "completed"]
    assert len(done) == len(set(done))


@settings(max_examples=80, deadline=None)
@given(HISTORIES)
def test_every_command_that_was_taken_is_known_for_good(makers: Makers) -> None:
    paper, taken = played(makers)
    before: list[Event] = list(paper.events)
    for command in taken:
        seq = paper.take(command)
        known = paper.now().by_request(command.request_id)
        assert known is None or known.seq == seq
        other = command.model_copy(update={"digest": "other"})
        if known is not None:
            with pytest.raises(Refusal) as caught:
                paper.take(other)
            assert caught.value.code == "request-reused"
    assert paper.events == before
