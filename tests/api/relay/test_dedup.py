"""Any course of webhooks: nothing is told twice, nothing is missed, nothing is withdrawn that still holds."""

from datetime import timedelta
from typing import NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from activities.store.tellings import State, Told
from api.relay.dedup import Known, rank, take, withdrawn
from api.relay.webhook import PostedAlert
from tests.api.relay.build import alert, webhook
from tests.desk import at

SEVERITIES = st.sampled_from(["warning", "critical"])
ROUTES = st.sampled_from(["both", "warning", "critical"])  # one group of alerts, or one for each severity
BEGIN = at("2021-03-01 09:00")


class Telling(NamedTuple):
    kind: str
    severity: str
    due: int  # which due instant of the case it was about


class Course(RuleBasedStateMachine):
    """A case that falls due, is extended and ends, an exporter that dies, and the alerts that come of it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.overdue = False
        self.due = 0
        self.firing: dict[str, PostedAlert] = {}
        self.seen: dict[str, PostedAlert] = {}  # the last that fired, of each severity
        self.memory: dict[str, Told] = {}
        self.log: list[Telling] = []

    @rule()
    def falls_due(self) -> None:
        self.overdue = True

    @rule()
    def ends_or_is_extended(self) -> None:
        if self.overdue:
            self.overdue = False
            self.due += 1

    @rule(severity=SEVERITIES, route=ROUTES)
    def fires(self, severity: str, route: str) -> None:
        """Only what is overdue begins to fire."""
        if self.overdue and severity not in self.firing:
            self.firing[severity] = self._alert(severity)
        self._post([], route)

    @rule(severity=SEVERITIES, route=ROUTES)
    def resolves(self, severity: str, route: str) -> None:
        """Rightly, or because the exporter died; said, or lost where another route is told."""
        gone = self.firing.pop(severity, None)
        self._post([] if gone is None else [gone], route)

    @rule()
    def a_dead_exporter_resolves_everything(self) -> None:
        gone = list(self.firing.values())
        self.firing.clear()
        self._post(gone, "both")

    @rule()
    def a_prometheus_that_was_started_again_sees_what_was(self) -> None:
        """As a new alert, over or not."""
        self.firing = {severity: self._alert(severity, of=one) for severity, one in self.seen.items()}
        self._post([], "both")

    @rule(route=ROUTES)
    def is_repeated(self, route: str) -> None:
        self._post([], route)
        told = list(self.log)
        self._post([], route)
        assert self.log == told

    @rule()
    def confirms(self) -> None:
        self.now += timedelta(seconds=2)
        for subject, told in self.memory.items():
            if told.state is State.HELD and not self.overdue:
                self.memory[subject] = withdrawn(told, self.now)
                self.log.append(Telling("withdrawn", told.severity, self.due))

    @invariant()
    def what_is_told_alternates_unless_it_is_graver_or_about_another_due_date(self) -> None:
        for before, after in zip([None, *self.log], self.log, strict=False):
            if after.kind == "withdrawn":
                assert before is not None
                assert before.kind == "raised"
            elif before is not None and before.kind == "raised":
                assert rank(after.severity) > rank(before.severity) or after.due != before.due

    def _alert(self, severity: str, of: PostedAlert | None = None) -> PostedAlert:
        self.now += timedelta(seconds=1)
        [made] = webhook(alert(severity=severity, since=self.now)).alerts
        due = str(self.due) if of is None else of.annotations["due"]
        self.seen[severity] = made = made.model_copy(update={"annotations": {"due": due}})
        return made

    def _post(self, resolved: list[PostedAlert], route: str) -> None:
        self.now += timedelta(seconds=1)
        ended = [one.model_copy(update={"status": "resolved", "ends_at": self.now}) for one in resolved]
        alerts = [one for one in (*self.firing.values(), *ended) if route in {"both", one.severity}]

        def of(_: PostedAlert) -> Known:
            return Known(self.overdue, BEGIN + self.due * timedelta(days=1))

        taken = take("sz-water", self.memory, alerts, self.now, of)
        self.memory |= {told.subject: told for told in taken.remembered}
        self.log += [Telling("raised", told.severity, self.due) for told in taken.news]
        for one in alerts:
            if one.firing and self.overdue:
                assert self.log[-1].kind == "raised"
                if one.annotations["due"] == str(self.due):
                    self._was_told(one.severity)
        if taken.news and not self.overdue:  # it was over when it was first heard of, or heard to be so grave
            before = self.log[-2] if len(self.log) > 1 else None
            assert before is None or rank(before.severity) < rank(self.log[-1].severity)
            assert before is None or before.kind == "raised"

    def _was_told(self, severity: str) -> None:
        """Of what fires for the due date that the case has now, since it was last withdrawn."""
        ends = [number for number, one in enumerate(self.log) if one.kind == "withdrawn"]
        raised = [one for one in self.log[ends[-1] + 1 if ends else 0 :] if one.due == self.due]
        assert max((rank(one.severity) for one in raised), default=-1) >= rank(severity)


TestCourse = Course.TestCase
TestCourse.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
