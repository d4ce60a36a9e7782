"""What owners are told of a case: replayed, it is exactly what lies on their desks."""

import random
from contextlib import suppress
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from activities.record import TakenOver
from activities.store.announcements import NewAnnouncement
from activities.store.columns import ON_DESK
from tests.desk import Desk, Paper, at, water
from tests.workflows.test_otherwise_walked import BEGUN, WISHES
from workflows.announcing import AnnouncementKind, announced
from workflows.answers import Refusal
from workflows.picture import picture

OPENED, TAKEN_AWAY = AnnouncementKind.OPENED, AnnouncementKind.TAKEN_AWAY
Desks = set[tuple[str, str]]


def drawn(paper: Paper) -> Desks:
    """Owner and step of what the read model shows on desks, without the applicant's."""
    shown = picture(paper.now())
    if not shown.case.open:
        return set()
    return {(s.owner, s.key) for s in shown.steps if s.status in ON_DESK and s.party != "applicant"}


def replayed(paper: Paper, news: list[NewAnnouncement]) -> Desks:
    """The same from what was told, and from what the owners themselves did."""
    desks: Desks = set()
    for event in paper.events:
        told = [one for one in news if one.seq == event.seq]
        if event.kind in {"completed", "accepted"}:
            done = event.body.get("step") or paper.now().procedure.accepted_by
            desks = {one for one in desks if one[1] != done}
        for one in told:
            if one.kind == TAKEN_AWAY:
                desks.remove((one.owner, one.step))
        desks |= {(one.owner, one.step) for one in told if one.kind == OPENED}
    return desks


@given(st.integers(0, 10**9))
def test_what_was_told_comes_to_what_lies_on_the_desks(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # Hypothesis chooses the seed
    desk, paper = Desk(), Paper()
    paper.take(desk.open(BEGUN, water(chance.choice(("no-new-pipe", "new-pipe-with-approval")))))
    if chance.random() < 0.9:
        paper.take(desk.accept(BEGUN + timedelta(hours=1)))
    now = BEGUN + timedelta(hours=2)
    for _ in range(chance.randint(0, 25)):
        now += timedelta(minutes=chance.choice([20, 300, 1500]))
        [wish] = chance.choices([w for _, w in WISHES], [n for n, _ in WISHES])
        with suppress(Refusal):
            paper.take(wish(desk, paper.now(), chance, now - timedelta(minutes=chance.choice([0, 0, 60])), now))
        news = announced(paper.case, paper.events, 1)
        assert replayed(paper, news) == drawn(paper)
    since = chance.randint(1, len(paper.events))
    assert announced(paper.case, paper.events, since) == [one for one in news_of(paper) if one.seq >= since]
    assert len({one.id for one in news_of(paper)}) == len(news_of(paper))


def news_of(paper: Paper) -> list[NewAnnouncement]:
    return announced(paper.case, paper.events, 1)


def kinds(paper: Paper, seq: int) -> list[tuple[str, str, str]]:
    return [(one.kind, one.owner, one.step) for one in news_of(paper) if one.seq == seq]


def accepted() -> tuple[Desk, Paper]:
    desk, paper = Desk(), Paper()
    paper.take_all(desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
    return desk, paper


def test_a_step_handed_over_is_taken_from_one_and_opened_for_the_other() -> None:
    desk, paper = accepted()
    seq = paper.take(desk.hand_over(at("2021-03-01 11:00"), "joint-site-survey", "市燃气集团"))
    assert kinds(paper, seq) == [
        ("step-taken-away", "市水务集团", "joint-site-survey"),
        ("step-opened", "市燃气集团", "joint-site-survey"),
    ]


def test_of_a_late_posting_its_poster_hears_whether_it_was_confirmed() -> None:
    for void in (False, True):
        desk, paper = accepted()
        late = desk.complete(at("2021-03-01 11:00"), "joint-site-survey", at("2021-03-12 11:00"), backdated=True)
        posted, now = paper.take(late), at("2021-03-12 12:00")
        seq = paper.take(desk.correct(now, posted, void=True) if void else desk.confirm(now, posted))
        answer = "posting-not-confirmed" if void else "posting-confirmed"
        assert (answer, "市水务集团", "joint-site-survey") in kinds(paper, seq)


def test_a_return_and_what_comes_back_reach_who_has_the_step() -> None:
    desk, paper = accepted()
    sent = paper.take(desk.send_back(at("2021-03-01 11:00"), "joint-site-survey"))
    back = paper.take(desk.resubmit(at("2021-03-02 11:00"), "joint-site-survey"))
    assert kinds(paper, sent) == [("step-returned", "市水务集团", "joint-site-survey")]
    assert kinds(paper, back) == [("step-resubmitted", "市水务集团", "joint-site-survey")]


def test_of_a_case_that_was_taken_over_only_what_lies_on_desks_then_is_told() -> None:
    desk, paper = Desk(), Paper()
    told = at("2021-03-12 09:00")
    source = TakenOver(source="old", digest="0" * 64)
    opening = desk.stamp(
        type(desk.open(told, water())), at("2021-03-01 09:00"), told, procedure=water(), promises=(), taken_over=source
    )
    past = desk.complete(at("2021-03-01 12:00"), "joint-site-survey", told)
    paper.take_all(opening, desk.accept(at("2021-03-01 10:00"), told), past)
    assert [(one.kind, one.step) for one in news_of(paper)] == [("step-opened", "inspection-and-meter")]
