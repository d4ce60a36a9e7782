"""Files and folders that only the user of these processes can read."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from api.failures import Failure

OTHERS = 0o077  # permissions of group and others
FOLDER, FILE = 0o700, 0o600
KEPT = ("ledger.sqlite*", "temporal.*", "monitor", "secrets", "recipients.yml")  # what is ours in a data folder
BESIDE = ("", "-wal", "-shm", "-journal")  # the files of a SQLite database


class NotPrivate(Failure):
    """不能只留给本用户 This cannot be kept from the machine's other users:"""


def write_privately() -> None:
    """Let only this user read what this process, and those that it starts, write from now on."""
    os.umask(OTHERS)


def private_folder(folder: Path) -> None:
    """Make a folder, with those above it, that only this user may enter; one that is there stays as it is."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=FOLDER)


def private_file(file: Path) -> None:
    """Make an empty file, in a private folder, that only this user can read; one that is there stays as it is."""
    private_folder(file.parent)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE))


def tighten(data_dir: Path, database: Path | None) -> int:
    """Take a data folder, what is ours in it and a database's files from other users; returns how many were open to them.

    Raises NotPrivate where that cannot be, since another user owns one, or the folder is shared by all as `/tmp` is.
    """
    if data_dir.stat().st_mode & stat.S_ISVTX:
        raise NotPrivate(f"{NotPrivate.__doc__} {data_dir} [shared-folder]")
    files = [] if database is None else [database.with_name(database.name + end) for end in BESIDE]
    return sum(_taken_from_others(one) for one in {data_dir, *_kept(data_dir), *(one for one in files if one.exists())})


def _kept(data_dir: Path) -> Iterator[Path]:
    for one in (found for pattern in KEPT for found in data_dir.glob(pattern)):
        yield one
        if not one.is_symlink():
            for folder, folders, files in os.walk(one):
                yield from (Path(folder, name) for name in (*folders, *files))


def _taken_from_others(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) or not mode & OTHERS:
            return False
        path.chmod(stat.S_IMODE(mode) & ~OTHERS)
        if path.lstat().st_mode & OTHERS:  # a file system that keeps no permissions
            raise NotPrivate(f"{NotPrivate.__doc__} {path} [no-permissions]")
    except FileNotFoundError:  # a server's own file, gone meanwhile
        return False
    except PermissionError:
        raise NotPrivate(f"{NotPrivate.__doc__} {path} [another-owner]") from None
    return True
