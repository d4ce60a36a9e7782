"""Who is told what of a group: what joins is told, what stays is not told again."""

import pytest

from activities.store.outbox import Attempt
from activities.store.store import Store
from api.relay.notice import Notification
from api.relay.notifier import GIVEN_UP
from tests.api.relay.build import LOG, Hand, alert, beat, desk, recipients, said, tellings, webhook


@pytest.fixture
def hand() -> Hand:
    return Hand("2021-03-05 09:00")


def body_of(store: Store, number: int = 0) -> Notification:
    with store.reading() as connection:
        bodies = connection.exec_driver_sql("SELECT body FROM telling ORDER BY number").scalars().all()
    return Notification.model_validate_json(bodies[number])


def test_a_case_that_joins_is_told_and_one_that_stays_is_not_told_again(store: Store, hand: Hand) -> None:
    relay = desk(store, hand)
    relay.accept("sz-water", webhook(alert(case="SZ-1")))
    relay.accept("sz-water", webhook(alert(case="SZ-1"), alert(case="SZ-2")))
    relay.accept("sz-water", webhook(alert(case="SZ-1"), alert(case="SZ-2")))
    assert said(store) == [("raised", "SZ-1", "warning", None), ("raised", "SZ-2", "warning", None)]


def test_each_receiver_is_told(store: Store, hand: Hand) -> None:
    relay = desk(store, hand)
    for receiver in ("sz-water", "sz-approval"):
        relay.accept(receiver, webhook(alert()))
    assert said(store, "sz-water") == said(store, "sz-approval") == [("raised", "SZ-1", "warning", None)]


def test_a_higher_severity_is_news_and_a_lower_one_is_not(store: Store, hand: Hand) -> None:
    relay = desk(store, hand)
    red = alert(severity="critical", since="2021-03-05 08:59")
    relay.accept("sz-water", webhook(alert()))
    relay.accept("sz-water", webhook(red))
    relay.accept("sz-water", webhook(alert(), red))
    assert [one[2] for one in said(store)] == ["warning", "critical"]


def test_both_severities_at_once_are_one_notice_of_the_higher(store: Store, hand: Hand) -> None:
    desk(store, hand).accept("sz-water", webhook(alert(), alert(severity="critical")))
    assert said(store) == [("raised", "SZ-1", "critical", None)]


def test_who_was_never_told_of_an_alert_is_not_told_that_it_is_over(store: Store, hand: Hand) -> None:
    relay = desk(store, hand)
    relay.accept("sz-water", webhook(alert(firing=False)))
    assert relay.confirm() == 0
    assert tellings(store) == []


def test_the_watchdog_passes_each_time_and_its_end_does_not(store: Store, hand: Hand) -> None:
    relay = desk(store, hand)
    for _ in range(3):
        beat(relay, hand)
        waiting = store.pending("log", hand())
        assert waiting is not None
        delivered(store, hand, waiting.number)
    ended = alert("Watchdog", firing=False, case=None, step=None, scope="platform", severity="none")
    relay.accept("dead-man", webhook(ended))
    relay.confirm()
    assert [one.kind for one in tellings(store, "dead-man", reminders=True)] == ["reminder"] * 3
    assert tellings(store, "dead-man") == []


def test_one_watchdog_that_waits_is_enough(store: Store, hand: Hand) -> None:
    relay = desk(store, hand)
    beat(relay, hand, 3)
    assert len(tellings(store, "dead-man", reminders=True)) == 1


def test_ten_are_named_the_gravest_first_and_the_others_counted(store: Store, hand: Hand) -> None:
    many = [alert(case=f"SZ-{number}", since=f"2021-03-04 17:{number:02}") for number in range(31, 56)]
    desk(store, hand).accept("sz-water", webhook(*many, alert(case="SZ-99", severity="critical")))
    notice = body_of(store)
    assert [one.labels["case_id"] for one in notice.alerts][:2] == ["SZ-99", "SZ-31"]
    assert (len(notice.alerts), notice.more, notice.link) == (10, 16, "http://shixian")
    [told] = tellings(store)
    assert [one.named for one in told.alerts] == [True] * 10 + [False] * 16
    assert {one.case for one in told.alerts} == {one["labels"]["case_id"] for one in many} | {"SZ-99"}


def test_every_channel_of_a_receiver_gets_the_notice(store: Store, hand: Hand) -> None:
    both = recipients(log=LOG, other=LOG.model_copy(update={"name": "other"}))
    desk(store, hand, both).accept("sz-water", webhook(alert()))
    found = tellings(store)
    assert [one.channel for one in found] == ["log", "other"]
    assert len({one.id for one in found}) == 2


def test_what_could_not_be_delivered_for_a_day_is_given_up_and_stays_on_record(store: Store, hand: Hand) -> None:
    relay = desk(store, hand)
    relay.accept("sz-water", webhook(alert()))
    assert relay.tidy() == 0
    hand.at += GIVEN_UP * 1.01
    assert relay.tidy() == 1
    assert store.undelivered() == (0, None)
    [told] = tellings(store)
    assert [one.outcome for one in told.attempts] == ["given-up"]


def delivered(store: Store, hand: Hand, number: int) -> None:
    store.attempted(number, Attempt(nth=1, at=hand(), outcome="delivered"), None)
