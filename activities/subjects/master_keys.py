"""The file of master keys: what wraps the key of each subject, and what blinds the index. It is never in the database."""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

KEY = 32  # bytes
ID = 4  # bytes of a master key's name
LINE = re.compile(r"(index|master ([0-9a-f]{8})) ([0-9a-f]{64})")
HEAD = "# Shixian: keys of subjects. Whoever has this file and the database reads names; without it nobody does.\n"


class SubjectKeysAway(Exception):
    """The keys of subjects are not to be had: no name is read or written until they are."""


class MasterKeys(NamedTuple):
    """The keys of a file. `masters`: by name, the one in use first, then those that a rotation has not ended yet."""

    blind: bytes
    masters: Mapping[str, bytes]

    def __repr__(self) -> str:
        """Write the names of the master keys alone."""
        return f"MasterKeys({', '.join(self.masters)})"

    @property
    def current(self) -> str:
        """The name of the master key that wraps what is new."""
        return next(iter(self.masters))

    def rotated(self) -> "MasterKeys":
        """Return the keys with a new master key first."""
        name, key = _new_master()
        return self._replace(masters={name: key, **self.masters})

    def without_old(self) -> "MasterKeys":
        """Return the keys with the current master key alone."""
        return self._replace(masters={self.current: self.masters[self.current]})


def read_keys(path: Path) -> MasterKeys:
    """Read the file; SubjectKeysAway where there is none, others may read it, or it is not well formed."""
    try:
        text, mode = path.read_text(encoding="ascii"), path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise SubjectKeysAway(f"{path.name}: {type(error).__name__}") from None
    if mode & 0o077:
        raise SubjectKeysAway(f"{path.name}: others may read it (chmod 600)")
    found = [LINE.fullmatch(line) for line in text.splitlines() if line and not line.startswith("#")]
    lines = [(one[1], one[2], bytes.fromhex(one[3])) for one in found if one is not None]
    indexes = [key for word, _, key in lines if word == "index"]
    masters = {name: key for _, name, key in lines if name}
    if len(lines) != len(found) or len(indexes) != 1 or not masters:
        raise SubjectKeysAway(f"{path.name}: it is no file of keys")
    return MasterKeys(indexes[0], masters)


def make_keys(path: Path) -> MasterKeys:
    """Make the file with new keys; where another process was first, read what that made."""
    name, key = _new_master()
    keys = MasterKeys(secrets.token_bytes(KEY), {name: key})
    made = _written_beside(path, keys)
    try:
        os.link(made, path)  # whole or not at all, and never over another
    except FileExistsError:
        return read_keys(path)
    except OSError as error:
        raise SubjectKeysAway(f"{path.name}: {type(error).__name__}") from None
    finally:
        made.unlink()
    return keys


def write_keys(path: Path, keys: MasterKeys) -> None:
    """Put other keys in the file's place, whole or not at all."""
    _written_beside(path, keys).replace(path)


@contextmanager
def sole_writer(path: Path) -> Iterator[None]:
    """Let nobody else replace the keys meanwhile: two rotations at once would lose what one of them wrapped."""
    try:
        file = path.with_name(f"{path.name}.lock").open("w")
    except OSError as error:
        raise SubjectKeysAway(f"{path.name}: {type(error).__name__}") from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _new_master() -> tuple[str, bytes]:
    return secrets.token_hex(ID), secrets.token_bytes(KEY)


def _written_beside(path: Path, keys: MasterKeys) -> Path:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(ID)}")
    lines = [f"index {keys.blind.hex()}", *(f"master {name} {key.hex()}" for name, key in keys.masters.items())]
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="ascii") as file:
            file.write(HEAD + "".join(f"{line}\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SubjectKeysAway(f"{path.name}: {type(error).__name__}") from None
    return beside
