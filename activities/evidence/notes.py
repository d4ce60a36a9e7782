"""Signed checkpoints in the form of C2SP tlog-checkpoint: a Merkle root (RFC 6962), signed with Ed25519."""

import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from activities.record import Head

KEY_FILE = "checkpoint-key"
ED25519 = b"\x01"  # of C2SP's kinds of signatures
SIGNED = "\n\u2014 "  # what a line with a signature begins with, after the text


class NoteBroken(ValueError):
    """A checkpoint that is not of the form, or whose signature is not its key's."""


class Checkpoint(NamedTuple):
    """What a checkpoint says. `previous`: SHA-256 of the note before it, GENESIS for the first."""

    origin: str
    size: int
    root: str
    number: int
    at: datetime
    previous: str


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """Return the root of a Merkle tree as RFC 6962 has it."""
    level = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    if not level:
        return sha256().digest()
    while len(level) > 1:
        above = [sha256(b"\x01" + one + two).digest() for one, two in zip(level[::2], level[1::2], strict=False)]
        level = above + level[len(above) * 2 :]  # one that is left alone goes up as it is
    return level[0]


def leaves_of(heads: Mapping[str, Head], audit: Head) -> list[bytes]:
    """Return the leaves of a checkpoint: each case's head, by the bytes of its number, and the audit log's last."""
    cases = sorted((case.encode(), head) for case, head in heads.items())
    return [*(b"case " + case + _standing(head) for case, head in cases), b"audit" + _standing(audit)]


def _standing(head: Head) -> bytes:
    return f"\n{head.seq}\n{head.hash}\n".encode()


class PublicKey:
    """The key that a checkpoint is checked with, written as C2SP has it: name, hash and key."""

    def __init__(self, text: str) -> None:
        name, _, rest = text.strip().partition("+")
        _, _, key = rest.partition("+")
        try:
            raw = _decoded(key)
            self._key = Ed25519PublicKey.from_public_bytes(raw[1:])
        except ValueError:
            raise NoteBroken("it is no public key of a checkpoint") from None
        self.name = name
        self.id = _key_id(name, raw)
        if raw[:1] != ED25519 or rest.partition("+")[0] != self.id.hex():
            raise NoteBroken("it is no public key of a checkpoint")

    def opened(self, note: str) -> Checkpoint:
        """Return what a note says; NoteBroken where its form or its signature is wrong."""
        text, found, signature = note.rpartition(SIGNED)
        name, _, signed = signature.removesuffix("\n").partition(" ")
        try:
            raw = _decoded(signed)
            if not found or name != self.name or raw[:4] != self.id:
                raise NoteBroken("it is not signed by this key")
            self._key.verify(raw[4:], text.encode())
            return _said(text)
        except InvalidSignature:
            raise NoteBroken("its signature is wrong") from None
        except (ValueError, IndexError) as error:
            raise NoteBroken(str(error) if isinstance(error, NoteBroken) else "it is no checkpoint") from None


class SigningKey:
    """The key of an installation, kept in its data folder and made there once."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        raw = ED25519 + key.public_key().public_bytes_raw()
        self.name = f"shixian-{sha256(raw).hexdigest()[:12]}"
        self._id = _key_id(self.name, raw)
        self.public = f"{self.name}+{self._id.hex()}+{b64encode(raw).decode()}"

    @classmethod
    def of(cls, folder: Path) -> "SigningKey":
        """Read the key of a folder, or make it, readable to its owner alone."""
        file = folder / KEY_FILE
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls(Ed25519PrivateKey.from_private_bytes(b64decode(file.read_text(encoding="ascii"))))
        key = Ed25519PrivateKey.generate()
        with open(descriptor, "w", encoding="ascii") as made:
            made.write(b64encode(key.private_bytes_raw()).decode() + "\n")
        return cls(key)

    def signed(self, size: int, root: bytes, number: int, at: datetime, previous: str) -> str:
        """Return a checkpoint."""
        said = (f"number {number}", f"at {at.isoformat()}", f"previous {previous}")
        text = "\n".join([self.name, str(size), b64encode(root).decode(), *said]) + "\n"
        signature = b64encode(self._id + self._key.sign(text.encode())).decode()
        return f"{text}{SIGNED}{self.name} {signature}\n"


def note_hash(note: str) -> str:
    """Return what the next note calls this one by."""
    return sha256(note.encode()).hexdigest()


def _decoded(text: str) -> bytes:
    """Read base64 in its one canonical form: the last character of other forms carries bits that mean nothing."""
    raw = b64decode(text, validate=True)
    if b64encode(raw).decode() != text:
        raise ValueError("it is not canonical base64")
    return raw


def _key_id(name: str, raw: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + raw).digest()[:4]


def _said(text: str) -> Checkpoint:
    origin, size, root, *more = text.removesuffix("\n").split("\n")
    said = dict(line.split(" ", 1) for line in more)
    at = datetime.fromisoformat(said["at"]) if "at" in said else None
    if at is None or at.tzinfo is None or not {"number", "previous"} <= set(said):
        raise NoteBroken("it is no checkpoint")
    return Checkpoint(origin, int(size), root, int(said["number"]), at, said["previous"])
