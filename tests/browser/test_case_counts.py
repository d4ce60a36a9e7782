"""What a case's page counts is what its ledger comes to, for every clock of the city."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from activities.record import Event, Role
from activities.store.rows import CaseView, ClockRow
from api.demo.stories import last_instant
from api.pages.case_days import day_rows, sums_of
from api.pages.case_events import moves_of
from api.pages.case_head import not_counted
from api.pages.words import Language, PageWords
from api.ruler.account import account_of
from api.views.case import clock_shown
from api.views.used import time_used
from sla.axis import local_day
from sla.clock import Unit
from sla.release import RELEASE
from tests.browser.city import City
from workflows.fold import fold
from workflows.held import held_by
from workflows.rebuild import all_events

pytestmark = pytest.mark.slow
NOW = last_instant()


def clocks(city: City) -> Iterator[tuple[CaseView, ClockRow, list[Event]]]:
    for case in city.cases.values():
        view = city.store.case(case)
        assert view is not None
        events = all_events(city.store, case)
        yield from ((view, row, events) for row in view.clocks)


async def test_days_add_up_to_what_is_used_and_none_is_lost(city: City) -> None:
    words = PageWords(Language.ZH, local_day(NOW))
    whole = 0
    for view, row, _ in clocks(city):
        account = account_of(view, row, RELEASE, NOW, lang="zh")
        rows = list(day_rows(words, account, RELEASE, view))
        if not rows:
            assert account.shown.used == 0
            continue
        sums = sums_of(account)
        name = f"{view.case.case} {row.picture.clock.key}"
        assert (
            sums.counted
            == account.shown.used
            == sum((one.counted for one in rows if one.day <= account.today), Decimal(0))
        ), name
        assert sums.days + sums.ahead == len(rows) == (rows[-1].day - rows[0].day).days + 1, name
        assert sums.days == sum(one.day <= account.today for one in rows), name
        if account.stopped:
            assert not any(one.counted for one in rows if one.day > account.today), name
        whole += 1
    assert whole > 100


async def test_what_did_not_count_is_told_by_reason_and_adds_up(city: City) -> None:
    told = 0
    for view, row, _ in clocks(city):
        account = account_of(view, row, RELEASE, NOW, lang="zh")
        if account.shown.limit.unit is Unit.WORKDAY and account.cells:
            reasons = not_counted(account)
            assert sum(one.days for one in reasons) == account.shown.suspended, f"{view.case.case} {account.shown.key}"
            told += bool(reasons)
    assert told > 5


async def test_what_the_owners_used_comes_to_what_is_shown(city: City) -> None:
    parallel = 0
    for view, row, events in clocks(city):
        shown = clock_shown(row, view, RELEASE, NOW)
        state = fold(None, events, view.case.case)
        assert state is not None
        calendar = RELEASE.calendar_as_corrected(shown.calendar)
        ended = view.case.closed_at
        now = min(NOW, ended) if shown.void and ended is not None else NOW
        found = time_used(row.picture, held_by(state, shown.key), calendar, now)
        if row.picture.role is not Role.PROMISE or found is None:
            continue
        assert found.sum - found.overlap == found.union == shown.used, view.case.case
        assert sum(found.by_owner.values(), Decimal(0)) == found.sum
        assert shown.workload in (None, found.sum)
        parallel += found.overlap > 0
    assert parallel > 2


async def test_the_last_date_that_an_event_moved_is_the_date_that_is_shown(city: City) -> None:
    moved = 0
    for view, row, events in clocks(city):
        shown = clock_shown(row, view, RELEASE, NOW)
        if (
            shown.role not in (Role.PROMISE, Role.STATUTORY)
            or shown.stopped_at is not None
            or shown.void
            or shown.presumed
        ):
            continue
        moves = moves_of(events, view.case.case, shown.key, RELEASE)
        some = {event.seq for event in events[len(events) // 2 :]}
        part = moves_of(events, view.case.case, shown.key, RELEASE, some)
        assert part == {seq: move for seq, move in moves.items() if seq in some}, "whatever else is shown"
        pairs = [moves[seq] for seq in sorted(moves)]
        assert [one.before for one in pairs[1:]] == [one.after for one in pairs[:-1]]
        assert (pairs[-1].after if pairs else None) == shown.due_date, f"{view.case.case} {shown.key}"
        moved += len(pairs)
    assert moved > 40
