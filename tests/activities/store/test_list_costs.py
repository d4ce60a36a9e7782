"""What lists read: as much with thousands of closed cases as without, on both databases."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from activities.record import Role
from activities.store import listing
from activities.store.desk_queues import OfDesk
from activities.store.groups import CaseGroup, Mark
from activities.store.late import Owned
from activities.store.lines import OVER, CaseFilter, DueDay, DueSpan, Instants, PlaceDays, Sort
from activities.store.rows import CaseRows
from activities.store.store import Store
from sla.clock import Standing
from tests.activities.store.build import DAY, T, a_case, a_clock, a_row, a_step

NOW = T + 20 * DAY
SPAN = DueSpan(first=T, last=NOW)
DAYS = PlaceDays(today=SPAN, tomorrow=SPAN, since=T, red=T + DAY, red_before=T)
AT = Instants(now=NOW, places={"taicang": DAYS, "suzhou": DAYS})
OPEN, CLOSED = 40, 1500
PATIENCE = 1.2  # more than nothing, as a tree grows by a level

Read = Callable[[Store], object]


def of_list(sort: Sort = Sort.LEFT, **asked: Any) -> Read:
    return lambda store: store.case_page(CaseFilter(**asked), AT, sort=sort)


def of_number(**asked: Any) -> Read:
    return lambda store: store.number(CaseFilter(**asked), AT)


def of_tally(**asked: Any) -> Read:
    return lambda store: store.tallies(CaseFilter(**asked), AT)


FILTERS: dict[str, dict[str, Any]] = {
    "all": {},
    "procedure": {"procedure": "water-connection"},
    "place and variant": {"jurisdiction": "taicang", "variant": "standard"},
    "owner": {"owner": ("water-group", "gas-group")},
    "company": {"owner_in": ("water-group",)},
    "standing": {"standing": (Standing.OVERDUE,)},
    "group": {"group": (CaseGroup.OVERDUE, CaseGroup.SUSPENDED)},
    "due": {"due": DueDay.TODAY},
    "over": {"step": OVER},
    "step": {"step": "acceptance"},
    "flags": {"flag": tuple(Mark)},
    "number": {"q": "7"},
}
OF_OPEN: dict[str, Read] = {
    **{f"list by {sort}": of_list(sort, open=True) for sort in Sort},
    **{f"list of {name}": of_list(open=True, **asked) for name, asked in FILTERS.items()},
    **{f"count of {name}": of_number(open=True, **asked) for name, asked in FILTERS.items()},
    **{f"tally of {name}": of_tally(**asked) for name, asked in FILTERS.items()},
    "desks": lambda store: store.desks(AT),
    "desk": lambda store: store.desk_steps(["water-group"], AT),
    "queues beside a desk": lambda store: store.queue_sizes(OfDesk("taicang", ["water-group"])),
    "badges of a company": lambda store: store.badges(NOW, 100, Owned(("water-group",))),
    "approved": lambda store: store.approved("gas-connection", "taicang", T, NOW, T + DAY),
}
OF_CLOSED: dict[str, Read] = {
    "list": of_list(open=False),
    "list of procedure": of_list(open=False, procedure="water-connection"),
    "list of owner": of_list(open=False, owner=("water-group",)),
    "list of owner and verdict": of_list(open=False, owner=("water-group",), standing=(Standing.MET,)),
    "list of verdict that there is not": of_list(open=False, standing=(Standing.MISSED,)),
    "list of company": of_list(open=False, owner_in=("gas-group",)),
    "list by due": of_list(Sort.DUE, open=False),
    "list of due": of_list(open=False, due=SPAN),
    "list of closing day": of_list(closed=SPAN),
    "list of closing day of procedure": of_list(closed=SPAN, procedure="water-connection"),
    "count of closing day": of_number(closed=SPAN, status=("decided",)),
    "list by number": of_list(Sort.CASE, open=False),
    "list of number": of_list(open=False, q="x0"),
    "list of parent": of_list(open=False, parent="nothing"),
    "list of all by number": of_list(Sort.CASE),
    "count": of_number(open=False),
    "count of verdict": of_number(open=False, standing=(Standing.MISSED,)),
}


def a_numbered(number: int, *, closed: bool) -> CaseRows:
    """A case with a promise and a step on a desk, or done."""
    due, stop = T + timedelta(hours=number), T + timedelta(minutes=number) if closed else None
    key = f"{'X' if closed else 'A'}{number:05}"
    promise = a_row(a_clock(stop=stop), due, standing=Standing.MET if closed else None)
    target = a_clock("step/acceptance#1", Role.STEP, step="acceptance", stop=stop)
    step = a_step(status="done" if closed else "running", started_at=T)
    closing = {"open": False, "status": "decided", "outcome": "approved", "closed_at": stop, "decided_at": stop}
    return a_case(
        key, promise, a_row(target, due, standing=promise.standing), steps=(step,), **(closing if closed else {})
    )


def put_many(store: Store, first: int, last: int, *, closed: bool) -> None:
    with store.append("many") as appending:
        for number in range(first, last):
            appending.case, appending.open = f"{'X' if closed else 'A'}{number:05}", None
            appending.put(a_numbered(number, closed=closed))
    with store.writing() as connection:
        connection.execute(text("ANALYZE" if store.sqlite else "ANALYZE case_, step, clock"))


@contextmanager
def watched(store: Store, found: list[tuple[str, Any]]) -> Iterator[None]:
    def said(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        found.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", said)
    yield
    event.remove(store.engine, "before_cursor_execute", said)


def rows_read(plan: dict[str, Any]) -> float:
    """Rows that an executed plan has looked at."""
    below = sum(rows_read(one) for one in plan.get("Plans", ()))
    if "Relation Name" not in plan and "Index Name" not in plan:
        return below
    counted = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    looked: float = sum(plan.get(name, 0) for name in counted) * plan["Actual Loops"]
    return below + looked


def cost(store: Store, read: Read) -> float:
    """How much a read does: steps of SQLite's machine, or rows that PostgreSQL looks at."""
    if store.sqlite:
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        with store.reading() as connection:
            driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(step, 10)
        read(store)
        driver.set_progress_handler(None, 0)
        return steps
    found: list[tuple[str, Any]] = []
    with watched(store, found):
        read(store)
    with store.reading() as connection:
        # thousands of rows are soon read whole: what is asked here is whether an index spares a million of them
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plans = [
            connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values).scalar_one()
            for statement, values in found
            if statement.startswith("SELECT")
        ]
    return sum(rows_read(one[0]["Plan"] if not isinstance(one, str) else json.loads(one)[0]["Plan"]) for one in plans)


def test_open_cases_cost_the_same_whatever_has_been_closed(store: Store) -> None:
    put_many(store, 0, OPEN, closed=False)
    before = {name: cost(store, read) for name, read in OF_OPEN.items()}
    put_many(store, 0, CLOSED, closed=True)
    after = {name: cost(store, read) for name, read in OF_OPEN.items()}
    grown = {name: (before[name], after[name]) for name in before if after[name] > PATIENCE * before[name] + OPEN}
    assert not grown, grown


def test_a_page_of_closed_cases_costs_the_same_however_many_there_are(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "WINDOW", 200)
    monkeypatch.setattr(listing, "MOST", 200)
    put_many(store, 0, CLOSED // 2, closed=True)
    before = {name: cost(store, read) for name, read in OF_CLOSED.items()}
    put_many(store, CLOSED // 2, 2 * CLOSED, closed=True)
    after = {name: cost(store, read) for name, read in OF_CLOSED.items()}
    grown = {name: (before[name], after[name]) for name in before if after[name] > PATIENCE * before[name] + 60}
    assert not grown, grown
