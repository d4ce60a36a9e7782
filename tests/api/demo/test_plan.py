"""What the demo plays and expects, checked on paper: no server, no clock on the wall."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.demo import cohorts, january_2020, promises
from api.demo.days import WorkingDays, close, midnight
from api.demo.incidents import HOLIDAYS
from api.demo.judging import Check, MeanRow, Row
from api.demo.perform import Played, Programme
from api.demo.programmes import first_half_of_2021, winter_of_2020
from api.demo.script import Act, Expected, Script
from api.demo.table import as_json, summary
from api.policies import CHANNELS, changed
from sla.clock import Policy, Reading, count
from sla.commitments.commitment import Metric
from sla.commitments.register import REGISTER, Readings, prevailing
from sla.release import RELEASE
from tests.desk import Desk, Paper
from workflows.picture import picture
from workflows.state import CaseState

FIRST, LAST = datetime.fromisoformat("2021-01-04T08:00+08:00"), datetime.fromisoformat("2021-06-30T23:59+08:00")
END = datetime.fromisoformat("2021-12-31T00:00+08:00")

SINGLE = promises.scripts()
MEMBERS = cohorts.scripts()


def on_paper(script: Script) -> CaseState:
    """The state that the commands of a script lead to."""
    desk, paper = Desk(), Paper(script.case)
    seqs: dict[str, int] = {}
    for act in script.acts:
        seqs[act.kind] = _take(desk, paper, script, act, seqs)
    return paper.now()


def _take(desk: Desk, paper: Paper, script: Script, act: Act, seqs: Mapping[str, int]) -> int:
    procedure, body = script.procedure, dict(act.body)
    if act.kind in {"open", "accept"}:
        given = prevailing(
            procedure.key, procedure.jurisdiction, procedure.variant, procedure.facts, act.at.date(), Readings()
        )
        command: Any = (
            desk.open(act.at, procedure, promises=given, policy=_policy(script))
            if act.kind == "open"
            else desk.accept(act.at, promises=given)
        )
    elif act.kind in {"start", "complete"}:
        command = (desk.start if act.kind == "start" else desk.complete)(act.at, act.about or "")
    elif act.kind == "suspend":
        command = desk.suspend(act.at, body["suspension"], body["ground"])
    elif act.kind == "resume":
        command = desk.resume(act.at, act.about or "")
    elif act.kind == "fee":
        command = desk.fee(act.at, body["fen"])
    elif act.kind == "correct":
        command = desk.correct(act.at, seqs[act.of or ""], void=body["void"])
    else:
        command = desk.decide(act.at)
    return paper.take(command)


def _policy(script: Script) -> Policy:
    """The policy that an installation gives a case of its channel unless told otherwise."""
    return changed(Policy(), CHANNELS.get(str(script.procedure.facts.get("channel"))))


def readings(state: CaseState, as_of: date) -> dict[str, Reading]:
    """Each promise counted at the end."""
    calendar = RELEASE.calendar_for(state.procedure.jurisdiction, as_of)
    return {c.commitment: count(c.clock, calendar, END) for c in picture(state).clocks if c.commitment}


def own(script: Script) -> Expected:
    """What is expected of the commitment that a case was made for."""
    return script.expected[0]


def test_each_core_commitment_with_a_number_is_kept_broken_and_saved_by_a_suspension() -> None:
    assert len(promises.core()) == 30
    played = Counter(own(script).commitment for script in SINGLE)
    averaged = Counter(mean.commitment for mean in cohorts.means())
    for one in promises.core():
        assert (played[one.id], averaged[one.id]) == ((0, 3) if one.measure is Metric.AVERAGE else (3, 0)), one.id
    assert Counter(mean.kept for mean in cohorts.means()) == {True: 12, False: 6}


def test_verdicts_are_said_beforehand_two_of_three_met() -> None:
    for one in promises.core():
        said = [own(script).verdict for script in SINGLE if own(script).commitment == one.id]
        assert said == ([] if one.measure is Metric.AVERAGE else ["met", "missed", "met"])


@pytest.mark.parametrize("script", [*SINGLE, *MEMBERS], ids=lambda script: script.case)
def test_on_paper_a_case_comes_out_as_expected(script: Script) -> None:
    state = on_paper(script)
    counted = readings(state, promises.AS_OF)
    for one in script.expected:
        if one.due is None:
            fees = {fee.commitment: fee for fee in picture(state).case.fees}
            fee = fees[one.commitment]
            assert (fee.charged_fen, fee.limit_fen, fee.verdict) == (one.used, one.limit, one.verdict)
        else:
            reading = counted[one.commitment]
            assert (reading.standing, reading.used, reading.due_date) == (one.verdict, Decimal(one.used), one.due)
            assert reading.limit == one.limit


@pytest.mark.parametrize("script", january_2020.ramp_ups(), ids=lambda script: script.case)
def test_a_project_before_its_promise_binds_is_counted_and_not_judged(script: Script) -> None:
    state = on_paper(script)
    clock = next(c for c in picture(state).clocks if c.commitment)
    assert clock.ramp_up
    assert not clock.judged
    reading = readings(state, january_2020.REVISED)[script.expected[0].commitment]
    assert (reading.standing, reading.used, reading.due_date) == (
        script.expected[0].verdict,
        Decimal(script.expected[0].used),
        script.expected[0].due,
    )


def test_a_second_or_a_fen_or_a_working_day_breaks_what_would_have_been_kept() -> None:
    for script in SINGLE:
        online = script.procedure.facts.get("channel") == "online"
        due = script.expected[-1].due
        assert due is not None
        late = script.case.endswith("-broken") and own(script).due is not None
        assert script.ended == (midnight if online else close)(due, late=int(late))
    for mean in cohorts.means():
        assert mean.total == mean.n * mean.limit + (not mean.kept)


def test_without_its_suspension_a_paused_case_would_be_late() -> None:
    for script in SINGLE:
        if script.case.endswith("-paused") and not script.case.startswith("tc-56-company-setup-fee"):
            acts = tuple(act for act in script.acts if act.kind not in {"suspend", "resume"})
            state = on_paper(Script(case="x", what="", procedure=script.procedure, acts=acts, expected=()))
            commitment = script.expected[0].commitment
            assert readings(state, promises.AS_OF)[commitment].standing == "missed", script.case


def test_everything_happens_in_the_first_half_of_2021_and_in_order() -> None:
    for script in (*SINGLE, *MEMBERS):
        instants = [act.at for act in script.acts]
        assert instants == sorted(instants)
        assert instants[0] > FIRST
        assert instants[-1] < LAST
    numbers = [script.case for script in (*SINGLE, *MEMBERS, *january_2020.scripts())]
    assert len(set(numbers)) == len(numbers)


def test_both_rehearsals_fit_into_their_time() -> None:
    for programme, seconds, requests in ((first_half_of_2021(), 100, 1800), (winter_of_2020(), 32, 300)):
        assert (programme.ends - programme.first_day).total_seconds() / programme.rate < seconds
        assert sum(len(script.acts) for script in programme.scripts) < requests


def test_before_a_long_holiday_an_alarm_rings_within_three_working_days() -> None:
    rate = first_half_of_2021().rate
    days = WorkingDays("suzhou", promises.AS_OF)
    for eve, latest in HOLIDAYS:
        rings = close(eve).timestamp() + 5 * rate
        assert rings + rate < latest.timestamp()  # at least a second to tell it in
        assert len(days.within(eve, latest.date())) == 3


def test_the_spans_of_2020_move_as_the_two_calendars_say() -> None:
    for span in january_2020.SPANS:
        accepted = span.accepted
        known = WorkingDays("suzhou", january_2020.FIRST)
        if not known.works(accepted):
            accepted = known.plus(accepted, 1)
        assert known.due(accepted, span.limit) == span.first, span.name
        later = span.first if span.decided else WorkingDays("suzhou", january_2020.REVISED).due(accepted, span.limit)
        assert later == span.revised, span.name


@given(st.dates(date(2021, 1, 4), date(2021, 6, 30)), st.integers(0, 40))
def test_the_demo_s_own_reckoning_agrees_with_the_calendar(day: date, number: int) -> None:
    calendar = RELEASE.calendar_for("suzhou", promises.AS_OF)
    days = WorkingDays("suzhou", promises.AS_OF)
    assert days.plus(day, number) == (calendar.add(day, number) if number else day)
    if calendar.is_working(day):
        assert days.due(day, number) == calendar.add(day, number)


def _programme() -> Programme:
    return Programme(name="one", title="One", first_day=FIRST, rate=1, scripts=SINGLE[:1], incidents=())


def _row(wrong: str) -> Row:
    return Row(
        commitment="sz-21-company-setup",
        case="x",
        what="",
        used="2",
        limit="2",
        due="",
        ended="",
        verdict="missed",
        expected="met",
        wrong=wrong,
    )


def test_whatever_is_not_as_expected_is_named() -> None:
    mean = MeanRow(
        commitment="sz-22-power-low",
        month="2021-02",
        what="",
        n=1,
        mean=8,
        limit=7,
        verdict="",
        expected="",
        wrong="n: 1",
    )
    check = Check(topic="repeated", what="events", expected="1", got="2")
    played = Played(_programme(), rows=[_row(""), _row("used: 3")], means=[mean], checks=[check])
    result = as_json([played])
    assert not result["right"]
    assert result["wrong"] == [
        "x sz-21-company-setup: used: 3",
        "sz-22-power-low 2021-02: n: 1",
        "repeated, events: expected 1, got 2",
    ]
    assert "3 not as expected" in summary([played])
    assert as_json([Played(_programme(), rows=[_row("")])])["right"]


def test_the_sentence_stands_with_its_promise() -> None:
    said = as_json([Played(_programme(), rows=[_row("")])])["rehearsals"][0]["commitments"]
    assert said["sz-21-company-setup"]["quote"] == REGISTER["sz-21-company-setup"].citation.quote
