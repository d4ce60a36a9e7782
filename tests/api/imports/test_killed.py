"""The real thing: `shixian import` against `shixian serve`, each of them killed, ends as if nobody had been."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import func, select

from activities.rungs import RUNG_EVENTS
from activities.store import tables
from activities.store.store import Store
from tests.api.imports.files import CASES_MAP, Row, case_rows, write_csv
from tests.api.serving import CommandLine, Serving
from tests.waiting import until
from workflows.rebuild import all_events

HEAD = tables.head.c
PATIENCE = 900  # seconds until the next kill, which many restarts may precede


@pytest.fixture(scope="module")
def serving(temporal_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("import"), temporal_binary) as serving:
        yield serving


class Size(NamedTuple):
    """How many cases, after how many of them the run is killed, and how often the server with it."""

    cases: int
    kills: Sequence[int]
    of_server: int


USUAL = Size(24, (5, 12), 0)
EVERY_HUNDREDTH = Size(1000, range(100, 1000, 100), 0)
WHOLE = Size(5000, range(450, 5000, 500), 3)  # ten times


def suffixed(rows: list[Row], suffix: str) -> list[Row]:
    return [row | {"办件编号": f"{row['办件编号']}{suffix}"} for row in rows]


class Importing:
    """The command in a process of its own."""

    def __init__(self, serving: Serving, key: str, path: Path, map_file: Path) -> None:
        self._serving, self._key = serving, key
        self._command = [sys.executable, "-P", "-m", "api.cli", "import", str(path), "--map", str(map_file), "--json"]

    def start(self) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SHIXIAN_")}
        env = {**kept, "SHIXIAN_URL": self._serving.url, "SHIXIAN_KEY": self._key}
        return subprocess.Popen(self._command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def to_its_end(self) -> dict[str, Any]:
        process = self.start()
        out, err = process.communicate(timeout=1500)
        assert process.returncode == 0, (out, err)
        found: dict[str, Any] = json.loads(out)
        return found


def reached(process: subprocess.Popen[str], holds: Callable[[], bool]) -> Callable[[], bool]:
    """Whether a run has come so far; one that ends before that is an error."""

    def found() -> bool:
        ended = process.poll() is not None
        assert not ended, process.communicate()
        return holds()

    return found


class Ledgers:
    """The ledgers of cases, as the database has them."""

    def __init__(self, serving: Serving) -> None:
        self._store = Store.open(f"sqlite:///{serving.folder / 'data' / 'ledger.sqlite'}", read_only=True)
        self.close = self._store.close

    def number(self, suffix: str) -> int:
        """How many cases are on record whose numbers end so."""
        with self._store.reading() as connection:
            ended = HEAD.case.endswith(suffix, autoescape=True)
            return connection.scalar(select(func.count()).select_from(tables.head).where(ended)) or 0

    def of(self, case: str) -> list[tuple[Any, ...]]:
        """What stands of a case, but for its file, when it was told and by which key."""
        return [
            (event.seq, event.kind, event.at, {name: said for name, said in event.body.items() if name != "taken_over"})
            for event in all_events(self._store, case)
            if event.kind not in RUNG_EVENTS
        ]


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(USUAL, id="usual"),
        pytest.param(EVERY_HUNDREDTH, id="every-hundredth", marks=pytest.mark.nightly),
        pytest.param(WHOLE, id="whole", marks=pytest.mark.nightly),
    ],
)
def test_a_run_that_is_killed_ends_with_the_same_ledgers(
    serving: Serving, shixian: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: Size
) -> None:
    key = str(shixian("keys", "new", "--role", "importer", "--actor", "takeover", "--json").json["key"])
    (tmp_path / "map.yml").write_text(json.dumps(CASES_MAP, ensure_ascii=False), encoding="utf-8")
    rows = case_rows(size.cases)
    one, other = f"n{size.cases}a", f"n{size.cases}b"
    path, killed_path = (write_csv(tmp_path / f"{name}.csv", suffixed(rows, name)) for name in (one, other))
    monkeypatch.setenv("SHIXIAN_KEY", key)
    whole = shixian("import", str(path), "--map", str(tmp_path / "map.yml"), "--json")
    assert (whole.code, whole.json["taken"], whole.json["refused"]) == (0, size.cases, []), whole.err
    killed = Importing(serving, key, killed_path, tmp_path / "map.yml")
    with closing(Ledgers(serving)) as ledgers:
        for turn, after in enumerate(size.kills):
            process = killed.start()
            until(reached(process, lambda after=after: ledgers.number(other) >= after), seconds=PATIENCE)  # type: ignore[misc]
            if turn < size.of_server:
                serving.stop(signal.SIGKILL)
                serving.start()
            process.kill()
            process.communicate()
        again = killed.to_its_end()
        assert again["taken"] + again["repeated"] == size.cases
        assert again["repeated"] >= size.kills[-1]
        assert again["refused"] == []
        assert ledgers.number(other) == size.cases
        for row in rows:
            assert ledgers.of(f"{row['办件编号']}{other}") == ledgers.of(f"{row['办件编号']}{one}")


def test_a_run_reports_what_it_took_and_what_was_refused(
    serving: Serving, shixian: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = shixian("keys", "new", "--role", "importer", "--actor", "takeover2", "--json").json["key"]
    map_file = tmp_path / "map.yml"
    map_file.write_text(json.dumps(CASES_MAP, ensure_ascii=False), encoding="utf-8")
    rows = suffixed(case_rows(4), "r")
    rows[3]["接件"] = ""
    path = write_csv(tmp_path / "a.csv", rows)
    command = ("import", str(path), "--map", str(map_file))
    said = shixian(*command)
    assert (said.code, "[faults]" in said.err, "a.csv:5 接件" in said.out) == (1, True, True)
    said = shixian(*command, "--good-alone")  # with an officer's key
    assert (said.code, "importer" in said.err) == (2, True)
    monkeypatch.setenv("SHIXIAN_KEY", str(made))
    said = shixian(*command, "--good-alone")
    assert (said.code, "接管 taken over 3（" in said.out) == (1, True)
    rows[3]["接件"], rows[0]["受理"] = rows[3]["受理"], rows[0]["接件"]
    write_csv(path, rows)
    said = shixian(*command)
    assert said.code == 1
    assert "接管 taken over 1（" in said.out
    assert "此前已接管 before 2" in said.out
    assert f"a.csv:2 {rows[0]['办件编号']}: The case number is taken. [case-exists]" in said.out
