"""Words of the alerts, as templates of Prometheus: titles and dates are looked up when an alert fires.

Where a series that names something is missing, its identifier stands instead.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from api.alerting.model import Scope, Severity, Texts

BEIJING = 28_800  # seconds that Beijing is ahead of UTC; templates know UTC alone


class Words(NamedTuple):
    """The same in Chinese and in English."""

    zh: str
    en: str


_CARDS: Mapping[Severity, Words] = MappingProxyType(
    {
        Severity.INFO: Words("【提醒】", "Reminder: "),
        Severity.WARNING: Words("【黄牌】", "Yellow card: "),
        Severity.CRITICAL: Words("【红牌】", "Red card: "),
    }
)
_PLATFORM: Mapping[Severity, Words] = MappingProxyType(
    {
        Severity.NONE: Words("【平台】", "Platform: "),
        Severity.INFO: Words("【平台·提醒】", "Platform, reminder: "),
        Severity.WARNING: Words("【平台·警告】", "Platform, warning: "),
        Severity.CRITICAL: Words("【平台·严重】", "Platform, critical: "),
    }
)


def texts(severity: Severity, scope: Scope, summary: Words, facts: Words, action: Words) -> Texts:
    """The texts of an alert: its card, what is so, and what to do."""
    card = (_PLATFORM if scope is Scope.PLATFORM else _CARDS)[severity]
    return Texts(
        summary_zh=card.zh + summary.zh,
        summary=card.en + summary.en,
        description_zh=f"{facts.zh}\n处置：{action.zh}",
        description=f"{facts.en}\nTo do: {action.en}",
    )


def _asked(query: str, labels: tuple[str, ...]) -> str:
    return f"with printf `{query}` {' '.join(f'$labels.{label}' for label in labels)} | query"


def _matchers(labels: tuple[str, ...]) -> str:
    return ",".join(f"{label}=%q" for label in labels)


def titled(info: str, *labels: str) -> Words:
    """The title of what the labels name; the last label itself where no title is known."""
    asked = _asked(f"{info}{{{_matchers(labels)}}}", labels)
    zh, en = (
        f"{{{{ {asked} }}}}{{{{ first . | label `title_{language}` }}}}{{{{ else }}}}"
        f"{{{{ $labels.{labels[-1]} }}}}{{{{ end }}}}"
        for language in ("zh", "en")
    )
    return Words(zh, en)


def due(series: str, *labels: str) -> Words:
    """When it is due, in Beijing time."""
    asked = _asked(f"max({series}{{{_matchers(labels)}}}) + {BEIJING}", labels)
    shown = "{{ first . | value | humanizeTimestamp | reReplaceAll `:[0-9.]+ .0000 UTC$` `` }}"
    return Words(
        f"{{{{ {asked} }}}}到期：{shown}（北京时间）{{{{ else }}}}到期日：见案件页{{{{ end }}}}",
        f"{{{{ {asked} }}}}Due: {shown} Beijing time{{{{ else }}}}Due date: see the case{{{{ end }}}}",
    )


def number(query: str, *labels: str, form: str = "%.0f", shown: str = "{}", otherwise: str = "?") -> str:
    """What a query answers, as a part of a text; other words where it has no answer."""
    value = shown.format(f"{{{{ first . | value | printf `{form}` }}}}")
    return f"{{{{ {_asked(query, labels)} }}}}{value}{{{{ else }}}}{otherwise}{{{{ end }}}}"


def sentence() -> Words:
    """A line with the promise, the document and its item; nothing where the case has no promise."""
    asked = _asked("shixian_commitment_info{commitment=%q}", ("commitment",))
    shown = {
        "zh": "承诺：{{ .Labels.title_zh }}（{{ .Labels.document }}，第 {{ .Labels.item }} 条）",
        "en": "Promise: {{ .Labels.title_en }} ({{ .Labels.document }}, item {{ .Labels.item }})",
    }
    bare = {"zh": "承诺：{{ $labels.commitment }}", "en": "Promise: {{ $labels.commitment }}"}
    zh, en = (
        f"{{{{ if $labels.commitment }}}}\n{{{{ {asked} }}}}{{{{ with first . }}}}{shown[language]}{{{{ end }}}}"
        f"{{{{ else }}}}{bare[language]}{{{{ end }}}}{{{{ end }}}}"
        for language in ("zh", "en")
    )
    return Words(zh, en)


def days_over() -> Words:
    """By how much: an alert's value, 0 on the due date and on days off that follow it."""
    return Words(
        "{{ if eq $value 0.0 }}逾期不足 1 个工作日{{ else }}已逾期 {{ $value }} 个工作日{{ end }}",
        "{{ if eq $value 0.0 }}overdue by less than a working day{{ else }}overdue by {{ $value }} working "
        "day{{ if ne $value 1.0 }}s{{ end }}{{ end }}",
    )


DEPARTMENT = titled("shixian_department_info", "department")
PROCEDURE = titled("shixian_procedure_info", "procedure")
STEP = titled("shixian_step_info", "procedure", "step")
COMMITMENT = titled("shixian_commitment_info", "commitment")
