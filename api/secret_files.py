"""Secrets that the parts of a house share, each in a file: made at a start, read, and read anew where they are replaced."""

import contextlib
import logging
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from api.failures import WrongSetting
from api.private_files import FILE, private_folder

T = TypeVar("T")

log = logging.getLogger("shixian.secrets")

TOKEN_BYTES = 32
SHORTEST = 32  # characters of a token
Stamp = tuple[int, int, int]  # inode, time and size: another one is another content


class BadSecret(ValueError):
    """The content of a file of secrets cannot be used; the message names the rule and never the content."""


def made(file: Path, content: Callable[[], str]) -> Path:
    """Return a file of secrets, made for this user alone where there is none; of two that make it at once one has made it."""
    if not file.exists():
        private_folder(file.parent)
        new = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE), "w", encoding="ascii") as written:
            written.write(content())
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(new)
        new.unlink()
    return file


def new_token() -> str:
    """Return the content of a new file with one token."""
    return f"{secrets.token_urlsafe(TOKEN_BYTES)}\n"


def tokens(content: str) -> tuple[bytes, ...]:
    """Read a file of tokens: one a line, every one of them is taken."""
    found = tuple(line.strip() for line in content.splitlines() if line.strip())
    if not found:
        raise BadSecret("no token in it [empty]")
    if any(len(one) < SHORTEST or not one.isascii() or not one.isprintable() or " " in one for one in found):
        raise BadSecret(f"a token is a line of at least {SHORTEST} characters, ASCII without spaces [bad-token]")
    return tuple(one.encode() for one in found)


def one_token(content: str) -> str:
    """Read a file of the one token that another installation gave."""
    found = content.strip()
    if not found or not found.isascii() or not found.isprintable():
        raise BadSecret("a secret is one line of characters, ASCII [bad-token]")
    return found


class SecretFile(Generic[T]):
    """What a file of secrets says. Called, it answers with the newest content that could be read.

    A file that is lost, or spoilt, while the process runs ends nothing: what was read last holds, and the log says so.
    `setting` is the name of the setting that says where it is, without prefix; `read` raises a ValueError that quotes nothing.
    """

    def __init__(self, setting: str, file: Path, read: Callable[[str], T]) -> None:
        self.file = file.absolute()
        self._setting = setting
        self._read = read
        try:
            self._stamp: Stamp | None = self._now()
            self._content = read(self.file.read_text(encoding="utf-8"))
        except OSError as error:
            raise WrongSetting(setting, f"{file}: {error.strerror} [unreadable]") from None
        except ValueError as error:
            raise WrongSetting(setting, f"{file}: {_why(error)}") from None

    def __call__(self) -> T:
        """Return the content."""
        try:
            stamp = self._now()
        except OSError:
            stamp = None
        if stamp != self._stamp:
            self._stamp = stamp
            self._take_up()
        return self._content

    def _take_up(self) -> None:
        try:
            self._content = self._read(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else _why(error)
            log.error("SHIXIAN_%s: %s: %s; what was read before holds", self._setting, self.file, why)

    def _now(self) -> Stamp:
        found = self.file.stat()
        return found.st_ino, found.st_mtime_ns, found.st_size


def _why(error: ValueError) -> str:
    """Say what is wrong with the content; what Python says of its bytes quotes them."""
    return "no UTF-8 [not-text]" if isinstance(error, UnicodeError) else str(error)
