"""The receiver of demonstrations prints what arrives, once for each alert."""

import json
from collections.abc import Iterator

import httpx2
import pytest

from api.processes.receiver import Arrival, Receiver

ALERT = {
    "alertname": "ShixianStepOverdue",
    "severity": "critical",
    "summary_zh": "SZ-1 逾期",
    "summary": "SZ-1 is overdue",
    "reason": None,
}
NOTICE = {
    "receiver": "sz-water",
    "recipient": "市水务集团",
    "kind": "raised",
    "alerts": [ALERT, {**ALERT, "severity": "warning"}],
    "more": 3,
}


@pytest.fixture
def heard() -> list[Arrival]:
    return []


@pytest.fixture
def receiver(heard: list[Arrival]) -> Iterator[str]:
    with Receiver("127.0.0.1", 0, heard.append) as listening:
        yield listening.url


def post(url: str, body: bytes | str, **headers: str) -> int:
    return httpx2.post(url, content=body, headers=headers, trust_env=False).status_code


def test_a_line_for_each_alert_says_who_is_told_what(receiver: str, heard: list[Arrival]) -> None:
    assert post(receiver, json.dumps(NOTICE)) == 204
    red, yellow, more = heard[0].lines
    assert "sz-water 市水务集团 告警 raised  红牌 red card  ShixianStepOverdue  SZ-1 逾期  SZ-1 is overdue" in red
    assert "黄牌 yellow card" in yellow
    assert more.endswith("另有 3 项 and 3 more")


def test_a_notice_that_comes_again_says_so(receiver: str, heard: list[Arrival]) -> None:
    for _ in range(2):
        post(receiver, json.dumps(NOTICE), **{"Idempotency-Key": "one"})
    assert [arrival.again for arrival in heard] == [False, True]
    assert all(line.endswith("(again)") for line in heard[1].lines)


@pytest.mark.parametrize("body", ["", "{", "[]", b"\xff", "{}" + " " * 2_000_000], ids=len)
def test_what_is_no_notice_is_refused(receiver: str, heard: list[Arrival], body: bytes | str) -> None:
    assert post(receiver, body) == 400
    assert heard == []


@pytest.mark.parametrize("alerts", [None, 3, ["text"], [{"severity": 4}]], ids=str)
def test_a_notice_of_a_strange_shape_is_printed_all_the_same(
    receiver: str, heard: list[Arrival], alerts: object
) -> None:
    assert post(receiver, json.dumps({"alerts": alerts})) == 204
    assert heard[0].lines
