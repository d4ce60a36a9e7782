"""Checkpoints while it runs: one process at a time, posted outside until they are taken, and never in a case's way."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from activities.evidence.checking import CHECKPOINT, CheckpointCheck
from activities.evidence.manifests import CheckpointFiles
from activities.evidence.notes import PublicKey
from activities.store.audit_log import AuditFilter
from activities.store.store import Store
from api.process_notes import Note
from api.processes import checkpoint_keeper
from api.processes.checkpoint_keeper import EVERY, CheckpointKeeper
from tests.activities.test_settle import opening, settler_over
from tests.api.serving import CommandLine

URL = "https://evidence.example/checkpoints"


class Outside:
    """Where checkpoints are posted to; it takes them, or does not."""

    def __init__(self) -> None:
        self.status = 200
        self.taken: list[str] = []
        self.asked = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        if self.status == 200:
            self.taken.append(request.content.decode())
        return httpx2.Response(self.status, headers={"Location": "https://elsewhere.example/"})


class Clock:
    """Real time, as the test has it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 30, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def file_store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}", durable=False)) as store:
        store.migrate()
        settler_over(store).settle(opening("case-1"))
        yield store


def made(store: Store) -> int:
    return len(store.audit_rows(AuditFilter(action=CHECKPOINT), limit=100))


async def test_of_several_processes_one_makes_the_next_checkpoint_and_each_its_last(
    file_store: Store, tmp_path: Path
) -> None:
    clock, said = Clock(), list[Note]()
    keepers = [CheckpointKeeper(file_store, tmp_path, "", clock, said.append) for _ in range(3)]
    for _ in range(2):
        for keeper in keepers:
            await keeper.keep()
    assert made(file_store) == 1
    clock.now += EVERY
    for keeper in keepers:
        await keeper.keep()
    assert made(file_store) == 2
    assert file_store.heartbeats()[CHECKPOINT] == clock.now
    for keeper in keepers:
        await keeper.close()
    assert made(file_store) == 5
    assert said == []
    check = CheckpointCheck([PublicKey(CheckpointFiles(tmp_path).key.public)])
    for file in CheckpointFiles(tmp_path).files():
        check.read(file)
    assert check.against(file_store, complete=True) == []
    for kept in CheckpointFiles(tmp_path).folder.iterdir():
        assert kept.stat().st_mode & 0o077 == 0, kept.name


async def test_what_was_not_taken_outside_is_posted_later_in_order_and_said_once(
    file_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint_keeper, "PAUSES", (0.0, 0.0))
    clock, outside, said = Clock(), Outside(), list[Note]()
    transport = httpx2.MockTransport(outside)
    keeper = CheckpointKeeper(file_store, tmp_path, URL, clock, said.append, transport)
    for outside.status in (503, 302, 500):
        before = outside.asked
        await keeper.keep()
        assert outside.asked == before + 3
        clock.now += EVERY
    assert CHECKPOINT not in file_store.heartbeats()  # its age grows until it is outside
    assert (made(file_store), outside.taken) == (3, [])
    assert len(said) == 3  # each for another reason
    outside.status = 200
    await keeper.keep()
    assert outside.taken == CheckpointFiles(tmp_path).after(0)
    assert file_store.heartbeats()[CHECKPOINT] == clock.now
    again = CheckpointKeeper(file_store, tmp_path, URL, clock, said.append, transport)
    await again.close()
    assert len(outside.taken) == 5  # nothing twice


async def test_a_folder_that_cannot_be_written_stops_nothing(file_store: Store, tmp_path: Path) -> None:
    said = list[Note]()
    (tmp_path / "data").write_text("no folder", encoding="utf-8")
    keeper = CheckpointKeeper(file_store, tmp_path / "data", "", Clock(), said.append)
    for _ in range(3):
        assert await keeper.keep() > timedelta(0)
    assert [note.event for note in said] == ["checkpoint-failed"]


def test_verify_names_what_was_removed_and_needs_a_key_that_is_one(
    file_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIXIAN_DATA_DIR", str(tmp_path))
    files, shixian = CheckpointFiles(tmp_path), CommandLine(capsys)
    files.add({**file_store.heads()[0], "removed": file_store.head("case-1")}, file_store.audit_head(), Clock()())
    told = shixian("checkpoint-key")
    assert told.out.strip() == files.key.public
    checked = shixian("verify", "--ledger-only", "--json", "--checkpoints", str(files.folder))
    assert checked.code == 1
    assert '"case": "removed"' in checked.out
    assert "it is gone; checkpoint 1 of" in checked.out
    for wrong in (("--key", "nonsense"), ("--checkpoints", str(tmp_path / "nowhere"))):
        assert shixian("verify", "--ledger-only", "--checkpoints", str(files.folder), *wrong).code == 2
