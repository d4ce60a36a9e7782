"""Construction projects: one step in each stage takes its time, the applicant's pauses between them do not count."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from api.demo.days import WorkingDays, close
from api.demo.script import BEFORE_ACCEPTANCE, Act, CaseKind, Expected, Pause, Script, done, opening
from workflows.procedure import Begins, Facts, Party, Procedure, Step

# What a project may do without, so that every step that is left has to be there.
LEAN: Facts = {
    "has_civil_air_defence": False,
    "archive_not_by_commitment": False,
    "drawing_review_exempt": True,
}
LEAN_GOVERNMENT: Facts = {**LEAN, "tender_required_by_law": False}

FIRST_STEPS = ("project-proposal-approval", "enterprise-project-filing")
BESIDE = ("planning-and-land-verification", "fire-acceptance")  # the same days, which count once
APPLICANTS = {"land-acquisition": 1, "drawing-preparation": 1, "construction-works": 2}  # working days it takes
FILING = "completion-filing"
FILED_WITHIN = 3  # working days of the last step
PAUSED_WITHIN = "construction-permit"


def facts_of(variant: str) -> Facts:
    """Return the facts of a lean project."""
    return LEAN_GOVERNMENT if variant == "government-investment" else LEAN


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a project goes: its counted working days, a pause in the third stage, and how late the filing is.

    `gaps`: working days that the applicant takes between the offices.
    """

    accepted: datetime
    used: int
    paused: int = 0  # working days
    seconds_late: int = 0
    ground: str = "appraisal"
    gaps: Mapping[str, int] = field(default_factory=lambda: APPLICANTS)

    def lengths(self) -> dict[str, int]:
        """Working days that a step takes; every other is done as soon as it is taken up."""
        share = (self.used - FILED_WITHIN) // 4
        last = self.used - FILED_WITHIN - 3 * share
        long = {"project-planning-permit": share, PAUSED_WITHIN: share, FILING: FILED_WITHIN}
        return dict.fromkeys(FIRST_STEPS, share) | dict.fromkeys(BESIDE, last) | long


def project(kind: CaseKind, plan: Plan, *, case: str, what: str, days: WorkingDays, expected: Expected) -> Script:
    """Return a project carried through its four stages. What is expected gets the day on which it must be done."""
    procedure = kind.resolved()
    path = _Path(procedure, plan, days)
    acts = [opening(kind, plan.accepted - BEFORE_ACCEPTANCE), Act(plan.accepted, "accept"), *path.acts()]
    acts += path.pause.acts if path.pause else ()
    acts.append(Act(path.now, "decide", body={"outcome": "approved"}))
    acts.sort(key=lambda act: act.at)
    return Script(case=case, what=what, procedure=procedure, acts=tuple(acts), expected=(expected,), ended=path.now)


def due_of(procedure: Procedure, plan: Plan, days: WorkingDays) -> date:
    """Return the day on which a project that used its whole limit is due, by its plan."""
    path = _Path(procedure, plan, days)
    list(path.acts())
    return path.now.date()


class _Path:
    """The acts of a project on its way."""

    def __init__(self, procedure: Procedure, plan: Plan, days: WorkingDays) -> None:
        self._procedure = procedure
        self._plan = plan
        self._days = days
        self._lengths = plan.lengths()
        self.now = plan.accepted
        self.pause: Pause | None = None

    def acts(self) -> Iterator[Act]:
        """Return the acts in the order of their instants."""
        steps = self._procedure.steps
        first = next(n for n, step in enumerate(steps) if step.key == BESIDE[0])
        rest = next(n for n, step in enumerate(steps) if step.key == BESIDE[1]) + 1
        for step in steps[:first]:
            yield from self._one(step)
        yield from self._beside(steps[first:rest])
        for step in steps[rest:]:
            yield from self._one(step)

    def _one(self, step: Step) -> Iterator[Act]:
        if step.party is Party.APPLICANT and not step.after:
            return
        if step.begins is Begins.START:
            yield Act(self.now, "start", step.key)
        self._pass(step.key)
        yield done(step.key, self.now)

    def _beside(self, steps: tuple[Step, ...]) -> Iterator[Act]:
        yield from (Act(self.now, "start", step.key) for step in steps)
        self._pass(steps[0].key)
        yield from (done(step.key, self.now) for step in steps)

    def _pass(self, step: str) -> None:
        length = self._lengths.get(step, 0) + self._plan.gaps.get(step, 0)
        if step == PAUSED_WITHIN and self._plan.paused:
            begin = self._later(1)
            self.pause = Pause(self._plan.ground, begin, self._later(1 + self._plan.paused))
            length += self._plan.paused
        self.now = self._later(length) if length else self.now
        if step == FILING:
            self.now = close(self.now.date(), late=self._plan.seconds_late)

    def _later(self, workdays: int) -> datetime:
        return datetime.combine(self._days.plus(self.now.date(), workdays), self.now.timetz())
