"""The almanac in force: what operators approved over what a release brings, in every process, whatever happens to the store."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from activities.almanacs import DIFFERS, UNUSABLE, AlmanacHolder
from activities.proposals import Doer, NoticeSource, ProposalBoard, ProposalRefused, ProposalState, proposals
from activities.record import recounted
from activities.rungs import Instant
from activities.settle import Settle, Settler
from activities.store.almanac_log import AlmanacEventKind, NewAlmanacEvent
from activities.store.errors import AlmanacLogBroken, Conflict, StoreUnavailable
from activities.store.store import Store
from activities.sweep import sweep
from sla.almanac import NATION, Almanac
from sla.editions import Entry, edition_of, with_entry
from sla.release import RELEASE
from tests.activities.test_sweep import GRACE, IDENTITY, accepted, clock
from tests.desk import at
from tests.notices import amendment, invented

NOW = at("2026-11-10 10:00")
TODAY = date(2026, 11, 10)
JANUARY = date(2027, 1, 30)  # works in the one arrangement of 2027, not in the other


def loaded(store: Store, entry: Entry, release: Almanac = RELEASE, *, replaces: bool = False) -> int:
    """Proposed by one and approved by another; the number of the proposal."""
    board = ProposalBoard(store, release)
    found = board.propose(entry, Doer("window-1", NOW), source=NoticeSource.FILE, replaces=replaces)
    led = board.after(found.number)
    board.approve(found.number, Doer("window-2", NOW), {"dated": 0}, revision=led.revision, alone=False)
    return found.number


def in_force(store: Store, release: Almanac = RELEASE) -> Almanac:
    return AlmanacHolder(store, release).renew()


def released(*entries: Entry) -> Almanac:
    """The almanac of a later release."""
    edition = edition_of(RELEASE)
    for entry in entries:
        edition = with_entry(edition, entry)
    return edition.almanac()


def test_without_a_notice_of_operators_the_releases_own_is_in_force(store: Store) -> None:
    holder = AlmanacHolder(store, RELEASE)
    assert holder.renew() is RELEASE
    assert holder.revision == 0


def test_a_holder_renews_itself_when_the_log_moves_on_and_not_before(store: Store) -> None:
    holder = AlmanacHolder(store, RELEASE)
    holder.renew()
    loaded(store, invented())
    assert holder.almanac is RELEASE
    renewed = holder.renew()
    assert renewed.calendar_for(NATION, TODAY).known_until == date(2027, 12, 31)
    assert (holder.renew() is renewed, holder.revision) == (True, 2)


def test_a_notice_is_known_from_the_day_of_its_publication_though_it_was_loaded_later(store: Store) -> None:
    loaded(store, invented())
    almanac = in_force(store)
    before, after = (almanac.calendar_for(NATION, date(2026, 11, day)) for day in (3, 4))
    assert (before.known_until.year, after.known_until.year) == (2026, 2027)
    assert almanac.calendar_of_version(RELEASE.calendar_for(NATION, TODAY).version).known_until.year == 2026


def test_while_the_store_is_away_what_is_held_stays_in_force(empty_url: str) -> None:
    with closing(Store.open(empty_url)) as store:
        holder = AlmanacHolder(store, RELEASE)
        with pytest.raises(StoreUnavailable):
            holder.renew()
        assert holder.almanac is RELEASE


def test_the_log_is_only_appended_to_and_a_change_in_it_is_found(store: Store) -> None:
    loaded(store, invented())
    for statement in ("UPDATE almanac_event SET actor = 'x'", "DELETE FROM almanac_event"):
        with pytest.raises(Exception, match="append-only"), store.engine.begin() as connection:
            connection.execute(text(statement))
    drop = ["almanac_event_no_update", "almanac_event_no_delete"] if store.sqlite else ["almanac_event_no_change"]
    with store.engine.begin() as connection:
        for name in drop:
            connection.execute(text(f"DROP TRIGGER {name}{'' if store.sqlite else ' ON almanac_event'}"))
        connection.execute(text("UPDATE almanac_event SET actor = 'window-3' WHERE number = 2"))
    with pytest.raises(AlmanacLogBroken, match="number 2"):
        store.almanac_events()
    holder = AlmanacHolder(store, RELEASE)
    with pytest.raises(AlmanacLogBroken):
        holder.renew()
    assert holder.almanac is RELEASE


def test_of_two_who_append_at_once_one_is_told_to_look_again(store: Store) -> None:
    event = NewAlmanacEvent(kind=AlmanacEventKind.RELEASED, at=NOW, actor="x", body={"n": 1})
    with ThreadPoolExecutor(4) as pool:
        tries = [pool.submit(store.add_almanac_event, event, 0) for _ in range(4)]
        errors = [one.exception() for one in tries]
    assert [type(error) for error in errors if error is not None] == [Conflict] * 3
    assert [one.number for one in store.almanac_events()] == [1]


def test_a_release_is_put_on_record_once_whoever_starts_and_however_often(store: Store) -> None:
    holders = [AlmanacHolder(store, RELEASE) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert [one.exception() for one in [pool.submit(holder.reconcile, NOW) for holder in holders]] == [None] * 4
    holders[0].reconcile(NOW)
    [event] = store.almanac_events()
    assert (event.kind, event.actor) == (AlmanacEventKind.RELEASED, "release")
    assert holders[0].renew() is RELEASE
    assert store.faults() == []


def test_a_release_that_brings_the_same_notice_changes_nothing(store: Store) -> None:
    AlmanacHolder(store, RELEASE).reconcile(NOW)
    loaded(store, invented())
    before = in_force(store).calendar_for(NATION, TODAY).version
    # the same days, said to have been published a day earlier
    release = released(invented(published=date(2026, 11, 3)))
    AlmanacHolder(store, release).reconcile(NOW)
    assert in_force(store, release).calendar_for(NATION, TODAY).version == before
    assert (len(store.almanac_events()), store.faults()) == (3, [])


def test_a_release_that_contradicts_is_a_fault_that_names_the_days_until_somebody_decides(store: Store) -> None:
    loaded(store, invented())
    release = released(invented(shifted=1))
    holder = AlmanacHolder(store, release)
    holder.reconcile(NOW)
    holder.reconcile(NOW)
    [fault] = store.faults()
    assert (fault.case, fault.kind, fault.detail) == ("", DIFFERS, "2027-01-30, 2027-02-13")
    assert not holder.renew().calendar_for(NATION, TODAY).is_working(JANUARY)
    theirs = proposals(store.almanac_events())[-1]
    assert (theirs.source, theirs.state, theirs.proposed_by) == ("release", ProposalState.OPEN, "release")
    board = ProposalBoard(store, release)
    led = board.after(theirs.number)
    board.approve(theirs.number, Doer("window-1", NOW), {}, revision=led.revision, alone=False)
    holder.reconcile(NOW)
    assert store.faults() == []
    assert holder.renew().calendar_for(NATION, TODAY).is_working(JANUARY)


def test_a_release_that_was_rejected_is_not_asked_of_again(store: Store) -> None:
    loaded(store, invented())
    release = released(invented(shifted=1))
    holder = AlmanacHolder(store, release)
    holder.reconcile(NOW)
    number = proposals(store.almanac_events())[-1].number
    ProposalBoard(store, release).reject(number, Doer("window-1", NOW, reason="Ours is right."))
    holder.reconcile(NOW)
    assert store.faults() == []
    assert len(proposals(store.almanac_events())) == 2
    assert not holder.renew().calendar_for(NATION, TODAY).is_working(JANUARY)


def test_where_release_and_operators_make_no_calendar_together_what_was_in_force_stays(store: Store) -> None:
    """A make-up day of ours is a holiday of theirs."""
    loaded(store, amendment(date(2026, 12, 7), TODAY))
    theirs = amendment(date(2026, 12, 7), TODAY).model_copy(update={"id": "CN-x", "jurisdiction": "CN-JS-320500"})
    holder = AlmanacHolder(store, released(theirs))
    holder.reconcile(NOW)
    [fault] = store.faults()
    assert (fault.kind, "2026-12-07" in fault.detail) == (UNUSABLE, True)
    assert not holder.renew().calendar_for("suzhou", TODAY).is_working(date(2026, 12, 7))
    again = AlmanacHolder(store, RELEASE)
    again.reconcile(NOW)
    assert store.faults() == []


def test_a_correction_of_a_loaded_notice_leaves_both_versions_countable(store: Store) -> None:
    loaded(store, invented())
    wrong = in_force(store).calendar_for(NATION, TODAY).version
    with pytest.raises(ProposalRefused) as refused:
        loaded(store, invented(shifted=1))
    assert (refused.value.code, "2027-01-30" in refused.value.detail) == ("year-known", True)
    loaded(store, invented(shifted=1), replaces=True)
    almanac = in_force(store)
    assert not almanac.calendar_of_version(wrong).is_working(JANUARY)
    assert almanac.calendar_for(NATION, TODAY).is_working(JANUARY)


def test_an_approval_against_another_revision_is_refused(store: Store) -> None:
    board = ProposalBoard(store, RELEASE)
    doers = Doer("a", NOW), Doer("b", NOW)
    first = board.propose(invented(), doers[0], source=NoticeSource.FILE).number
    second = board.propose(amendment(date(2026, 12, 7), TODAY), doers[0], source=NoticeSource.FILE).number
    revision = board.after(first).revision
    board.approve(second, doers[1], {}, revision=revision, alone=False)
    with pytest.raises(ProposalRefused) as refused:
        board.approve(first, doers[1], {}, revision=revision, alone=False)
    assert refused.value.code == "stale-preview"
    board.approve(first, doers[1], {}, revision=board.after(first).revision, alone=False)
    assert [one.state for one in proposals(store.almanac_events())] == [ProposalState.APPROVED] * 2


def test_a_proposal_that_cannot_stand_beside_what_came_in_force_meanwhile_leads_nowhere(store: Store) -> None:
    board = ProposalBoard(store, RELEASE)
    day = amendment(date(2026, 12, 7), TODAY)
    first = board.propose(day, Doer("a", NOW), source=NoticeSource.FILE).number
    local = day.model_copy(update={"id": "CN-JS-x", "jurisdiction": "CN-JS-320500"})
    second = board.propose(local, Doer("a", NOW), source=NoticeSource.FILE).number
    board.approve(second, Doer("b", NOW), {}, revision=board.after(second).revision, alone=False)
    with pytest.raises(ProposalRefused) as refused:
        board.after(first)
    assert refused.value.code == "wrong-table"


def test_a_notice_of_tomorrow_is_refused(store: Store) -> None:
    with pytest.raises(ProposalRefused) as refused:
        loaded(store, invented(published=TODAY + timedelta(days=1)))
    assert refused.value.code == "in-future"
    assert store.almanac_events() == []


def test_a_case_that_was_counted_by_a_newer_almanac_is_not_counted_back_by_an_older_one(store: Store) -> None:
    """Another process has not looked at the log yet: it does, as soon as it meets a version that it does not know."""
    accepted(store, "c", "2026-11-10", 60, "08:40")
    holder = AlmanacHolder(store, RELEASE)
    holder.renew()
    loaded(store, invented())
    newer = in_force(store)
    list(sweep(store, lambda: Instant(NOW, IDENTITY, GRACE, newer)))
    [found] = store.counted_cases(["c"])
    request = Settle(
        case="c",
        expected=found.head,
        changes=recounted(found.case, found.steps, found.clocks),
        as_of=found.as_of,
        calendar=found.calendar,
    )
    settler = Settler(store, IDENTITY, GRACE, lambda: NOW, holder.almanac, holder.renew)
    assert settler.settle(request).found == ()
    assert settler.almanac.calendar_for(NATION, TODAY).version == newer.calendar_for(NATION, TODAY).version
    assert clock(store, "c").due_date == date(2027, 2, 3)
