"""What a notice says of an alert of the rules: written when it is told, from what the read model knows then."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from activities.store.store import Store
from activities.store.tellings import State
from api.alerting.model import VALUE
from api.alerting.prometheus import SERIES
from api.relay.notice import NAMED, AlertShown, Notification
from api.relay.webhook import LARGEST, MOST_ALERTS
from api.relay.wording import text
from sla.clock import Standing
from tests.activities.store.build import a_case, decided, put
from tests.api.relay.build import Hand, LiveCase, alert, beat, body, desk, tellings, webhook
from tests.desk import CALENDAR, Desk, at, water

COMMITMENT = "sz-22-power-low"  # 7 working days on average
OF_WATER = {"department": "sz-water", "procedure": "water-connection", "commitment": "sz-22-water-no-pipe"}
CARD = """\
案件 SZ-1（获得用水）环节「联合踏勘」，经办：市水务集团。
到期：2021-03-01 15:00（北京时间），已逾期 2 个工作日。
承诺：用水（无增设管线）（中共苏州市委 苏州市人民政府 关于开放再出发的若干政策意见，第 22 条）
处置：立即办结并登记；已办结的请补登办结时间；有法定中止事由的请补登。"""


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


def of_rules(value: str, name: str = "ShixianStepOverdue", **more: Any) -> dict[str, Any]:
    """An alert as it comes from our rules."""
    sent = alert(name, **more)
    return sent | {"annotations": {"summary": f"{name} in short", VALUE: value, "runbook_url": f"docs/{name}.md"}}


def notices(store: Store) -> list[Notification]:
    with store.reading() as connection:
        bodies = connection.exec_driver_sql("SELECT body FROM telling ORDER BY number").scalars().all()
    return [Notification.model_validate_json(body) for body in bodies]


def shown(store: Store) -> list[AlertShown]:
    return [one for notice in notices(store) for one in notice.alerts]


def test_a_step_is_told_with_its_due_date_and_its_promise_and_withdrawn_under_the_same_name(
    store: Store, hand: Hand, case: LiveCase
) -> None:
    relay = desk(store, hand)
    relay.accept("sz-water", webhook(of_rules("2", **OF_WATER)))
    relay.accept("sz-water", webhook(of_rules("2", firing=False, **OF_WATER)))
    case.take(Desk("colleague").complete(at("2021-03-05 10:00"), "joint-site-survey"))
    assert relay.confirm() == 0
    raised, withdrawn = shown(store)
    assert raised.summary_zh == "【黄牌】案件 SZ-1 环节「联合踏勘」已逾期 2 个工作日"
    assert raised.description_zh == CARD
    assert raised.description.startswith(
        "Case SZ-1 (Water connection), step Joint site survey, with Suzhou Water Group"
    )
    assert raised.runbook_url == "docs/ShixianStepOverdue.md"
    assert (withdrawn.summary_zh, withdrawn.reason) == (raised.summary_zh, "the step ended late, on 2021-03-05 10:00")


def test_a_case_that_the_read_model_does_not_know_is_told_without_its_due_date(store: Store, hand: Hand) -> None:
    desk(store, hand).accept("sz-water", webhook(of_rules("0", **OF_WATER)))
    [told] = shown(store)
    assert "到期日：见案件页，逾期不足 1 个工作日。" in told.description_zh


def test_a_broken_average_is_told_with_the_number_of_decided_cases(store: Store, hand: Hand) -> None:
    for number in range(6):
        row = decided(COMMITMENT, date(2021, 3, 1), Standing.MISSED, "9").model_copy(update={"calendar": CALENDAR})
        put(store, a_case(f"SZ-{number}", row, jurisdiction="suzhou", open=False))
    of = {"case": None, "step": None, "scope": "commitment", "severity": "critical"}
    others = [of_rules("9", "ShixianAverageCommitmentExceeded", commitment="sz-22-power-none", **of)]
    others.append(of_rules("9", "ShixianAverageCommitmentExceeded", commitment="unknown", **of))
    one = of_rules("9.04", "ShixianAverageCommitmentExceeded", commitment=COMMITMENT, **of)
    desk(store, hand).accept("supervisors", webhook(one, *others))
    desk(store, hand).accept("operators", webhook(one))
    said = [told.description for told in shown(store)]
    assert sum("is 9.0 working days, promised are at most 7; 6 cases decided" in told for told in said) == 2
    assert sum("at most ?; ? cases decided this year" in told for told in said) == 2


def test_texts_leave_what_is_remembered_of_an_alert_as_it_is(store: Store, hand: Hand, case: LiveCase) -> None:
    red, yellow = (of_rules("3", severity=severity, **OF_WATER) for severity in ("critical", "warning"))
    desk(store, hand).accept("sz-water", webhook(red, yellow))
    [told] = store.remembered(State.TOLD)
    assert set(told.firing) == {red["fingerprint"], yellow["fingerprint"]}
    assert told.annotations["summary_zh"] == "【红牌】案件 SZ-1 环节「联合踏勘」已逾期 3 个工作日"


def test_the_watchdog_says_that_it_is_alive(store: Store, hand: Hand) -> None:
    relay = desk(store, hand)
    dog = of_rules("1", "Watchdog", case=None, step=None, scope="platform", severity="none")
    relay.accept("dead-man", webhook(dog))
    assert [told.summary_zh for told in shown(store)] == ["【平台】预警通道正常（持续信号）"]
    beat(relay, hand)


# --- a storm ----------------------------------------------------------------------------------------------------------


def storm(number: int) -> list[dict[str, Any]]:
    return [of_rules("3", case=f"SZ-{case:04}", severity="critical", **OF_WATER) for case in range(number)]


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def before(*said: Any) -> None:
        asked.append(said[2])

    event.listen(store.engine, "before_cursor_execute", before)
    try:
        yield asked
    finally:
        event.remove(store.engine, "before_cursor_execute", before)


def test_five_hundred_steps_of_one_office_are_one_notice_that_names_ten_and_counts_the_others(
    store: Store, hand: Hand, case: LiveCase
) -> None:
    desk(store, hand).accept("sz-water", webhook(*storm(500)))
    [notice] = notices(store)
    assert (len(notice.alerts), notice.more) == (NAMED, 490)
    assert all(one.description_zh and one.description for one in notice.alerts)
    written = text(notice, 4096)
    assert "另有 490 项 and 490 more" in written
    [told] = tellings(store)
    assert {one.case for one in told.alerts} == {f"SZ-{number:04}" for number in range(500)}


def test_a_storm_asks_the_database_no_more_than_a_few_times(store: Store, hand: Hand, case: LiveCase) -> None:
    relay = desk(store, hand)
    asked = []
    for number, receiver in ((5, "sz-water"), (500, "supervisors")):
        with statements(store) as said:
            relay.accept(receiver, webhook(*storm(number)))
        asked.append(len(said))
    assert asked[1] <= asked[0] + 10


def test_the_storm_that_the_limit_of_series_allows_fits_into_a_webhook(store: Store, hand: Hand) -> None:
    long = {**OF_WATER, "job": "shixian", "step": "a-step-with-a-rather-long-name-of-its-own"}
    many = [of_rules("3", case=f"2021-SZ-WATER-{number:08}", severity="critical", **long) for number in range(SERIES)]
    for one in many:
        one["generatorURL"] = "http://prometheus.example/graph?g0.expr=" + "x" * 400
    assert len(json.dumps(body(*many))) * MOST_ALERTS / len(many) <= LARGEST
    desk(store, hand).accept("sz-water", webhook(*many))
    [notice] = notices(store)
    assert notice.more == len(many) - NAMED
