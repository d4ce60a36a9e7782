"""Histories of this release and of those before it are replayed with the worker's own settings."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from workflows.case import CaseWorkflow
from workflows.worker import options

FOLDER = Path(__file__).parent / "histories"
HISTORIES = {f"{path.parent.name}/{path.stem}": path.read_text() for path in sorted(FOLDER.glob("*/*.json"))}
KINDS = {
    "adoption",
    "alarm-and-told-late",
    "carried-with-a-refusal",
    "continued-as-new-first-run",
    "continued-as-new-last-run",
    "database-away",
    "revived-and-corrected",
    "suspended-extended-withdrawn",
}
SINCE = {"asked-and-answered": "2026-11-30", "turned-out-otherwise": "2026-11-30"}


def replayer() -> Replayer:
    return Replayer(
        workflows=[CaseWorkflow],
        workflow_runner=options(timedelta())["workflow_runner"],
        data_converter=pydantic_data_converter,
    )


def test_there_is_a_history_of_every_kind() -> None:
    days = {day.name for day in FOLDER.iterdir()}
    assert len(days) > 1
    since = {f"{day}/{kind}" for day in days for kind, first in SINCE.items() if day >= first}
    assert HISTORIES.keys() == {f"{day}/{kind}" for day in days for kind in KINDS} | since


@pytest.mark.parametrize("history", HISTORIES)
async def test_a_history_is_replayed(history: str) -> None:
    await replayer().replay_workflow(WorkflowHistory.from_json("case", HISTORIES[history]))


async def test_a_history_that_asks_for_other_commands_is_noticed() -> None:
    history = json.loads(HISTORIES["2026-11-22/alarm-and-told-late"])
    started = next(e for e in history["events"] if e["eventType"] == "EVENT_TYPE_TIMER_STARTED")
    started["eventType"] = "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED"
    started["activityTaskScheduledEventAttributes"] = {
        "activityId": "1",
        "activityType": {"name": "settle"},
        "workflowTaskCompletedEventId": started.pop("timerStartedEventAttributes")["workflowTaskCompletedEventId"],
    }
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(WorkflowHistory.from_json("case", json.dumps(history)))
