"""Any course of webhooks: nothing is told twice, nothing is missed, nothing is withdrawn that still holds."""

from datetime import timedelta
from typing import NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from activities.store.tellings import State, Told
from api.relay.memory import Known, rank, take, withdrawn
from api.relay.webhook import Alert
from tests.api.relay.build import alert, webhook
from tests.desk import at

CASES = st.sampled_from(["SZ-1", "SZ-2"])
SEVERITIES = st.sampled_from(["warning", "critical"])
BEGIN = at("2021-03-01 09:00")


class Telling(NamedTuple):
    kind: str
    severity: str
    due: int | None  # which due instant of the case it was about


class Courses(RuleBasedStateMachine):
    """Cases that fall due, are extended and end, an exporter that dies, and the alerts that come of it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.overdue = dict.fromkeys(("SZ-1", "SZ-2"), False)
        self.due = dict.fromkeys(("SZ-1", "SZ-2"), 0)
        self.firing: dict[tuple[str, str], Alert] = {}
        self.memory: dict[str, Told] = {}
        self.log: dict[str, list[Telling]] = {"SZ-1": [], "SZ-2": []}

    @rule(case=CASES)
    def falls_due(self, case: str) -> None:
        self.overdue[case] = True

    @rule(case=CASES)
    def ends_or_is_extended(self, case: str) -> None:
        if self.overdue[case]:
            self.overdue[case] = False
            self.due[case] += 1

    @rule(case=CASES, severity=SEVERITIES)
    def fires(self, case: str, severity: str) -> None:
        """Only what is overdue begins to fire."""
        if self.overdue[case] and (case, severity) not in self.firing:
            self.firing[case, severity] = self._alert(case, severity)
        self._post([])

    @rule(case=CASES, severity=SEVERITIES)
    def resolves(self, case: str, severity: str) -> None:
        """Rightly, or because the exporter died."""
        gone = self.firing.pop((case, severity), None)
        self._post([] if gone is None else [gone.model_copy(update={"status": "resolved", "ends_at": self.now})])

    @rule()
    def a_dead_exporter_resolves_everything(self) -> None:
        gone = [one.model_copy(update={"status": "resolved", "ends_at": self.now}) for one in self.firing.values()]
        self.firing.clear()
        self._post(gone)

    @rule()
    def is_repeated(self) -> None:
        before = sum(map(len, self.log.values()))
        self._post([])
        told = sum(map(len, self.log.values()))
        self._post([])
        assert sum(map(len, self.log.values())) == told
        assert before <= told

    @rule()
    def confirms(self) -> None:
        self.now += timedelta(seconds=2)
        for subject, told in self.memory.items():
            case = told.case or ""
            if told.state is State.HELD and not self.overdue[case]:
                self.memory[subject] = withdrawn(told, self.now)
                self.log[case].append(Telling("withdrawn", told.severity, None))

    @invariant()
    def what_is_told_alternates_unless_it_is_graver_or_about_another_due_date(self) -> None:
        for tellings in self.log.values():
            for before, after in zip([None, *tellings], tellings, strict=False):
                if after.kind == "withdrawn":
                    assert before is not None
                    assert before.kind == "raised"
                elif before is not None and before.kind == "raised":
                    assert rank(after.severity) > rank(before.severity) or after.due != before.due

    @invariant()
    def what_fires_and_holds_has_been_told(self) -> None:
        for (case, severity), fires in self.firing.items():
            if self.overdue[case] and self._about_now(case, fires):
                known = self.log[case]
                ends = [number for number, one in enumerate(known) if one.kind == "withdrawn"]
                raised = known[ends[-1] + 1 :] if ends else known
                assert max((rank(one.severity) for one in raised), default=-1) >= rank(severity)

    def _about_now(self, case: str, fires: Alert) -> bool:
        """Whether it began to fire for the due date that the case has now."""
        return fires.annotations["due"] == str(self.due[case])

    def _alert(self, case: str, severity: str) -> Alert:
        self.now += timedelta(seconds=1)
        [made] = webhook(alert(case=case, severity=severity, since=self.now)).alerts
        return made.model_copy(update={"annotations": {"due": str(self.due[case])}})

    def _post(self, resolved: list[Alert]) -> None:
        self.now += timedelta(seconds=1)
        alerts = [*self.firing.values(), *resolved]

        def of(one: Alert) -> Known:
            case = one.labels["case_id"]
            return Known(self.overdue[case], BEGIN + self.due[case] * timedelta(days=1))

        taken = take("sz-water", self.memory, alerts, self.now, of)
        self.memory |= {told.subject: told for told in taken.remembered}
        for told in taken.news:
            self.log[told.case or ""].append(Telling("raised", told.severity, self.due[told.case or ""]))


TestCourses = Courses.TestCase
TestCourses.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
