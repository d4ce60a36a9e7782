"""A crowd of open cases, as the ledger and the read model hold them: some cases on paper, each written many times."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any, NamedTuple

from sqlalchemy import Table, insert

from activities.settle import rows
from activities.store import tables
from activities.store.columns import Columns, shown
from activities.store.hashing import stored
from activities.store.store import Store
from sla.commitments.register import Readings, prevailing
from sla.release import RELEASE
from tests.desk import Desk, Paper, at
from workflows.picture import picture
from workflows.procedure import Begins, Effect
from workflows.procedures import ALL, resolve
from workflows.state import StepState, StepStatus

FIRST = at("2021-02-22 09:00")
DAY = timedelta(days=1)
AT_A_TIME = 1000


class Pattern(NamedTuple):
    """A case as columns, and how many of its steps have a planning target that runs."""

    case: Columns
    steps: list[Columns]
    clocks: list[Columns]
    events: list[dict[str, Any]]
    open_steps: int


def patterns(days: int = 14) -> list[Pattern]:
    """Every procedure in every variant, begun on one of some days after the 22nd of February 2021 and carried on a little."""
    made: list[Pattern] = []
    for definition in ALL.values():
        for jurisdiction in definition.jurisdictions:
            for variant in definition.variants:
                for day in range(0, days, 3):
                    done = (len(made) + day) % 4
                    made.append(_pattern(definition.key, jurisdiction, variant.key, FIRST + day * DAY, done))
    return made


def _pattern(procedure: str, jurisdiction: str, variant: str, received: datetime, done: int) -> Pattern:
    resolved = resolve(procedure, jurisdiction, variant, {})
    promises = prevailing(procedure, jurisdiction, variant, resolved.facts, received.date(), Readings())
    paper, desk = Paper(), Desk()
    paper.take(desk.open(received, resolved, promises=promises))
    paper.take(desk.accept(received + DAY / 24, promises=promises))
    for number in range(done):
        when = received + (number + 2) * DAY / 24
        step = next((s for s in paper.now().steps.values() if _can_go_on(s)), None)
        if step is None:
            break
        if step.status is StepStatus.OPEN:
            paper.take(desk.start(when, step.step.key))
        outcome = next(o.key for o in step.step.outcomes if o.effect is Effect.PROCEED)
        paper.take(desk.complete(when, step.step.key, outcome=outcome))
    for step in list(paper.now().steps.values()):
        if step.status is StepStatus.OPEN and step.step.begins is Begins.START:
            paper.take(desk.start(received + 6 * DAY / 24, step.step.key))
    drawn = rows(
        picture(paper.now()), RELEASE, RELEASE.calendar_for(jurisdiction, received.date()).version, received + DAY
    )
    columns = shown(drawn)
    events, previous = [], "0" * 64
    for event in paper.events:
        events.append(stored("paper", event, event.seq, event.calendar, previous)._asdict())
        previous = event.hash
    targets = sum(c["live"] and c["role"] == "step" for c in columns.clocks)
    return Pattern(columns.case, columns.steps, columns.clocks, events, targets)


def _can_go_on(step: StepState) -> bool:
    return step.status in (StepStatus.RUNNING, StepStatus.OPEN)


def crowd(store: Store, steps: int, *, events: bool = True, prefix: str = "C") -> int:
    """Writes cases until so many steps are open, or a few more; how many cases. Their hashes are another case's."""
    cases = open_steps = 0
    for batch in _batches(steps, prefix):
        written: dict[str, list[Columns]] = {"case_": [], "step": [], "clock": [], "head": [], "event": []}
        for number, pattern in batch:
            cases += 1
            open_steps += pattern.open_steps
            _add(written, number, pattern, events=events)
        by_name: dict[str, Table] = {table.name: table for table in tables.metadata.sorted_tables}
        with store.writing() as connection:
            for name in ("head", "event", "case_", "step", "clock"):
                if written[name]:
                    connection.execute(insert(by_name[name]), written[name])
    return cases


def _add(written: dict[str, list[Columns]], number: str, pattern: Pattern, *, events: bool) -> None:
    last = pattern.events[-1]
    written["head"].append({"case": number, "seq": last["seq"], "hash": last["hash"]})
    written["case_"].append(pattern.case | {"case": number})
    written["step"] += [step | {"case": number} for step in pattern.steps]
    written["clock"] += [clock | {"case": number} for clock in pattern.clocks]
    if events:
        written["event"] += [event | {"case": number} for event in pattern.events]


def _batches(steps: int, prefix: str) -> Iterator[list[tuple[str, Pattern]]]:
    batch: list[tuple[str, Pattern]] = []
    open_steps = 0
    for number, pattern in enumerate(cycle(patterns())):
        if open_steps >= steps:
            break
        open_steps += pattern.open_steps
        batch.append((f"{prefix}-{number:07}", pattern))
        if len(batch) == AT_A_TIME:
            yield batch
            batch = []
    yield batch
