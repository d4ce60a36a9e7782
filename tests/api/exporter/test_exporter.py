"""What the exporter shows of cases that are really settled, on both databases."""

import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from activities.record import Role
from activities.rungs import Instant
from activities.store.rows import ClockRow
from activities.store.store import Store
from activities.sweep import sweep
from api.access.api_keys import CallerRole, new_key, renewed
from api.exporter.catalogue import CATALOGUE, PREFIX, Job, Light, names
from sla.clock import count
from sla.promise import Measure
from sla.release import RELEASE
from tests.api.exporter.city import GRACE, Clock, Driven, Series, exporting
from tests.crowd import crowd
from tests.desk import Desk, at, promised, water

TICK = timedelta(microseconds=1)


def clock_of(store: Store, case: str, key: str) -> ClockRow:
    view = store.case(case)
    assert view is not None
    return next(row for row in view.clocks if row.picture.clock.key == key)


def due(store: Store, case: str, key: str) -> datetime:
    found = clock_of(store, case, key).due_at
    assert found is not None
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock("2021-03-01 08:00")


@pytest.fixture
def case(store: Store, clock: Clock) -> Driven:
    """A water case under a promise of four working days, accepted on a Monday."""
    made, desk = Driven("W-1", store, clock), Desk()
    made.take(desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
    return made


def test_a_step_is_overdue_at_the_same_instant_as_for_its_workflow(store: Store, clock: Clock, case: Driven) -> None:
    with exporting(store, clock) as scrapes:
        due_at = due(store, case.case, "step/joint-site-survey#1")
        for late, overdue in ((GRACE - TICK, False), (GRACE, True)):
            clock.set(due_at)
            clock.real += late
            before = scrapes.anew()  # what the read model says before the alarm rings
            raised = [e.body["clock"] for e in case.ring().found if e.body["rung"] == "overdue"]
            for found in (before, scrapes.anew()):
                assert found.total("open_steps", step="joint-site-survey", standing=Light.OVERDUE) == overdue
                shown = found.all("case_step_overdue_workdays", case_id="W-1", step="joint-site-survey")
                assert list(shown.values()) == ([0] if overdue else [])
            assert ("step/joint-site-survey#1" in raised) is overdue


def test_a_case_over_its_promise_counts_its_working_days(store: Store, clock: Clock, case: Driven) -> None:
    labels = {"procedure": "water-connection", "case_id": "W-1", "commitment": "sz-22-water-no-pipe"}
    promise = due(store, "W-1", "promise/sz-22-water-no-pipe")
    with exporting(store, clock) as scrapes:
        for day, over, used in (
            ("2021-03-05 17:29", None, 4),
            ("2021-03-05 17:31", 0, 4),
            ("2021-03-07 12:00", 0, 4),  # a Sunday
            ("2021-03-09 12:00", 2, 6),
        ):
            clock.set(at(day))
            found = scrapes.anew()
            assert list(found.all("case_overdue_workdays", **labels).values()) == ([] if over is None else [over])
            [ratio] = found.all("case_elapsed_ratio", **labels).values()
            assert ratio == used / 4
            [shown] = found.all("case_due_timestamp_seconds", **labels).values()
            assert shown == promise.timestamp()
            assert found.total("open_cases", standing=Light.OVERDUE) == (over is not None)
            assert found.total("open_cases") == 1
    assert case.ring().found  # and its workflow raises it


def test_an_average_has_a_ratio_and_is_never_overdue_by_one_case(store: Store, clock: Clock) -> None:
    promise = promised(2, "sz-22-water-pipe-approval")[0].model_copy(
        update={"measure": Measure.AVERAGE, "judged": False}
    )
    case, desk = Driven("A-1", store, clock), Desk()
    opened = desk.open(at("2021-03-01 09:00"), water(), promises=(promise,))
    case.take(opened, desk.accept(at("2021-03-01 10:00"), promises=(promise,)))
    clock.set(at("2021-03-15 12:00"))
    with exporting(store, clock) as scrapes:
        found = scrapes.anew()
    assert list(found.all("case_elapsed_ratio", case_id="A-1").values()) == [5.0]
    assert found.all("case_overdue_workdays") == {}


def test_a_suspended_step_has_no_due_date_and_one_suspended_too_late_stays_overdue(store: Store, clock: Clock) -> None:
    for number, day in (("S-1", "2021-03-01 11:00"), ("S-2", "2021-03-09 11:00")):
        case, desk = Driven(number, store, clock), Desk(number)
        case.take(desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
        case.take(desk.suspend(at(day), "s", "tender", told=at(day)))
    clock.set(at("2021-03-10 12:00"))
    with exporting(store, clock) as scrapes:
        found = scrapes.anew()
    assert found.total("open_steps", standing=Light.SUSPENDED) == 1
    assert found.total("open_steps", standing=Light.OVERDUE) == 1
    assert {dict(labels)["case_id"] for labels in found.all("case_step_due_timestamp_seconds")} == {"S-2"}


def test_what_is_done_is_counted_once_and_late_where_it_was_late(store: Store, clock: Clock, case: Driven) -> None:
    desk = Desk("water")
    with exporting(store, clock) as scrapes:
        before = scrapes.anew()
        assert before.total("cases_accepted_total") == 1
        assert before.total("steps_completed_late_total") == 0
        clock.set(at("2021-03-09 10:00"))
        case.ring()
        case.take(desk.complete(at("2021-03-10 10:00"), "joint-site-survey"))
        case.take(desk.complete(at("2021-03-10 11:00"), "inspection-and-meter"))
        case.take(desk.complete(at("2021-03-10 12:00"), "water-on"))
        case.take(desk.decide(at("2021-03-10 13:00")))
        after = scrapes.anew()
    completed = {dict(labels)["step"] for labels, n in after.all("steps_completed_total").items() if n == 1}
    assert completed - {"acceptance"} == {"joint-site-survey", "inspection-and-meter", "water-on"}
    late = {dict(labels)["step"] for labels, n in after.all("steps_completed_late_total").items() if n == 1}
    assert late == {"joint-site-survey"}
    assert after.total("cases_completed_total") == after.total("cases_completed_late_total") == 1
    assert after.total("open_steps") == after.total("open_cases") == 0


def test_a_completion_told_late_that_was_in_time_is_not_late(store: Store, clock: Clock, case: Driven) -> None:
    clock.set(at("2021-03-09 10:00"))
    case.ring()
    case.take(Desk("water").complete(at("2021-03-01 15:00"), "joint-site-survey", told=at("2021-03-09 11:00")))
    with exporting(store, clock) as scrapes:
        found = scrapes.anew()
    assert found.total("steps_completed_total", step="joint-site-survey") == 1
    assert found.total("steps_completed_late_total") == 0


def test_nothing_is_taken_back_by_a_correction(store: Store, clock: Clock, case: Driven) -> None:
    desk = Desk("water")
    case.take(desk.complete(at("2021-03-02 10:00"), "joint-site-survey"))
    [seq] = [event.seq for event in store.events("W-1") if event.kind == "completed"]
    with exporting(store, clock) as scrapes:
        before = scrapes.anew().total("steps_completed_total", step="joint-site-survey")
        case.take(desk.correct(at("2021-03-02 11:00"), seq, void=True))
        assert scrapes.anew().total("steps_completed_total", step="joint-site-survey") == before == 1
        case.take(desk.complete(at("2021-03-02 12:00"), "joint-site-survey"))
        assert scrapes.anew().total("steps_completed_total", step="joint-site-survey") == 2


def test_upkeep_is_seen(store: Store, clock: Clock, case: Driven) -> None:
    with exporting(store, clock) as scrapes:
        before = scrapes.anew()
        assert before.value("worker_heartbeat_timestamp_seconds", task_queue="cases") == 0
        assert before.value("ledger_faults", kind="ledger-disagrees") == 0
        assert before.value("overdue_steps_unmarked") == 0
        store.heartbeat("queue/cases", clock())
        store.fault("W-1", "ledger-disagrees", "it does", clock())
        clock.set(at("2021-03-10 10:00"))
        late = Desk("water").complete(
            at("2021-03-01 15:00"), "joint-site-survey", at("2021-03-10 10:00"), backdated=True
        )
        after = scrapes.anew()
        assert after.value("worker_heartbeat_timestamp_seconds", task_queue="cases") is not None
        assert after.total("worker_heartbeat_timestamp_seconds") > 0
        assert after.value("ledger_faults", kind="ledger-disagrees") == 1
        assert (after.value("overdue_steps_unmarked") or 0) >= 2  # the step's clock, the promise's: nobody was there
        case.take(late)
        last = scrapes.anew()
    assert last.value("overdue_steps_unmarked") == 0
    assert last.value("postings_awaiting_confirmation") == 1
    assert last.value("read_model_last_event_timestamp_seconds") == at("2021-03-10 10:00").timestamp()
    assert last.value("business_timestamp_seconds") == at("2021-03-10 10:00").timestamp()


def test_a_key_that_ends_soon_is_seen_until_another_takes_its_place(store: Store, clock: Clock) -> None:
    now = clock()
    soon, later = (new_key(actor="meter", role=CallerRole.AUDITOR, now=now, days=days)[1] for days in (20, 40))
    for key in (soon, later):
        store.add_key(key)
    with exporting(store, clock) as scrapes:
        ends = now + timedelta(days=20)
        assert scrapes.anew().value("api_key_expiry_timestamp_seconds", actor="meter", key=soon.id) == ends.timestamp()
        assert len(scrapes.anew().all("api_key_expiry_timestamp_seconds")) == 1
        _, successor, until = renewed(soon, now=now, before=None)
        assert store.renew_key(successor, until)
        assert scrapes.anew().all("api_key_expiry_timestamp_seconds") == {}


def test_a_notice_that_moves_open_cases_is_seen_for_seven_working_days(store: Store) -> None:
    clock = Clock("2020-01-20 08:00")
    for number, limit in (("M-1", 8), ("M-2", 1)):
        case, desk = Driven(number, store, clock), Desk(number)
        when = at("2020-01-20 09:00")
        case.take(
            desk.open(when, water(), promises=promised(limit)),
            desk.accept(when + timedelta(hours=1), promises=promised(limit)),
        )
    clock.set(at("2020-01-27 09:00"))  # the holiday was lengthened on the 26th
    batches = list(sweep(store, lambda: Instant(clock(), clock.timeline, GRACE, RELEASE)))
    assert any("M-1" in batch.applied for batch in batches)
    with exporting(store, clock) as scrapes:
        assert scrapes.anew().value("calendar_moved_cases", calendar="suzhou") == 1
        assert scrapes.now().value("calendar_moved_cases", calendar="taicang") == 0
        calendar = RELEASE.calendar_for("suzhou", clock.timeline.business(clock()).date())
        told = calendar.clipped(at("2020-01-27 09:00").date())
        for days, seen in ((6, 1), (8, 0)):
            clock.set(datetime.combine(calendar.day(told + days), at("2020-01-27 09:00").timetz()))
            assert scrapes.anew().value("calendar_moved_cases", calendar="suzhou") == seen


def agrees_with_the_rows(store: Store, found: Series, clock: Clock) -> None:
    """Every live planning target counted one by one from the store's own rows."""
    now = clock.timeline.business(clock())
    limit = clock.timeline.business(clock() - GRACE)
    lights = dict.fromkeys(Light, 0)
    for number in store.open_cases():
        view = store.case(number)
        assert view is not None
        for row in view.clocks:
            if row.picture.role is Role.STEP and row.picture.clock.stop is None and not row.picture.void:
                if row.due_at is not None and row.due_at <= limit:
                    lights[Light.OVERDUE] += 1
                elif row.standing is not None:
                    lights[Light.SUSPENDED if row.standing == "suspended" else Light.ON_TIME] += 1
                elif row.due_soon_at is not None and row.due_soon_at <= now:
                    lights[Light.DUE_SOON] += 1
                else:
                    lights[Light.ON_TIME] += 1
    assert {light: found.total("open_steps", standing=light) for light in Light} == lights
    assert lights[Light.OVERDUE]
    assert lights[Light.ON_TIME]


def test_a_crowd_is_counted_as_its_rows_say_and_the_first_have_series(
    store: Store, clock: Clock, promtool: Path
) -> None:
    crowd(store, 400)
    clock.set(at("2021-03-10 09:00"))
    with exporting(store, clock, series=50) as scrapes:
        found = scrapes.anew()
    agrees_with_the_rows(store, found, clock)
    for level, series in (("step", "case_step"), ("case", "case")):
        shown = found.all(f"{series}_due_timestamp_seconds")
        assert len(shown) == 50
        assert max(shown.values()) <= at("2021-03-20 00:00").timestamp()
        assert (found.value("case_detail_omitted", level=level) or 0) > 0
    for labels, ratio in found.all("case_step_elapsed_ratio").items():
        named = dict(labels)
        row = next(r for r in _rows(store, named["case_id"]) if r.picture.step == named["step"])
        calendar = RELEASE.calendar_for(row.picture.clock.jurisdiction, at("2021-03-10 09:00").date())
        reading = count(row.picture.clock, calendar, at("2021-03-10 09:00"))
        assert ratio == (float(reading.used / reading.limit) if reading.limit else 1.0)
    checked = subprocess.run(
        [promtool, "check", "metrics", "--extended"], input=found.text, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "shixian_open_steps" in checked.stdout  # it lists the series by number
    assert {f"{PREFIX}{name}" for name, _ in found.samples} <= names(Job.EXPORTER)
    for name, labels in found.samples:
        optional = {"commitment"} if name.startswith("case_") else set()
        wanted = set(CATALOGUE[PREFIX + name].labels)
        assert wanted - optional <= {key for key, _ in labels} <= wanted, name


def _rows(store: Store, case: str) -> list[ClockRow]:
    view = store.case(case)
    assert view is not None
    return [row for row in view.clocks if row.picture.role is Role.STEP and row.picture.clock.stop is None]


def test_every_series_that_there_may_be_is_there_from_the_start(store: Store, clock: Clock) -> None:
    with exporting(store, clock) as scrapes:
        empty = scrapes.anew()
        crowd(store, 400)
        clock.set(at("2021-03-10 09:00"))
        full = scrapes.anew()
    sometimes = {
        f"{level}_{what}"
        for level in ("case", "case_step")
        for what in ("due_timestamp_seconds", "elapsed_ratio", "overdue_workdays")
    }
    sometimes |= {"oldest_overdue_step_due_timestamp_seconds", "read_model_last_event_timestamp_seconds"}
    sometimes |= {"indicator_measured", "indicator_expected"}  # of a promise that was observed
    sometimes |= {"api_key_expiry_timestamp_seconds"}  # of a key that ends soon
    sometimes |= {"checkpoint_age_seconds"}  # once there is one
    of_webhooks = (
        "dead_letters",
        "failures_total",
        "oldest_waiting_event_timestamp_seconds",
        "unreached",
        "waiting_events",
    )
    sometimes |= {f"webhook_{what}" for what in of_webhooks}
    promises = "commitment_"  # a place has series once a case of it counts in a wider cohort
    new = {key for key in full.samples if key[0] not in sometimes} - set(empty.samples)
    assert [key for key in new if not key[0].startswith(promises)] == []
    assert set(empty.samples) <= set(full.samples)
    exported = {name.removeprefix(PREFIX) for name in names(Job.EXPORTER)} - sometimes
    missing = exported - {name for name, _ in empty.samples}
    assert missing == {"oldest_undelivered_notice_timestamp_seconds", "scrape_errors_total"}
