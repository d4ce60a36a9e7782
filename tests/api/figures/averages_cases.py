"""Cases of every procedure, drawn by chance, with what happens to cases: suspensions, corrections, late postings."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from activities.record import Event, Head, NewEvent, Picture, TakenOver, changes
from activities.settle import Settle, SettleOutcome, Settler, as_settled
from activities.store.hashing import chain
from activities.store.store import Store
from sla.axis import local_day
from sla.clock import Policy
from sla.commitments.register import Readings, prevailing
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.api.figures.averages_ledger import EPOCH
from tests.desk import CHINA, Desk
from workflows.answers import Decision, Refusal
from workflows.decide import decide
from workflows.fold import fold
from workflows.messages import Complete, Message
from workflows.picture import picture
from workflows.procedure import Effect
from workflows.procedures import ALL, resolve
from workflows.state import CORRECTION, CaseState, Status, StepStatus

KINDS = [
    (definition.key, jurisdiction, variant.key)
    for definition in ALL.values()
    if definition.key != "bankruptcy"  # the recount knows working days alone; months are walked in the tests of clocks
    for jurisdiction in definition.jurisdictions
    for variant in definition.variants
]
AVERAGES = [kind for kind in KINDS if kind[0] == "electricity-connection" or kind[2] == "new-pipe-with-approval"]
CHAINS = [kind for kind in KINDS if kind[0] == "construction-approval"]
SHORT = [kind for kind in KINDS if kind not in CHAINS]
HOURS = (8, 9, 10, 11, 14, 15, 16, 17, 18, 22)
BACKDATING = timedelta(days=4)
IDENTITY = Timeline(anchor_real=EPOCH, anchor_business=EPOCH)


class Player:
    """Plays one case: each command is decided as a workflow would, and its event folded in."""

    def __init__(self, random: Random, case: str, begins: date, ends: datetime) -> None:
        self.random, self.case, self.ends = random, case, ends
        self.desk = Desk(case)
        self.state: CaseState | None = None
        self.events: list[Event] = []
        key, jurisdiction, variant = random.choice(random.choices((AVERAGES, SHORT, CHAINS), (10, 9, 1))[0])
        facts = {
            fact.key: random.choice(fact.allowed)
            for fact in ALL[key].facts_in(variant)
            if random.random() < 0.4 and fact.key != "major_project"
        }
        self.procedure = resolve(key, jurisdiction, variant, facts)
        self.taken_over = TakenOver(source="s", digest="0" * 64) if int(case[-1]) % 5 == 0 else None
        self.policy = Policy(close=None) if random.random() < 0.2 else Policy()  # what goes online has no office hours
        self.now = datetime.combine(begins, datetime.min.time(), CHINA) + timedelta(hours=random.choice(HOURS))

    def play(self) -> list[Event]:
        """All its events up to the end of the play; the case may be open then."""
        terms = {"promises": self.promises(), "policy": self.policy, "taken_over": self.taken_over}
        self.send(self.desk.open(self.now, self.procedure, **terms))
        for _ in range(60):
            self.wait(4)
            if self.now > self.ends:
                break
            if not self.known.over:
                self.act()
            elif self.happens(0.1):
                self.afterwards()
            else:
                break
        return self.events

    @property
    def known(self) -> CaseState:
        """The state of the opened case."""
        assert self.state is not None
        return self.state

    def happens(self, share: float) -> bool:
        return self.random.random() < share

    def wait(self, days: int) -> None:
        """Some hours or days; rarely weeks."""
        days = 45 if self.happens(0.03) else days
        later = self.now + timedelta(days=self.random.randint(0, days))
        at = later.replace(hour=self.random.choice(HOURS), minute=self.random.choice((0, 30, 31)))
        self.now = max(at, self.now + timedelta(minutes=5))

    def promises(self) -> tuple[Any, ...]:
        made, day = self.procedure, self.now.astimezone(CHINA).date()
        return prevailing(made.key, made.jurisdiction, made.variant, made.facts, day, Readings())

    def send(self, command: Message) -> None:
        """What is refused leaves the case as it is."""
        promised = {f"promise/{promise.commitment}": None for promise in self.state.promises} if self.state else {}
        try:
            answer = decide(self.state, command, promised)
        except Refusal:
            return
        assert isinstance(answer, Decision)
        self.append(answer.event)

    def append(self, event: NewEvent) -> None:
        """As the ledger would."""
        version = RELEASE.calendar_for(self.procedure.jurisdiction, local_day(event.told)).version
        new = chain(self.case, self.head, [event], version)
        self.events += new
        self.state = fold(self.state, new, self.case)

    @property
    def head(self) -> Head:
        """Where its ledger stands."""
        return Head(seq=self.events[-1].seq, hash=self.events[-1].hash) if self.events else Head()

    def act(self) -> None:
        """Something that may happen to a case that is not over."""
        if self.known.accepted is None:
            self.before_acceptance()
        elif self.happens(0.2):
            self.interrupt()
        else:
            self.go_on()

    def before_acceptance(self) -> None:
        if self.known.status is Status.CORRECTION:
            self.send(self.desk.resubmit(self.now))
        elif self.happens(0.05):
            self.send(self.desk.refuse(self.now))
        elif self.happens(0.05):
            self.send(self.desk.withdraw(self.now))
        elif self.happens(0.15):
            self.send(self.desk.send_back(self.now))
        else:
            self.send(self.desk.accept(self.earlier(), self.now, promises=self.promises()))

    def interrupt(self) -> None:
        running = [None, *(key for key, step in self.known.steps.items() if step.status is StepStatus.RUNNING)]
        where = self.random.choice(running)
        what = self.random.randrange(8)
        if what < 3:
            ground = self.random.choice([g.key for g in self.procedure.grounds])
            self.send(self.desk.suspend(self.now, f"s{len(self.events)}", ground, step=where))
        elif what < 5:
            self.send(self.desk.send_back(self.now, where))
        elif what == 5:
            clock = f"promise/{self.random.choice(self.known.promises).commitment}" if self.known.promises else "none"
            self.send(self.desk.extend(self.now, clock, self.random.randint(1, 9)))
        elif what == 6:
            self.correct()
        elif self.happens(0.4):
            self.send(self.desk.withdraw(self.now))

    def go_on(self) -> None:
        """Ends what stands still, or carries a step on, or decides."""
        for halt in self.known.suspensions:
            if halt.end is None and self.happens(0.6):
                if halt.ground == CORRECTION:
                    self.send(self.desk.resubmit(self.now, halt.step))
                else:
                    self.send(self.desk.resume(self.now, halt.id))
                return
        pending = [step.seq for step in self.known.steps.values() if step.pending and step.seq]
        if pending and self.happens(0.4):
            self.send(self.desk.confirm(self.now, self.random.choice(pending)))
        ready = [s for s in self.known.steps.values() if s.status in {StepStatus.OPEN, StepStatus.RUNNING}]
        if not ready or (self.happens(0.3) and all(self.known.steps[k].completed for k in self.procedure.ends)):
            self.send(self.desk.decide(self.now, "refused" if self.happens(0.1) else "approved"))
        for step in self.random.sample(ready, min(len(ready), 2)):
            if step.status is StepStatus.OPEN:
                self.send(self.desk.start(self.now, step.step.key))
            else:
                self.complete(step.step.key, next(o.key for o in step.step.outcomes if o.effect is Effect.PROCEED))

    def complete(self, step: str, outcome: str) -> None:
        if self.happens(0.02):
            outcome = self.random.choice([o.key for o in self.known.steps[step].step.outcomes])
        at = self.earlier()
        late = self.now - at > BACKDATING
        self.send(self.desk.stamp(Complete, at, self.now, step=step, outcome=outcome, backdated=late))

    def earlier(self) -> datetime:
        """When it happened: as a rule just now."""
        return self.now - timedelta(hours=self.random.randint(1, 150)) if self.happens(0.15) else self.now

    def correct(self) -> None:
        seq = self.random.randint(2, max(2, len(self.events)))
        if self.happens(0.3):
            self.send(self.desk.correct(self.now, seq, void=True))
        else:
            self.send(self.desk.correct(self.now, seq, instant=self.now - timedelta(hours=self.random.randint(1, 99))))

    def afterwards(self) -> None:
        """What may still come once a case is over."""
        if self.happens(0.5):
            self.send(self.desk.revoke(self.now))
        else:
            self.correct()


class Settled(Player):
    """Plays one case into a ledger, as a workflow would: each event is settled, and each alarm when it is due."""

    def __init__(self, random: Random, case: str, begins: date, ends: datetime, store: Store) -> None:
        super().__init__(random, case, begins, ends)
        self.store, self.real = store, self.now
        self.settler = Settler(store, IDENTITY, timedelta(seconds=5), lambda: self.real, RELEASE)
        self.drawn: Picture | None = None
        self.alarm: datetime | None = None
        self.due: dict[str, datetime | None] = {}

    def earlier(self) -> datetime:
        """What was due a little ago was often done in time, and told late."""
        missed = [due for due in self.due.values() if due and timedelta(0) < self.now - due < BACKDATING]
        return missed[0] - timedelta(hours=1) if missed and self.happens(0.6) else super().earlier()

    def send(self, command: Message) -> None:
        while self.alarm is not None and self.alarm < command.told:
            self.real = self.alarm
            self.settle(())
        self.real = command.told
        super().send(command)

    def append(self, event: NewEvent) -> None:
        self.settle((event,))

    def settle(self, events: tuple[NewEvent, ...]) -> None:
        """Settles what is new at the real instant, and folds in what the ledger then has."""
        tentative = [Event(**dict(e), seq=len(self.events) + 1, calendar="", hash="") for e in events]
        state = fold(self.state, tentative, self.case)
        assert state is not None
        after = picture(state)
        request = Settle(
            case=self.case,
            expected=self.head,
            events=events,
            changes=changes(self.drawn, after),
            as_of=self.state.as_of if self.state else None,
            calendar=self.events[-1].calendar if self.events else None,
        )
        settled = self.settler.settle(request)
        assert settled.outcome is SettleOutcome.LEVEL
        new = self.store.events(self.case, len(self.events))
        self.events += new
        self.state = fold(self.state, new, self.case)
        self.drawn, self.alarm, self.due = as_settled(after, settled), settled.alarm, settled.due
