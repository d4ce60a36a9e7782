"""A subject's content under a key of its own (AES-256-GCM), and that key wrapped by a master key."""

import secrets
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from activities.subjects.master_keys import KEY, MasterKeys, SubjectKeysAway
from activities.subjects.subject import SubjectContent

NONCE = 12  # bytes, new for every sealing
FILLED = 256  # bytes that every content is filled up to: its length would tell of the name


class SubjectKey(NamedTuple):
    """The wrapped key of a subject, and the name of the master key that wraps it."""

    master: str
    wrapped: bytes


def new_key(keys: MasterKeys, subject: str) -> SubjectKey:
    """Make a key for a subject, wrapped."""
    return _wrap(keys, subject, secrets.token_bytes(KEY))


def rewrapped(keys: MasterKeys, subject: str, key: SubjectKey) -> SubjectKey:
    """Return a subject's key under the current master key."""
    return _wrap(keys, subject, _unwrap(keys, subject, key))


def sealed(keys: MasterKeys, subject: str, key: SubjectKey, content: SubjectContent) -> bytes:
    """Return the ciphertext of a content, which opens as that subject's alone."""
    text = content.model_dump_json(exclude_none=True).encode()
    nonce = secrets.token_bytes(NONCE)
    filled = text.ljust(-(-len(text) // FILLED) * FILLED)
    return nonce + AESGCM(_unwrap(keys, subject, key)).encrypt(nonce, filled, _content_of(subject))


def opened(keys: MasterKeys, subject: str, key: SubjectKey, ciphertext: bytes) -> SubjectContent:
    """Return the content; SubjectKeysAway where the keys are not the ones that sealed it."""
    found = _open(_unwrap(keys, subject, key), ciphertext, _content_of(subject))
    return SubjectContent.model_validate_json(found)


def _wrap(keys: MasterKeys, subject: str, own: bytes) -> SubjectKey:
    nonce, name = secrets.token_bytes(NONCE), keys.current
    return SubjectKey(name, nonce + AESGCM(keys.masters[name]).encrypt(nonce, own, _key_of(subject, name)))


def _unwrap(keys: MasterKeys, subject: str, key: SubjectKey) -> bytes:
    master = keys.masters.get(key.master)
    if master is None:
        raise SubjectKeysAway(f"there is no master key {key.master}")
    return _open(master, key.wrapped, _key_of(subject, key.master))


def _open(key: bytes, ciphertext: bytes, bound_to: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(ciphertext[:NONCE], ciphertext[NONCE:], bound_to)
    except (InvalidTag, ValueError):
        raise SubjectKeysAway("a subject does not open with these keys") from None


def _content_of(subject: str) -> bytes:
    return f"shixian/subject/1\n{subject}".encode()


def _key_of(subject: str, master: str) -> bytes:
    return f"shixian/subject-key/1\n{subject}\n{master}".encode()
