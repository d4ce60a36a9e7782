"""The day ledger as it is shown: each idle day says for whom the case waited."""

from datetime import date
from decimal import Decimal

from api.views.case import clock_shown
from api.views.days import days_shown
from sla.days import DayUse
from sla.release import RELEASE
from tests.api.paper_cases import clock_of, view_of
from tests.desk import Desk, Paper, at, promised, water


def gapped() -> Paper:
    """A case whose meter is inspected, and whose applicant held it in between."""
    desk, paper = Desk(), Paper()
    terms = promised(9, "sz-22-water-pipe-no-approval")
    paper.take_all(
        desk.open(at("2021-03-01 09:00"), water("new-pipe-no-approval"), promises=terms),
        desk.accept(at("2021-03-01 10:00"), promises=terms),
        desk.complete(at("2021-03-02 10:00"), "joint-site-survey"),
        desk.complete(at("2021-03-03 10:00"), "connection-plan-reply"),
    )
    return paper


def test_an_idle_day_says_whose_step_the_case_waited_for() -> None:
    paper, now = gapped(), at("2021-03-16 12:00")
    view = view_of(paper, now)
    days = days_shown(clock_of(view), view, RELEASE, now)
    idle = [day for day in days if day.kind is DayUse.IDLE]
    assert idle
    for day in idle:
        assert {step.party for step in day.open_steps} == {"applicant"}


def test_only_idle_days_name_open_steps() -> None:
    paper, now = gapped(), at("2021-03-16 12:00")
    view = view_of(paper, now)
    days = days_shown(clock_of(view), view, RELEASE, now)
    assert all(not day.open_steps for day in days if day.kind is not DayUse.IDLE)


def test_days_past_the_due_date_are_numbered_up_to_what_the_clock_is_over() -> None:
    desk, paper, now = Desk(), Paper(), at("2021-03-16 12:00")
    paper.take_all(desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
    view = view_of(paper, now)
    shown = clock_shown(clock_of(view), view, RELEASE, now)
    days = days_shown(clock_of(view), view, RELEASE, now)
    over = [day for day in days if day.overdue is not None]
    assert [day.overdue for day in over] == [Decimal(n) for n in range(1, int(shown.overdue_by) + 1)]
    assert shown.due_date is not None
    assert all(day.date > shown.due_date for day in over)


def test_a_promise_in_its_ramp_up_says_on_which_days_it_did_not_bind() -> None:
    desk, paper, now = Desk(), Paper(), at("2020-01-07 12:00")
    early = tuple(one.model_copy(update={"ramp_up": True, "judged": False}) for one in promised())
    paper.take_all(
        desk.open(at("2019-12-27 09:00"), water(), promises=early),
        desk.accept(at("2019-12-27 10:00"), promises=early),
    )
    view = view_of(paper, now)
    days = days_shown(clock_of(view), view, RELEASE, now)
    assert [day.before_binding for day in days] == [day.date < date(2020, 1, 1) for day in days]
