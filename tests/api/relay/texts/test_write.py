"""What people read of an alert: what they read when Prometheus wrote it, in both languages, and always something."""

import json
import logging
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.alerting.model import VALUE, Alert, Scope, Severity
from api.alerting.prometheus import groups
from api.relay.dedup import alive
from api.relay.texts import write
from api.relay.texts.words import Fired, texts
from api.relay.texts.write import SAID, written
from tests.api.relay.build import alert, webhook
from tests.desk import at

ALERTS = [one for group in groups() for one in group.alerts]
LABELS = sorted({"commitment", "procedure", *(label for one in ALERTS for label in one.about)})
TEXTS = ("summary_zh", "summary", "description_zh", "description")
CARDS = {Severity.INFO: "【提醒】", Severity.WARNING: "【黄牌】", Severity.CRITICAL: "【红牌】"}
# Written by the templates of Prometheus that there were before, with the titles of the registers: by real rules that fired.
# But for what is due at 24:00, which they wrote as 00:00 of the day after.
RECORDED: list[dict[str, Any]] = json.loads((Path(__file__).parents[3] / "data/alert_texts.json").read_text())


@pytest.mark.parametrize("one", RECORDED, ids=lambda one: f"{one['labels']['alertname']}-{one['labels']['severity']}")
def test_a_text_is_the_one_that_prometheus_wrote(one: dict[str, Any]) -> None:
    labels, due = one["labels"], one["due_at"]
    due_at = None if due is None else datetime.fromtimestamp(due, UTC)
    fired = Fired(labels, value=one["value"], due_at=due_at, decided=one["decided"])
    assert texts(labels["severity"], labels["scope"], SAID[labels["alertname"]](fired)) == one["texts"]


def test_every_alert_at_every_severity_was_recorded() -> None:
    recorded = {(one["labels"]["alertname"], one["labels"]["severity"]) for one in RECORDED}
    assert recorded == {(one.name, one.severity.value) for one in ALERTS}


def test_every_alert_of_the_rules_has_words_and_there_are_no_others() -> None:
    assert set(SAID) == {one.name for one in ALERTS}


LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")  # no webhook with others is read


@given(
    one=st.sampled_from(ALERTS),
    labels=st.dictionaries(st.sampled_from(LABELS), st.text(LETTERS, max_size=20)),
    value=st.text(LETTERS, max_size=5) | st.floats().map(repr),
)
def test_whatever_an_alert_brings_it_is_put_into_words(one: Alert, labels: dict[str, str], value: str) -> None:
    said = told(one, labels, value)
    assert all(said[text] for text in TEXTS)
    assert "处置：" in said["description_zh"]
    assert "\nTo do: " in said["description"]


@pytest.mark.parametrize("one", ALERTS, ids=lambda one: f"{one.name}-{one.severity}")
def test_each_text_is_in_its_language_and_begins_with_its_card(one: Alert) -> None:
    said = told(one, dict.fromkeys(LABELS, "unknown"), "3")
    for text in TEXTS:
        assert bool(re.search("[\u4e00-\u9fff]", said[text])) == text.endswith("_zh")
    begins = "【平台" if one.scope is Scope.PLATFORM else CARDS[one.severity]
    assert said["summary_zh"].startswith(begins)


def test_an_alert_of_others_is_told_in_its_own_words() -> None:
    [foreign] = webhook(alert("DiskFull", case=None, step=None, scope="platform")).alerts
    [older] = webhook(alert("ShixianStepOverdue")).alerts
    for one in (foreign, older):
        before = alive("operators", one, at("2021-03-05 09:00"))
        assert written(before, {}) == before


def test_what_cannot_be_put_into_words_is_told_in_short(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_: Fired) -> None:
        raise LookupError("SZ-1")

    monkeypatch.setattr(write, "SAID", {"ShixianStepOverdue": fails})
    [step] = [one for one in ALERTS if (one.name, one.severity) == ("ShixianStepOverdue", Severity.WARNING)]
    with caplog.at_level(logging.ERROR):
        assert told(step, {"case_id": "SZ-1"}, "3")["summary"] == "SZ-1 in short"
    assert caplog.messages == ["ShixianStepOverdue cannot be put into words: LookupError"]


def told(one: Alert, labels: dict[str, str], value: str) -> dict[str, str]:
    """The annotations of an alert of the rules, once they are written."""
    sent = alert(one.name, case=None, step=None, severity=one.severity.value, scope=one.scope.value)
    sent["annotations"] = {"summary": "SZ-1 in short", VALUE: value, "runbook_url": "docs"}
    [read] = webhook(sent).alerts
    read = read.model_copy(update={"labels": read.labels | labels})
    return dict(written(alive("sz-water", read, at("2021-03-05 09:00")), {}).annotations)
