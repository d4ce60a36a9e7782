"""Averages, shares and forecasts recounted from a ledger's events alone: plain, slow, without a line of the code under test.

`differences` reads the table of events, follows each case by its own small fold, walks its days, and says where the
figures that are shown are others. Shared with the code are only names: who is which department, and the scopes' keys.

After a demo: `python -m tests.api.figures.averages_oracle build/demo/*/ledger.sqlite`.
"""

import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any, NamedTuple

import psycopg

from activities.rungs import Instant
from activities.store.store import Store
from api.figures.averages import Asked, Figure, figures
from sla.cohort import TakenOverCases
from sla.departments import department_of
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.api.figures.averages_ledger import EPOCH, Case, Fact
from tests.sla.walker import CHINA, History, OffTheMapError, Outcome, Stretch, days_known, walk

AVERAGES = {"sz-22-power-low": 7, "sz-22-power-medium": 35, "sz-22-water-pipe-approval": 30}  # that count Taicang's too
IN_MONTHS = {"sz-20-bankruptcy", "tc-53-bankruptcy"}
DEADLINE = History(calendar_days=False, limit=5, start=EPOCH, now=EPOCH, as_of=date.min)
NINETY = timedelta(days=89)  # back, for a window of so many and one

Raw = tuple[str, int, str, int, int, str, str]


class Count(NamedTuple):
    """A case in one cohort. `used` None: it ran out of the calendar. `on_time` None: it is open."""

    case: str
    scope: tuple[str, str, str]
    used: int | None
    limit: int
    on_time: bool | None
    told_late: bool
    ramp_up: bool
    taken_over: bool
    provisional: bool
    stopped_on: date | None


def counts(case: Case, now: datetime) -> Iterator[Count]:
    """Every promise of time in each of its cohorts."""
    for promise in case.promises:
        if promise["limit"] is not None and promise["limit"]["unit"] == "workday":  # months are walked elsewhere
            yield from _counts(case, promise, now)


def _counts(case: Case, promise: dict[str, Any], now: datetime) -> Iterator[Count]:
    stop, version = case.stop(promise)
    void = case.ended in {"refused", "withdrawn", "revoked"} and (stop is None or case.ended == "revoked")
    if void:
        return
    as_of = _as_of(version) if stop else now.astimezone(CHINA).date()
    history = _history(case, promise, stop, now, as_of)
    if history is None or (stop is None and (promise["ramp_up"] or history.start > now)):
        return
    place = (case.made["jurisdiction"], department_of(case.made["jurisdiction"], promise["owner"]))
    key = f"promise/{promise['commitment']}"
    own = _walked(history)
    for cohort in (promise["commitment"], *promise["also"]):
        limit = history.limit if cohort == promise["commitment"] else AVERAGES[cohort]
        wider = own if limit == history.limit else _walked(history._replace(limit=limit))
        yield Count(
            case=case.number,
            scope=(cohort, *place),
            used=None if own is None or wider is None else own.used,
            limit=history.limit if own is None else own.limit,
            on_time=None if stop is None else wider is None or not wider.overdue,
            told_late=key in case.told_late,
            ramp_up=promise["ramp_up"],
            taken_over=case.taken_over,
            provisional=own is not None and _provisional(own, as_of, is_open=stop is None),
            stopped_on=None if stop is None else stop.astimezone(CHINA).date(),
        )


def _history(case: Case, promise: dict[str, Any], stop: datetime | None, now: datetime, as_of: date) -> History | None:
    """None where the case was never accepted, nor is taken to be."""
    received, noticed = case.receipts[-1]
    start, running = case.accepted, case.running(parallel_lines=promise["parallel_lines"])
    answered = [at for at in (noticed, start) if at is not None]
    began = _local(received)
    deadline = _walked(DEADLINE._replace(start=began, now=began, as_of=as_of, close=case.close))
    if deadline is not None and deadline.due_at is not None:
        end = stop or now
        if all(at > deadline.due_at for at in answered) and end > deadline.due_at:
            running = (*running, Stretch(received, start))
            start = received
    if start is None:
        return None
    halts = [one for one in case.halts if one.step is None and case.halts_promises(one)]
    key = f"promise/{promise['commitment']}"
    return History(
        calendar_days=False,
        limit=int(float(promise["limit"]["amount"])),
        start=_local(start),
        now=_local(now),
        as_of=as_of,
        stop=_maybe(stop),
        suspensions=tuple(Stretch(_local(one.start), _maybe(one.end)) for one in halts),
        running=tuple(Stretch(_local(one.start), _maybe(one.end)) for one in running),
        extensions=tuple((days, _local(at)) for clock, days, at in case.extensions if clock == key),
        close=case.close,
    )


def _provisional(walked: Outcome, as_of: date, *, is_open: bool) -> bool:
    """Whether the next year's notice may still move the due day, which is in its last three days or beyond."""
    if walked.due is None:
        return is_open and walked.beyond is not None
    return walked.due >= max(days_known(as_of)) - timedelta(days=2)


def _walked(history: History) -> Outcome | None:
    try:
        return walk(history)
    except OffTheMapError:
        return None


def _local(at: datetime) -> datetime:
    return at.astimezone(CHINA)


def _maybe(at: datetime | None) -> datetime | None:
    return None if at is None else _local(at)


def _as_of(version: str) -> date:
    day = version.split(":")[1]
    return date.min if day == "base" else date.fromisoformat(day)


def differences(database_url: str, now: datetime | None = None) -> list[str]:
    """Where the figures of every month's end, and of now, are not what the events come to; now is the last thing told."""
    ledger = _ledger(database_url)
    if not ledger:
        return ["the ledger holds no event: there is nothing to compare"]
    if now is None:
        now = max(fact.told for facts in ledger.values() for fact in facts)
    every = [one for number, facts in ledger.items() for one in counts(Case(number, facts), now)]
    today = now.astimezone(CHINA).date()
    ends = {_month_end(one.stopped_on) for one in every if one.stopped_on}
    store = Store.open(database_url)
    instant = Instant(now, Timeline(anchor_real=now, anchor_business=now), timedelta(0), RELEASE)
    wrong: list[str] = []
    for until in sorted({today, *(end for end in ends if end < today)}):
        for rule in TakenOverCases:
            found = figures(store, instant, Asked(taken_over=rule), until)
            wrong += _differ(_by_scope(every), found, until, today, leave_out=rule is TakenOverCases.LEFT_OUT)
    store.close()
    return wrong


def _ledger(database_url: str) -> dict[str, list[Fact]]:
    query = 'SELECT "case", seq, kind, at, told, body, calendar FROM event ORDER BY "case", seq'
    connection: Any
    if database_url.startswith("sqlite:///"):
        connection = sqlite3.connect(f"file:{database_url.removeprefix('sqlite:///')}?mode=ro", uri=True)
    else:
        connection = psycopg.connect(database_url)
    with closing(connection):
        raw: list[Raw] = connection.execute(query).fetchall()
    return {case: [_fact(row) for row in rows] for case, rows in groupby(raw, key=lambda row: row[0])}


def _fact(row: Raw) -> Fact:
    _, seq, kind, at, told, body, calendar = row
    return Fact(seq, kind, _instant(at), _instant(told), json.loads(body), calendar)


def _instant(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


Scope = tuple[str, str | None, str | None]


def _by_scope(every: Iterable[Count]) -> dict[Scope, list[Count]]:
    found: dict[Scope, list[Count]] = {}
    for one in every:
        commitment, jurisdiction, _ = one.scope
        for scope in ((commitment, None, None), (commitment, jurisdiction, None), one.scope):
            found.setdefault(scope, []).append(one)
    return found


def _differ(
    expected: dict[Scope, list[Count]], found: list[Figure], until: date, today: date, *, leave_out: bool
) -> list[str]:
    wrong: list[str] = []
    seen = set()
    for figure in found:
        scope = tuple(figure.scope)
        if figure.scope.commitment in IN_MONTHS:
            continue
        seen.add(scope)
        wanted = _expected(expected.get(figure.scope, []), figure.window.value, until, today, leave_out=leave_out)
        shown = _shown(figure)
        wrong += [
            f"{scope} {figure.window} {until}: {name} is {shown[name]}, the events come to {value}"
            for name, value in wanted.items()
            if shown[name] != value
        ]
    first = min(_first(window, until) for window in ("month", "year", "rolling90"))
    for scope, cases in expected.items():
        counted = any(c.stopped_on is None if until >= today else False for c in cases)
        counted = counted or any(c.stopped_on is not None and first <= c.stopped_on <= until for c in cases)
        if counted and scope not in seen:
            wrong.append(f"{scope} {until}: not shown")
    return wrong


def _first(window: str, until: date) -> date:
    return {"month": until.replace(day=1), "year": until.replace(month=1, day=1), "rolling90": until - NINETY}[window]


def _expected(cases: list[Count], window: str, until: date, today: date, *, leave_out: bool) -> dict[str, Any]:
    first = _first(window, until)
    held = [c for c in cases if c.stopped_on is not None and first <= c.stopped_on <= until]
    running = [c for c in cases if c.stopped_on is None] if until >= today else []
    early = [c for c in held if c.ramp_up and c.used is not None]
    bound = [c for c in held if not c.ramp_up and c.used is not None]
    cohort = [c for c in bound if not (leave_out and c.taken_over)]
    running_elsewhere = sum(c.taken_over for c in running)
    running = [c for c in running if not (leave_out and c.taken_over)]
    going = [c for c in running if c.used is not None]
    return {
        **_numbers(cohort),
        "ramp-up": _numbers(early),
        "taken over": _numbers([c for c in bound if c.taken_over]),
        "provisional": sum(c.provisional for c in cohort),
        "uncounted": sum(c.used is None for c in held),
        "open": len(running),
        "open taken over": running_elsewhere,
        "open provisional": sum(c.provisional for c in going),
        "open uncounted": len(running) - len(going),
        "elapsed": _mean([c.used for c in cohort + going]) if until >= today else None,
        "due": (
            _mean([c.used for c in cohort] + [max(c.limit, c.used or 0) for c in going]) if until >= today else None
        ),
    }


def _numbers(cohort: list[Count]) -> dict[str, Any]:
    used = sorted(c.used or 0 for c in cohort)
    n = len(used)
    middle = used[(n - 1) // 2 : n // 2 + 1]
    worst = [c for c in cohort if c.used == used[-1]]
    return {
        "mean": _mean(used),
        "median": Fraction(sum(middle), len(middle)) if used else None,
        "p90": next((u for u in used if 10 * sum(v <= u for v in used) >= 9 * n), None),
        "longest": min((c.stopped_on, c.case) for c in worst)[1] if worst else None,
        "worst": used[-1] if used else None,
        "on time": sum(bool(c.on_time) for c in cohort),
        "as told": sum(bool(c.on_time) and not c.told_late for c in cohort),
    }


def _mean(used: list[Any]) -> tuple[int, Fraction | None]:
    return len(used), Fraction(sum(used), len(used)) if used else None


def _shown(figure: Figure) -> dict[str, Any]:
    expected = {basis.value: (one.n, one.exact_mean) for basis, one in figure.forecast.items()}
    return {
        **_of_cohort(figure.cohort),
        "ramp-up": _of_cohort(figure.ramp_up),
        "taken over": _of_cohort(figure.taken_over),
        "provisional": figure.provisional,
        "uncounted": figure.uncounted,
        "open": figure.open,
        "open taken over": figure.open_taken_over,
        "open provisional": figure.open_provisional,
        "open uncounted": figure.open_uncounted,
        "elapsed": expected.get("elapsed"),
        "due": expected.get("due"),
    }


def _of_cohort(cohort: Any) -> dict[str, Any]:
    return {
        "mean": (cohort.n, cohort.exact_mean),
        "median": None if cohort.median is None else Fraction(cohort.median),
        "p90": cohort.p90,
        "longest": cohort.longest,
        "worst": cohort.maximum,
        "on time": cohort.on_time,
        "as told": cohort.on_time_as_told,
    }


if __name__ == "__main__":
    wrong = [f"{file}: {one}" for file in sys.argv[1:] for one in differences(f"sqlite:///{file}")]
    sys.stdout.writelines(f"{line}\n" for line in [*wrong, f"{len(wrong)} differences in {len(sys.argv) - 1} ledgers"])
    sys.exit(bool(wrong) or len(sys.argv) == 1)
