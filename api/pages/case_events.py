"""What befell a case, on its page: the newest first, with the due date that it moved."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from activities.record import ClockPicture, Event, NewEvent, RungKind
from activities.rungs import NOTE_WITHDRAWN, RUNG_EVENTS, WITHDRAWN
from api.pages.case_steps import told_later
from api.pages.case_words import CAUSES, DECISIONS, KINDS, WANTED, CaseNames
from api.pages.case_words import WITHDRAWN as WITHDRAWN_FOR
from api.pages.kinds import fact_changes, variant_title
from api.pages.words import message
from sla.almanac import Almanac
from sla.axis import MICROSECOND
from sla.calendar import Calendar
from sla.clock import Clock, count
from workflows.asking import ASKED, LAPSED, OF_REQUEST
from workflows.fold import fold
from workflows.picture import clock_of
from workflows.state import CaseState

BESIDE = frozenset({"fee-recorded", "linked", "recalculated"})  # what moves neither a clock nor a state
CARDS = {"rung-raised": message("Yellow card"), "rung-withdrawn": message("yellow card withdrawn")}
TAKEN_BACK = (WITHDRAWN, NOTE_WITHDRAWN)
OF_REQUESTS = (OF_REQUEST, "number")  # fields that hold the number of a request
WANTED_AS = {"correct": "amended", "extend": "extended"}  # what a request's command is recorded as
UNMOVING = frozenset({*RUNG_EVENTS, *BESIDE})  # whatever they say, no due date depends on it


class DueMove(NamedTuple):
    """A due date before and after an event; None where there was none."""

    before: date | None
    after: date | None


class EventRow(NamedTuple):
    """An event of the ledger in words."""

    seq: int
    at: datetime
    told: datetime | None
    kind: str
    what: str
    about: str
    actor: str
    move: DueMove | None


class TimeMove(NamedTuple):
    """A due date that no event moved but the time that passed: at an instant, after an event."""

    at: datetime
    after: int
    move: DueMove


def moves_of(
    events: Sequence[Event], case: str, key: str, almanac: Almanac, shown: Collection[int] | None = None
) -> dict[int, DueMove]:
    """Return by number the events that moved a clock's due date, as it was told; of those `shown`, where they are given.

    Each is counted before and after, at the instant at which it was told: what time alone moved is no event's.
    """
    state: CaseState | None = None
    version = ""
    known: _Counted | None = None
    seen: CaseState | None = None
    drawn: ClockPicture | None = None  # of it
    found: dict[int, DueMove] = {}
    for event in events:
        earlier, before = state, version
        state, version = fold(state, [event], case), event.calendar
        if state is None or event.kind in UNMOVING or (shown is not None and event.seq not in shown):
            continue
        picture = clock_of(state, key)
        if picture is None or picture.void or picture.clock.stop is not None:
            continue
        was = drawn if earlier is seen else None if earlier is None else clock_of(earlier, key)
        seen, drawn = state, picture
        if was is not None and (was.clock, before) == (picture.clock, version):
            continue
        due = None if was is None else _due(was.clock, before, event.told, almanac, known)
        after = _due(picture.clock, version, event.told, almanac, None)
        known = _Counted(picture.clock, version, after)
        if after != due:
            found[event.seq] = DueMove(due, after)
    return found


def moved_by_time(
    events: Sequence[Event], case: str, clock: Clock, calendar: Calendar, now: datetime
) -> TimeMove | None:
    """Return when a clock began by itself, because nobody had said in time what was missing; None where it did not."""
    if clock.receipt is None:
        return None
    reading = count(clock, calendar, now)
    if not reading.presumed or reading.presumes_at is None:
        return None
    so_far = [event for event in events if event.told <= reading.presumes_at]
    state = fold(None, so_far, case)
    picture = None if state is None else clock_of(state, clock.key)
    if picture is None:
        return None
    instants = (reading.presumes_at, reading.presumes_at + MICROSECOND)
    move = DueMove(*(count(picture.clock, calendar, at).due_date for at in instants))
    return None if move.before == move.after else TimeMove(reading.presumes_at, so_far[-1].seq, move)


class _Counted(NamedTuple):
    clock: Clock
    version: str
    due: date | None


def _due(clock: Clock, version: str, at: datetime, almanac: Almanac, known: _Counted | None) -> date | None:
    # once a clock has started no due date comes of time alone
    if known is not None and clock.start is not None and known[:2] == (clock, version):
        return known.due
    return count(clock, almanac.calendar_as_corrected(version), at).due_date


def listed_events(events: Iterable[Event], key: str | None, *, whole: bool) -> list[Event]:
    """Return events, the newest first; unless `whole` only what moved a state, or the clock of that key."""
    return [event for event in reversed([*events]) if whole or not _beside(event, key)]


def event_rows(names: CaseNames, events: Iterable[Event], moves: Mapping[int, DueMove]) -> list[EventRow]:
    """Return events in words."""
    return [_row(names, event, moves.get(event.seq)) for event in events]


def with_time(names: CaseNames, rows: Sequence[EventRow], moved: TimeMove | None) -> list[EventRow]:
    """Return rows, the newest first, with what time alone moved among them where it belongs there."""
    place = next((nth for nth, row in enumerate(rows) if moved is not None and row.seq == moved.after), None)
    if moved is None or place is None:
        return [*rows]
    said = names.words.say("Accepted by law: nobody had said in time what was missing")
    row = EventRow(0, moved.at, None, "presumed", said, "", "", moved.move)
    return [*rows[:place], row, *rows[place:]]


def _beside(event: Event, key: str | None) -> bool:
    if event.kind == "calendar-applied":
        return key not in event.body.get("moved", {})
    return event.kind in BESIDE or event.body.get("rung") == RungKind.DUE_SOON


def _row(names: CaseNames, event: Event, move: DueMove | None) -> EventRow:
    return EventRow(
        seq=event.seq,
        at=event.at,
        told=told_later(event.at, event.told),
        kind=event.kind,
        what=_what(names, event),
        about=names.words.listed(_about(names, event)),
        actor=event.actor,
        move=move,
    )


def _what(names: CaseNames, event: Event) -> str:
    """What kind of event it is; a step's alarm past its planning target is a card."""
    of_step = event.body.get("rung") == RungKind.OVERDUE and str(event.body.get("clock", "")).startswith("step/")
    kind = (CARDS.get(event.kind) if of_step else None) or KINDS.get(event.kind)
    return event.kind if kind is None else names.words.say(kind)


def _about(names: CaseNames, event: NewEvent) -> list[str]:
    """What an event says beside its kind; of a request what it asks for."""
    if event.kind == ASKED:
        return wanted_said(names, event)
    words, body = names.words, event.body
    parts = [names.step(body.get("step")), _clock(names, body), _outcome(names, event)]
    parts.append(names.ground(str(body["ground"])) if body.get("ground") else None)
    parts += _granted(names, event)
    parts.append(words.say("%(n)s yuan", n=words.number(Decimal(body["fen"]) / 100)) if "fen" in body else None)
    parts += [words.say("of request %(n)s", n=body[name]) for name in OF_REQUESTS if name in body]
    parts += [body.get("child"), body.get("approved_by"), *_corrected(names, body), *_otherwise(names, event)]
    parts.append(_reason(names, event))
    parts += [words.labelled(name, text) for name, text in body.get("opinions", {}).items()]
    return [str(part) for part in (*parts, body.get("note")) if part]


def wanted_said(names: CaseNames, asking: NewEvent) -> list[str]:
    """Say in words what the event of a request asks for."""
    wanted = asking.body["wanted"]
    as_done = asking.model_copy(update={"kind": WANTED_AS.get(wanted["kind"], wanted["kind"]), "body": wanted})
    return [names.words.say(WANTED[wanted["kind"]]), *_about(names, as_done)]


def _clock(names: CaseNames, body: Mapping[str, Any]) -> str | None:
    if "clock" not in body:
        return None
    key = str(body["clock"])
    return f"{names.clock(key)} {names.rung(key, body['rung'])}" if "rung" in body else names.clock(key)


def _outcome(names: CaseNames, event: NewEvent) -> str | None:
    outcome = event.body.get("outcome")
    if outcome is None:
        return None
    if event.kind == "decided" and outcome in DECISIONS:
        return names.words.say(DECISIONS[outcome])
    return names.outcome(event.body.get("step"), str(outcome))


def _corrected(names: CaseNames, body: Mapping[str, Any]) -> Iterator[str]:
    """Which event a confirmation or a correction is of, and what it then says."""
    if "seq" in body:
        yield names.words.say("of number %(n)s", n=body["seq"])
    if body.get("void"):
        yield names.words.say("It never was")
    elif body.get("instant"):
        yield f"→ {names.words.instant(datetime.fromisoformat(body['instant']))}"
    if body.get("end"):
        yield names.words.say("until %(at)s", at=names.words.instant(datetime.fromisoformat(body["end"])))


def _granted(names: CaseNames, event: NewEvent) -> Iterator[str]:
    """How much an extension grants, or granted in truth."""
    truly = event.kind == "amended"
    if event.body.get("workdays"):
        text = message("%(n)s working days in truth") if truly else message("%(n)s working days more")
        yield names.words.say(text, n=event.body["workdays"])
    if event.body.get("months"):
        text = message("%(n)s months in truth") if truly else message("%(n)s months more")
        yield names.words.say(text, n=event.body["months"])


def _otherwise(names: CaseNames, event: NewEvent) -> Iterator[str]:
    """What a case turned out to be, whose a step is now, what is missing, or why it was closed."""
    words, body = names.words, event.body
    if event.kind == "reclassified":
        variants = [
            variant_title(words, names.procedure.key, key)
            for key in (body["was"]["variant"], body["procedure"]["variant"])
        ]
        yield " → ".join(dict.fromkeys(variants))
        yield from fact_changes(words, names.procedure.key, body["was"]["facts"], body["procedure"]["facts"])
    elif event.kind == "handed-over":
        yield f"{names.owner(body['was'])} → {names.owner(body['owner'])}"
    elif event.kind == "terminated":
        yield words.say(CAUSES[body["cause"]])
    elif body.get("tolerance"):
        said = body["tolerance"]
        yield words.say("accepted without: %(lacking)s", lacking=said["lacking"])
        yield words.say("to be brought within %(n)s working days", n=said["workdays"])
        yield said["rule"]


def _reason(names: CaseNames, event: NewEvent) -> str | None:
    reason = event.body.get("reason")
    if reason is None or event.kind == LAPSED:  # why it lapsed, its kind says
        return None
    known = WITHDRAWN_FOR.get(str(reason)) if event.kind in TAKEN_BACK else None
    return str(reason) if known is None else names.words.say(known)
