"""What stands, held against the checkpoints that cover it: what was rewritten, removed or cut is named, and since when."""

from base64 import b64decode
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from activities.evidence.manifests import GONE, Manifest, manifest_of
from activities.evidence.notes import Checkpoint, NoteBroken, PublicKey, leaves_of, merkle_root, note_hash
from activities.record import GENESIS, Head
from activities.store.audit_log import AuditFilter
from activities.store.store import Store

CHECKPOINT = "checkpoint"  # the action of its row in the audit log, whose object is origin/number
AUDIT = "audit"


class Accusation(NamedTuple):
    """Something that does not hold: a case, `audit`, or a file, and why."""

    about: str
    problem: str


class Covering(NamedTuple):
    """The checkpoint that covers a head."""

    number: int
    at: datetime

    def __str__(self) -> str:
        return f"checkpoint {self.number} of {self.at.isoformat(timespec='seconds')}"


class Covered(NamedTuple):
    """A head that was covered, and the first checkpoint to do so."""

    head: Head
    by: Covering


class CheckpointCheck:
    """Reads files of checkpoints and compares; each way of reading adds to what is accused."""

    def __init__(self, keys: Sequence[PublicKey]) -> None:
        self._keys = keys
        self.accused: list[Accusation] = []
        self._cases: dict[str, list[Covered]] = defaultdict(list)
        self._audit: list[Covered] = []
        self._notes: dict[tuple[str, int], str] = {}

    def read(self, file: Path) -> None:
        """Check a file in itself: its form, signatures, order, and that each manifest gives the root that was signed."""
        covered: dict[str, Head] = {}
        last: Checkpoint | None = None
        for place, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            try:
                manifest = manifest_of(line)
                note = self._opened(manifest.note)
                covered = self._followed(note, manifest, last, covered)
            except ValueError as error:
                self._accuse(f"{file.name}:{place}", str(error))
                return  # what follows rests on it
            last = note

    def against(self, store: Store, *, complete: bool) -> list[Accusation]:
        """Compare with what stands. `complete`: every checkpoint that was made is among those that were read."""
        for case, covered in sorted(self._cases.items()):
            if (problem := _problem(store.event_hashes(case), covered)) is not None:
                self._accuse(case, problem)
        if (problem := _problem(_Rows(store), self._audit)) is not None:
            self._accuse(AUDIT, problem)
        if complete:
            self._all_there(store)
        return self.accused

    def _opened(self, text: str) -> Checkpoint:
        for key in self._keys:
            if f"\u2014 {key.name} " in text:
                return key.opened(text)
        raise NoteBroken("it is signed by no key that is known here")

    def _followed(
        self, note: Checkpoint, manifest: Manifest, last: Checkpoint | None, before: Mapping[str, Head]
    ) -> dict[str, Head]:
        by = Covering(note.number, note.at)
        if last is None and not manifest.whole:
            raise ValueError(f"{by} has no whole manifest before it")
        if last is not None and note.number != last.number + 1:
            raise ValueError(f"{by} does not follow checkpoint {last.number}")
        before_it = self._notes.get((note.origin, note.number - 1))
        if before_it is not None and note.previous != note_hash(before_it):
            raise ValueError(f"{by} does not follow from the checkpoint before it")
        if self._notes.setdefault((note.origin, note.number), manifest.note) != manifest.note:
            raise ValueError(f"{by} is another one than in another file")
        covered = manifest.over(before)
        leaves = leaves_of(covered, manifest.audit)
        if (len(leaves), merkle_root(leaves)) != (note.size, b64decode(note.root)):
            raise ValueError(f"the manifest of {by} does not give its root")
        self._keep(manifest, by, before)
        return covered

    def _keep(self, manifest: Manifest, by: Covering, before: Mapping[str, Head]) -> None:
        for case, head in manifest.heads.items():
            if head == GONE or head.seq < before.get(case, GONE).seq:
                self._accuse(case, f"it was there, and was shorter or gone when {by} was made")
            else:
                self._cases[case].append(Covered(head, by))
        self._audit.append(Covered(manifest.audit, by))

    def _all_there(self, store: Store) -> None:
        """None is missing between the first and the last, of which the audit log says which it was."""
        for name in (key.name for key in self._keys):
            made = store.audit_rows(AuditFilter(action=CHECKPOINT, actor=name), limit=1)
            read = {number for origin, number in self._notes if origin == name}
            last = max([*read, *(int(row.object.rpartition("/")[2]) for row in made)], default=0)
            missing = sorted(set(range(1, last + 1)) - read)
            if missing:
                self._accuse(
                    name,
                    f"of its {last} checkpoints number {missing[0]} is in no file, nor are {len(missing) - 1} more",
                )

    def _accuse(self, about: str, problem: str) -> None:
        self.accused.append(Accusation(about, problem))


class _Rows(Mapping[int, str]):
    """The audit log's hashes by number, read one by one."""

    def __init__(self, store: Store) -> None:
        self._hash: Callable[[int], str | None] = store.audit_hash
        self._last = store.audit_head().seq

    def __getitem__(self, seq: int) -> str:
        found = self._hash(seq)
        if found is None:
            raise KeyError(seq)
        return found

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, self._last + 1))

    def __len__(self) -> int:
        return self._last


def _problem(hashes: Mapping[int, str], covered: Sequence[Covered]) -> str | None:
    """What is wrong with a chain, by the first checkpoint that shows it."""
    for head, by in covered:
        seq, hash_ = head.seq, head.hash
        found = GENESIS if seq == 0 else hashes.get(seq)
        if found == hash_:
            continue
        if not len(hashes):
            return f"it is gone; {by} covered it up to number {seq}"
        if found is None:
            return f"it is cut after number {len(hashes)}; {by} covered it up to number {seq}"
        return f"it was rewritten at or before number {seq}, since {by}"
    return None
