"""Keys that several processes share, as a file has them: the first one is used, all of them are known."""

import base64
import re
import secrets
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

LENGTH = 32  # bytes of a key
LINE = re.compile(r"([0-9A-Za-z_-]{1,32})[ \t]+([0-9A-Za-z_+/=-]{40,48})", re.ASCII)


class HouseKey(NamedTuple):
    """A key, and the name by which whatever was made with it is told from what was made with another."""

    id: str
    secret: bytes


Keys: TypeAlias = Callable[[], tuple[HouseKey, ...]]  # asked each time: they may be replaced while a process runs


class BadKeys(ValueError):
    """These are no keys; the message names the line and the rule, and never the content."""


def new_keys() -> str:
    """Return the content of a new file with one key."""
    return f"{secrets.token_hex(4)} {base64.urlsafe_b64encode(secrets.token_bytes(LENGTH)).decode()}\n"


def keys_of(content: str) -> tuple[HouseKey, ...]:
    """Read keys, one a line: its name, a space, and 32 bytes in base64."""
    found = [_key(number, line.strip()) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
    if not found:
        raise BadKeys("no key in it [empty]")
    if len({key.id for key in found}) != len(found):
        raise BadKeys("two keys of one name [same-name]")
    return tuple(found)


def _key(number: int, line: str) -> HouseKey:
    """The key of a line; both alphabets of base64 are read."""
    named = LINE.fullmatch(line)
    try:
        secret = base64.b64decode(named[2].translate(str.maketrans("-_", "+/")), validate=True) if named else b""
    except ValueError:
        secret = b""
    if named is None or len(secret) != LENGTH:
        raise BadKeys(f"line {number}: a key is a name, a space, and {LENGTH} bytes in base64 [bad-key]")
    return HouseKey(named[1], secret)
