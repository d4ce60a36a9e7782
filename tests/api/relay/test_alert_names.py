"""The relay's knowledge of single alerts is of alerts that there are."""

import re
from pathlib import Path

from api.alerting.prometheus import groups

RELAY = Path(__file__).resolve().parents[3] / "api" / "relay"


def test_the_relay_names_no_alert_that_no_rule_raises() -> None:
    raised = {alert.name for group in groups() for alert in group.alerts}
    text = "".join(module.read_text(encoding="utf-8") for module in RELAY.rglob("*.py"))
    named = set(re.findall(r'"(Shixian[A-Z]\w+)"', text))
    assert named
    assert named - raised == set()
