"""A city's cases exported as rows of national state codes and imported into an empty store: what comes back, and what does not."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given, settings

from activities.record import TakenOver
from activities.store.store import Store
from api.imports.dry_runs import ReadFiles
from api.imports.import_map import ImportMap
from api.imports.plans import CasePlan
from api.imports.trials import ImportWorld, commands_of
from api.logs.exported import exported
from api.logs.exporting import LogForm
from api.logs.state_rows import StateWriter
from sla.commitments.register import Readings, prevailing
from tests.api.imports.files import world
from tests.api.logs.exports import NOW, STORIES, papers, put, read_again, written
from tests.api.office import file_store
from tests.desk import Desk, Paper, at
from tests.workflows.test_state_properties import HISTORIES, Makers, played
from workflows.answers import Refusal
from workflows.messages import Message
from workflows.procedure import Begins, Definition, Effect, Procedure
from workflows.procedures import ALL, resolve
from workflows.state import Status, StepStatus

PAGE = Path(__file__).parents[3] / "docs" / "audit.md"
RECEIVED = at("2021-03-01 09:00")
HOUR = timedelta(hours=1)
Rows = dict[str, list[dict[str, str]]]


def the_map() -> ImportMap:
    """As the page has it."""
    found = re.search(r"(?ms)^This is `exported\.yml`:\n\n```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"))
    assert found is not None
    return ImportMap.model_validate(yaml.safe_load(found[1]))


def whole_cases() -> Iterator[Paper]:
    """Every procedure in every variant, in one place or the other, decided; every other one with a standstill on the way."""
    for definition in ALL.values():
        for number, variant in enumerate(definition.variants):
            jurisdiction = definition.jurisdictions[number % len(definition.jurisdictions)]
            yield _whole(definition, jurisdiction, variant.key, halted=number % 2 == 0)


def _whole(definition: Definition, jurisdiction: str, variant: str, *, halted: bool) -> Paper:
    procedure = resolve(definition.key, jurisdiction, variant, {})
    promises = prevailing(procedure.key, jurisdiction, variant, procedure.facts, RECEIVED.date(), Readings())
    paper, desk, when = Paper(f"ALL-{definition.key}-{variant}-{jurisdiction}"), Desk(), RECEIVED + HOUR
    paper.take_all(desk.open(RECEIVED, procedure, promises=promises), desk.accept(when, promises=promises))
    if halted:
        paper.take_all(*_halts(desk, procedure))
        when = at("2021-03-04 12:00")
    while step := next((one for one in paper.now().steps.values() if one.status in GOES_ON), None):
        when += HOUR
        if step.status is StepStatus.OPEN and step.step.begins is Begins.START:
            paper.take(desk.start(when, step.step.key))
        outcome = next(one.key for one in step.step.outcomes if one.effect is Effect.PROCEED)
        paper.take(desk.complete(when + HOUR / 2, step.step.key, outcome=outcome))
    if paper.now().decided is None:
        paper.take(desk.decide(when + HOUR))
    return paper


GOES_ON = (StepStatus.RUNNING, StepStatus.OPEN)


def _halts(desk: Desk, procedure: Procedure) -> Iterator[Message]:
    ground = procedure.grounds[-1].key
    yield desk.suspend(at("2021-03-02 09:00"), "s1", ground)
    yield desk.resume(at("2021-03-03 09:00"), "s1")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with closing(file_store(tmp_path_factory.mktemp("city"))) as store:
        for paper in [*papers(), *whole_cases()]:
            put(store, paper)
        yield store


def rows_of(file: Path) -> Rows:
    found: Rows = {}
    for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")):
        found.setdefault(row["case"], []).append(row)
    return found


def taken_over(file: Path, store: Store) -> None:
    """Every case of the file, as an import takes it over."""
    here = world(NOW)
    read = ReadFiles([file], the_map(), here)
    for plan, procedure in read.cases():
        paper = Paper(plan.case)
        paper.take_all(*_commands(plan, procedure, here, read.taken_over(plan)))
        put(store, paper)
    assert read.totals.faults == []


def _commands(plan: CasePlan, procedure: Procedure, here: ImportWorld, taken: TakenOver) -> Sequence[Message]:
    fields = (
        {"request_id": f"r:{place}", "digest": str(place), "actor": "importer", "at": fact.at, "told": NOW}
        for place, fact in enumerate(plan.facts)
    )
    return commands_of(plan, fields, procedure, here, taken)


def differing(first: Rows, second: Rows) -> dict[str, set[str]]:
    """The columns in which a case's rows are not what they were; all of them where there are more or fewer."""
    found = {
        case: {name for was, now in zip(rows, second[case], strict=True) for name in was if was[name] != now[name]}
        for case, rows in first.items()
    }
    return {case: names for case, names in found.items() if names}


@settings(max_examples=15)
@given(makers=HISTORIES)
def test_whatever_happened_in_a_case_comes_back_or_is_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, makers: Makers
) -> None:
    paper, _ = played(makers)
    state, file = paper.now(), tmp_path_factory.getbasetemp() / "any.csv"
    assume(not state.kinds and state.status is not Status.TERMINATED)
    assume(not any(step.held or step.pending for step in state.steps.values()))
    file.write_text(_rows_told(paper), encoding="utf-8")
    here = world(NOW)
    read = ReadFiles([file], the_map(), here)
    (plan, procedure), *_ = read.cases()
    again, refused = Paper(paper.case), ""
    try:
        again.take_all(*_commands(plan, procedure, here, read.taken_over(plan)))
    except Refusal as refusal:  # what stands behind it had been told before it
        refused = refusal.code
    assert refused or _rows_told(again) == _rows_told(paper)


def _rows_told(paper: Paper) -> str:
    """The rows of a case; an import knows nothing of what began and was taken back, so it counts instances from 1."""
    state, stream = paper.now(), io.StringIO()
    writer = StateWriter(stream)
    steps = {key: replace(step, occurrence=1) for key, step in state.steps.items()}
    writer.case(exported(replace(state, steps=steps), None))
    writer.end()
    return stream.getvalue()


def test_what_is_exported_and_imported_again_is_the_same(city: Store, tmp_path: Path) -> None:
    with closing(file_store(tmp_path)) as empty:
        written(city, LogForm.STATES, tmp_path / "first.csv")
        taken_over(tmp_path / "first.csv", empty)
        for store, name in ((city, "first"), (empty, "second")):
            written(store, LogForm.STATES, tmp_path / f"{name}.csv")
            written(store, LogForm.XES, tmp_path / f"{name}.xes")
    first, second = rows_of(tmp_path / "first.csv"), rows_of(tmp_path / "second.csv")
    assert first.keys() == second.keys() > STORIES.keys()
    assert differing(first, second) == {
        "SZ-14-terminated": {"opinion"},  # it comes as a withdrawal
        "SZ-16-reclassified": {"at", "instance"},  # of a step that had fallen away and came back
        "SZ-17-handed-over": {"office"},
    }
    before, after = read_again(tmp_path / "first.xes"), read_again(tmp_path / "second.xes")
    whole = [case for case in before if case.startswith("ALL-")]
    assert len(whole) == sum(len(one.variants) for one in ALL.values())
    assert [before[case] for case in whole] == [after[case] for case in whole]
