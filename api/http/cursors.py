"""Cursors: where a list goes on, sealed, since its order may rest on what their reader must not see."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from api.http.plain_json import plain
from api.http.problems import Flaw, Problem

LARGEST = 2**63  # of an integer that a database takes
KEPT_AS = "cursor-secret"  # in the store
FILLED = 128  # characters that every place is filled up to: its length would tell of what is in it
SEALED = re.compile(r"[A-Za-z0-9_-]+")


class Cursors:
    """Writes and reads cursors under one secret. `secret` reads it by name, and makes it where there is none."""

    def __init__(self, secret: Callable[[str], str]) -> None:
        self._read = secret
        self._seal: Fernet | None = None

    @property
    def opened(self) -> bool:
        """Tell whether the secret is known."""
        return self._seal is not None

    def open(self) -> Fernet:
        """Return what seals; blocks at the first question."""
        if self._seal is None:
            self._seal = Fernet(urlsafe_b64encode(bytes.fromhex(self._read(KEPT_AS))))
        return self._seal

    def cursor(self, place: tuple[Any, ...], asked: Mapping[str, Any]) -> str:
        """Return the cursor of a place in a list that was asked for: another text each time, of one length."""
        text = json.dumps([_fingerprint(asked), *place], ensure_ascii=False, separators=(",", ":")).encode()
        return self.open().encrypt(text.ljust(-(-len(text) // FILLED) * FILLED)).rstrip(b"=").decode()

    def place(self, text: str | None, asked: Mapping[str, Any], *kinds: type) -> tuple[Any, ...] | None:
        """Return the place that a cursor names, or the Problem that it does not belong to what is asked."""
        if text is None:
            return None
        read = self._opened(text)
        if not isinstance(read, list) or len(read) != len(kinds) + 1 or read[0] != _fingerprint(asked):
            raise _bad()
        if any(type(part) is not kind or not _kept(part) for part, kind in zip(read[1:], kinds, strict=True)):
            raise _bad()
        return tuple(read[1:])

    def _opened(self, text: str) -> object:
        if not SEALED.fullmatch(text):
            raise _bad()
        try:
            return json.loads(self.open().decrypt(text + "=" * (-len(text) % 4)))
        except (InvalidToken, ValueError):
            raise _bad() from None


def _kept(part: object) -> bool:
    """Tell whether a database can hold a part of a place."""
    return "\x00" not in part if isinstance(part, str) else not isinstance(part, int) or abs(part) < LARGEST


def _fingerprint(asked: Mapping[str, Any]) -> str:
    return sha256(json.dumps(plain(dict(asked)), sort_keys=True).encode()).hexdigest()[:16]


def _bad() -> Problem:
    return Problem("bad-cursor", flaws=[Flaw("query/after", "bad-cursor")])
