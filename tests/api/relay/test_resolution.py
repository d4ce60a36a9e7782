"""A resolution is told once the read model says that it is true, with the reason why."""

from typing import Any

import pytest

from activities.store.store import Store
from activities.store.tellings import State
from api.relay.notifier import BEATS
from api.relay.notifier import Desk as RelayDesk
from sla.timeline import Timeline
from tests.api.relay.build import Hand, LiveCase, alert, beat, desk, said, tellings, webhook
from tests.desk import Desk, at, water

SURVEY = "joint-site-survey"


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def case(store: Store, hand: Hand) -> LiveCase:
    """Accepted on a Monday; the survey is due that afternoon and nobody has done it on Thursday."""
    case, officer = LiveCase(store, hand), Desk()
    case.take(officer.open(at("2021-03-01 09:00"), water()), officer.accept(at("2021-03-01 10:00")))
    case.ring("2021-03-04 17:31")
    return case


def resolved(**more: Any) -> dict[str, Any]:
    return alert(firing=False, **more)


def test_a_step_that_is_still_overdue_is_not_told_as_resolved(store: Store, hand: Hand, case: LiveCase) -> None:
    relay = desk(store, hand)
    relay.accept("sz-water", webhook(alert()))
    relay.accept("sz-water", webhook(resolved()))
    assert relay.confirm() == 1
    assert said(store) == [("raised", "SZ-1", "warning", None)]
    case.take(Desk("colleague").complete(at("2021-03-05 10:00"), SURVEY))
    assert relay.confirm() == 0
    assert said(store)[1:] == [("withdrawn", "SZ-1", "warning", "ended-late")]
    assert relay.confirm() == 0
    assert len(said(store)) == 2


def test_what_fires_again_after_a_false_resolution_is_not_told_again(store: Store, hand: Hand, case: LiveCase) -> None:
    relay = desk(store, hand)
    relay.accept("sz-water", webhook(alert()))
    relay.accept("sz-water", webhook(resolved()))
    relay.confirm()
    relay.accept("sz-water", webhook(alert(since="2021-03-04 18:00")))
    assert [told.state for told in store.remembered(State.TOLD)] == [State.TOLD]
    assert store.remembered(State.HELD) == []
    assert len(said(store)) == 1
    relay.accept("sz-water", webhook(alert(since="2021-03-04 18:00", severity="critical")))
    assert said(store)[1:] == [("raised", "SZ-1", "critical", None)]


def test_a_case_that_the_read_model_does_not_know_is_held(store: Store, hand: Hand) -> None:
    relay = desk(store, hand)
    relay.accept("sz-water", webhook(alert(case="SZ-404")))
    relay.accept("sz-water", webhook(resolved(case="SZ-404")))
    assert relay.confirm() == 1
    assert len(said(store)) == 1


def test_a_rebuild_of_the_read_model_looks_like_no_resolution(store: Store, hand: Hand, case: LiveCase) -> None:
    relay = desk(store, hand)
    relay.accept("sz-water", webhook(alert()))
    relay.accept("sz-water", webhook(resolved()))
    store.drop_rows()
    assert relay.confirm() == 1


def test_the_reason_of_a_completion_told_late_is_that(store: Store, hand: Hand, case: LiveCase) -> None:
    relay = desk(store, hand)
    relay.accept("sz-water", webhook(alert()))
    case.take(Desk("colleague").complete(at("2021-03-01 14:00"), SURVEY, told=at("2021-03-04 18:00")))
    relay.accept("sz-water", webhook(resolved()))
    relay.confirm()
    assert said(store)[1:] == [("withdrawn", "SZ-1", "warning", "told-late")]


def test_a_case_that_is_withdrawn_ends_without_a_verdict(store: Store, hand: Hand, case: LiveCase) -> None:
    relay = desk(store, hand)
    overdue: dict[str, Any] = {"step": None, "scope": "case", "severity": "critical"}
    relay.accept("sz-water", webhook(alert("ShixianCaseOverdue", **overdue)))
    relay.accept("sz-water", webhook(alert()))
    case.take(Desk("colleague").withdraw(at("2021-03-05 10:00")))
    relay.accept("sz-water", webhook(alert("ShixianCaseOverdue", firing=False, **overdue)))
    relay.accept("sz-water", webhook(resolved()))
    relay.confirm()
    assert {one[3] for one in said(store)[2:]} == {"ended-without-verdict"}
    assert len(said(store)) == 4


def test_a_step_due_soon_is_over_once_its_due_date_has_moved(store: Store, hand: Hand) -> None:
    case, officer = LiveCase(store, hand), Desk()
    case.take(officer.open(at("2021-03-01 09:00"), water()), officer.accept(at("2021-03-01 10:00")))
    relay = desk(store, hand)
    soon: dict[str, Any] = {"step": None, "scope": "case", "severity": "warning", "since": "2021-03-05 10:00"}
    hand.set("2021-03-05 10:00")
    relay.accept("sz-water", webhook(alert("ShixianCaseDueSoon", **soon)))
    relay.accept("sz-water", webhook(alert("ShixianCaseDueSoon", firing=False, **soon)))
    assert relay.confirm() == 1
    case.take(officer.extend(at("2021-03-05 11:00"), "promise/sz-22-water-no-pipe", 3))
    assert relay.confirm() == 0
    assert said(store)[1:] == [("withdrawn", "SZ-1", "warning", "extended")]
    hand.set("2021-03-10 10:00")
    relay.accept("sz-water", webhook(alert("ShixianCaseDueSoon", **soon | {"since": "2021-03-10 09:00"})))
    assert said(store)[2:] == [("raised", "SZ-1", "warning", None)]


def test_what_is_due_soon_and_becomes_overdue_ends_without_a_notice(store: Store, hand: Hand) -> None:
    case, officer = LiveCase(store, hand), Desk()
    case.take(officer.open(at("2021-03-01 09:00"), water()), officer.accept(at("2021-03-01 10:00")))
    relay = desk(store, hand)
    hand.set("2021-03-01 12:00")
    relay.accept("sz-water", webhook(alert("ShixianStepDueSoon", severity="info", since="2021-03-01 12:00")))
    relay.accept("sz-water", webhook(resolved(name="ShixianStepDueSoon", severity="info", since="2021-03-01 12:00")))
    assert relay.confirm() == 1
    case.ring("2021-03-04 17:31")
    assert relay.confirm() == 0
    assert len(said(store)) == 1


def test_a_case_that_is_suspended_says_so(store: Store, hand: Hand) -> None:
    case, officer = LiveCase(store, hand), Desk()
    case.take(officer.open(at("2021-03-01 09:00"), water()), officer.accept(at("2021-03-01 10:00")))
    relay = desk(store, hand)
    hand.set("2021-03-02 09:00")
    soon: dict[str, Any] = {"step": None, "scope": "case", "severity": "warning", "since": "2021-03-02 09:00"}
    relay.accept("sz-water", webhook(alert("ShixianCaseDueSoon", **soon)))
    case.take(officer.suspend(at("2021-03-02 10:00"), "s1", "applicant-works"))
    relay.accept("sz-water", webhook(alert("ShixianCaseDueSoon", firing=False, **soon)))
    relay.confirm()
    assert said(store)[1:] == [("withdrawn", "SZ-1", "warning", "suspended")]


def test_the_tail_of_an_alert_whose_withdrawal_was_told_is_no_news(store: Store, hand: Hand, case: LiveCase) -> None:
    relay = desk(store, hand)
    relay.accept("sz-water", webhook(alert(), alert(severity="critical", since="2021-03-05 08:00")))
    case.take(Desk("colleague").complete(at("2021-03-05 10:00"), SURVEY))
    relay.accept("sz-water", webhook(resolved(severity="critical", since="2021-03-05 08:00")))
    relay.confirm()
    relay.accept("sz-water", webhook(alert()))
    relay.accept("sz-water", webhook(resolved()))
    relay.confirm()
    assert [one[0] for one in said(store)] == ["raised", "withdrawn"]


STUCK: dict[str, Any] = {"case": None, "step": None, "scope": "platform", "severity": "critical"}


def stuck(relay: RelayDesk, *, firing: bool, since: str = "2021-03-05 08:30") -> None:
    """A worker that is stuck, or that was until an hour after."""
    relay.accept("operators", webhook(alert("ShixianWorkerStuck", firing=firing, since=since, **STUCK)))


def test_an_alert_of_the_platform_is_withdrawn_once_prometheus_was_seen_long_enough_since(
    store: Store, hand: Hand
) -> None:
    relay = desk(store, hand)
    stuck(relay, firing=True)
    hand.set("2021-03-05 09:20")
    beat(relay, hand, BEATS)
    hand.set("2021-03-05 09:30")
    stuck(relay, firing=False)
    assert relay.confirm() == 1
    beat(relay, hand, BEATS - 1)
    assert relay.confirm() == 1
    beat(relay, hand)
    assert relay.confirm() == 0
    stuck(relay, firing=True, since="2021-03-05 09:40")
    assert [one.kind for one in tellings(store, "operators")] == ["raised", "withdrawn", "raised"]


def test_an_alert_of_the_platform_stands_while_prometheus_is_away_and_once_it_is_back(store: Store, hand: Hand) -> None:
    relay = desk(store, hand)
    stuck(relay, firing=True)
    hand.set("2021-03-05 09:27")
    beat(relay, hand, BEATS)
    stuck(relay, firing=False)  # which Alertmanager says where nothing is repeated; it does so of the watchdog too
    hand.set("2021-03-05 12:00")
    assert relay.confirm() == 1
    beat(relay, hand)
    assert relay.confirm() == 1
    stuck(relay, firing=True, since="2021-03-05 12:01")
    beat(relay, hand, BEATS)
    assert relay.confirm() == 0
    assert [one.kind for one in tellings(store, "operators")] == ["raised"]


def test_an_end_that_nobody_said_is_told_once_offices_are_open(store: Store, hand: Hand, case: LiveCase) -> None:
    relay = desk(store, hand)
    relay.accept("sz-water", webhook(alert()))
    case.take(
        Desk("colleague").complete(at("2021-03-05 17:50"), SURVEY)
    )  # a Friday; Alertmanager keeps office hours, and forgets
    for moment in ("2021-03-05 17:51", "2021-03-05 18:30", "2021-03-06 10:00", "2021-03-08 08:00"):
        hand.set(moment)
        assert relay.forgotten() == 0
    hand.set("2021-03-08 08:31")
    assert relay.forgotten() == 1
    assert said(store)[1:] == [("withdrawn", "SZ-1", "warning", "ended-late")]
    assert relay.forgotten() == 0


def test_an_end_that_nobody_said_waits_until_the_alert_can_no_longer_fire(
    store: Store, hand: Hand, case: LiveCase
) -> None:
    relay = desk(store, hand)
    relay.accept("sz-water", webhook(alert()))
    case.take(Desk("colleague").complete(at("2021-03-05 10:00"), SURVEY))
    relay.forgotten()
    hand.set("2021-03-05 10:29")
    assert relay.forgotten() == 0
    hand.set("2021-03-05 10:31")
    assert relay.forgotten() == 1


def test_in_a_rehearsal_an_end_that_nobody_said_is_told_within_minutes(
    store: Store, hand: Hand, case: LiveCase
) -> None:
    begun = at("2021-03-05 10:00")
    relay = desk(store, hand, timeline=Timeline(anchor_real=begun, anchor_business=begun, rate=2))
    relay.accept("sz-water", webhook(alert()))
    case.take(Desk("colleague").complete(begun, SURVEY))
    hand.set("2021-03-05 10:01")
    assert relay.forgotten() == 0
    hand.set("2021-03-05 10:02")
    assert relay.forgotten() == 1


def test_what_begins_anew_is_told_where_its_end_was_never_said(store: Store, hand: Hand) -> None:
    relay = desk(store, hand)
    growing: dict[str, Any] = {"case": None, "step": None, "scope": "department", "department": "sz-water"}
    relay.accept("sz-water", webhook(alert("ShixianBacklogGrowing", **growing)))
    relay.accept("sz-water", webhook(alert("ShixianBacklogGrowing", **growing)))
    assert len(said(store)) == 1
    relay.accept("sz-water", webhook(alert("ShixianBacklogGrowing", **growing, since="2021-03-20 09:00")))
    assert len(said(store)) == 2


def test_what_is_less_grave_goes_on_and_may_become_grave_again(store: Store, hand: Hand) -> None:
    relay = desk(store, hand)
    ending: dict[str, Any] = {"case": None, "step": None, "scope": "platform", "calendar": "suzhou"}
    grave = {**ending, "severity": "critical"}
    relay.accept("operators", webhook(alert("ShixianCalendarEnding", **grave)))
    relay.accept(
        "operators",
        webhook(
            alert("ShixianCalendarEnding", firing=False, **grave),
            alert("ShixianCalendarEnding", **ending, severity="info", since="2021-03-05 09:00"),
        ),
    )
    assert relay.confirm() == 0
    relay.accept("operators", webhook(alert("ShixianCalendarEnding", **grave, since="2021-03-06 09:00")))
    assert [(one[0], one[2]) for one in said(store, "operators")] == [("raised", "critical"), ("raised", "critical")]
