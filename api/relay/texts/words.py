"""The parts of a text in two languages, and how they make up what is told of an alert."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from api.alerting.model import Scope, Severity


class Words(NamedTuple):
    """The same in Chinese and in English."""

    zh: str
    en: str


class Fired(NamedTuple):
    """What is known of an alert that fires, for its words."""

    labels: Mapping[str, str]
    value: float  # of its rule
    due_at: datetime | None = None  # business instant of its step or case
    decided: int | None = None  # cases of its commitment that were decided this year

    def label(self, name: str) -> str:
        """Return a label; empty where the alert has none of that name."""
        return self.labels.get(name, "")


class Said(NamedTuple):
    """One line, what is so, and what to do."""

    summary: Words
    facts: Words
    action: Words


_CARDS: Mapping[str, Words] = MappingProxyType(
    {
        Severity.INFO: Words("【提醒】", "Reminder: "),
        Severity.WARNING: Words("【黄牌】", "Yellow card: "),
        Severity.CRITICAL: Words("【红牌】", "Red card: "),
    }
)
_PLATFORM: Mapping[str, Words] = MappingProxyType(
    {
        Severity.NONE: Words("【平台】", "Platform: "),
        Severity.INFO: Words("【平台·提醒】", "Platform, reminder: "),
        Severity.WARNING: Words("【平台·警告】", "Platform, warning: "),
        Severity.CRITICAL: Words("【平台·严重】", "Platform, critical: "),
    }
)
_NO_CARD = Words("", "")


def texts(severity: str, scope: str, said: Said) -> dict[str, str]:
    """Return the texts of an alert by their names in a notice; the summary begins with the card."""
    card = (_PLATFORM if scope == Scope.PLATFORM else _CARDS).get(severity, _NO_CARD)
    return {
        "summary_zh": card.zh + said.summary.zh,
        "summary": card.en + said.summary.en,
        "description_zh": f"{said.facts.zh}\n处置：{said.action.zh}",
        "description": f"{said.facts.en}\nTo do: {said.action.en}",
    }
