"""Notices in words: how grave, of whom, to whom, did they arrive, and why they were taken back."""

import json
from collections.abc import Mapping
from typing import Any

from activities.store.notices import Delivery, NoticeArrival
from activities.store.tellings import WITHDRAWN, AlertLine
from api.alerting.recipients import OPERATORS, SUPERVISORS
from api.pages.case_words import WITHDRAWN as WITHDRAWN_FOR
from api.pages.words import PageWords, message
from api.relay.texts.titles import commitment, department, step
from sla.departments import DEPARTMENTS

CARDS = {"info": message("Reminder"), "warning": message("Yellow card"), "critical": message("Red card")}
OFFICES = {OPERATORS: message("operators"), SUPERVISORS: message("supervisors")}
ARRIVALS: Mapping[NoticeArrival, str] = {
    NoticeArrival.WAITING: message("not there yet"),
    NoticeArrival.REFUSED: message("refused"),
    NoticeArrival.GIVEN_UP: message("given up"),
    NoticeArrival.DELIVERED: message("delivered"),
    NoticeArrival.HANDED_OVER: message("handed over, arrival unknown"),
}
ERRORS = {
    "timeout": message("timed out"),
    "no-connection": message("no connection"),
    "no-reply": message("no reply"),
    "not-taken": message("the service did not take it"),
    "bad-reply": message("a reply that cannot be read"),
}
REASONS: Mapping[str, str] = {
    **WITHDRAWN_FOR,
    "resolved": message("it holds no more"),
    "overdue": message("it is overdue now"),
    "ended-late": message("it ended late"),
    "ended": message("it ended in time"),
    "case-ended": message("its case has ended"),
}


class NamedAlert:
    """An alert of a notice with what the notice says of it, where it names it."""

    def __init__(self, line: AlertLine, body: Mapping[str, Any]) -> None:
        self.line = line
        named = (one for one in body.get("alerts", ()) if _same(line, one.get("labels", {})))
        self._said: Mapping[str, Any] = next(named, {})
        self.labels: Mapping[str, str] = self._said.get("labels", {})

    def of_whom(self, words: PageWords) -> str:
        """Name whose step, case or promise it is about; empty where the notice does not say."""
        if "department" in self.labels:
            said = department(self.labels["department"])
            return words.title(said.zh, said.en)
        if self.labels.get("commitment") and self.line.case is None:
            said = commitment(self.labels["commitment"])
            return words.title(said.zh, said.en)
        return ""

    def step(self, words: PageWords) -> str:
        """Name the step that it is about; empty where it is about none."""
        if self.line.step is None:
            return ""
        said = step(self.labels.get("procedure", ""), self.line.step)
        return words.title(said.zh, said.en)

    def summary(self, words: PageWords) -> str:
        """Return what it says; its name where the notice does not name it."""
        said = self._said.get("summary_zh" if words.zh else "summary", "")
        return str(said) or self.line.alertname


def body_of(text: str) -> Mapping[str, Any]:
    """Read what a notice said."""
    read = json.loads(text or "{}")
    return read if isinstance(read, dict) else {}


def card(words: PageWords, kind: str, severity: str) -> str:
    """Say how grave it is, or that it was taken back."""
    said = words.say(CARDS[severity]) if severity in CARDS else severity
    return words.say("Taken back: %(card)s", card=said) if kind == WITHDRAWN else said


def office(words: PageWords, receiver: str) -> str:
    """Name who was told."""
    if receiver in OFFICES:
        return words.say(OFFICES[receiver])
    known = DEPARTMENTS.get(receiver)
    return receiver if known is None else words.title(known.title_zh, known.title_en)


def reason(words: PageWords, code: str | None) -> str:
    """Say why it was taken back; empty where it was not."""
    return "" if code is None else words.say(REASONS[code]) if code in REASONS else code


def arrival(words: PageWords, delivery: Delivery) -> str:
    """Say whether it arrived. What was handed over is never said to have been delivered."""
    why = delivery.error
    said = "" if why is None else words.say(ERRORS[why]) if why in ERRORS else why
    if delivery.arrival is NoticeArrival.WAITING and delivery.attempts:
        return words.say("attempt %(n)s did not arrive: %(why)s", n=delivery.attempts, why=said or "—")
    if delivery.arrival is NoticeArrival.REFUSED and said:
        return words.say("refused: %(why)s", why=said)
    if delivery.arrival is NoticeArrival.GIVEN_UP:
        return words.say("given up after %(n)s attempts", n=delivery.attempts - 1)
    return words.say(ARRIVALS[delivery.arrival])


def _same(line: AlertLine, labels: Mapping[str, str]) -> bool:
    found = (labels.get("alertname"), labels.get("case_id"), labels.get("step"))
    return found == (line.alertname, line.case, line.step)
