"""Cases of every kind that a ruler must be able to show, decided and folded from real commands."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from activities.store.rows import CaseView, ClockRow
from sla.clock import Limit
from sla.promise import Measure, Promise
from sla.release import RELEASE
from tests.api.paper_cases import clock_of, view_of
from tests.desk import Desk, Paper, at, water
from workflows.procedure import Facts, Procedure
from workflows.procedures import resolve


class Sample(NamedTuple):
    """A clock to look at."""

    view: CaseView
    row: ClockRow
    now: datetime
    was_due: date | None = None
    projected: bool = False
    fold: bool = True


def promise(workdays: str, commitment: str, **more: Any) -> Promise:
    """A promise in working days."""
    terms = {
        "commitment": commitment,
        "measure": Measure.CASE,
        "limit": Limit(amount=Decimal(workdays)),
        "owner": "市水务局",
    }
    return Promise(**{**terms, **more})


class Story:
    """A case that is told by its acts."""

    def __init__(self, procedure: Procedure, terms: Promise, opened: str, accepted: str) -> None:
        known = RELEASE.calendar_for("suzhou", at(accepted).date()).version
        self.desk, self.paper = Desk(), Paper("SZ-2026-0418", known)
        self.paper.take_all(
            self.desk.open(at(opened), procedure, promises=(terms,)),
            self.desk.accept(at(accepted), promises=(terms,)),
        )

    def did(self, when: str, step: str, told: str | None = None) -> "Story":
        """A step was completed."""
        self.paper.take(self.desk.complete(at(when), step, at(told) if told else None))
        return self

    def halted(self, begin: str, end: str | None) -> "Story":
        """The case stood still for a hearing."""
        self.paper.take(self.desk.suspend(at(begin), "hearing", "hearing"))
        if end is not None:
            self.paper.take(self.desk.resume(at(end), "hearing"))
        return self

    def sample(self, now: str, clock: str | None = None, **more: Any) -> Sample:
        """The clock at an instant."""
        instant = at(now)
        view = view_of(self.paper, instant)
        return Sample(view, clock_of(view, clock), instant, **more)


def simple(days: str, accepted: str, **more: Any) -> Story:
    """A water case with a promise."""
    begin = at(accepted) - timedelta(hours=1)
    return Story(water(), promise(days, "sz-22-water-no-pipe", **more), f"{begin:%Y-%m-%d %H:%M}", accepted)


def piped(days: str, accepted: str, **more: Any) -> Story:
    """A water case with a new pipe."""
    begin = at(accepted) - timedelta(hours=1)
    terms = promise(days, "sz-22-water-pipe-no-approval", **more)
    return Story(water("new-pipe-no-approval"), terms, f"{begin:%Y-%m-%d %H:%M}", accepted)


def permits() -> Story:
    """A gas case with permits side by side."""
    facts: Facts = {}
    procedure = resolve("gas-connection", "suzhou", "new-pipe-with-approval", facts)
    story = Story(procedure, promise("30", "sz-22-gas-pipe-approval"), "2026-09-18 13:00", "2026-09-18 14:00")
    done = {"joint-site-survey": "2026-09-23 11:00", "connection-plan-reply": "2026-09-28 10:30"}
    for key, when in done.items():
        if _open(story, key):
            story.did(when, key)
    return story


def _open(story: Story, key: str) -> bool:
    return key in story.paper.now().steps and story.paper.now().steps[key].status.value in ("open", "running")


def permits_done() -> Story:
    """The same, with each permit given on a day of its own, one told late."""
    story = permits()
    hour = 0
    for key, step in list(story.paper.now().steps.items()):
        if step.status.value == "running":
            told = "2026-10-19 09:30" if hour == 2 else None
            if hour < 4:
                story.did(f"2026-10-{12 + hour} 16:00", key, told)
            hour += 1
    return story


def suspended(resumed: str | None) -> Story:
    """A case that stood still for a correction."""
    story = piped("9", "2026-09-28 10:00")
    story.paper.take(story.desk.suspend(at("2026-09-30 10:00"), "s1", "hearing"))
    if resumed:
        story.paper.take(story.desk.resume(at(resumed), "s1"))
    return story


def project() -> Story:
    """A construction project over twenty months."""
    facts: Facts = {}
    procedure = resolve("construction-approval", "suzhou", "government-investment", facts)
    terms = promise("80", "sz-21-construction-gov", measure=Measure.CHAIN, owner="市住建局")
    story = Story(procedure, terms, "2025-03-10 09:00", "2025-03-10 09:40")
    story.paper.calendar = RELEASE.calendar_for("suzhou", date(2026, 11, 26)).version
    now, gaps = at("2025-03-18 10:00"), iter((3, 4, 2, 45, 5, 3, 50, 4, 6, 3, 60, 3, 8, 40, 4, 5, 120, 3, 4) * 4)
    for _ in range(60):
        live = [key for key, step in story.paper.now().steps.items() if step.status.value in ("open", "running")]
        if not live or now > at("2026-11-24 10:00"):
            break
        for key in live:
            step = story.paper.now().steps[key]
            if step.status.value == "open" and step.step.counts:
                story.paper.take(story.desk.start(now, key))
            later = now + timedelta(days=next(gaps) if step.step.counts else 30)
            if later > at("2026-11-24 10:00"):
                return story
            story.paper.take(story.desk.complete(later, key))
            now = max(now, later)
    return story


def extended() -> Story:
    """A statutory limit that was extended."""
    company = resolve("company-setup", "suzhou", "standard", {})
    story = Story(company, promise("2", "sz-21-company-setup"), "2026-10-30 09:00", "2026-10-30 10:00")
    story.paper.due = {"statutory": at("2026-11-27 17:30")}  # as settling answers it
    story.paper.take(story.desk.extend(at("2026-11-10 10:00"), "statutory", 5))
    return story


def stage_key(view: CaseView) -> str:
    """The last stage that has begun."""
    return [row.picture.clock.key for row in view.clocks if row.picture.clock.key.startswith("stage/")][-1]


def decided(days: str, accepted: str, last: str) -> Story:
    """A case decided on a day."""
    story = simple(days, accepted)
    for key in ("joint-site-survey", "inspection-and-meter", "water-on"):
        story.did(last, key)
    story.paper.take(story.desk.decide(at(last)))
    return story


def hours() -> Sample:
    """A planning target in working hours."""
    sample = simple("4", "2026-11-24 10:00").sample("2026-11-24 15:10")
    key = next(
        row.picture.clock.key
        for row in sample.view.clocks
        if row.picture.clock.key.startswith("step/") and row.picture.clock.stop is None
    )
    row = clock_of(sample.view, key)
    clock = row.picture.clock.model_copy(update={"limit": Limit.model_validate({"amount": "12", "unit": "workhour"})})
    return sample._replace(row=row.model_copy(update={"picture": row.picture.model_copy(update={"clock": clock})}))


def moved(as_of: str) -> Sample:
    """A case over the end of January 2020, before or after the notice of the 27th."""
    story = piped("9", "2020-01-20 10:00")
    was = date(2020, 2, 6) if as_of >= "2020-01-27" else None
    return story.sample(as_of, was_due=was)


def presumed() -> Sample:
    """A case that nobody accepted, nor was told what it lacked."""
    desk, paper = Desk(), Paper()
    paper.take(desk.open(at("2026-11-02 09:00"), water(), promises=(promise("9", "sz-22-water-no-pipe"),)))
    view = view_of(paper, at("2026-11-13 12:00"))
    return Sample(view, clock_of(view), at("2026-11-13 12:00"))


def _late_stage() -> Sample:
    sample = project().sample("2026-11-26 10:42")
    return sample._replace(row=clock_of(sample.view, stage_key(sample.view)))


SAMPLES: Mapping[str, Callable[[], Sample]] = {
    "01-one-day": lambda: simple("1", "2026-11-25 10:00").sample("2026-11-26 10:42"),
    "02-nine-days": lambda: piped("9", "2026-11-20 10:00").sample("2026-11-26 10:42"),
    "03-thirty-days-five-permits": lambda: permits().sample("2026-10-12 10:42"),
    "04-permits-told-late": lambda: permits_done().sample("2026-11-26 10:42"),
    "05-eighty-days": lambda: simple("80", "2026-08-03 10:00").sample("2026-10-26 10:42"),
    "06-same-day": lambda: simple("0", "2026-11-26 09:10").sample("2026-11-26 10:42"),
    "07-hours": hours,
    "08-two-days": lambda: simple("2", "2026-11-25 10:00").sample("2026-11-26 14:10"),
    "09-twenty-months": lambda: project().sample("2026-11-26 10:42"),
    "10-twenty-months-unfolded": lambda: project().sample("2026-11-26 10:42", fold=False),
    "11-suspended-now": lambda: suspended(None).sample("2026-10-15 10:42"),
    "12-suspended-and-resumed": lambda: suspended("2026-10-12 09:00").sample("2026-10-15 10:42"),
    "13-before-the-notice": lambda: moved("2020-01-23 12:00"),
    "14-after-the-notice": lambda: moved("2020-02-04 12:00"),
    "15-make-up-days": lambda: piped("19", "2026-09-18 10:00").sample("2026-10-12 10:42"),
    "16-beyond-the-calendar": lambda: piped("30", "2026-11-30 10:00").sample("2026-12-09 10:42"),
    "17-beyond-projected": lambda: piped("30", "2026-11-30 10:00").sample("2026-12-09 10:42", projected=True),
    "18-ramp-up": lambda: piped("9", "2019-12-23 10:00", ramp_up=True, judged=False).sample("2020-01-02 10:42"),
    "19-over-by-1": lambda: simple("4", "2026-11-19 10:00").sample("2026-11-26 10:42"),
    "20-over-by-12": lambda: simple("4", "2026-11-04 10:00").sample("2026-11-26 10:42"),
    "21-decided-in-time": lambda: decided("9", "2026-11-16 10:00", "2026-11-20 15:00").sample("2026-11-26 10:42"),
    "22-decided-late": lambda: decided("3", "2026-11-16 10:00", "2026-11-24 15:00").sample("2026-11-26 10:42"),
    "23-presumed": presumed,
    "24-extended": lambda: extended().sample("2026-11-26 10:42", "statutory"),
    "25-average": lambda: piped("4", "2026-11-16 10:00", measure=Measure.AVERAGE, judged=False).sample("2026-11-26 10:42"),
    "26-step": lambda: piped("9", "2026-11-16 10:00").sample("2026-11-26 10:42", "step/joint-site-survey#1"),
    "27-waiting-for-the-applicant": lambda: piped("9", "2026-10-12 10:00")
    .did("2026-10-14 10:00", "joint-site-survey")
    .did("2026-10-15 10:00", "connection-plan-reply")
    .sample("2026-11-26 10:42"),
    "28-stage": _late_stage,
}  # fmt: skip


def names() -> Sequence[str]:
    """All samples."""
    return list(SAMPLES)
