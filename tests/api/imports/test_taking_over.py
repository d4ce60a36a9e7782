"""Cases taken over for good: through the API, its workflow and its ledger; twice, and interrupted anywhere."""

import asyncio
import random
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest

from activities.record import Event
from activities.rungs import RAISED, RUNG_EVENTS
from activities.store.groups import Mark, fixed_marks
from api.access.api_keys import CallerRole
from api.imports.dry_runs import ReadFiles
from api.imports.pacing import WINDOW, Pace
from api.imports.sending import ImportSender, Planned, body_of, key_of
from tests.api.imports.files import CALENDAR, EVENTS_MAP, Row, case_rows, event_rows, import_map, world, write_csv
from tests.api.office import Office, problem
from tests.api.pages.visitor import visitor
from tests.workflows.test_replay import replayer
from workflows.answers import Refusal
from workflows.rebuild import all_events

WHERE = "/v1/imports/cases"


def rows_of(prefix: str, number: int, seed: int = 1) -> list[Row]:
    """Rows of cases that ran in 2020: the office's time is that of March 2021."""
    chance, rows = random.Random(seed), case_rows(number, seed)  # noqa: S311  # the same every time
    for row in rows:
        day = CALENDAR.day(CALENDAR.count(date(2020, 9, 7)) + chance.randrange(60))
        days = [CALENDAR.add(day, more) for more in (1, 2, 3)]
        row |= {"办件编号": f"{prefix}-{row['办件编号']}", "接件": f"{day} 09:10", "受理": f"{day} 09:30"}
        row |= {"到期": str(CALENDAR.add(day, 4))}
        for column, when in zip(("踏勘", "验收", "通水"), days, strict=True):
            row[column] = f"{when} 15:00" if row["办结"] else ""
        row["办结"] = f"{days[-1]} 17:00" if row["办结"] else ""
    return rows


def planned(path: Path, base: dict[str, Any] | None = None) -> list[Planned]:
    read = ReadFiles([path], import_map(base) if base else import_map(), world())
    return [Planned(plan, read.taken_over(plan)) for plan, _ in read.cases()]


def sender(office: Office, most: int = 4) -> ImportSender:
    key = office.importer.headers["Authorization"].removeprefix("Bearer ")
    return ImportSender("http://office", key, most, lambda _: None, httpx2.ASGITransport(app=office.app))


def ledger(office: Office, case: str) -> list[tuple[Any, ...]]:
    """What stands of a case, but for its file, when it was told and by which key."""
    return [
        (event.seq, event.kind, event.at, {name: said for name, said in event.body.items() if name != "taken_over"})
        for event in all_events(office.store, case)
        if event.kind not in RUNG_EVENTS
    ]


def events(office: Office, case: str) -> list[Event]:
    return all_events(office.store, case)


async def test_cases_are_taken_over_once_and_are_marked(office: Office, tmp_path: Path) -> None:
    plans = planned(write_csv(tmp_path / "a.csv", rows_of("T1", 6)))
    first, second = sender(office), sender(office)
    await first.send(iter(plans))
    assert (first.run.taken, first.run.refused) == (6, [])
    before = [events(office, one.plan.case) for one in plans]
    await second.send(iter(plans))
    assert (second.run.taken, second.run.repeated, second.run.refused) == (0, 6, [])
    assert [events(office, one.plan.case) for one in plans] == before
    for one in plans:
        view = office.store.case(one.plan.case)
        assert view is not None
        assert view.case.taken_over == one.taken_over
        assert Mark.TAKEN_OVER in fixed_marks(view.case, None)
        assert not any(step.pending for step in view.steps)
    told = (await office.auditor.get("/v1/averages", commitment="sz-22-water-no-pipe", until="2020-12-31")).json()
    year = told["averages"][0]["windows"][1]
    assert (told["taken_over_cases"], year["taken_over"]) == ("counted", year["cohort"] | {"kept": None})
    assert year["taken_over"]["n"] > 0
    kinds = {event.kind for case in before for event in case}
    assert RAISED not in kinds  # what was over before is noted, and alarms nobody


async def test_what_is_still_open_is_watched_from_its_own_instants(office: Office, tmp_path: Path) -> None:
    rows = rows_of("T2", 1)
    for column in ("踏勘", "验收", "通水", "办结"):
        rows[0][column] = ""
    rows[0] |= {"接件": "2021-03-04 09:00", "受理": "2021-03-04 09:30"}
    [one] = planned(write_csv(tmp_path / "a.csv", rows))
    await sender(office).send(iter([one]))
    view = office.store.case(one.plan.case)
    assert view is not None
    main = next(clock for clock in view.clocks if clock.picture.clock.key == view.main)
    assert main.due_date == CALENDAR.add(date(2021, 3, 4), 4)


async def test_a_page_says_where_a_case_is_taken_over_from(office: Office, tmp_path: Path) -> None:
    [one] = planned(write_csv(tmp_path / "a.csv", rows_of("T8", 1)))
    await sender(office).send(iter([one]))
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    await officer.get(f"/cases/{one.plan.case}")
    assert "接管自其他系统" in officer.page
    assert "旧系统 / a.csv" in officer.page


async def test_a_key_for_importing_opens_no_pages(office: Office) -> None:
    program = visitor(office, CallerRole.IMPORTER)
    assert (await program.sign_in()).status_code == 403


async def test_a_case_that_was_taken_over_is_replayed(office: Office, tmp_path: Path) -> None:
    [one] = planned(write_csv(tmp_path / "a.csv", rows_of("T9", 1)))
    await sender(office).send(iter([one]))
    history = await office.client.get_workflow_handle(one.plan.case).fetch_history()
    await replayer().replay_workflow(history)


async def test_no_commands_are_no_take_over(office: Office) -> None:
    with pytest.raises(Refusal, match="no commands"):
        await office.dispatcher.take_over("T10-none", [])


async def test_the_same_rows_in_a_file_with_more_rows_are_the_same(office: Office, tmp_path: Path) -> None:
    rows = rows_of("T3", 4)
    await sender(office).send(iter(planned(write_csv(tmp_path / "a.csv", rows[:3]))))
    again = sender(office)
    await again.send(iter(planned(write_csv(tmp_path / "b.csv", rows))))
    assert (again.run.repeated, again.run.taken) == (3, 1)


async def test_a_row_that_says_otherwise_is_refused_and_changes_nothing(office: Office, tmp_path: Path) -> None:
    rows = [row for row in rows_of("T4", 6) if row["办结"]][:1]
    await sender(office).send(iter(planned(write_csv(tmp_path / "a.csv", rows))))
    case = str(rows[0]["办件编号"])
    before = events(office, case)
    rows[0]["通水"] = rows[0]["通水"].replace("15:00", "16:00")
    again = sender(office)
    await again.send(iter(planned(write_csv(tmp_path / "a.csv", rows))))
    assert [(one.case, one.rule, one.line) for one in again.run.refused] == [(case, "case-exists", 2)]
    assert events(office, case) == before


async def test_both_shapes_make_the_same_ledger(office: Office, tmp_path: Path) -> None:
    rows = rows_of("T5", 3)
    await sender(office).send(iter(planned(write_csv(tmp_path / "a.csv", rows))))
    by_rows = [ledger(office, str(row["办件编号"])) for row in rows]
    for row in rows:
        row["办件编号"] = f"{row['办件编号']}e"
    await sender(office).send(iter(planned(write_csv(tmp_path / "e.csv", event_rows(rows)), dict(EVENTS_MAP))))
    by_events = [ledger(office, str(row["办件编号"])) for row in rows]
    for one, other in zip(by_rows, by_events, strict=True):
        assert [entry[:3] for entry in one] == [entry[:3] for entry in other]


@pytest.mark.parametrize(
    ("number", "after"), [(12, 3), pytest.param(1000, 100, marks=pytest.mark.nightly, id="every-hundredth")]
)
async def test_a_run_that_is_interrupted_again_and_again_ends_as_one_that_is_not(
    office: Office, tmp_path: Path, number: int, after: int
) -> None:
    rows = rows_of(f"K{number}", number)
    whole = planned(write_csv(tmp_path / "a.csv", rows))
    await sender(office, 8).send(iter(whole))
    wanted = [ledger(office, one.plan.case) for one in whole]
    for row in rows:
        row["办件编号"] = f"{row['办件编号']}k"
    killed = planned(write_csv(tmp_path / "b.csv", rows))
    for stop in range(after, number, after):
        going = sender(office, 8)
        task = asyncio.create_task(going.send(iter(killed)))
        going.told = lambda run, task=task, stop=stop: run.done < stop or task.cancel()  # type: ignore[misc]  # others are on their way
        with suppress(asyncio.CancelledError):
            await task
        assert stop <= going.run.done < number
    last = sender(office, 8)
    await last.send(iter(killed))
    assert (last.run.done, last.run.refused) == (number, [])
    assert [ledger(office, one.plan.case) for one in killed] == wanted


async def test_what_cannot_be_is_refused_whole(office: Office, tmp_path: Path) -> None:
    [one] = planned(write_csv(tmp_path / "a.csv", rows_of("T6", 1)))
    body = body_of(one)
    body["history"][-1]["at"] = "2020-01-01T00:00:00+08:00"
    answer = await office.importer.post(WHERE, body)
    assert (answer.status_code, problem(answer)) == (422, "before-case")
    late = body_of(one)
    late["history"][-1]["at"] = "2030-01-01T00:00:00+08:00"
    assert problem(await office.importer.post(WHERE, late)) == "in-future"
    unknown = body_of(one) | {"variant": "none"}
    assert problem(await office.importer.post(WHERE, unknown)) == "unknown-variant"
    lacking = body_of(one)
    lacking["history"] = [lacking["history"][0], {"kind": "complete", "at": lacking["history"][0]["at"]}]
    assert problem(await office.importer.post(WHERE, lacking)) == "invalid"
    assert office.store.case(one.plan.case) is None
    assert (await office.officer.post(WHERE, body_of(one))).status_code == 403


def test_a_key_is_made_of_the_row_alone(tmp_path: Path) -> None:
    rows = rows_of("T7", 2)
    one, other = (body_of(plan) for plan in planned(write_csv(tmp_path / "a.csv", rows)))
    assert key_of(one) == key_of(one | {"digest": "0" * 64, "source": "elsewhere"})
    assert key_of(one) != key_of(other)


def test_fewer_are_on_their_way_as_answers_take_longer() -> None:
    pace = Pace(8)
    for _ in range(WINDOW * 2):
        pace.answered(0.1)
    assert pace.limit == 8
    for _ in range(WINDOW * 3):
        pace.answered(0.6)
    assert pace.limit == 1
    for _ in range(WINDOW * 3):
        pace.answered(0.1)
    assert pace.limit == 4
    pace.refused()
    assert pace.limit == 2
