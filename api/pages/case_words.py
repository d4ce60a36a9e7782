"""What the parts of a case are called on its pages: its steps, clocks, owners, grounds and outcomes, and what befell it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from activities.record import Event, Role, RungKind
from activities.store.rows import CaseView
from activities.withdrawals import WithdrawalReason
from api.figures.places import PLACES
from api.pages.words import PageWords, message
from sla.commitments.register import REGISTER
from sla.departments import DEPARTMENTS, department_of
from workflows.procedure import Procedure

APPLICANT = ("申请人", "applicant")
STEP_STATES = {
    "waiting": message("Waiting"),
    "open": message("On the desk"),
    "running": message("In hand"),
    "suspended": message("Suspended"),
    "done": message("Done"),
    "void": message("Dropped"),
}
ROLES = {
    Role.PROMISE: message("Promise"),
    Role.STATUTORY: message("Statutory limit"),
    Role.STAGE: message("Stage, planning target"),
    Role.STEP: message("Step, planning target"),
    Role.SUPPLEMENT: message("Notice of what is missing"),
    Role.DELIVERY: message("Delivery"),
    Role.TOLERANCE: message("Applicant's term for what is missing"),
}
RUNGS: Mapping[str, str] = {
    RungKind.DUE_SOON: message("Due soon"),
    RungKind.OVERDUE: message("Overdue"),
}
KINDS = {
    "opened": message("Received"),
    "accepted": message("Accepted"),
    "refused": message("Not accepted"),
    "started": message("Step begun"),
    "completed": message("Step done"),
    "confirmed": message("Late posting confirmed"),
    "returned": message("Returned for correction"),
    "resubmitted": message("Handed in again"),
    "suspended": message("Suspended"),
    "resumed": message("Resumed"),
    "extended": message("Extended"),
    "fee-recorded": message("Fee recorded"),
    "withdrawn": message("Withdrawn"),
    "decided": message("Decided"),
    "revoked": message("Decision revoked"),
    "amended": message("Corrected"),
    "linked": message("Linked"),
    "recalculated": message("Counted anew"),
    "calendar-applied": message("Calendar changed"),
    "rung-raised": message("Alarm raised"),
    "rung-withdrawn": message("Alarm withdrawn"),
    "rung-noted": message("Noted, no alarm: it was over before it was told"),
    "note-withdrawn": message("Note withdrawn"),
    "supplied": message("What was missing was brought"),
    "reclassified": message("Reclassified"),
    "handed-over": message("Handed over"),
    "terminated": message("Closed without a decision"),
    "request-asked": message("Asked for, another grants it"),
    "request-refused": message("Request refused"),
    "request-taken-back": message("Request taken back"),
    "request-lapsed": message("Request lapsed: the case was closed"),
}
WANTED = {
    "extend": message("Extend a limit"),
    "correct": message("Correct an event"),
    "confirm": message("Confirm a late posting"),
    "withdraw": message("Withdrawn"),
}
CAUSES = {
    "matter-void": message("The matter is void"),
    "applicant-lost": message("The applicant cannot be found"),
    "other": message("Another cause"),
}
CASE_STATES = {
    "received": message("Received, not accepted yet"),
    "correction": message("Returned for correction"),
    "accepted": message("In hand"),
    "decided": message("Decided"),
    "refused": message("Not accepted"),
    "withdrawn": message("Withdrawn"),
    "terminated": message("Closed without a decision"),
    "revoked": message("Decision revoked"),
}
DECISIONS = {
    "approved": message("Approved"),
    "approved-with-tolerance": message("Approved, something to follow"),
    "refused": message("Refused"),
}
WITHDRAWN: Mapping[str, str] = {
    WithdrawalReason.WITH_APPLICANT: message("the applicant holds it, and no time runs"),
    WithdrawalReason.NOT_COUNTED: message("no time counts where it is"),
    WithdrawalReason.SUSPENDED: message("suspended meanwhile"),
    WithdrawalReason.RESUMED: message("a suspension was taken off"),
    WithdrawalReason.EXTENDED: message("the limit was extended"),
    WithdrawalReason.DONE: message("it is done"),
    WithdrawalReason.TOLD_LATE: message("it had happened in time and was told late"),
    WithdrawalReason.CORRECTED: message("a fact was corrected"),
    WithdrawalReason.CALENDAR: message("the calendar moved it"),
    WithdrawalReason.RECLASSIFIED: message("the case was reclassified"),
    WithdrawalReason.ENDED_WITHOUT_VERDICT: message("the case ended without a verdict"),
}


def procedure_of(events: Iterable[Event]) -> Procedure:
    """Return the procedure that a case follows: the one with which it was opened or reclassified last, whatever this release has."""
    *_, last = (event for event in events if event.kind in ("opened", "reclassified"))
    return Procedure.model_validate(last.body["procedure"])


def owner_name(words: PageWords, jurisdiction: str | None, owner: str) -> str:
    """Return the name of an owner of a jurisdiction; of both where none is named, and two may have one title."""
    if words.zh or owner == APPLICANT[0]:
        return words.title(owner, APPLICANT[1])
    places = [jurisdiction] if jurisdiction is not None else [*PLACES]
    known = (DEPARTMENTS.get(department_of(place, owner)) for place in places)
    return " / ".join(one.title_en for one in known if one is not None) or owner


class CaseNames(NamedTuple):
    """Names of one case's parts in one language; a key that is not known stands for itself."""

    words: PageWords
    view: CaseView
    procedure: Procedure

    def owner(self, owner: str) -> str:
        """Return the name of an owner."""
        return owner_name(self.words, self.view.case.jurisdiction, owner)

    def step(self, key: object) -> str | None:
        """Return the title of a step; None where there is none of that key, or the reader does not see it."""
        step = next((one for one in self.view.steps if one.key == key), None)
        return None if step is None else self.words.title(step.title_zh, step.title_en)

    def stage(self, key: str) -> str:
        """Return the title of a stage."""
        found = next((one for one in self.procedure.stages if one.key == key), None)
        return key if found is None else self.words.title(found.title_zh, found.title_en)

    def ground(self, key: str) -> str:
        """Return the title of a ground of suspension."""
        found = next((one for one in self.procedure.grounds if one.key == key), None)
        return key if found is None else self.words.title(found.title_zh, found.title_en)

    def outcome(self, step: object, key: str) -> str:
        """Return the title of a step's outcome."""
        known = next((one.outcomes for one in self.procedure.steps if one.key == step), ())
        found = next((one for one in known if one.key == key), None)
        return key if found is None else self.words.title(found.title_zh, found.title_en)

    def rung(self, clock: str, rung: str) -> str:
        """Return what a rung is called: a planning target is no promise that was broken."""
        if rung == RungKind.OVERDUE and clock.startswith(("step/", "stage/")):
            return self.words.say("past its planning target")
        return self.words.say(RUNGS[rung])

    def clock(self, key: str) -> str:
        """Return what a clock is of: its step, its stage, its promise, or its kind alone."""
        row = next((row for row in self.view.clocks if row.picture.clock.key == key), None)
        if row is None:
            known = REGISTER.get(key.removeprefix("promise/"))  # that would count if something else was so
            return key if known is None else self.words.title(known.title_zh, known.title_en)
        picture = row.picture
        known = REGISTER.get(picture.commitment or "")
        if picture.step is not None:
            return self.step(picture.step) or picture.step
        if picture.stage is not None:
            return self.stage(picture.stage)
        kind = self.words.say(ROLES[picture.role])
        return kind if known is None else f"{kind} · {self.words.title(known.title_zh, known.title_en)}"
