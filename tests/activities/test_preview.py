"""What a preview says is what the sweep then does; and whatever it does, the rows can be made anew from the events."""

from collections.abc import Callable
from datetime import date, datetime
from random import Random

import pytest

from activities.preview import CalendarPreview, Move
from activities.rungs import Instant
from activities.store.store import Store
from activities.sweep import sweep
from sla.almanac import Almanac
from sla.editions import Entry, edition_of, with_entry
from sla.release import RELEASE
from tests.activities.test_almanacs import in_force, loaded
from tests.activities.test_sweep import GRACE, IDENTITY, Run, accepted, clock
from tests.desk import Desk, at, promised, water
from tests.notices import amendment, invented
from workflows.rebuild import rebuild

NOW = at("2026-11-10 10:00")
TODAY = date(2026, 11, 10)
GROUND = "hearing"
LIMITS = (1, 4, 30, 35, 36, 37, 38, 60, 80)


@pytest.fixture
def city(store: Store) -> Store:
    """Cases of the last weeks, some suspended, some over, some done."""
    chance = Random(20261110)  # noqa: S311  # always the same
    for number in range(18):
        limit, day = chance.choice(LIMITS), date(2026, 10, 12 + chance.randrange(19))
        started = at(f"{day} {chance.choice(('08:40', '10:00', '17:40'))}")
        run, desk = Run(store, f"c{number:02}"), Desk(f"c{number:02}")
        promises = promised(limit)
        run.play(desk.open(started, water(), promises=promises), desk.accept(started, promises=promises))
        what = chance.randrange(3)
        later = at(f"{date(2026, 11, 2 + chance.randrange(6))} 11:00")
        if what == 0 and limit > 20:
            run.play(desk.suspend(later, suspension="s", ground=GROUND))
    done = Run(store, "done")
    desk = Desk("done")
    start = at("2026-10-12 10:00")
    run_done(done, desk, start)
    return store


def run_done(run: Run, desk: Desk, start: datetime) -> None:
    run.play(desk.open(start, water(), promises=promised(9)), desk.accept(start, promises=promised(9)))
    for day, step in zip((13, 14, 15), ("joint-site-survey", "inspection-and-meter", "water-on"), strict=True):
        run.play(desk.complete(at(f"2026-10-{day} 12:00"), step))


def led_to(entry: Entry, *before: Entry) -> Almanac:
    edition = edition_of(RELEASE)
    earlier: tuple[Almanac, ...] = (RELEASE,)
    for one in (*before, entry):
        edition = with_entry(edition, one)
    return edition.almanac(earlier)


def run_steps(run: Run, number: int) -> None:
    """The first steps, so that no planning target is ahead."""
    desk = Desk(f"steps-{number}")
    for step in ("joint-site-survey", "inspection-and-meter"):
        run.play(desk.complete(at(f"2026-10-{13 + number} 12:00"), step))


def moves_done(store: Store, heads: dict[str, int]) -> dict[tuple[str, str], tuple[datetime | None, datetime | None]]:
    """What the events after some heads say of due dates that moved; each case has one such event at most."""
    found: dict[tuple[str, str], tuple[datetime | None, datetime | None]] = {}
    for case, seq in heads.items():
        applied = [event for event in store.events(case, seq) if event.kind == "calendar-applied"]
        assert len(applied) <= 1
        for key, (old, new) in applied[0].body["moved"].items() if applied else ():
            found[case, key] = _read(old), _read(new)
    return found


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def swept_by(store: Store, almanac: Almanac, now: datetime = NOW) -> set[str]:
    """The cases that a sweep moves."""
    batches = list(sweep(store, lambda: Instant(now, IDENTITY, GRACE, almanac)))
    return {case for batch in batches for case in batch.applied}


def shown(moves: list[Move]) -> dict[tuple[str, str], tuple[datetime | None, datetime | None]]:
    return {(move.case, move.clock): (move.old_due, move.new_due) for move in moves}


WHICH: dict[str, Callable[[], Entry]] = {
    "the next year's notice": invented,
    "a day off among due dates": lambda: amendment(date(2026, 11, 16), TODAY),
    "a day off that was": lambda: amendment(date(2026, 11, 4), date(2026, 11, 9)),
}


@pytest.mark.parametrize("what", WHICH)
def test_a_preview_is_what_the_sweep_does_one_event_a_case(city: Store, what: str) -> None:
    entry = WHICH[what]()
    almanac = led_to(entry)
    heads = {case: city.head(case).seq for case in city.ledgers()}
    seen = CalendarPreview(almanac, TODAY)
    seen.refresh(city, NOW)
    numbers, moves = seen.numbers(NOW), list(seen.moves(NOW))
    assert {case: city.head(case).seq for case in heads} == heads
    assert moves
    moved = swept_by(city, almanac)
    assert moves_done(city, heads) == shown(moves)
    assert {move.case for move in moves} <= moved
    assert "done" not in moved
    assert numbers.dated + numbers.moved + numbers.undated >= len({move.case for move in moves})
    assert swept_by(city, almanac) == set()
    after = CalendarPreview(almanac, TODAY)
    after.refresh(city, NOW)
    assert list(after.moves(NOW)) == []


def test_numbers_are_of_cases_by_desk_and_named_by_their_digest(city: Store) -> None:
    almanac = led_to(invented())
    seen = CalendarPreview(almanac, TODAY, revision=7, places=("suzhou",))
    seen.refresh(city, NOW)
    numbers, moves = seen.numbers(NOW), list(seen.moves(NOW))
    assert numbers.dated == len({move.case for move in moves if move.old_due is None})
    for desk in numbers.desks:
        own = [move for move in moves if (move.jurisdiction, move.owner) == (desk.jurisdiction, desk.owner)]
        assert desk.dated == len({move.case for move in own if move.old_due is None})
    assert (numbers.revision, numbers.calendars) == (7, (almanac.calendar_for("suzhou", TODAY).version,))
    again = CalendarPreview(almanac, TODAY, revision=7, places=("suzhou",))
    again.refresh(city, NOW)
    assert again.numbers(NOW).digest == numbers.digest
    other = CalendarPreview(almanac, TODAY, revision=8, places=("suzhou",))
    other.refresh(city, NOW)
    assert other.numbers(NOW).digest != numbers.digest


def test_made_anew_it_counts_only_the_cases_that_moved_on(city: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    almanac = led_to(invented())
    seen = CalendarPreview(almanac, TODAY)
    seen.refresh(city, NOW)
    counted: list[str] = []
    read = city.spanned_clocks

    def noted(places: list[tuple[str, int]]) -> object:
        counted.extend(case for case, _ in places)
        return read(places)

    monkeypatch.setattr(city, "spanned_clocks", noted)
    accepted(city, "new", "2026-11-10", 60, "09:00")
    seen.refresh(city, NOW)
    assert set(counted) == {"new"}
    assert "new" in {move.case for move in seen.moves(NOW)}
    whole = CalendarPreview(almanac, TODAY)
    whole.refresh(city, NOW)
    assert (list(whole.moves(NOW)), whole.numbers(NOW)) == (list(seen.moves(NOW)), seen.numbers(NOW))


def test_a_due_date_that_a_day_off_saves_turns_back_and_says_so(store: Store) -> None:
    accepted(store, "late", "2026-11-02", 5)  # due on Monday the 9th
    almanac = led_to(amendment(date(2026, 11, 4), date(2026, 11, 9)))
    seen = CalendarPreview(almanac, TODAY)
    seen.refresh(store, NOW)
    numbers = seen.numbers(NOW)
    assert (numbers.moved, numbers.to_on_time, numbers.to_overdue) == (1, 1, 0)
    assert any(move.flips and move.was_overdue for move in seen.moves(NOW))
    assert seen.numbers(at("2026-11-11 09:00")).to_on_time == 0  # by then it is late either way


def test_an_earlier_alarm_is_remembered_until_its_run_was_told(store: Store) -> None:
    city, almanac = store, led_to(invented())
    for number in range(3):
        run = accepted(city, f"beyond-{number}", f"2026-10-{12 + number}", 60)
        run_steps(run, number)
    batches = list(sweep(city, lambda: Instant(NOW, IDENTITY, GRACE, almanac)))
    sooner = {case for batch in batches for case in batch.sooner}
    waiting = city.to_wake()
    assert {case for case, _ in waiting} == sooner != set()
    assert [alarm for _, alarm in waiting] == sorted(alarm for _, alarm in waiting)
    first, second = waiting[0], waiting[1]
    city.woken([first, (second[0], NOW)])  # of the second another alarm is known by now
    assert {case for case, _ in city.to_wake()} == sooner - {first[0]}


def test_rows_and_verdicts_are_made_anew_though_notices_became_known_late(city: Store) -> None:
    loaded(city, invented())
    first = in_force(city)
    swept_by(city, first)
    run_done(Run(city, "judged"), Desk("judged"), at("2026-10-12 10:00"))
    loaded(city, amendment(date(2026, 11, 16), date(2026, 10, 20)))  # known before the notice, loaded after it
    second = in_force(city)
    assert second.calendar_for("suzhou", TODAY).version != first.calendar_for("suzhou", TODAY).version
    moved = swept_by(city, second)
    assert moved
    rows = {case: city.dump_rows(case) for case in city.ledgers()}
    rebuild(city, second)
    assert {case: city.dump_rows(case) for case in rows} == rows
    assert [city.verify_chain(case) for case in rows] == [None] * len(rows)
    again = in_force(city, led_to(amendment(date(2026, 11, 16), date(2026, 10, 20))))
    rebuild(city, again)
    assert {case: city.dump_rows(case) for case in rows} == rows
    assert clock(city, "done").picture.judged_under in {
        row[1]["judged_under"] for row in rows["done"] if row[0] == "clock"
    }


def test_a_sweep_that_was_cut_short_goes_on_where_it_was(city: Store) -> None:
    almanac = led_to(invented())
    heads = {case: city.head(case).seq for case in city.ledgers()}
    seen = CalendarPreview(almanac, TODAY)
    seen.refresh(city, NOW)
    expected = shown(list(seen.moves(NOW)))
    cut = sweep(city, lambda: Instant(NOW, IDENTITY, GRACE, almanac))
    next(cut)  # what there is
    next(cut)  # the first cases; then it ends
    del cut
    swept_by(city, almanac)
    assert moves_done(city, heads) == expected
