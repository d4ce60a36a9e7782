"""What the processes say of themselves: a line for a person, the same facts for a program."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Note(NamedTuple):
    """Something that happened to a process."""

    event: str
    text: str
    facts: Mapping[str, str | int]


Say = Callable[[Note], None]


def note(event: str, text: str, **facts: str | int) -> Note:
    """Return a note; the facts are named in the text as `{name}`."""
    return Note(event, text.format(**facts), facts)


def say_line(said: Note) -> None:
    """Write to standard error, for a person."""
    sys.stderr.write(f"{said.text}\n")
    sys.stderr.flush()


def say_json(said: Note) -> None:
    """Write to standard error, a JSON object a line."""
    sys.stderr.write(json.dumps({"event": said.event, **said.facts}, ensure_ascii=False) + "\n")
    sys.stderr.flush()


def bracketed(host: str) -> str:
    """Return the host as it stands in an address."""
    return f"[{host}]" if ":" in host else host


def silent(_: Note) -> None:
    """Say nothing."""
