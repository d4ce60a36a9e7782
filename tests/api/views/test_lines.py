"""Lists, and the numbers of lists, over cases that were played by chance and settled as workflows do: on both databases."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random

import pytest

from activities.record import StepPicture
from activities.store.columns import ON_DESK
from activities.store.groups import CaseGroup, Mark
from activities.store.late import Owned
from activities.store.lines import (
    OVER,
    Card,
    CaseFilter,
    CaseLine,
    CaseTally,
    Cursor,
    DeskCursor,
    DeskLine,
    DueDay,
    DueSpan,
    Instants,
    Sort,
    StepTally,
)
from activities.store.rows import CaseView
from activities.store.store import Store
from api.views.case import ClockShown, clock_shown
from api.views.instants import TICK, instants_of
from api.views.lines import line_clock, line_shown
from sla.axis import local_day
from sla.clock import Standing
from sla.release import RELEASE
from tests.api.figures.averages_cases import Settled
from tests.databases import postgresql
from tests.desk import at

__all__ = ["postgresql"]

CASES = 120
FIRST, LAST = date(2021, 1, 4), at("2021-03-31 16:00")
AVERAGES = {Standing.OVERDUE, Standing.DUE_SOON, Standing.ON_TIME}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def city(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Cases of every kind, open ones and closed ones, as they stand at LAST."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('lists') / 'ledger.db'}"
    else:
        url = request.getfixturevalue("postgresql").create()
    store = Store.open(url, durable=False)
    store.migrate()
    for number in range(CASES):
        random = Random(f"lists-{number}")  # noqa: S311  # to draw cases
        begins = FIRST + timedelta(days=random.randrange(80))
        case = Settled(random, f"{random.choice(('SZ', 'tc'))}-{number:04}", begins, LAST, store)
        case.play()
        while case.alarm is not None and case.alarm < LAST:
            case.real = case.alarm
            case.settle(())
    yield store
    store.close()


def listed(
    store: Store, wanted: CaseFilter, instants: Instants, sort: Sort = Sort.LEFT, *, down: bool = False
) -> list[CaseLine]:
    """All pages of a list, of an odd length."""
    lines: list[CaseLine] = []
    after: Cursor | None = None
    while True:
        page = store.case_page(wanted, instants, sort=sort, descending=down, after=after, limit=7)
        lines += page.lines
        after = page.following
        if after is None:
            return lines


def numbers(lines: list[CaseLine]) -> list[str]:
    return [line.case.case for line in lines]


INSTANTS = [LAST, at("2021-03-31 17:30"), at("2021-03-31 17:30") + TICK, at("2021-04-06 08:00"), at("2021-03-15 12:00")]


@pytest.mark.parametrize("now", INSTANTS)
def test_every_case_is_in_one_group_and_the_groups_make_up_what_is_open(city: Store, now: datetime) -> None:
    instants = instants_of(RELEASE, now)
    everything = listed(city, CaseFilter(), instants)
    groups = {group: numbers(listed(city, CaseFilter(group=(group,)), instants)) for group in CaseGroup}
    assert numbers(everything) == [case for group in CaseGroup for case in groups[group]]
    assert len(set(numbers(everything))) == len(everything) == CASES
    assert all(line.group is group for group in CaseGroup for line in everything if line.case.case in groups[group])
    opened = numbers(listed(city, CaseFilter(open=True), instants))
    assert opened == [case for group in CaseGroup for case in groups[group] if group is not CaseGroup.CLOSED]
    assert set(opened) == set(city.open_cases())
    assert numbers(listed(city, CaseFilter(open=False), instants)) == groups[CaseGroup.CLOSED]
    tally = CaseTally.total(city.tallies(CaseFilter(), instants).cases.values())
    parts = (tally.overdue, tally.long, tally.due_soon, tally.on_time, tally.suspended, tally.not_started, tally.judged)
    assert sum(parts) == tally.open == len(opened)


OF_CASES: dict[str, CaseFilter] = {
    "open": CaseFilter(open=True),
    "overdue": CaseFilter(group=(CaseGroup.OVERDUE,)),
    "long": CaseFilter(group=(CaseGroup.DATED,), standing=(Standing.OVERDUE,)),
    "due_soon": CaseFilter(open=True, standing=(Standing.DUE_SOON,)),
    "on_time": CaseFilter(open=True, standing=(Standing.ON_TIME,)),
    "suspended": CaseFilter(open=True, standing=(Standing.SUSPENDED,)),
    "not_started": CaseFilter(group=(CaseGroup.NOT_STARTED,)),
    "judged": CaseFilter(open=True, standing=(Standing.MET, Standing.MISSED)),
    "beyond": CaseFilter(group=(CaseGroup.BEYOND,)),
    "undated": CaseFilter(group=(CaseGroup.BEYOND, CaseGroup.NOT_STARTED)),
    "due_today": CaseFilter(open=True, due=DueDay.TODAY),
    "due_tomorrow": CaseFilter(open=True, due=DueDay.TOMORROW),
    "step_over": CaseFilter(open=True, step=OVER),
}


@pytest.mark.parametrize("now", INSTANTS)
def test_a_number_is_the_length_of_its_list(city: Store, now: datetime) -> None:
    instants = instants_of(RELEASE, now)
    tallies = city.tallies(CaseFilter(), instants).cases
    everywhere = CaseTally.total(tallies.values())
    for place, tally in ((None, everywhere), *tallies.items()):
        for name, wanted in OF_CASES.items():
            own = wanted.model_copy(update={"jurisdiction": place})
            length = len(listed(city, own, instants))
            assert (place, name, getattr(tally, name)) == (place, name, length)
            assert city.number(own, instants) == length
    since = instants.places["suzhou"].since
    new = CaseFilter(group=(CaseGroup.OVERDUE,), due=DueSpan(first=since, last=now))
    assert everywhere.new_overdue == len(listed(city, new, instants))
    overdue = listed(city, OF_CASES["overdue"], instants)
    assert everywhere.longest == min((line.due_at for line in overdue if line.due_at), default=None)


def views(store: Store) -> list[CaseView]:
    found = [store.case(case) for case in store.ledgers()]
    return [view for view in found if view is not None]


def shown(view: CaseView, key: str | None) -> ClockShown | None:
    row = next((row for row in view.clocks if row.picture.clock.key == key), None)
    return None if row is None else clock_shown(row, view, RELEASE, LAST)


def test_a_line_says_what_the_case_says_at_that_instant(city: Store) -> None:
    lines = {line.case.case: line for line in listed(city, CaseFilter(), instants_of(RELEASE, LAST))}
    assert {line.standing for line in lines.values()} >= AVERAGES | {Standing.SUSPENDED, Standing.MET, Standing.MISSED}
    for view in views(city):
        line, clock = lines[view.case.case], shown(view, view.main)
        assert line.case == view.case
        assert line_clock(line, RELEASE, LAST) == clock
        if clock is None:
            assert (line.standing, line.due_at) == (None, None)
            continue
        assert (line.standing, line.due_at, line.due_soon_at) == (clock.standing, clock.due_at, clock.due_soon_at)
        binds = clock.judged and not clock.ramp_up
        broken = clock.standing is Standing.OVERDUE and binds and view.case.open
        assert (line.group is CaseGroup.OVERDUE) is broken
        told = line_shown(line, RELEASE, LAST, whole=True)
        assert told.time is not None
        assert (told.time.left, told.time.used) == (clock.remaining, clock.used)
        assert told.supplement is None or told.supplement <= clock.suspended
        late = any(rung.told_late for row in view.clocks for rung in row.picture.rungs)
        assert (Mark.TOLD_LATE in line.marks) is late
        assert (Mark.AVERAGE in line.marks) is (clock.measure == "average")
        assert (Mark.RAMP_UP in line.marks) is clock.ramp_up
        assert (Mark.PROVISIONAL in line.marks) is clock.provisional


def test_suspended_cases_come_by_what_is_left_and_dated_ones_by_when_they_are_due(city: Store) -> None:
    instants = instants_of(RELEASE, LAST)
    lefts = []
    for line in listed(city, CaseFilter(group=(CaseGroup.SUSPENDED,)), instants):
        clock = line_clock(line, RELEASE, LAST)
        assert clock is not None
        assert clock.limit.unit == "workday"
        lefts.append((clock.remaining, line.case.case))
    assert lefts == sorted(lefts)
    for group in (CaseGroup.OVERDUE, CaseGroup.DATED):
        dues = [(line.due_at, line.case.case) for line in listed(city, CaseFilter(group=(group,)), instants)]
        assert dues == sorted(dues)
    closed = [line.case for line in listed(city, CaseFilter(open=False), instants)]
    assert closed == sorted(closed, key=lambda case: (-(case.closed_at or LAST).timestamp(), case.case))


@pytest.mark.parametrize("down", [False, True])
def test_other_sorts_hold_the_same_cases_and_those_without_a_value_last(city: Store, down: bool) -> None:
    instants = instants_of(RELEASE, LAST)
    opened = set(city.open_cases())
    value: dict[Sort, Callable[[CaseLine], object]] = {
        Sort.ACCEPTED: lambda line: line.case.accepted_at,
        Sort.CASE: lambda line: line.case.case,
        Sort.DUE: lambda line: line.due_at if line.group in (CaseGroup.OVERDUE, CaseGroup.DATED) else None,
    }
    for sort, of in value.items():
        lines = listed(city, CaseFilter(open=True), instants, sort, down=down)
        assert set(numbers(lines)) == opened
        assert len(lines) == len(opened)
        values = [of(line) for line in lines]
        known = [one for one in values if one is not None]
        assert values[: len(known)] == sorted(known, reverse=down)  # type: ignore[type-var]
    closed = listed(city, CaseFilter(open=False), instants, Sort.DUE, down=down)
    assert set(numbers(closed)) == {view.case.case for view in views(city) if not view.case.open}
    dues = [line.due_at for line in closed if line.due_at is not None]
    assert dues == sorted(dues, reverse=down)
    both = numbers(listed(city, CaseFilter(), instants, Sort.CASE, down=down))
    assert both == sorted(both, reverse=down)
    assert len(both) == CASES


def held(view: CaseView, step: StepPicture) -> ClockShown | None:
    """A step's planning target, while it runs."""
    rows = [row for row in view.clocks if row.picture.step == step.key and row.picture.role == "step"]
    alive = [row for row in rows if row.picture.clock.stop is None and not row.picture.void]
    return clock_shown(alive[0], view, RELEASE, LAST) if alive else None


def desk_of(store: Store) -> list[tuple[CaseView, StepPicture, ClockShown | None]]:
    """Every step on a desk of ours, from whole cases."""
    return [
        (view, step, held(view, step))
        for view in views(store)
        if view.case.open
        for step in view.steps
        if step.status in ON_DESK and step.party != "applicant"
    ]


def card(view: CaseView, clock: ClockShown | None, red: int = 3) -> Card | None:
    """As alerts count: three working days after the due date it is red, or a number of the procedure's own."""
    if clock is None or clock.standing is not Standing.OVERDUE or clock.due_at is None:
        return None
    calendar = RELEASE.calendar_for(view.case.jurisdiction, local_day(LAST))
    over = calendar.clipped(local_day(LAST)) - calendar.clipped(local_day(clock.due_at - TICK))
    return Card.RED if over >= red else Card.YELLOW


def all_steps(store: Store, owner: str, instants: Instants) -> list[DeskLine]:
    lines: list[DeskLine] = []
    after: DeskCursor | None = None
    while page := store.desk_steps([owner], instants, after=after, limit=3):
        lines += page
        after = page[-1].cursor
    return lines


def test_desks_hold_the_steps_of_open_cases_each_once(city: Store) -> None:
    instants = instants_of(RELEASE, LAST)
    expected = desk_of(city)
    found = {desk.owner: desk.steps for desk in city.desks(instants)}
    assert sum(desk.steps.over for desk in city.desks(instants)) == city.badges(LAST, CASES * 10).over > 1
    assert city.badges(LAST, 1).over == 1
    assert set(found) == {step.owner for _, step, _ in expected}
    for owner, tally in found.items():
        mine = [(view, step, clock) for view, step, clock in expected if step.owner == owner]
        stands = [None if clock is None else clock.standing for _, _, clock in mine]
        cards = [card(view, clock) for view, _, clock in mine]
        days = [clock.due_at and local_day(clock.due_at - TICK) for _, _, clock in mine if clock is not None]
        tomorrow = RELEASE.calendar_for("suzhou", local_day(LAST)).next_working(local_day(LAST))
        parts = (tally.over, tally.due_soon, tally.on_time, tally.suspended, tally.untimed)
        assert sum(parts) == tally.open == len(mine)
        assert tally.over == stands.count(Standing.OVERDUE)
        assert tally.suspended == stands.count(Standing.SUSPENDED)
        assert tally.clocked == len(mine) - stands.count(None) - stands.count(Standing.SUSPENDED)
        assert city.badges(LAST, CASES * 10, Owned((owner,))).over == tally.over
        assert (tally.red, tally.yellow) == (cards.count(Card.RED), cards.count(Card.YELLOW))
        assert (tally.due_today, tally.due_tomorrow) == (days.count(local_day(LAST)), days.count(tomorrow))
        lines = all_steps(city, owner, instants)
        of_lines = {(line.case.case, line.step.key): (line.standing, line.card) for line in lines}
        assert len(of_lines) == len(lines)
        assert of_lines == {
            (view.case.case, step.key): (stand, card(view, clock))
            for (view, step, clock), stand in zip(mine, stands, strict=True)
        }
        due = [line.clock.due_at for line in lines if line.clock and line.clock.due_at and not line.clock.standing]
        assert due == sorted(due)
        over = city.desk_steps([owner], instants, standing=[Standing.OVERDUE], limit=200)
        assert [line.standing for line in over] == [Standing.OVERDUE] * tally.over
        today = city.desk_steps([owner], instants, due=DueDay.TODAY, limit=200)
        assert len(today) == tally.due_today
    everywhere = StepTally.total(city.tallies(CaseFilter(), instants).steps.values())
    assert everywhere == StepTally.total(found.values())


def test_marks_and_steps_of_a_line_are_found_by_asking_for_them(city: Store) -> None:
    instants = instants_of(RELEASE, LAST)
    everything = listed(city, CaseFilter(), instants)
    for mark in Mark:
        assert numbers(listed(city, CaseFilter(flag=(mark,)), instants)) == numbers(
            [line for line in everything if mark in line.marks]
        )
    keys = {line.step.key for one in everything for line in one.steps}
    for key in sorted(keys)[:5]:
        assert numbers(listed(city, CaseFilter(step=key), instants)) == numbers(
            [line for line in everything if any(one.step.key == key for one in line.steps)]
        )
    for owner in sorted({one.step.owner for line in everything for one in line.steps})[:5]:
        assert numbers(listed(city, CaseFilter(owner=(owner,)), instants)) == numbers(
            [line for line in everything if line.case.owner == owner or any(s.step.owner == owner for s in line.steps)]
        )


def test_a_procedures_own_number_of_days_until_the_red_card_holds_in_every_list_and_sum(city: Store) -> None:
    own = {"water-connection": 8, "construction-approval": 1}
    instants = instants_of(RELEASE, LAST, own)
    expected = {
        (view.case.case, step.key): card(view, clock, own.get(view.case.procedure, 3))
        for view, step, clock in desk_of(city)
    }
    usual = {(view.case.case, step.key): card(view, clock) for view, step, clock in desk_of(city)}
    assert expected != usual, "it makes a difference"
    lines = listed(city, CaseFilter(open=True), instants)
    shown = {(line.case.case, one.step.key): one.card for line in lines for one in line.steps}
    assert {key: shown[key] for key in expected} == expected
    for mark, one in ((Mark.STEP_RED, Card.RED), (Mark.STEP_YELLOW, Card.YELLOW)):
        found = {line.case.case for line in listed(city, CaseFilter(flag=(mark,)), instants)}
        assert found == {case for (case, _), given in expected.items() if given is one}
    desks = StepTally.total(desk.steps for desk in city.desks(instants))
    cards = [*expected.values()]
    assert (desks.red, desks.yellow) == (cards.count(Card.RED), cards.count(Card.YELLOW))
    owners = sorted({step.owner for _, step, _ in desk_of(city)})
    of_desks = {(one.case.case, one.step.key): one.card for owner in owners for one in all_steps(city, owner, instants)}
    assert of_desks == expected


@pytest.mark.parametrize("q", ["sz", "-00", "0042", "TC-01", "7", "1-"])
def test_open_cases_are_found_by_any_part_of_their_number_and_closed_ones_by_its_ends(city: Store, q: str) -> None:
    found = listed(city, CaseFilter(q=q), instants_of(RELEASE, LAST))
    ends = (str.startswith, str.endswith)
    assert sorted(numbers(found)) == [
        view.case.case
        for view in sorted(views(city), key=lambda view: view.case.case)
        if (
            q.lower() in view.case.case.lower()
            if view.case.open
            else any(of(view.case.case.lower(), q.lower()) for of in ends)
        )
    ]
    assert len(set(numbers(found))) == len(found)


def test_a_list_that_nothing_can_be_in_is_empty(city: Store) -> None:
    instants = instants_of(RELEASE, LAST)
    page = city.case_page(CaseFilter(open=True, group=(CaseGroup.CLOSED,)), instants)
    assert (page.lines, page.following) == ((), None)


@pytest.mark.parametrize("now", INSTANTS)
def test_the_first_cases_are_those_with_which_the_list_of_open_ones_begins(city: Store, now: datetime) -> None:
    instants = instants_of(RELEASE, now)
    everything = listed(city, CaseFilter(open=True), instants)
    for limit in (1, 5, 12, CASES):
        assert city.first_cases(CaseFilter(open=True), instants, limit) == tuple(everything[:limit])


@pytest.mark.parametrize(("suzhou", "taicang"), [(0, 0), (1, 40), (90, 7), (20, 20)])
def test_what_has_happened_since_is_what_the_ledger_says(city: Store, suzhou: int, taicang: int) -> None:
    days = {"suzhou": suzhou, "taicang": taicang}
    instants = instants_of(RELEASE, LAST)
    since = {place: LAST - timedelta(days=number) for place, number in days.items()}
    places = {place: one.model_copy(update={"since": since.get(place, LAST)}) for place, one in instants.places.items()}
    found = city.recent(instants.model_copy(update={"places": places}))
    reasons: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    verdicts: list[str | None] = []
    pending: list[datetime] = []
    for view in views(city):
        begin = since[view.case.jurisdiction]
        for event in city.events(view.case.case):
            if event.kind == "rung-withdrawn" and event.told >= begin:
                target = event.body["clock"].startswith(("step/", "stage/"))
                reasons[target][event.body["reason"]] += 1
        if view.case.closed_at is not None and view.case.closed_at >= begin and view.case.status == "decided":
            main = next((one.picture for one in view.clocks if one.picture.clock.key == view.main), None)
            binds = main is not None and main.judged and not main.ramp_up
            verdicts.append(main.verdict if main is not None and binds else None)
        pending += [step.told_at for step in view.steps if step.pending and step.told_at is not None]
    assert (found.cases_withdrawn, found.steps_withdrawn) == (reasons[False], reasons[True])
    assert (found.decided, found.met, found.missed) == (len(verdicts), verdicts.count("met"), verdicts.count("missed"))
    assert (found.waiting, found.waiting_since) == (len(pending), min(pending, default=None))
    assert found.moved == 0
    if suzhou == 90:
        assert verdicts
        assert reasons[False]
        assert reasons[True]
