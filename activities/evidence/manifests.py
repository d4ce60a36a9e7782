"""Files of checkpoints: a line for each, with the heads that it covers.

A file is one month's. Its first line has every head, each further one those that have moved since.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from activities.evidence.notes import SigningKey, leaves_of, merkle_root, note_hash
from activities.record import GENESIS, Head

FOLDER = "checkpoints"  # in the data folder
POSTED = "posted"  # the file that holds the number of the last one that was posted
GONE = Head()  # of a case that was there and is not any more


class Manifest(NamedTuple):
    """A line: the checkpoint, and the heads that it covers, or that have moved where it is not `whole`."""

    note: str
    whole: bool
    heads: Mapping[str, Head]
    audit: Head

    def line(self) -> str:
        """Return it as a line of a file."""
        heads = [[case, head.seq, head.hash] for case, head in self.heads.items()]
        said = {"note": self.note, "whole": self.whole, "audit": [self.audit.seq, self.audit.hash], "heads": heads}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n"

    def over(self, before: Mapping[str, Head]) -> dict[str, Head]:
        """Return all heads that it covers, with those of the line before it."""
        covered = dict(self.heads) if self.whole else {**before, **self.heads}
        return {case: head for case, head in covered.items() if head != GONE}


def manifest_of(line: str) -> Manifest:
    """Read a line; ValueError where it is none."""
    try:
        said = json.loads(line)
        heads = {str(case): Head(seq=seq, hash=hash_) for case, seq, hash_ in said["heads"]}
        return Manifest(
            str(said["note"]), bool(said["whole"]), heads, Head(seq=said["audit"][0], hash=said["audit"][1])
        )
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError("it is no manifest") from error


class CheckpointFiles:
    """The files of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.key = SigningKey.of(self.folder)

    def files(self) -> list[Path]:
        """Return the files, the oldest first."""
        return sorted(self.folder.glob("*.jsonl"))

    def add(self, heads: Mapping[str, Head], audit: Head, at: datetime) -> int:
        """Sign what stands and put it at the end, on the disk; returns the checkpoint's number."""
        with self._alone():
            file = max(
                [self.folder / f"{at:%Y-%m}.jsonl", *self.files()[-1:]]
            )  # a clock that goes back starts no other
            for known in self.files()[-1:]:
                _without_torn_end(known)
            last, before = self._last(file)
            number, previous = (1, GENESIS) if last is None else (number_of(last.note) + 1, note_hash(last.note))
            leaves = leaves_of(heads, audit)
            note = self.key.signed(len(leaves), merkle_root(leaves), number, at, previous)
            moved = {case: head for case, head in heads.items() if before.get(case) != head}
            gone = {case: GONE for case in before if case not in heads}
            _append(file, Manifest(note, not file.exists(), {**moved, **gone}, audit).line())
        return number

    def after(self, number: int) -> list[str]:
        """Return the lines after a number; of the last two months."""
        found: list[str] = []
        for file in self.files()[-2:]:
            lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
            found += [line for line in lines if number_of(manifest_of(line).note) > number]
        return found

    def posted(self) -> int:
        """Return the number of the last checkpoint that was posted outside; 0 where none was."""
        kept = self.folder / POSTED
        return int(kept.read_text(encoding="ascii")) if kept.exists() else 0

    def mark_posted(self, number: int) -> None:
        """Remember that checkpoints up to a number were posted outside."""
        descriptor = os.open(self.folder / POSTED, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="ascii") as kept:
            kept.write(str(number))

    def _last(self, file: Path) -> tuple[Manifest | None, dict[str, Head]]:
        """The last line of all, and the heads that the file's lines come to."""
        covered: dict[str, Head] = {}
        last: Manifest | None = None
        for known in self.files()[-1:]:
            with known.open(encoding="utf-8") as lines:
                for line in lines:
                    last = manifest_of(line)
                    covered = last.over(covered) if known == file else {}
        return last, covered

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with open(os.open(self.folder / ".lock", os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def number_of(note: str) -> int:
    """Read a checkpoint's number, whoever signed it."""
    return int(note.split("\nnumber ", 1)[1].split("\n", 1)[0])


def _append(file: Path, line: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with open(descriptor, "w", encoding="utf-8") as end:
        end.write(line)
        end.flush()
        os.fsync(end.fileno())


def _without_torn_end(file: Path) -> None:
    """Cut off a line that a power cut left half: nobody has been told of it."""
    with file.open("rb+") as whole:
        text = whole.read()
        if not text.endswith(b"\n"):
            whole.truncate(text.rfind(b"\n") + 1)
    if not file.stat().st_size:
        file.unlink()
