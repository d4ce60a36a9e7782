"""The alerts that the demo expects, checked on paper, and how it judges what arrived."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from activities.record import Role
from api.demo import alarms, promises
from api.demo.alarms import RAISED, RED, SUPERVISORS, WITHDRAWN, YELLOW, Alarm
from api.demo.arrivals import LATEST, Heard, alarm_rows, heard, surprises
from api.demo.days import WorkingDays
from api.demo.perform import Played
from api.demo.programmes import alerts
from api.demo.script import Act, Script
from api.demo.table import as_json, summary
from api.processes.receiver import Arrival
from sla.clock import count
from sla.commitments.register import REGISTER
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.api.demo.test_plan import on_paper, readings
from workflows.picture import picture

SCRIPTS = {script.case: script for script in alarms.scripts()}
ALARMS = alarms.alarms()
CALENDAR = RELEASE.calendar_for("suzhou", promises.AS_OF)
BEGUN = datetime(2026, 1, 5, tzinfo=UTC)
TIMELINE = Timeline(anchor_real=BEGUN, anchor_business=alerts().first_day, rate=alarms.RATE)


def told_by(script: Script, instant: datetime) -> Script:
    """A script as far as it is known at an instant."""
    acts: tuple[Act, ...] = tuple(act for act in script.acts if act.sent < instant)
    return Script(case=script.case, what="", procedure=script.procedure, acts=acts, expected=())


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=lambda script: script.case)
def test_on_paper_a_case_comes_out_as_expected(script: Script) -> None:
    counted = readings(on_paper(script), promises.AS_OF)
    for one in script.expected:
        reading = counted[one.commitment]
        assert (reading.standing, reading.used, reading.due_date) == (one.verdict, Decimal(one.used), one.due)
    assert [act.sent for act in script.acts] == sorted(act.sent for act in script.acts)


@pytest.mark.parametrize(
    "alarm", [one for one in ALARMS if one.alert in {alarms.STEP_OVERDUE, alarms.CASE_OVERDUE} and one.kind == RAISED]
)
def test_a_clock_is_due_when_its_alarm_says_and_a_red_card_comes_working_days_later(alarm: Alarm) -> None:
    for case in alarm.about:
        state = on_paper(told_by(SCRIPTS[case], alarm.due))
        clocks = [clock for clock in picture(state).clocks if clock.clock.stop is None]
        mine = next(
            c for c in clocks if (c.step == alarm.step and c.role is Role.STEP) or (not alarm.step and c.judged)
        )
        due = count(mine.clock, CALENDAR, alarm.due).due_at
        assert due is not None
        if alarm.alert == alarms.STEP_OVERDUE and alarm.severity == RED:
            days = WorkingDays("suzhou", promises.AS_OF)
            assert alarm.due.date() == days.plus(due.date(), alarms.RED_CARD)
        else:
            assert due == alarm.due


@pytest.mark.parametrize("alarm", [one for one in ALARMS if one.kind == WITHDRAWN], ids=lambda one: one.what)
def test_what_is_withdrawn_was_raised_with_that_receiver_before_and_is_over_then(alarm: Alarm) -> None:
    raised = [
        one
        for one in ALARMS
        if (one.kind, one.alert, one.receiver, one.subjects) == (RAISED, alarm.alert, alarm.receiver, alarm.subjects)
    ]
    assert raised
    assert max(one.due for one in raised) < alarm.due
    for case in alarm.about:
        state = on_paper(told_by(SCRIPTS[case], alarm.due + timedelta(seconds=1)))
        assert all(c.clock.stop for c in picture(state).clocks if c.step == alarm.step and c.role is Role.STEP)


def test_an_overdue_step_is_told_at_both_severities_and_the_red_card_to_the_supervisors_too() -> None:
    cards = {(one.severity, one.receiver) for one in ALARMS if one.alert == alarms.STEP_OVERDUE and one.kind == RAISED}
    assert {(YELLOW, "sz-water"), (RED, "sz-water"), (RED, SUPERVISORS)} <= cards
    assert (YELLOW, SUPERVISORS) not in cards


def test_the_cohort_breaks_its_average_in_taicang_and_not_in_suzhou() -> None:
    used = [SCRIPTS[case].expected[0].used for case in alarms.POWER_CASES]
    mean = sum(used) / len(used)
    taicang, suzhou = REGISTER[alarms.POWER_PROMISE], REGISTER["sz-22-power-low"]
    assert taicang.figure is not None
    assert suzhou.figure is not None
    assert (len(used) >= 5, mean > taicang.figure.value, mean > suzhou.figure.value) == (True, True, False)


def test_the_rehearsal_is_short() -> None:
    programme = alerts()
    assert (programme.ends - programme.first_day).total_seconds() / programme.rate < 40
    assert max(alarm.due for alarm in ALARMS) <= programme.ends


def arrival(alarm: Alarm, after: float, *, about: str = "", again: bool = False, **changed: Any) -> Arrival:
    """A notice of an alarm, so many seconds after it is due."""
    due = TIMELINE.real(alarm.due)
    case = about or alarm.about[0]
    alert = {
        "alertname": alarm.alert,
        "severity": alarm.severity,
        "scope": "step",
        "labels": {"case_id": case, "step": alarm.step, "department": "sz-water"},
        "started_at": (due + timedelta(seconds=after - 1)).isoformat(),
        "reason": None,
    }
    notice = {"receiver": alarm.receiver, "kind": alarm.kind, "alerts": [{**alert, **changed}]}
    return Arrival(due + timedelta(seconds=after), notice, again)


YELLOW_CARD = next(one for one in ALARMS if one.severity == YELLOW and one.about == (alarms.LATE,))
FIVE = next(one for one in ALARMS if len(one.about) == 5 and one.kind == RAISED)


def test_an_alert_that_arrives_is_shown_with_the_seconds_it_took() -> None:
    (row,) = alarm_rows([YELLOW_CARD], heard([arrival(YELLOW_CARD, 4.0)]), TIMELINE)
    assert (row.wrong, row.fired_after, row.told_after, row.told) == ("", 3.0, 4.0, 1)
    assert surprises([YELLOW_CARD], heard([arrival(YELLOW_CARD, 4.0)])) == []


@pytest.mark.parametrize(
    ("afters", "again", "wrong"),
    [
        ([], False, "1 of 1 missing"),
        ([-2.0], False, "told 2.0 s before it was due"),
        ([LATEST + 1], False, f"told {LATEST + 1} s after it was due"),
        ([3.0, 5.0], False, "1 told twice"),
        ([3.0, 5.0], True, ""),
    ],
)
def test_an_alert_that_is_missing_early_late_or_doubled_is_wrong(afters: list[float], again: bool, wrong: str) -> None:
    arrivals = [arrival(YELLOW_CARD, after, again=again and pos > 0) for pos, after in enumerate(afters)]
    (row,) = alarm_rows([YELLOW_CARD], heard(arrivals), TIMELINE)
    assert row.wrong == wrong


@pytest.mark.parametrize(("reason", "wrong"), [("the step ended late, on 2021-03-09 10:00", ""), (None, "of nothing")])
def test_a_withdrawal_has_to_say_why(reason: str | None, wrong: str) -> None:
    withdrawal = next(one for one in ALARMS if one.kind == WITHDRAWN and one.about == (alarms.LATE,))
    (row,) = alarm_rows([withdrawal], heard([arrival(withdrawal, 12.0, reason=reason)]), TIMELINE)
    assert (wrong in row.wrong, bool(row.wrong)) == (True, bool(wrong))


def test_of_several_the_last_one_counts_and_each_has_to_come() -> None:
    arrivals = [arrival(FIVE, 2.0 + pos, about=case) for pos, case in enumerate(FIVE.about[:4])]
    (row,) = alarm_rows([FIVE], heard(arrivals), TIMELINE)
    assert (row.told, row.of, row.told_after, row.wrong) == (4, 5, 5.0, "1 of 5 missing")


def test_what_nobody_expected_is_named_and_a_reminder_is_none_of_it() -> None:
    other = arrival(YELLOW_CARD, 4.0, about=alarms.IN_TIME)
    reminder = arrival(YELLOW_CARD, 4.0, about=alarms.IN_TIME, alertname="ShixianStepDueSoon")
    machine = arrival(YELLOW_CARD, 4.0, alertname="ShixianWorkerStuck", scope="platform")
    found = surprises(ALARMS, heard([other, reminder, machine]))
    assert [line.split()[3] for line in found] == ["ShixianStepOverdue", "ShixianWorkerStuck"]
    played = Played(alerts(), surprises=found)
    assert as_json([played])["wrong"] == found


def test_every_expected_alert_stands_in_the_result() -> None:
    rows = alarm_rows(ALARMS, [], TIMELINE)
    shown = as_json([Played(alerts(), alarms=rows)])["rehearsals"][0]["alerts"]
    assert len(shown) == len(ALARMS)
    assert {"alert", "severity", "due", "fired_after", "told_after", "receiver", "wrong"} <= set(shown[0])
    assert f"{sum(row.of for row in rows)} alerts" in summary([Played(alerts(), alarms=rows)])
    assert not any(isinstance(one, Heard) for one in shown)
