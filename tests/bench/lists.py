"""What lists, counts and sums take with many open cases, and with many more that are closed."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import date
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import insert, text

from activities.store import tables
from activities.store.columns import Columns, Shown, shown
from activities.store.lines import OVER, CaseFilter, DueDay, Instants, Sort
from activities.store.store import Store
from api.views.instants import instants_of
from sla.clock import Standing
from sla.release import RELEASE
from tests.api.figures.filling import Drawn
from tests.bench.figures import Sheet
from tests.bench.stand import postgresql, prepared
from tests.desk import at

NOW = at("2021-03-31 10:42")
TEMPLATES = 24  # of each, open and closed
SPREAD = 30 * 24 * 60  # minutes
BATCH = 2_000  # cases in one transaction
MINUTE = 60_000_000
MOVED = ("due_at", "due_soon_at", "accepted_at", "decided_at", "approved_at", "closed_at", "received_at")

Read = Callable[[Store, Instants], object]


class Sizes(NamedTuple):
    """How many cases there are, and how often each list or page is read."""

    open: int
    closed: int
    times: int


READS: Mapping[str, Read] = {
    "first_12": lambda store, now: store.grouped(CaseFilter(open=True), now, limit=12),
    "page": lambda store, now: store.case_page(CaseFilter(open=True), now),
    "page_of_200": lambda store, now: store.case_page(CaseFilter(open=True), now, limit=200),
    "procedure": lambda store, now: store.case_page(CaseFilter(open=True, procedure="electricity-connection"), now),
    "suspended": lambda store, now: store.case_page(CaseFilter(open=True, standing=(Standing.SUSPENDED,)), now),
    "step_over": lambda store, now: store.case_page(CaseFilter(open=True, step=OVER), now),
    "due_today": lambda store, now: store.case_page(CaseFilter(open=True, due=DueDay.TODAY), now),
    "number_part": lambda store, now: store.case_page(CaseFilter(open=True, q="0042"), now),
    "by_accepted": lambda store, now: store.case_page(CaseFilter(open=True), now, sort=Sort.ACCEPTED),
    "count": lambda store, now: store.number(CaseFilter(open=True), now),
    "tallies": lambda store, now: store.tallies(CaseFilter(), now),
    "tallies_of_procedure": lambda store, now: store.tallies(CaseFilter(procedure="electricity-connection"), now),
    "desks": lambda store, now: store.desks(now),
    "desk": lambda store, now: store.desk_steps(["市水务集团", "太仓市供电公司", "苏州供电公司"], now),
    "all": lambda store, now: store.case_page(CaseFilter(), now),
    "closed": lambda store, now: store.case_page(CaseFilter(open=False), now),
    "closed_procedure": lambda store, now: store.case_page(CaseFilter(open=False, procedure="company-setup"), now),
    "closed_missed": lambda store, now: store.case_page(CaseFilter(open=False, standing=(Standing.MISSED,)), now),
    "closed_nothing": lambda store, now: store.case_page(CaseFilter(open=False, variant="nothing"), now),
    "closed_by_due": lambda store, now: store.case_page(CaseFilter(open=False), now, sort=Sort.DUE),
    "closed_number": lambda store, now: store.case_page(CaseFilter(open=False, q="c-00042"), now),
    "closed_count": lambda store, now: store.number(CaseFilter(open=False), now),
}


def measure(sheet: Sheet, home: Path, sizes: Sizes) -> None:
    """Times each read on both databases, before and after the closed cases are there."""
    _on(sheet, "sqlite", prepared(f"sqlite:///{home}/lists.sqlite"), sizes)
    with postgresql(home / "pg") as url:
        _on(sheet, "postgresql", url, sizes)


def _on(sheet: Sheet, name: str, url: str, sizes: Sizes) -> None:
    with closing(Store.open(url, durable=False)) as store:
        open_ones, closed_ones = _templates()
        _load(store, "o", open_ones, sizes.open)
        before = _timed(store, sizes.times)
        began = time.perf_counter()
        _load(store, "c", closed_ones, sizes.closed)
        sheet.add(
            f"lists.{name}.load",
            time.perf_counter() - began,
            "s",
            f"{sizes.closed} closed cases, straight into the tables",
        )
        for read, after in _timed(store, sizes.times).items():
            against = f"p95 of {sizes.times}, {sizes.open} cases open, {sizes.closed} closed; {before[read]:.1f} ms without these"
            sheet.add(f"lists.{name}.{read}", after, "ms", against)


def _timed(store: Store, times: int) -> dict[str, float]:
    now = instants_of(RELEASE, NOW)
    return {name: _p95(lambda read=read: read(store, now), times) for name, read in READS.items()}  # type: ignore[misc]


def _p95(call: Callable[[], object], times: int) -> float:
    call()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(taken, n=20)[-1]


def _templates() -> tuple[list[Shown], list[Shown]]:
    drawn = Drawn(3, date(2021, 1, 4), 80, NOW)
    found: dict[bool, list[Shown]] = {True: [], False: []}
    played = count()
    while any(len(some) < TEMPLATES for some in found.values()):
        made = shown(drawn.play(next(played))[1])
        found[made.case["open"]].append(made)
    return found[True][:TEMPLATES], found[False][:TEMPLATES]


def _load(store: Store, prefix: str, templates: list[Shown], number: int) -> None:
    """Copies under other numbers, some days earlier or later; of closed ones the main clock and two steps suffice."""
    made = _copies(prefix, templates, number)
    while some := list(islice(made, BATCH)):
        with store.writing() as connection:
            connection.execute(insert(tables.case), [one.case for one in some])
            connection.execute(insert(tables.step), [step for one in some for step in one.steps])
            connection.execute(insert(tables.clock), [clock for one in some for clock in one.clocks])
    if not store.sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM ANALYZE case_, step, clock"))


def _copies(prefix: str, templates: list[Shown], number: int) -> Iterator[Shown]:
    random = Random(7)  # noqa: S311  # to draw days
    for each in range(number):
        one, case = templates[each % len(templates)], f"{prefix}-{each:07}"
        by = random.randrange(-SPREAD, SPREAD) * MINUTE
        if one.case["open"]:
            yield Shown(
                _moved(one.case, case, by), _of(one.steps, case, by), _of(one.clocks, case, by), one.requests, one.sizes
            )
        else:
            by -= SPREAD * MINUTE
            main = [clock for clock in one.clocks if clock["key"] == one.case["main"]]
            yield Shown(
                _moved(one.case, case, by), _of(one.steps[:2], case, by), _of(main, case, by), one.requests, one.sizes
            )


def _of(rows: list[Columns], case: str, by: int) -> list[Columns]:
    return [_moved(row, case, by) for row in rows]


def _moved(row: Columns, case: str, by: int) -> Columns:
    moved: dict[str, Any] = {**row, "case": case}
    moved |= {name: row[name] + by for name in MOVED if row.get(name) is not None}
    moved["picture"] = row["picture"].replace(f'"case":"{row["case"]}"', f'"case":"{case}"')
    if "group_" in row:
        order = moved["due_at"] if row["group_"] == 0 else row["group_order"] + by
        moved |= {
            "number": case,
            "tail": case[::-1],
            "group_order": -moved["closed_at"] if row["group_"] == 5 else order,
        }
    return moved
