"""Runs files of test vectors for counting time: what a clock comes to against what was counted by hand."""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from sla.axis import SHANGHAI
from sla.calendar import Calendar
from sla.chain import Holding, total
from sla.clock import (
    Clock,
    Extension,
    Interval,
    Limit,
    Policy,
    Reading,
    Standing,
    Suspension,
    Unit,
    count,
    count_strictly,
)
from sla.days import DayUse, day_ledger
from sla.errors import CalendarHorizonError, CountingError
from sla.release import RELEASE

Fields = dict[str, Any]

COMMON = {"id", "kind", "title", "rules", "by_hand", "policy", "as_of", "calendar", "now", "expected"}
FIELDS = {
    "single": COMMON | {"limit", "unit", "events", "counted_days"},
    "union": COMMON | {"steps"},
}
STEP_FIELDS = {"authority", "events"}
EVENT_FIELDS = {"accept": set(), "pause": {"id"}, "resume": {"id"}, "stop": set(), "extend": {"days", "id"}}
POLICY_FIELDS = {"cutoff", "close", "roll_accept", "roll_resume", "count_start_day", "due_soon"}
POLICY_WORDS = {"cut_off": "cutoff", "yellow": "due_soon"}  # other words for the same, as the notes have them
# Lights in data are standings in code.
STATES = {
    Standing.NOT_STARTED: "green",
    Standing.ON_TIME: "green",
    Standing.DUE_SOON: "yellow",
    Standing.OVERDUE: "red",
    Standing.MISSED: "red",
    Standing.SUSPENDED: "paused",
    Standing.MET: "done",
}
EXPECTED: dict[str, Callable[[Reading], object]] = {
    "effective_accept": lambda reading: reading.start_day,
    "due_date": lambda reading: reading.due_date,
    "due_at": lambda reading: reading.due_at,
    "used": lambda reading: reading.used,
    "paused": lambda reading: reading.suspended,
    "remaining": lambda reading: reading.remaining,
    "overdue": lambda reading: reading.overdue,
    "overdue_days": lambda reading: reading.overdue_by,
    "state": lambda reading: STATES[reading.standing],
    "provisional": lambda reading: reading.provisional,
}
DAYS = {"effective_accept", "due_date", "known_until", "known_from"}
HORIZON = {"error", "known_until", "known_from", "counted", "missing"}


class VectorError(Exception):
    """A vector that cannot be run as it is written."""


def run(files: Iterable[Path], echo: Callable[[str], None]) -> bool:
    """Run every vector of the files; true where all pass. Each gets a line, the sums the last one."""
    passed = failed = 0
    for file in files:
        try:
            vectors = _read(file)
        except (OSError, ValueError, VectorError) as error:
            echo(f"FAIL {file}: {error}")
            failed += 1
            continue
        for vector in vectors:
            faults = _faults(vector)
            name = vector.get("id", "?") if isinstance(vector, dict) else "?"
            if faults:
                echo(f"FAIL {name} {'; '.join(faults)}")
                failed += 1
            else:
                echo(f"ok {name} {vector.get('title', '')}".rstrip())
                passed += 1
    echo(f"{passed} passed, {failed} failed")
    return failed == 0


def _read(file: Path) -> list[Any]:
    content = json.loads(file.read_text(encoding="utf-8"))
    vectors = content.get("vectors") if isinstance(content, dict) else None
    if not isinstance(vectors, list):
        raise VectorError("no list of vectors")
    return vectors


def _faults(vector: object) -> list[str]:
    """What the vector expects and does not get, or why it cannot be run."""
    try:
        if not isinstance(vector, dict):
            raise VectorError(f"{vector!r} is no vector")
        kind = vector.get("kind", "single")
        if kind not in FIELDS:
            raise VectorError(f"kind: {kind!r} is unknown")
        _only(vector, FIELDS[kind], "field")
        expected = vector["expected"]
        if not isinstance(expected, dict) or not expected:
            raise VectorError("expected: nothing to compare")
        return _single(vector, expected) if kind == "single" else _union(vector, expected)
    except KeyError as error:
        return [f"{error.args[0]}: missing"]
    except (VectorError, CountingError, ValueError, TypeError, ArithmeticError, AttributeError) as error:
        return [str(error)]


def _single(vector: Fields, expected: Fields) -> list[str]:
    _only(expected, EXPECTED.keys() | HORIZON, "expected field")
    calendar, policy, due_soon = _settings(vector)
    limit = Limit(amount=Decimal(str(vector["limit"])), unit=Unit(vector.get("unit", Unit.WORKDAY)))
    clock = _clock(vector["events"], limit, policy, due_soon)
    if clock.start is None:
        raise VectorError("events: no accept")
    now = _now(vector, vector["events"])
    reading = count(clock, calendar, now)
    got: Fields = {name: read(reading) for name, read in EXPECTED.items()}
    got["error"] = None
    try:
        count_strictly(clock, calendar, now)
    except CalendarHorizonError as error:
        got |= {
            "error": type(error).__name__,
            "known_until": error.known_until,
            "known_from": error.known_from,
            "counted": error.counted,
            "missing": error.missing,
        }
    faults = _differences({"error": None} | expected, got)
    if "counted_days" in vector:
        faults += _day_differences(vector["counted_days"], clock, calendar, now, reading.due_date)
    return faults


def _union(vector: Fields, expected: Fields) -> list[str]:
    calendar, policy, _ = _settings(vector)
    holdings, events = [], []
    for step in vector["steps"]:
        _only(step, STEP_FIELDS, "step field")
        events += step["events"]
        clock = _clock(step["events"], Limit(amount=Decimal(0)), policy, 1)
        if clock.start is None or clock.extensions:
            raise VectorError(f"step {step['authority']}: accept, pause, resume and stop only")
        held = Interval(start=clock.start, end=clock.stop)
        holdings.append(Holding(authority=step["authority"], intervals=(held,), suspensions=clock.suspensions))
    result = total(holdings, calendar, _now(vector, events), policy)
    got = {
        "per_authority": dict(result.by_authority),
        "sum": result.workload,
        "union": result.union,
        "span": result.span,
        "idle": result.idle,
    }
    _only(expected, got.keys(), "expected field")
    return _differences(expected, got)


def _settings(vector: Fields) -> tuple[Calendar, Policy, int]:
    as_of = date.fromisoformat(vector["as_of"]) if vector.get("as_of") else date.max
    values = {POLICY_WORDS.get(name, name): value for name, value in (vector.get("policy") or {}).items()}
    _only(values, POLICY_FIELDS, "policy field")
    due_soon = int(values.pop("due_soon", 1))
    if "cutoff" in values:
        values["cutoff"] = _time(values["cutoff"]) or time.max
    if "close" in values:
        values["close"] = _time(values["close"])
    return RELEASE.calendar_for(vector.get("calendar") or "CN", as_of), Policy(**values), due_soon


def _clock(events: list[Fields], limit: Limit, policy: Policy, due_soon: int) -> Clock:
    """The facts of the events. A resumption closes the suspension of its id, or else the first open one without."""
    start: datetime | None = None
    stop: datetime | None = None
    suspensions: dict[int, Suspension] = {}
    extensions: list[Extension] = []
    for number, event in enumerate(sorted(events, key=_order)):
        kind, at, name = event["type"], _instant(event["at"]), event.get("id")
        if kind == "accept":
            start = _once(start, at, "accept")
        elif kind == "stop":
            stop = _once(stop, at, "stop")
        elif kind == "extend":
            extensions.append(Extension(id=name or str(number), amount=Decimal(str(event["days"])), at=at))
        elif kind == "pause":
            suspensions[number] = Suspension(id=name or "", ground=name or "pause", start=at)
        else:
            key = next((key for key, each in suspensions.items() if each.end is None and each.id == (name or "")), None)
            if key is None:
                raise VectorError(f"resume at {event['at']}: no such pause is open")
            suspensions[key] = suspensions[key].model_copy(update={"end": at})
    return Clock(
        key="vector",
        limit=limit,
        start=start,
        suspensions=tuple(suspensions.values()),
        extensions=tuple(extensions),
        stop=stop,
        policy=policy,
        due_soon=due_soon,
    )


def _order(event: Fields) -> datetime:
    kind = event["type"]
    if kind not in EVENT_FIELDS:
        raise VectorError(f"event {kind!r} is unknown")
    _only(event, {"type", "at"} | EVENT_FIELDS[kind], "event field")
    return _instant(event["at"])


def _once(before: datetime | None, at: datetime, kind: str) -> datetime:
    if before is not None:
        raise VectorError(f"events: a second {kind}")
    return at


def _now(vector: Fields, events: list[Fields]) -> datetime:
    """The vector's now, or else the last event."""
    return _instant(vector["now"]) if vector.get("now") else max(_instant(event["at"]) for event in events)


def _day_differences(
    expected: list[str], clock: Clock, calendar: Calendar, now: datetime, due_date: date | None
) -> list[str]:
    counted = [
        day.date.isoformat()
        for day in day_ledger(clock, calendar, now)
        if (day.kind is DayUse.COUNTED or day.used > 0) and (due_date is None or day.date <= due_date)
    ]
    return [] if counted == expected else [f"counted_days: expected {expected}, got {counted}"]


def _differences(expected: Fields, got: Fields) -> list[str]:
    faults = []
    for name, value in expected.items():
        wanted = value
        if value is not None and name in DAYS:
            wanted = date.fromisoformat(value)
        elif value is not None and name == "due_at":
            wanted = _instant(value)
        found = got.get(name)
        if wanted != found or isinstance(wanted, bool) != isinstance(found, bool):
            faults.append(f"{name}: expected {_shown(wanted)}, got {_shown(found)}")
    return faults


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_shown(each)}" for name, each in value.items()) + "}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _only(fields: Fields, known: Iterable[str], what: str) -> None:
    unknown = sorted(fields.keys() - set(known))
    if unknown:
        raise VectorError(f"{what} {', '.join(unknown)}: unknown")


def _instant(text: str) -> datetime:
    """An instant; without an offset it is Shanghai's time."""
    day, mark, rest = text.partition("T24:00")
    if mark:
        return _instant(f"{date.fromordinal(date.fromisoformat(day).toordinal() + 1)}T00:00{rest}")
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is not None else at.replace(tzinfo=SHANGHAI)


def _time(text: str | None) -> time | None:
    """A time of day; None for the end of the day."""
    return None if text is None or text.startswith("24:00") else time.fromisoformat(text)
