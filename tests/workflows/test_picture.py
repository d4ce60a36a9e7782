"""What a picture takes over from the one before it is what it would draw."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desk import Desk, Paper, at, water
from workflows.answers import Refusal
from workflows.picture import Drawn, picture
from workflows.state import CaseState

STEPS = ("acceptance", "joint-site-survey", "inspection-and-meter", "water-on")
BEGUN = at("2021-03-01 09:00")


def asked(desk: Desk, kind: str, number: int, hour: int) -> Any:
    """Some command, which the case may well refuse."""
    when, step = BEGUN + timedelta(hours=hour), STEPS[number % len(STEPS)]
    return {
        "accept": lambda: desk.accept(when),
        "start": lambda: desk.start(when, step),
        "complete": lambda: desk.complete(when, step),
        "late": lambda: desk.complete(when, step, backdated=True),
        "return": lambda: desk.send_back(when, step=step if number % 2 else None),
        "resubmit": lambda: desk.resubmit(when, step=step if number % 2 else None),
        "suspend": lambda: desk.suspend(when, f"s{number}", "applicant", step=step if number % 2 else None),
        "resume": lambda: desk.resume(when, f"s{number}"),
        "fee": lambda: desk.fee(when, number),
        "decide": lambda: desk.decide(when, "refused" if number % 2 else "approved"),
        "correct": lambda: desk.correct(when, number, instant=when - timedelta(hours=1)),
        "void": lambda: desk.correct(when, number, void=True),
        "confirm": lambda: desk.confirm(when, number),
        "withdraw": lambda: desk.withdraw(when),
        "revoke": lambda: desk.revoke(when),
    }[kind]()


KINDS = ("accept", "start", *("complete",) * 6, "late", "return", "resubmit", "suspend", "resume", "fee", "decide")
RARER = ("correct", "void", "confirm", "withdraw", "revoke")


def drawn(state: CaseState) -> Drawn:
    return Drawn(state, picture(state))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from((*KINDS, *RARER)), st.integers(1, 8)), max_size=14))
def test_a_picture_that_takes_over_what_stayed_is_the_picture_drawn_anew(history: list[tuple[str, int]]) -> None:
    desk, paper = Desk(), Paper()
    paper.take(desk.open(BEGUN, water()))
    before = drawn(paper.now())
    for hour, (kind, number) in enumerate(history, start=1):
        try:
            paper.take(asked(desk, kind, number, hour))
        except Refusal:
            continue
        assert picture(paper.now(), before) == picture(paper.now())
        before = drawn(paper.now())


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(("no-new-pipe", "new-pipe-no-approval", "new-pipe-with-approval")),
    st.lists(st.tuples(st.sampled_from((*KINDS, *RARER)), st.integers(1, 8)), max_size=14),
)
def test_a_step_comes_next_that_waits_for_nothing_but_what_is_done_or_at_hand(
    variant: str, history: list[tuple[str, int]]
) -> None:
    desk, paper = Desk(), Paper()
    paper.take(desk.open(BEGUN, water(variant)))
    for hour, (kind, number) in enumerate(history, start=1):
        try:
            paper.take(asked(desk, kind, number, hour))
        except Refusal:
            continue
    state = paper.now()
    steps = {step.key: step for step in picture(state).steps}
    for planned in state.procedure.steps:
        before = [*planned.after, *(one.key for one in state.procedure.steps if planned.key in one.gates)]
        waits = [key for key in before if steps[key].status == "waiting"]
        wanted = steps[planned.key].status == "waiting" and not waits and not state.over
        assert steps[planned.key].coming is wanted, planned.key


def test_a_completion_draws_only_the_steps_that_it_changes() -> None:
    desk, paper = Desk(), Paper()
    paper.take_all(desk.open(BEGUN, water()), desk.accept(BEGUN + timedelta(hours=1)))
    before = drawn(paper.now())
    paper.take(desk.complete(BEGUN + timedelta(hours=2), "joint-site-survey"))
    after = picture(paper.now(), before)
    kept = [one.key for one, other in zip(after.steps, before.picture.steps, strict=True) if one is other]
    assert kept == ["application", "acceptance"], "the step after the next one is coming now"
