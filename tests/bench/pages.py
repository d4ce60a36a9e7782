"""What the pages take with many open cases, and with many more that are closed: time, bytes, and reads of the database."""

import asyncio
import statistics
import time
from collections.abc import Collection, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from activities.store.store import Store
from api.app import create_app
from api.demo.script import Act
from api.demo.stories import WATER, Story, at, begun, of, stories
from api.pages.environment import assets
from tests.api.pages.statements import FRAME, reads_of
from tests.api.pages.visitor import Visitor
from tests.bench import copies
from tests.bench.figures import Sheet
from tests.bench.lists import Sizes
from tests.bench.stand import postgresql
from tests.browser import notices
from tests.browser.city import City

EVENTS = 200  # of the long case
NOTICES = 10_000
LONG, PAUSED = "two-hundred-events", "ninety-nine-pauses"


class Asked(NamedTuple):
    """A page, and who asks for it; in braces the numbers of cases by the names of their stories."""

    path: str
    who: str = "officer"


class Taken(NamedTuple):
    """What a page took: milliseconds at first, p95, and of the processor; bytes of itself, reads besides its frame's."""

    first: float
    p95: float
    busy: float
    size: int
    reads: int


PAGES: Mapping[str, Asked] = {
    "today": Asked("/today"),
    "cases": Asked("/cases"),
    "cases_overdue": Asked("/cases?group=overdue"),
    "cases_due_today": Asked("/cases?due=today"),
    "cases_suspended": Asked("/cases?standing=suspended"),
    "cases_step_over": Asked("/cases?step=over"),
    "cases_of_procedure": Asked("/cases?procedure=water-connection"),
    "cases_by_number": Asked("/cases?q=sz-ec&open=any"),
    "cases_by_accepted": Asked("/cases?sort=accepted"),
    "cases_closed": Asked("/cases?open=false"),
    "cases_closed_missed": Asked("/cases?open=false&standing=missed"),
    "cases_all": Asked("/cases?open=any"),
    "cases_of_utility": Asked("/cases", "suzhou-water"),
    "case": Asked("/cases/{due-today}"),
    "case_200_events": Asked(f"/cases/{{{LONG}}}"),
    "case_all_events": Asked(f"/cases/{{{LONG}}}?events=all"),
    "case_99_pauses": Asked(f"/cases/{{{PAUSED}}}"),
    "case_days": Asked(f"/cases/{{{LONG}}}/days"),
    "desks": Asked("/desk"),
    "desk": Asked("/desk/sz-water"),
    "desk_of_utility": Asked("/desk/sz-water", "suzhou-water"),
    "promises": Asked("/promises", "supervisor"),
    "promise": Asked("/promises/sz-22-water-no-pipe", "supervisor"),
    "calendar": Asked("/calendar/2026"),
    "told_late": Asked("/told-late", "supervisor"),
    "told": Asked("/told", "supervisor"),
    "companies": Asked("/companies", "supervisor"),
}


def measure(sheet: Sheet, home: Path, sizes: Sizes, wanted: Collection[str]) -> None:
    """Ask for each page that is wanted on both databases, before and after the closed cases are there."""
    with closing(Store.open(f"sqlite:///{home}/pages.sqlite", durable=False)) as store:
        store.migrate()
        asyncio.run(_on(sheet, "sqlite", store, sizes, wanted))
    with postgresql(home / "pg-pages") as url, closing(Store.open(url, durable=False)) as store:
        asyncio.run(_on(sheet, "postgresql", store, sizes, wanted))


async def filled(store: Store, events: int = EVENTS) -> City:
    """Fill a store that has the tables with a city that has every page, and long cases."""
    city = City(store)
    await city.fill((*stories(), long_story(LONG, events, events // 10), long_story(PAUSED, events, (events - 2) // 2)))
    notices.write(store, city.cases, city.clock())
    return city


async def _on(sheet: Sheet, name: str, store: Store, sizes: Sizes, wanted: Collection[str]) -> None:
    city = await filled(store)
    opened, closed = copies.numbers(store, opened=True), copies.numbers(store, opened=False)
    copies.add_open(store, [case for case in opened if case not in (city.case(LONG), city.case(PAUSED))], sizes.open)
    copies.add_notices(store, min(NOTICES, 2 * sizes.open))
    copies.settle(store)
    before = await _asked(city, sizes.times, wanted)
    began = time.perf_counter()
    copies.add_closed(store, closed, sizes.closed)
    copies.settle(store)
    there = f"{sizes.open} cases open, {sizes.closed} closed"
    sheet.add(
        f"page.{name}.load", time.perf_counter() - began, "s", f"{sizes.closed} closed cases, straight into the tables"
    )
    extra = sum(len(one.content) for one in assets().values())
    for page, taken in (await _asked(city, sizes.times, wanted)).items():
        without = f"{before[page].p95:.1f} ms and {before[page].reads} reads without the closed"
        against = (
            f"p95 of {sizes.times}, {there}; {taken.busy:.1f} of the processor; at first {taken.first:.0f}; {without}"
        )
        sheet.add(f"page.{name}.{page}.p95", taken.p95, "ms", against)
        sheet.add(f"page.{name}.{page}.size", (taken.size + extra) / 1000, "kB", "with style and script, uncompressed")
        sheet.add(
            f"page.{name}.{page}.reads",
            taken.reads,
            "queries",
            f"when asked again, besides {FRAME} of the frame; {there}",
        )


async def _asked(city: City, times: int, wanted: Collection[str]) -> dict[str, Taken]:
    """Ask for every page that is wanted in this process, as people who have signed in."""
    app = create_app(city.services)
    people: dict[str, Visitor] = {}
    try:
        pages = {name: asked for name, asked in PAGES.items() if name in wanted}
        for who in {asked.who for asked in pages.values()}:
            people[who] = Visitor(app, city.keys[who])
            await people[who].sign_in()
        return {name: await _taken(city, people[asked.who], asked, times) for name, asked in pages.items()}
    finally:
        for one in people.values():
            await one.http.aclose()
        app.state.pool.shutdown()


async def _taken(city: City, somebody: Visitor, asked: Asked, times: int) -> Taken:
    path = asked.path.format_map(city.cases)
    taken, busy, sizes, counts = [], [], [], []
    with reads_of(city.store) as reads:
        for _ in range(times + 1):
            began, working = time.perf_counter(), time.process_time()
            answer = await somebody.get(path)
            taken.append((time.perf_counter() - began) * 1000)
            busy.append((time.process_time() - working) * 1000)
            assert answer.status_code == 200, f"{path}: {answer.text}"
            sizes.append(len(answer.content))
            counts.append(len(reads))
            reads.clear()
    p95 = statistics.quantiles(taken[1:], n=20, method="inclusive")[-1]
    return Taken(taken[0], p95, statistics.median(busy[1:]), max(sizes), max(counts[1:]) - FRAME)


def long_story(name: str, events: int, pauses: int) -> Story:
    """Return a case of so many events that stood still for an hour on so many days; the others are about money."""
    opened = begun(WATER, "2026-05-29 10:00")
    acts: list[Act] = []
    for nth in range(pauses):
        day, pause = at("2026-06-01 10:00") + timedelta(days=nth), f"pause-{nth}"
        acts.append(Act(day, "suspend", body={"suspension": pause, "ground": "inspection"}))
        acts.append(Act(day + timedelta(hours=1), "resume", pause))
    for nth in range(events - len(opened) - len(acts)):
        day = at("2026-06-01 14:00") + timedelta(hours=12 * nth)
        acts.append(Act(day, "fee", body={"fen": 0, "reason": f"第 {nth} 次抄表"}))
    return of(name, WATER, *opened, *acts)
