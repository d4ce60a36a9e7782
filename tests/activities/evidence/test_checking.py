"""What was rewritten, removed or cut is found by the chains and the checkpoints together, and nothing else is accused (C-23)."""

import json
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from activities.evidence.checking import CHECKPOINT, CheckpointCheck
from activities.evidence.manifests import FOLDER, CheckpointFiles
from activities.evidence.notes import PublicKey
from activities.record import GENESIS, Head, NewEvent
from activities.store import tables
from activities.store.audit_log import AuditEntry, Who, chained
from activities.store.audit_tables import audit, audit_head
from activities.store.hashing import Stored, chain, event_hash
from activities.store.store import Store
from workflows.rebuild import all_cases

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
CASES, EVENTS, ROUNDS = 8, 3, 4
USUAL, NIGHTLY = 120, 10_000
TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


def append(store: Store, case: str, number: int) -> None:
    """Adds events to a case."""
    with store.append(case) as ledger:
        at = NOW + timedelta(seconds=ledger.head.seq)
        news = [NewEvent(kind="noted", at=at, told=at, actor="window", body={"n": n}) for n in range(number)]
        ledger.add(chain(case, ledger.head, news, "v1"))


def grow(store: Store, turn: int) -> None:
    """What happens between two checkpoints: cases go on, a new one begins, and people look."""
    for case in [f"case-{n}" for n in range(CASES) if (n + turn) % 3] + [f"new-{turn}"]:
        append(store, case, EVENTS)
    who = Who(NOW, "window", "officer", "10.0.0.8", "r")
    store.audit([AuditEntry(who, "look", f"case-{n}") for n in range(4)])


def checkpoint(store: Store, data: Path, turn: int) -> None:
    """As the keeper makes one."""
    files, at = CheckpointFiles(data), NOW + timedelta(minutes=10 * turn)
    number = files.add(*store.heads(), at)
    who = Who(at, files.key.name, "system", "local", "r")
    store.audit([AuditEntry(who, CHECKPOINT, f"{files.key.name}/{number}")])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a ledger whose triggers a database administrator has removed, and checkpoints of two months."""
    data = tmp_path_factory.mktemp("house")
    with closing(Store.open(f"sqlite:///{data / 'ledger.sqlite'}", durable=False)) as store:
        store.migrate()
        with store.writing() as connection:
            for name in list(connection.scalars(text(TRIGGERS))):
                connection.execute(text(f"DROP TRIGGER {name}"))
        for turn in range(ROUNDS):
            grow(store, turn)
            checkpoint(store, data, turn * 60 * 24 // 10 if turn == ROUNDS - 1 else turn)
    return data


def accused(data: Path) -> list[str]:
    """Everything that is found: chains, and checkpoints."""
    with closing(Store.open(f"sqlite:///{data / 'ledger.sqlite'}", durable=False)) as store:
        broken = [case for case in all_cases(store) if store.verify_chain(case) is not None]
        broken += ["audit"] if store.broken_audit() is not None else []
        check = CheckpointCheck([PublicKey(CheckpointFiles(data).key.public)])
        for file in CheckpointFiles(data).files():
            check.read(file)
        return broken + [f"{one.about}: {one.problem}" for one in check.against(store, complete=True)]


def rechained(connection: Connection, case: str, rows: list[Stored]) -> None:
    """Puts other events in the place of a case's, each following from the one before, and moves its head."""
    connection.execute(delete(tables.event).where(tables.event.c.case == case))
    previous, kept = GENESIS, []
    for seq, row in enumerate(rows, 1):
        now = row._replace(seq=seq, prev_hash=previous)
        now = now._replace(hash=event_hash(now))
        kept.append(now._asdict())
        previous = now.hash
    if kept:
        connection.execute(insert(tables.event), kept)
    head = update(tables.head).where(tables.head.c.case == case)
    connection.execute(head.values(seq=len(kept), hash=previous))


def some_case(connection: Connection, chance: random.Random) -> tuple[str, list[Stored]]:
    """A case with its events."""
    event = tables.event.c
    case = chance.choice(sorted(connection.scalars(select(tables.head.c.case))))
    columns = [event[name] for name in Stored._fields]
    return case, [
        Stored(*r) for r in connection.execute(select(*columns).where(event.case == case).order_by(event.seq))
    ]


CHANGES: list[dict[str, Any]] = [{"body": '{"n":99}'}, {"actor": "nobody"}, {"at": 1}]
EVENT_CHANGES: list[dict[str, Any]] = [
    {"body": '{"n":98}'}, {"actor": "nobody"}, {"told": 1}, {"hash": "f" * 64}, {"kind": "else"}
]  # fmt: skip
AUDIT_CHANGES: list[dict[str, Any]] = [{"actor": "nobody"}, {"outcome": "refused:no"}, {"at": 1}, {"source_ip": "::1"}]


def rewrite_event(connection: Connection, chance: random.Random) -> None:
    """An event says something else, and the chain after it is made anew."""
    case, rows = some_case(connection, chance)
    place = chance.randrange(len(rows))
    rows[place] = rows[place]._replace(**chance.choice(CHANGES))
    rechained(connection, case, rows)


def drop_event(connection: Connection, chance: random.Random) -> None:
    """An event is gone, and the chain after it is made anew: the tail where it is the last."""
    case, rows = some_case(connection, chance)
    del rows[chance.randrange(len(rows))]
    rechained(connection, case, rows)


def cut_tail(connection: Connection, chance: random.Random) -> None:
    """The last events of a case are gone."""
    case, rows = some_case(connection, chance)
    rechained(connection, case, rows[: chance.randrange(len(rows))])


def remove_case(connection: Connection, chance: random.Random) -> None:
    """A case is gone with all that it had."""
    case, _ = some_case(connection, chance)
    connection.execute(delete(tables.event).where(tables.event.c.case == case))
    connection.execute(delete(tables.head).where(tables.head.c.case == case))


def change_column(connection: Connection, chance: random.Random) -> None:
    """One value of an event is another, and nothing else."""
    event = tables.event
    case, rows = some_case(connection, chance)
    change = chance.choice(EVENT_CHANGES)
    row = chance.choice(rows)
    connection.execute(update(event).where(event.c.case == case, event.c.seq == row.seq).values(**change))


def change_audit(connection: Connection, chance: random.Random) -> None:
    """One value of an audit row is another, and nothing else."""
    last = connection.scalar(select(audit_head.c.seq)) or 0
    change = chance.choice(AUDIT_CHANGES)
    connection.execute(update(audit).where(audit.c.seq == chance.randint(1, last)).values(**change))


def rewrite_audit(connection: Connection, chance: random.Random) -> None:
    """An audit row that a checkpoint covers is changed or gone, and the chain after it is made anew."""
    rows = [dict(row) for row in connection.execute(select(audit).order_by(audit.c.seq)).mappings()]
    covered = max(n for n, row in enumerate(rows) if row["action"] == CHECKPOINT)  # its own row comes after it
    place = chance.randrange(covered)
    if chance.random() < 0.5:
        del rows[place]
    else:
        rows[place]["actor"] = "nobody"
    connection.execute(delete(audit))
    entries = [
        AuditEntry(
            Who(datetime.fromtimestamp(row["at"] / 1e6, UTC), row["actor"], row["role"], row["source_ip"], row["request_id"]),
            row["action"], row["object"], row["outcome"],
        )
        for row in rows
    ]  # fmt: skip
    made = chained((0, GENESIS), entries)
    connection.execute(insert(audit), made)
    connection.execute(update(audit_head).values(seq=made[-1]["seq"], hash=made[-1]["hash"]))


STATE: tuple[Callable[[Connection, random.Random], None], ...] = (
    rewrite_event, drop_event, cut_tail, remove_case, change_column, change_audit, rewrite_audit,
)  # fmt: skip


def change_byte(lines: list[str], chance: random.Random) -> None:
    """A character of a line is another one: of the note, a head, a signature."""
    place = chance.randrange(len(lines))
    line = lines[place]
    at = chance.choice([n for n, one in enumerate(line) if one.isalnum()])
    other = "5" if line[at] != "5" else "6"
    lines[place] = line[:at] + other + line[at + 1 :]


def drop_line(lines: list[str], chance: random.Random) -> None:
    """A checkpoint is gone, be it the last one."""
    del lines[chance.randrange(len(lines))]


def drop_head(lines: list[str], chance: random.Random) -> None:
    """A manifest leaves a case out."""
    place = chance.randrange(len(lines))
    said = json.loads(lines[place])
    del said["heads"][chance.randrange(len(said["heads"]))]
    lines[place] = json.dumps(said, ensure_ascii=False, separators=(",", ":"))


FILES: tuple[Callable[[list[str], random.Random], None], ...] = (change_byte, drop_line, drop_head)


def tampered(house: Path, copy: Path, seed: int) -> tuple[str, list[str]]:
    """What was done to a copy, and what is found of it."""
    chance = random.Random(seed)  # noqa: S311  # the same every time
    shutil.copytree(house, copy)
    number = chance.randrange(len(STATE) + len(FILES))
    if number < len(STATE):
        name = STATE[number].__name__
        with closing(Store.open(f"sqlite:///{copy / 'ledger.sqlite'}", durable=False)) as store, store.writing() as one:
            STATE[number](one, chance)
    else:
        deed = FILES[number - len(STATE)]
        name = deed.__name__
        file = chance.choice(CheckpointFiles(copy).files())
        lines = file.read_text(encoding="utf-8").splitlines()
        deed(lines, chance)
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    found = accused(copy)
    shutil.rmtree(copy)
    return name, found


def test_c_23_every_tampering_is_found(house: Path, tmp_path: Path, nightly: bool) -> None:
    """C-23: of the ledger, of the audit log and of the checkpoints, with the chain after it made anew or not."""
    missed = []
    for seed in range(NIGHTLY if nightly else USUAL):
        deed, found = tampered(house, tmp_path / "copy", seed)
        if not found:
            missed.append((seed, deed))
    assert missed == []


def test_what_was_not_touched_is_not_accused_though_it_has_grown(house: Path, tmp_path: Path) -> None:
    assert accused(house) == []
    data = tmp_path / "copy"
    shutil.copytree(house, data)
    with closing(Store.open(f"sqlite:///{data / 'ledger.sqlite'}", durable=False)) as store:
        for turn in range(ROUNDS, ROUNDS + 3):
            grow(store, turn)
            assert accused(data) == []
            checkpoint(store, data, 10_000 * turn)
            assert accused(data) == []


@pytest.fixture
def copy(house: Path, tmp_path: Path) -> Iterator[tuple[Path, Store]]:
    data = tmp_path / "copy"
    shutil.copytree(house, data)
    with closing(Store.open(f"sqlite:///{data / 'ledger.sqlite'}", durable=False)) as store:
        yield data, store


def test_it_is_said_what_was_done_and_since_which_checkpoint(copy: tuple[Path, Store]) -> None:
    data, store = copy
    with store.writing() as connection:
        one, two = tables.event.c.case == "new-0", tables.event.c.case == "new-1"
        for case in (one, two):
            connection.execute(delete(tables.event).where(case))
        connection.execute(delete(tables.head).where(tables.head.c.case == "new-0"))
        connection.execute(update(tables.head).where(tables.head.c.case == "new-1").values(seq=0, hash=GENESIS))
    assert [line for line in accused(data) if line.startswith("new-")] == [
        "new-0: it is gone; checkpoint 1 of 2026-11-30T09:00:00+00:00 covered it up to number 3",
        "new-1: it is gone; checkpoint 2 of 2026-11-30T09:10:00+00:00 covered it up to number 3",
    ]


def test_a_state_that_was_put_back_is_shown_by_the_checkpoints_made_before_and_after(copy: tuple[Path, Store]) -> None:
    """Whoever takes a backup back and goes on leaves a shorter case in the next checkpoint."""
    data, store = copy
    with store.writing() as connection:
        _, rows = some_case(connection, random.Random(1))  # noqa: S311
        rechained(connection, rows[0].case, rows[:1])
    checkpoint(store, data, 500)
    problems = [line.partition(": ")[2] for line in accused(data)]
    assert any("shorter or gone when checkpoint 5" in problem for problem in problems)
    assert any("it is cut after number 1" in problem for problem in problems)


def test_copies_of_the_files_kept_outside_show_that_those_inside_were_made_anew(house: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    shutil.copytree(house / FOLDER, outside)
    data = tmp_path / "copy"
    shutil.copytree(house, data)
    for file in CheckpointFiles(data).files():
        file.unlink()
    with closing(Store.open(f"sqlite:///{data / 'ledger.sqlite'}", durable=False)) as store:
        with store.writing() as connection:
            remove_case(connection, random.Random(3))  # noqa: S311
        checkpoint(store, data, 0)  # with the key of the house, as if it were the first
        check = CheckpointCheck([PublicKey(CheckpointFiles(data).key.public)])
        for file in [*CheckpointFiles(data).files(), *sorted(outside.glob("*.jsonl"))]:
            check.read(file)
        found = [one.problem for one in check.against(store, complete=False)]
    assert any("is another one than in another file" in problem for problem in found)


def test_a_line_that_a_power_cut_left_half_is_made_again(copy: tuple[Path, Store]) -> None:
    data, store = copy
    last = CheckpointFiles(data).files()[-1]
    last.write_text(last.read_text(encoding="utf-8") + '{"note":"ha', encoding="utf-8")
    checkpoint(store, data, 10)
    assert accused(data) == []
    assert last.stat().st_mode & 0o777 == 0o600


def test_a_checkpoint_writes_again_only_the_heads_that_have_moved(tmp_path: Path) -> None:
    files = CheckpointFiles(tmp_path)
    heads = {f"case-{n:06}": Head(seq=9, hash=f"{n:064x}") for n in range(10_000)}
    assert files.add(heads, Head(), NOW) == 1
    assert files.add({**heads, "case-000001": Head(seq=10, hash="f" * 64)}, Head(), NOW) == 2
    first, second = files.after(0)
    assert len(second) < 1000 < len(first)  # only what has moved is written again
