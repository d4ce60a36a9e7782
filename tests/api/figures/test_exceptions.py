"""A simple bankruptcy: six months by the civil code, longer only on a ground on record in time; and a year's deregistrations."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from activities.store.store import Store
from api.figures.averages import Asked
from api.figures.front import Verdict
from api.figures.promise_standings import CommitmentStanding, StandingRules, Stood, standings
from api.figures.tallies import PromiseTally, promise_board
from sla.clock import Unit
from sla.commitments.register import Readings, prevailing
from sla.release import RELEASE
from tests.api.figures.filling import instant
from tests.desk import Desk, Paper, at
from workflows.answers import Refusal
from workflows.held import clock_key
from workflows.procedures import resolve
from workflows.rebuild import rows_of

PROMISE, SHARE = "sz-20-bankruptcy", "tc-54-deregistration"
LATER = at("2021-06-01 12:00")


def bankruptcy(case: str, *, months: int = 0, granted: str = "2020-12-28 10:00") -> tuple[Paper, Desk]:
    """One that was accepted on 6 July 2020, with the months that were granted."""
    desk, paper = Desk(), Paper(case)
    procedure = resolve("bankruptcy", "suzhou", "simple-case", {})
    promises = prevailing("bankruptcy", "suzhou", "simple-case", {}, date(2020, 7, 6), Readings())
    paper.take(desk.open(at("2020-07-06 09:00"), procedure, promises=promises))
    paper.take(desk.accept(at("2020-07-06 10:00"), promises=promises))
    key = clock_key(promises[0])
    paper.due = {key: at("2021-01-06 17:30")}
    if months:
        paper.take(desk.extend(at(granted), key, None, months=months))
    for step in ("administrator-appointment", "takeover-and-notice", "claims", "property-survey", "creditors-meeting"):
        paper.take(desk.complete(at("2020-08-03 10:00"), step))
    for step in ("bankruptcy-declaration", "distribution"):
        paper.take(desk.complete(at("2020-09-01 10:00"), step))
    return paper, desk


def concluded(store: Store, case: str, when: str, *, months: int = 0) -> None:
    paper, desk = bankruptcy(case, months=months)
    paper.take(desk.complete(at(when), "conclusion"))
    paper.take(desk.decide(at(when)))
    put(store, paper)


def put(store: Store, paper: Paper) -> None:
    rows = rows_of(paper.case, paper.events, RELEASE)
    assert rows is not None
    with store.append(paper.case) as ledger:
        ledger.add(paper.events)
        ledger.put(rows)


def tally(store: Store) -> PromiseTally:
    board = promise_board(store, instant(LATER), Asked(), date(2021, 6, 1))
    return next(one for one in board.promises if one.commitment.id == PROMISE)


def stood(store: Store, commitment: str, until: date = date(2021, 6, 1)) -> CommitmentStanding:
    found = standings(store, instant(LATER), until, StandingRules())
    return next(one for one in found.all if one.commitment == commitment)


def test_six_months_end_on_the_day_of_the_same_number(store: Store) -> None:
    concluded(store, "in-time", "2021-01-06 17:30")
    found = tally(store)
    assert (found.verdict, found.year.n, found.year.maximum, found.exceptions) == (Verdict.KEPT, 1, Decimal(6), 0)
    concluded(store, "late", "2021-01-07 09:00")
    assert (tally(store).verdict, tally(store).year.late) == (Verdict.BROKEN, 1)


def test_a_longer_case_on_a_ground_in_time_is_an_exception_and_no_breach(store: Store) -> None:
    concluded(store, "exception", "2021-02-10 10:00", months=2)
    concluded(store, "not-needed", "2021-01-06 10:00", months=2)
    found = tally(store)
    assert (found.verdict, found.year.n, found.year.late, found.exceptions) == (Verdict.KEPT, 2, 0, 1)
    shown = stood(store, PROMISE)
    assert (shown.standing, shown.cases, shown.late, shown.exceptions) == (Stood.KEPT, 2, 0, 1)


def test_what_outlasts_its_extension_is_a_breach(store: Store) -> None:
    concluded(store, "monday", "2021-03-08 17:00", months=2)  # the last day is a Saturday
    assert (tally(store).verdict, tally(store).exceptions) == (Verdict.KEPT, 1)
    concluded(store, "tuesday", "2021-03-09 09:00", months=2)
    assert (tally(store).verdict, tally(store).exceptions) == (Verdict.BROKEN, 1)


def test_months_are_granted_in_months_and_only_before_the_six_are_over() -> None:
    for more, code in ((None, "extension-unit"), (3, "extension-unit")):
        paper, desk = bankruptcy("c")
        [key] = paper.due
        with pytest.raises(Refusal) as refused:
            paper.take(desk.extend(at("2020-12-28 10:00"), key, more, months=2 if more else None))
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        bankruptcy("c", months=1, granted="2021-01-07 10:00")
    assert refused.value.code == "expired"


def test_a_limit_of_working_days_is_not_extended_by_months() -> None:
    desk, paper = Desk(), Paper()
    procedure = resolve("company-setup", "suzhou", "standard", {})
    paper.take(desk.open(at("2021-03-01 09:00"), procedure))
    paper.take(desk.accept(at("2021-03-01 10:00")))
    paper.due = {"statutory": at("2021-03-29 17:30")}
    with pytest.raises(Refusal) as refused:
        paper.take(desk.extend(at("2021-03-02 10:00"), "statutory", None, months=1))
    assert refused.value.code == "extension-unit"


def test_the_promise_of_a_bankruptcy_is_six_months_and_nothing_else_has_it() -> None:
    [one] = prevailing("bankruptcy", "taicang", "simple-case", {}, date(2021, 3, 1), Readings())
    assert one.limit is not None
    assert (one.commitment, one.limit.amount, one.limit.unit, one.superseded) == (
        "tc-53-bankruptcy",
        Decimal(6),
        Unit.MONTH,
        (PROMISE,),
    )
    assert one.judged
    assert prevailing("deregistration", "taicang", "on-platform", {}, date(2021, 3, 1), Readings()) == ()


def deregistered(store: Store, case: str, variant: str, when: str, outcome: str = "approved") -> None:
    desk, paper = Desk(), Paper(case)
    procedure = resolve("deregistration", "taicang", variant, {"simplified": True})
    paper.take(desk.open(at("2020-11-02 09:00"), procedure, promises=()))
    paper.take(desk.accept(at("2020-11-02 10:00"), promises=()))
    if outcome == "approved":
        for step in ("tax-clearance", "simplified-notice", "deregistration-approval"):
            paper.take(desk.complete(at(when), step))
    paper.take(desk.decide(at(when), outcome))
    put(store, paper)


def test_a_year_s_share_is_that_of_the_cases_approved_in_it(store: Store) -> None:
    assert stood(store, SHARE).standing is Stood.NO_EVIDENCE
    for number in range(10):
        deregistered(store, f"d{number}", "on-platform" if number < 7 else "off-platform", "2020-12-31 23:59")
    deregistered(store, "refused", "off-platform", "2020-12-30 10:00", "refused")
    of_2020 = stood(store, SHARE, date(2020, 12, 31))
    assert (of_2020.standing, of_2020.measured) == (Stood.KEPT, Decimal(70))
    deregistered(store, "d10", "off-platform", "2021-01-04 09:00")
    running = stood(store, SHARE)
    assert (running.standing, running.measured, running.in_danger) == (Stood.IN_DANGER, Decimal(0), True)
    deregistered(store, "d11", "on-platform", "2021-01-05 09:00")
    deregistered(store, "d12", "on-platform", "2021-01-05 09:00")
    deregistered(store, "d13", "on-platform", "2021-01-05 09:00")
    assert (stood(store, SHARE).standing, stood(store, SHARE).measured) == (Stood.KEPT, Decimal(75))
    deregistered(store, "d14", "off-platform", "2021-01-06 09:00")
    ended = stood(store, SHARE, date(2021, 12, 31))
    assert (ended.standing, ended.measured) == (Stood.SHORT, Decimal(60))


def test_standings_are_in_the_order_of_the_register(store: Store) -> None:
    found = standings(store, instant(LATER), date(2021, 6, 1), StandingRules())
    assert len(found.all) == 73
    places = [one.jurisdiction for one in found.all]
    assert sum(before != after for before, after in pairwise(places)) == 1
    assert sum(found.count(one) for one in Stood) == 73
