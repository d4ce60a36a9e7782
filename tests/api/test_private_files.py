"""A data folder is its user's alone, or the command ends."""

import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from api.failures import Failure
from api.private_files import NotPrivate, private_file, private_folder, tighten
from api.process_notes import Note
from api.processes.embedded import keep_private, open_store
from api.settings import Settings

NOBODY = 65_534


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_and_a_file_that_are_made_are_for_their_user_alone(tmp_path: Path) -> None:
    folder, file = tmp_path / "a" / "b", tmp_path / "c" / "ledger.sqlite"
    private_folder(folder)
    private_file(file)
    assert [permissions(one) for one in (folder, file.parent, file)] == [0o700, 0o700, 0o600]
    file.write_text("kept")
    private_file(file)
    assert file.read_text() == "kept"


def test_whatever_command_makes_the_ledger_makes_it_private(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    with closing(open_store(settings)) as store:
        store.migrate()
        files = list((tmp_path / "data").iterdir())
        assert {one.name for one in files} >= {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"}
        assert {permissions(one) for one in files} == {0o600}


def test_what_is_ours_in_an_old_folder_is_tightened_and_said_once(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "data", tmp_path / "elsewhere.txt"
    (folder / "monitor" / "prometheus").mkdir(parents=True)
    ours = [folder / "temporal.db", folder / "monitor" / "alertmanager.yml", folder / "monitor" / "prometheus" / "lock"]
    foreign = folder / "notes.txt"  # nobody said that the folder is Shixian's alone
    for file in (*ours, foreign, elsewhere):
        file.touch()
        file.chmod(0o644)
    (folder / "monitor" / "link").symlink_to(elsewhere)
    database = tmp_path / "cases.db"
    database.touch(mode=0o666)
    said: list[Note] = []
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{database}")
    keep_private(settings, said.append)
    assert [permissions(one) for one in (*ours, database)] == [0o600] * 4
    assert [permissions(one) for one in (folder, folder / "monitor")] == [0o700] * 2
    assert [permissions(one) for one in (foreign, elsewhere)] == [0o644] * 2
    assert [(one.event, one.facts["number"]) for one in said] == [("made-private", 7)]
    keep_private(settings, said.append)
    assert len(said) == 1


@contextmanager
def another_user() -> Iterator[None]:
    """Whoever runs the tests as root is nobody meanwhile; anybody else is another than root already."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_of_another_owner_is_refused() -> None:
    with another_user(), pytest.raises(NotPrivate, match=r"/ \[another-owner\]") as refused:
        tighten(Path("/"), None)
    assert isinstance(refused.value, Failure)


def test_a_folder_that_all_share_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    with pytest.raises(NotPrivate, match="shared-folder"):
        tighten(tmp_path, None)
    assert permissions(tmp_path) == 0o1777
