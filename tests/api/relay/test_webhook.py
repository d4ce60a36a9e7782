"""What is not Alertmanager's is refused, by field and rule."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.problems import Problem
from api.relay.webhook import read
from tests.api.relay.build import alert, body


def refused(sent: object) -> list[tuple[str, str]]:
    with pytest.raises(Problem) as caught:
        read(sent if isinstance(sent, bytes) else json.dumps(sent).encode())
    assert 400 <= caught.value.status < 500
    return [(flaw.pointer, flaw.code) for flaw in caught.value.flaws]


def is_answered(sent: object) -> bool:
    """Whether it is read, or refused as a client's mistake."""
    try:
        return bool(read(json.dumps(sent).encode()).alerts)
    except Problem as problem:
        return 400 <= problem.status < 500


def test_a_webhook_of_alertmanager_is_read() -> None:
    sent = body(alert(), alert(firing=False))
    sent["alerts"][0] |= {"startsAt": "2026-11-22T06:00:00.123456789Z"}
    found = read(json.dumps(sent).encode())
    assert found.alerts[0].starts_at == datetime(2026, 11, 22, 6, 0, 0, 123456, UTC)
    assert [one.firing for one in found.alerts] == [True, False]
    assert found.alerts[0].subject == '{"alertname":"ShixianStepOverdue","case_id":"SZ-1","step":"joint-site-survey"}'


def test_what_a_later_alertmanager_adds_is_left_unread() -> None:
    sent = body(alert()) | {"notificationReason": "repeat"}
    sent["alerts"][0]["origin"] = {"name": "new"}
    assert len(read(json.dumps(sent).encode()).alerts) == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda b: b.update(version="3"), [("#/version", "not-a-choice")]),
        (lambda b: b.pop("groupKey"), [("#/groupKey", "missing")]),
        (lambda b: b.update(alerts=[]), [("#/alerts", "too-few")]),
        (lambda b: b.update(alerts={}), [("#/alerts", "not-a-list")]),
        (lambda b: b.update(status="pending"), [("#/status", "not-a-choice")]),
        (lambda b: b["alerts"][0].update(status="pending"), [("#/alerts/0/status", "not-a-choice")]),
        (lambda b: b["alerts"][0].update(fingerprint="x"), [("#/alerts/0/fingerprint", "bad-form")]),
        (lambda b: b["alerts"][0].update(startsAt="today"), [("#/alerts/0/startsAt", "not-an-instant")]),
        (lambda b: b["alerts"][0].update(startsAt="2026-11-22T06:00:00"), [("#/alerts/0/startsAt", "not-an-instant")]),
        (lambda b: b["alerts"][0]["labels"].pop("alertname"), [("#/alerts/0/labels", "no-alertname")]),
        (lambda b: b["alerts"][0]["labels"].update(severity=3), [("#/alerts/0/labels", "not-text")]),
        (lambda b: b["alerts"][0].update(labels=[]), [("#/alerts/0/labels", "not-an-object")]),
        (lambda b: b["alerts"][0]["annotations"].update(a="\0"), [("#/alerts/0/annotations", "nul")]),
        (lambda b: b["alerts"][0]["annotations"].update(a="x" * 20_000), [("#/alerts/0/annotations", "too-long")]),
        (lambda b: b.update(truncatedAlerts="1"), [("#/truncatedAlerts", "not-a-number")]),
    ],
)
def test_a_field_that_is_wrong_is_named_with_its_rule(
    change: Callable[[dict[str, Any]], Any], expected: list[tuple[str, str]]
) -> None:
    sent = body(alert())
    change(sent)
    assert refused(sent) == expected


@pytest.mark.parametrize(
    "sent", [b"", b"{", b"\xff", b"[]", b"1", b'"x"', b"null", b'{"version":"4","version":"4"}', b"[" * 100_000]
)
def test_what_is_no_object_is_refused(sent: bytes) -> None:
    refused(sent)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(field=st.sampled_from(["version", "groupKey", "status", "receiver", "truncatedAlerts", "alerts"]), value=JSON)
def test_any_value_in_any_field_is_read_or_refused(field: str, value: object) -> None:
    assert is_answered(body(alert()) | {field: value})


@given(field=st.sampled_from(["status", "labels", "annotations", "startsAt", "endsAt", "fingerprint"]), value=JSON)
def test_any_value_in_any_field_of_an_alert_is_read_or_refused(field: str, value: object) -> None:
    assert is_answered(body(alert() | {field: value}))
