"""A changed calendar applied to open cases, as in January 2020."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from activities.preview import preview
from activities.record import Event, Head, Picture, changes
from activities.rungs import Instant
from activities.settle import Settle, Settled, SettleOutcome, Settler, applied, as_settled, read
from activities.store.errors import StoreUnavailable
from activities.store.rows import ClockRow
from activities.store.store import Store
from activities.sweep import Batch, sweep
from sla.clock import Standing
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.desk import Desk, at, promised, water
from workflows.answers import Decision
from workflows.decide import decide
from workflows.fold import fold
from workflows.messages import Message
from workflows.picture import picture
from workflows.rebuild import rebuild
from workflows.state import CaseState

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
IDENTITY = Timeline(anchor_real=EPOCH, anchor_business=EPOCH)
GRACE = timedelta(seconds=5)
PROMISE = "promise/sz-22-water-no-pipe"
NOTICE = "2020-01-27 00:00"
BEFORE, AFTER = (RELEASE.calendar_for("suzhou", date(2020, 1, day)).version for day in (26, 27))
# domain: accepted, limit, due under the first calendar, due under the revised one
ROWS = [
    ("2020-01-17", 2, "2020-01-20", "2020-01-20"),
    ("2020-01-23", 3, "2020-02-03", "2020-02-05"),
    ("2020-01-20", 9, "2020-02-06", "2020-02-10"),
    ("2020-01-20", 30, "2020-03-06", "2020-03-10"),
    ("2020-01-22", 80, "2020-05-21", "2020-05-25"),
    ("2020-01-18", 3, "2020-01-22", "2020-01-22"),
    ("2020-04-30", 3, "2020-05-08", "2020-05-08"),
    ("2020-09-30", 1, "2020-10-09", "2020-10-09"),
]


class Run:
    """A case driven without a server: decided, folded and settled at the instant at which each command is told."""

    def __init__(self, store: Store, case: str) -> None:
        self.case = case
        self._store = store
        self._state: CaseState | None = None
        self._shown: Picture | None = None
        self._head = Head()
        self._now = EPOCH

    def play(self, *commands: Message) -> None:
        """Each is decided against what is known; where the ledger is ahead, again after adopting it."""
        for command in commands:
            while self._turn(command).outcome is SettleOutcome.AHEAD:
                pass

    def _turn(self, command: Message) -> Settled:
        self._now = command.told
        answer = decide(self._state, command, {})
        assert isinstance(answer, Decision)
        tentative = Event(**dict(answer.event), seq=self._head.seq + 1, calendar="", hash="")
        after = shown(fold(self._state, [tentative], self.case))
        request = Settle(
            case=self.case,
            expected=self._head,
            events=(answer.event,),
            changes=changes(self._shown, after),
            as_of=self._state.as_of if self._state else None,
            calendar=self._state.events[-1].calendar if self._state else None,
        )
        settled = self._settled(request)
        new = settled.unknown
        if settled.outcome is SettleOutcome.LEVEL:
            new = tuple(self._store.events(self.case, self._head.seq))
        self._state = fold(self._state, new, self.case)
        self._head = Head(seq=new[-1].seq, hash=new[-1].hash)
        self._shown = as_settled(after, settled) if settled.outcome is SettleOutcome.LEVEL else shown(self._state)
        return settled

    def _settled(self, request: Settle) -> Settled:
        settler = Settler(self._store, IDENTITY, GRACE, lambda: self._now, RELEASE)
        while True:
            try:
                return settler.settle(request)
            except StoreUnavailable:  # a sweep writes to the case; Temporal tries again as well
                time.sleep(0.01)


def shown(state: CaseState | None) -> Picture:
    """The picture of a case that has been opened."""
    assert state is not None
    return picture(state)


def swept(store: Store, when: str = NOTICE) -> Batch:
    """What a sweep at a business instant does."""
    batches = list(sweep(store, lambda: Instant(at(when), IDENTITY, GRACE, RELEASE)))
    return Batch(*(tuple(case for batch in batches for case in batch[part]) for part in range(3)))


def accepted(store: Store, case: str, day: str, limit: int, hour: str = "10:00") -> Run:
    """A water case under a promise of so many working days."""
    run, desk, when = Run(store, case), Desk(case), at(f"{day} {hour}")
    run.play(desk.open(when, water(), promises=promised(limit)), desk.accept(when, promises=promised(limit)))
    return run


def completed(run: Run, *days: str) -> None:
    """The three steps after acceptance, each at noon."""
    desk = Desk(f"{run.case}-water")
    for day, step in zip(days, ("joint-site-survey", "inspection-and-meter", "water-on"), strict=False):
        run.play(desk.complete(at(f"{day} 12:00"), step))


def clock(store: Store, case: str, key: str = PROMISE) -> ClockRow:
    """A clock of a case as it is kept."""
    view = store.case(case)
    assert view is not None
    return next(row for row in view.clocks if row.picture.clock.key == key)


@pytest.mark.parametrize(("day", "limit", "first", "revised"), ROWS)
def test_the_eight_rows_of_2020_come_out_as_in_the_table(
    store: Store, day: str, limit: int, first: str, revised: str
) -> None:
    accepted(store, "c", day, limit)
    assert str(clock(store, "c").due_date) == first
    if day < NOTICE:
        swept(store)
    assert str(clock(store, "c").due_date) == revised


def test_old_and_new_due_dates_and_both_calendar_versions_stay_on_record(store: Store) -> None:
    accepted(store, "c", "2020-01-20", 9)
    assert clock(store, "c").calendar == BEFORE
    before = len(store.events("c"))
    assert swept(store).applied == ("c",)
    applied = store.events("c", before)[0]
    assert (applied.kind, applied.calendar, applied.told) == ("calendar-applied", AFTER, at(NOTICE))
    assert applied.body["from"] == BEFORE
    assert applied.body["to"] == AFTER
    assert applied.body["moved"][PROMISE] == ["2020-02-06T17:30:00+08:00", "2020-02-10T17:30:00+08:00"]
    assert clock(store, "c").calendar == AFTER


def test_a_case_that_the_change_does_not_touch_is_left_alone(store: Store) -> None:
    accepted(store, "early", "2020-01-13", 2)
    completed(accepted(store, "done", "2020-01-16", 9), "2020-01-17", "2020-01-19", "2020-01-20")
    accepted(store, "touched", "2020-01-20", 9)
    ledgers = {case: store.events(case) for case in ("early", "done")}
    assert swept(store).applied == ("touched",)
    assert {case: store.events(case) for case in ledgers} == ledgers


def test_a_decided_case_keeps_its_verdict_and_the_calendar_it_was_given_under(store: Store) -> None:
    run = accepted(store, "c", "2020-01-20", 9)
    completed(run, "2020-01-21", "2020-01-22", "2020-01-23")
    run.play(Desk("officer").decide(at("2020-01-23 14:00")))
    verdict = clock(store, "c")
    assert (verdict.picture.verdict, verdict.picture.judged_under) == ("met", BEFORE)
    swept(store)
    rebuild(store, RELEASE)
    assert clock(store, "c") == verdict


def test_a_second_sweep_changes_nothing(store: Store) -> None:
    accepted(store, "c", "2020-01-20", 9)
    swept(store)
    events = store.events("c")
    assert swept(store, "2020-01-27 09:00").applied == ()
    assert store.events("c") == events


def test_the_rows_after_a_sweep_are_the_rows_of_a_rebuild(store: Store) -> None:
    for number, (day, limit, _, _) in enumerate(ROWS[:6]):
        accepted(store, f"c{number}", day, limit)
    swept(store)
    rows = {case: store.dump_rows(case) for case in store.open_cases()}
    rebuild(store, RELEASE)
    assert {case: store.dump_rows(case) for case in store.open_cases()} == rows
    assert [store.verify_chain(case) for case in rows] == [None] * 6


def test_only_a_case_whose_alarm_became_earlier_is_woken(store: Store) -> None:
    """A day off put later makes every alarm later: none is woken. A day worked anew makes it earlier."""
    accepted(store, "later", "2020-01-20", 9)
    assert swept(store) == (("later",), ("later",), ())
    # under the calendar of 2026 the next year is not known: a case beyond it has no alarm, until the notice is there
    accepted(store, "beyond", "2019-11-20", 40)
    assert clock(store, "beyond").due_date is None
    assert clock(store, "beyond").horizon is not None
    assert "beyond" in swept(store, "2019-11-21 00:00").sooner
    assert clock(store, "beyond").due_date is not None


def test_a_rung_whose_threshold_does_not_move_is_neither_withdrawn_nor_raised_again(store: Store) -> None:
    run = accepted(store, "c", "2020-01-23", 1)  # one day: due soon from its acceptance on
    run.play(Desk("window").recalculate(at("2020-01-23 11:00")))
    rungs = clock(store, "c").picture.rungs
    assert [(rung.kind, rung.withdrawn) for rung in rungs] == [("due-soon", None)]
    swept(store)
    assert clock(store, "c").due_date == date(2020, 2, 3)
    assert clock(store, "c").picture.rungs == rungs


def test_a_case_that_is_adopted_goes_on_under_the_new_calendar(store: Store) -> None:
    run = accepted(store, "c", "2020-01-20", 9)
    swept(store)
    completed(run, "2020-02-03", "2020-02-05", "2020-02-10")
    row = clock(store, "c")
    assert (row.picture.verdict, row.used, row.picture.judged_under) == ("met", Decimal(9), AFTER)


def test_sweeps_and_commands_at_once_apply_the_calendar_once(store: Store) -> None:
    runs = [accepted(store, f"c{number:02}", "2020-01-20", 9) for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        sweeps = [pool.submit(swept, store) for _ in range(3)]
        posted = [pool.submit(completed, run, "2020-02-03") for run in runs]
    assert [one.exception() for one in sweeps] == [None] * 3
    assert [one.exception() for one in posted] == [None] * len(runs)
    for run in runs:
        kinds = [event.kind for event in store.events(run.case)]
        assert kinds.count("calendar-applied") == 1
        assert store.verify_chain(run.case) is None
        assert clock(store, run.case).due_date == date(2020, 2, 10)


def test_a_preview_says_how_many_move_and_how_many_flip_and_writes_nothing(store: Store) -> None:
    accepted(store, "moves", "2020-01-20", 30)
    accepted(store, "flips", "2020-01-23", 3)
    accepted(store, "stays", "2020-01-13", 2)
    heads = {case: store.head(case) for case in ("moves", "flips", "stays")}
    found = preview(store, at("2020-02-04 09:00"), RELEASE, date(2020, 1, 27))
    assert (found.open_cases, found.moved_cases, found.to_overdue, found.to_on_time) == (3, 2, 0, 1)
    flip = next(move for move in found.moves if move.case == "flips" and move.clock == PROMISE)
    assert (flip.old_due, flip.new_due) == (at("2020-02-03 17:30"), at("2020-02-05 17:30"))
    assert (flip.was_overdue, flip.is_overdue, flip.flips) == (True, False, True)
    assert {case: store.head(case) for case in heads} == heads
    assert preview(store, at("2020-01-25 09:00"), RELEASE, date(2020, 1, 25)).moves == ()


def test_a_sweep_raises_what_fell_due_while_nobody_looked(store: Store) -> None:
    accepted(store, "c", "2020-01-23", 3)
    swept(store, "2020-02-10 09:00")
    kinds = [event.kind for event in store.events("c")]
    assert "calendar-applied" in kinds
    raised = [rung for rung in clock(store, "c").picture.rungs if rung.withdrawn is None]
    assert [(rung.kind, rung.due_at) for rung in raised] == [("overdue", at("2020-02-05 17:30"))]
    assert clock(store, "c").standing in {None, Standing.OVERDUE}


def test_a_corrected_table_is_applied_although_what_the_wrong_one_said_is_unknown(store: Store) -> None:
    accepted(store, "c", "2020-01-17", 2)
    wrong = BEFORE[:-8] + "00000000"
    view = store.case("c")
    assert view is not None
    pictures = [row.picture for row in view.clocks]
    today, now = RELEASE.calendar_for("suzhou", date(2020, 1, 17)), at("2020-01-17 11:00")
    counted = [read(picture, RELEASE, today, now) for picture in pictures]
    (event,) = applied(pictures, wrong, RELEASE, today, now, counted)
    assert event.body["from"] == wrong
    assert event.body["moved"][PROMISE] == [None, at("2020-01-20 17:30").isoformat()]


def test_a_verdict_given_under_a_table_that_was_corrected_can_still_be_counted(store: Store) -> None:
    run = accepted(store, "c", "2020-01-16", 2)
    completed(run, "2020-01-17", "2020-01-17", "2020-01-17")
    given = clock(store, "c").picture
    under = given.model_copy(update={"judged_under": BEFORE[:-8] + "00000000"})
    today = RELEASE.calendar_for("suzhou", date(2020, 1, 28))
    assert read(under, RELEASE, today, at("2020-01-28 10:00")).standing is Standing.MET
