"""Events are kept once, in one order, and cannot be changed unseen."""

import random
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from activities.record import GENESIS, Event, Head, NewEvent
from activities.store import tables
from activities.store.errors import Conflict
from activities.store.hashing import TAG, chain
from activities.store.instants import instant, micros
from activities.store.store import Store
from tests.activities.store.build import T, append, completed, new

INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)
NOT_NULL = ("key", "party", "owner", "status", "picture")
NUMBERS = {"occurrence": 1, "pending": False}
BODIES = st.dictionaries(
    TEXTS, st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS | st.floats(-9, 9)
)


@given(INSTANTS)
def test_an_instant_comes_back_to_the_microsecond(value: datetime) -> None:
    assert instant(micros(value)) == value


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(TypeError):
        micros(datetime(2021, 3, 1))  # noqa: DTZ001


@given(TEXTS, TEXTS, st.none() | TEXTS, BODIES, INSTANTS)
def test_the_hash_is_over_the_canonical_json_of_all_fields(
    case: str, actor: str, request_id: str | None, body: dict[str, Any], at: datetime
) -> None:
    new_event = NewEvent(kind="noted", at=at, told=at, actor=actor, request_id=request_id, body=body)
    [event] = chain(case, Head(), [new_event], "CN:base")
    written = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    fields: dict[str, Any] = {
        "case": case, "seq": 1, "kind": "noted", "at": written, "told": written, "actor": actor,
        "request_id": request_id, "digest": None, "body": body, "calendar": "CN:base",
    }  # fmt: skip
    assert event.hash == sha256(TAG + GENESIS.encode() + b"\n" + rfc8785.dumps(fields)).hexdigest()


def test_the_hash_does_not_depend_on_the_offset_in_which_an_instant_is_told() -> None:
    elsewhere = new().model_copy(update={"at": T.astimezone(timezone(timedelta(hours=8)))})
    assert chain("c", Head(), [elsewhere], "CN")[0].hash == chain("c", Head(), [new()], "CN")[0].hash


def test_events_come_back_as_they_were_appended(store: Store) -> None:
    first = append(store, "c1", new("opened", "r1", facts={"meter": "dn15", "share": 0.5}), new(text="验收 \u0000 ok"))
    second = append(store, "c1", completed("survey", request_id="r2"))
    append(store, "c2", new())
    assert store.events("c1") == [*first, *second]
    assert store.events("c1", after=1, limit=1) == [first[1]]
    assert store.head("c1") == Head(seq=3, hash=second[0].hash)
    assert store.event_by_request("c1", "r2") == second[0]
    assert store.event_by_request("c2", "r2") is None
    assert store.verify_chain("c1") is None


def test_an_unknown_case_has_an_empty_ledger(store: Store) -> None:
    assert store.head("none") == Head()
    assert store.events("none") == []
    assert store.verify_chain("none") is None


def test_an_appender_sees_what_the_ledger_holds(store: Store) -> None:
    events = append(store, "c1", new(), new(), new())
    with store.append("c1") as appending:
        assert appending.head == Head(seq=3, hash=events[2].hash)
        assert appending.events_after(1) == events[1:]
        assert [appending.hash_at(seq) for seq in range(5)] == [GENESIS, *(event.hash for event in events), None]


def append_then_fail(store: Store) -> None:
    with store.append("c1") as appending:
        appending.add(chain("c1", appending.head, [new()], "CN"))
        raise ZeroDivisionError


def test_what_raises_inside_an_append_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        append_then_fail(store)
    assert store.events("c1") == []
    assert store.head("c1") == Head()


@pytest.mark.parametrize("again", [new(request_id="r1"), completed("survey")])
def test_a_request_id_and_a_natural_key_are_taken_once(store: Store, again: NewEvent) -> None:
    append(store, "c1", new(request_id="r1"), completed("survey", request_id="r2"))
    for events in ([again], [again, new()], [new(), again]):
        with pytest.raises(Conflict):
            append(store, "c1", *events)
    append(store, "c2", again)
    append(store, "c1", completed("survey", occurrence=2), new(), new())
    assert store.head("c1").seq == 5


def test_a_rung_is_raised_once_per_due_instant_and_raising(store: Store) -> None:
    rung: dict[str, Any] = {"clock": "promise", "rung": "overdue", "due_at": "2021-03-05T09:30:00Z", "raising": 1}
    append(store, "c1", new("rung-raised", **rung))
    with pytest.raises(Conflict):
        append(store, "c1", new("rung-raised", **rung))
    append(store, "c1", new("rung-raised", **rung | {"raising": 2}))
    assert store.head("c1").seq == 2


def test_events_that_do_not_follow_the_head_are_a_conflict(store: Store) -> None:
    [stale] = chain("c1", Head(), [new()], "CN")
    append(store, "c1", new(other=1))
    for wrong in (stale, stale.model_copy(update={"seq": 2}), stale.model_copy(update={"seq": 3})):
        with pytest.raises(Conflict), store.append("c1") as appending:
            appending.add([wrong])
    assert store.head("c1").seq == 1


def test_a_broken_constraint_that_is_no_key_is_no_conflict(store: Store) -> None:
    with pytest.raises(IntegrityError), store.writing() as connection:
        connection.execute(insert(tables.step).values(case="none", pos=0, **dict.fromkeys(NOT_NULL, "x"), **NUMBERS))


def race(url: str, rounds: int, events_of: Any, threads: int = 4) -> list[int]:
    """Each thread appends with a store of its own; how many of its appends were accepted."""
    accepted, start = [0] * threads, Barrier(threads)

    def run(mine: int) -> None:
        own = Store.open(url, durable=False)
        start.wait()
        for number in range(rounds):
            try:
                append(own, "c1", *events_of(mine, number))
            except Conflict:
                continue
            accepted[mine] += 1
        own.close()

    running = [Thread(target=run, args=(mine,)) for mine in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return accepted


def test_appenders_that_race_wait_for_each_other_and_lose_nothing(store: Store, url: str) -> None:
    accepted = race(url, 15, lambda mine, number: [new(request_id=f"{mine}-{number}"), new()])
    assert accepted == [15] * 4
    assert store.head("c1").seq == 120
    assert store.verify_chain("c1") is None


def test_c_06_of_racing_completions_of_one_step_one_is_accepted(store: Store, url: str) -> None:
    accepted = race(url, 10, lambda mine, number: [completed(f"step-{number}", request_id=f"{mine}-{number}")])
    assert sum(accepted) == 10
    assert {event.body["step"] for event in store.events("c1")} == {f"step-{number}" for number in range(10)}
    assert store.verify_chain("c1") is None


CHANGES = [
    "UPDATE event SET actor = 'x'",
    "DELETE FROM event",
    "UPDATE event SET body = '{}' WHERE seq = 2",
]


@pytest.mark.parametrize("change", [*CHANGES, "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 2"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_c_22_sqlite_refuses_to_change_an_event(store: Store, url: str, change: str) -> None:
    events = append(store, "c1", new(), new())
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(change)
    connection.close()
    assert store.events("c1") == events


@pytest.mark.parametrize("change", [*CHANGES, "TRUNCATE event", "TRUNCATE event, head CASCADE"])
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_c_22_postgresql_refuses_to_change_an_event(store: Store, url: str, change: str) -> None:
    events = append(store, "c1", new(), new())
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        connection.execute(change.encode())
    assert store.events("c1") == events


def mutated(random_: random.Random, value: Any) -> Any:
    """Another value than this one."""
    if value is None:
        return "x"
    if isinstance(value, int):
        return value + random_.choice([-7, -1, 1, 1000])
    place = random_.randrange(len(value)) if value else 0
    return random_.choice([
        value[:place] + random_.choice("0aZ ") + value[place:],
        value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :] if value else "x",
        value[:place] + value[place + 1 :] if value else "y",
        None,
    ])  # fmt: skip


def mutate(random_: random.Random, connection: sqlite3.Connection) -> None:
    """One change of one value, or of the number of events."""
    columns = [row[1] for row in connection.execute("PRAGMA table_info(event)")]
    seq = random_.randint(1, 6)
    kind = random_.random()
    if kind < 0.06:
        connection.execute("DELETE FROM event WHERE seq = ?", (seq,))
    elif kind < 0.12:
        connection.execute(
            f"INSERT INTO event SELECT {', '.join('seq + 6' if name == 'seq' else _quoted(name) for name in columns)} "  # noqa: S608
            "FROM event WHERE seq = ? AND request_id IS NULL AND natural_key IS NULL",
            (random_.choice([2, 4]),),
        )
    elif kind < 0.2:
        name = random_.choice(["seq", "hash"])
        [value] = connection.execute(f"SELECT {name} FROM head").fetchone()  # noqa: S608
        connection.execute(f"UPDATE head SET {name} = ?", (mutated(random_, value) or "x",))  # noqa: S608
    else:
        name = _quoted(random_.choice(columns))
        [value] = connection.execute(f"SELECT {name} FROM event WHERE seq = ?", (seq,)).fetchone()  # noqa: S608
        connection.execute(f"UPDATE event SET {name} = ? WHERE seq = ?", (mutated(random_, value), seq))  # noqa: S608


def _quoted(name: str) -> str:
    return f'"{name}"'


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_c_23_any_change_of_a_copied_ledger_is_found(store: Store, url: str, tmp_path: Path) -> None:
    append(store, "c1", new("opened", "r1", facts={"a": [1, 2.5, None, "验"]}), new(text="x"), completed("survey"))
    rung: dict[str, Any] = {"clock": "promise", "rung": "overdue", "due_at": "2021-03-05T09:30:00Z", "raising": 1}
    append(store, "c1", new(), completed("works", request_id="r2"), new("rung-raised", **rung))
    store.close()
    source = sqlite3.connect(url.removeprefix("sqlite:///"))
    pristine, copy = tmp_path / "pristine.db", tmp_path / "copy.db"
    with sqlite3.connect(pristine) as target:
        source.backup(target)
    # whoever may write the file may also drop its triggers
    target.executescript("DROP TRIGGER event_no_update; DROP TRIGGER event_no_delete; DROP TRIGGER event_no_replace")
    target.close()
    source.close()
    random_ = random.Random(20210301)  # noqa: S311
    tampered = Store.open(f"sqlite:///{copy}", durable=False)
    missed, done = [], 0
    while done < 300:
        shutil.copy(pristine, copy)
        connection = sqlite3.connect(copy, isolation_level=None)
        try:
            mutate(random_, connection)
        except sqlite3.IntegrityError:
            continue
        finally:
            connection.close()
        done += 1
        if tampered.verify_chain("c1") is None:
            missed.append(done)
        tampered.close()
    assert missed == []


def test_an_event_knows_its_own_number_and_calendar(store: Store) -> None:
    [event] = append(store, "c1", new(), calendar="CN:2020-01-27:ab")
    assert isinstance(event, Event)
    assert (event.seq, event.calendar) == (1, "CN:2020-01-27:ab")
    assert store.events("c1")[0].told == T
