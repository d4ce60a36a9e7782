"""What a case of the demo is: acts at business instants, and what must come of them, said beforehand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from api.demo.days import WorkingDays, evenly
from workflows.procedure import Facts, Party, Procedure, Step
from workflows.procedures import resolve

BEFORE_ACCEPTANCE = timedelta(minutes=50)


@dataclass(frozen=True, slots=True)
class Act:
    """One command. `about`: the step, or the suspension; `of`: the act whose event it corrects; `told`: later than it was."""

    at: datetime
    kind: str
    about: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    of: str | None = None
    told: datetime | None = None

    @property
    def sent(self) -> datetime:
        """When the command is sent."""
        return self.told or self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a promise must come to. `used` in working days, of a fee in fen."""

    commitment: str
    verdict: str  # of one case: "met" or "missed"; where an average or a ramp-up is concerned it is a warning only
    used: int
    limit: int
    due: date | None = None  # None: a fee has none
    judged: bool = True
    ramp_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A case from its opening to its decision."""

    case: str
    what: str
    procedure: Procedure
    acts: tuple[Act, ...]
    expected: tuple[Expected, ...]
    ended: datetime | None = None  # when the step was done that ends the promise

    @property
    def begins(self) -> datetime:
        """The instant of its first act."""
        return self.acts[0].sent

    @property
    def ends(self) -> datetime:
        """The instant of its last act."""
        return self.acts[-1].sent

    def with_acts(self, *more: Act) -> "Script":
        """Return the script with further acts, in the order of their instants; at one instant those come last."""
        return replace(self, acts=tuple(sorted((*self.acts, *more), key=lambda act: act.at)))

    def without(self, *steps: str) -> "Script":
        """Return the script without the acts on some steps, nor the decision."""
        left = tuple(act for act in self.acts if act.about not in steps and act.kind != "decide")
        return replace(self, acts=left)


@dataclass(frozen=True, slots=True)
class Pause:
    """A suspension of the whole case."""

    ground: str
    begin: datetime
    end: datetime

    @property
    def acts(self) -> tuple[Act, Act]:
        """Its two commands."""
        return (
            Act(self.begin, "suspend", body={"suspension": "pause", "ground": self.ground}),
            Act(self.end, "resume", about="pause"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseKind:
    """Which procedure a case follows, where, and under which facts."""

    procedure: str
    jurisdiction: str
    variant: str
    facts: Facts

    def resolved(self) -> Procedure:
        """Return the procedure of one such case."""
        return resolve(self.procedure, self.jurisdiction, self.variant, self.facts)


def opening(kind: CaseKind, at: datetime) -> Act:
    """Return the command that opens a case of a kind."""
    said = {"procedure": kind.procedure, "jurisdiction": kind.jurisdiction, "variant": kind.variant}
    return Act(at, "open", body={**said, "facts": dict(kind.facts)})


def done(step: str, at: datetime, told: datetime | None = None) -> Act:
    """Return a step completed."""
    return Act(at, "complete", step, {"outcome": "done"}, told=told)


def carried(
    kind: CaseKind,
    *,
    case: str,
    what: str,
    days: WorkingDays,
    accepted: datetime,
    ended: datetime,
    expected: Sequence[Expected],
    pause: Pause | None = None,
    ends: str | None = None,
) -> Script:
    """Return a case whose steps are done one after the other, its last one at `ended`, and which is decided then."""
    procedure = kind.resolved()
    last = ends or procedure.ends[0]
    before, after = _around(procedure, last)
    moments = _moments(before, days, accepted, pause.begin if pause else ended)
    acts = [
        opening(kind, accepted - BEFORE_ACCEPTANCE),
        Act(accepted, "accept"),
        *(done(step.key, moment) for step, moment in zip(before, moments, strict=True)),
        *(pause.acts if pause else ()),
        *(done(key, ended) for key in (last, *(step.key for step in after))),
        Act(ended, "decide", body={"outcome": "approved"}),
    ]
    return Script(case=case, what=what, procedure=procedure, acts=tuple(acts), expected=tuple(expected), ended=ended)


def _moments(steps: Sequence[Step], days: WorkingDays, begin: datetime, until: datetime) -> list[datetime]:
    """When each step is done. The applicant's take no time: what only the applicant holds does not count."""
    spread = iter(evenly(days, begin, until, sum(step.party is not Party.APPLICANT for step in steps)))
    now, moments = begin, []
    for step in steps:
        now = now if step.party is Party.APPLICANT else next(spread)
        moments.append(now)
    return moments


def _around(procedure: Procedure, last: str) -> tuple[list[Step], list[Step]]:
    """The steps to be done before the one that ends the promise, and after it."""
    left = [step for step in procedure.steps if step.key not in _by_themselves(procedure)]
    index = [step.key for step in left].index(last)
    return left[:index], left[index + 1 :]


def _by_themselves(procedure: Procedure) -> Iterable[str]:
    """What the opening and the acceptance complete."""
    for step in procedure.steps:
        if step.key == procedure.accepted_by or (step.party is Party.APPLICANT and not step.after):
            yield step.key
