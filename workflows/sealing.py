"""Payloads sealed with AES-256-GCM, so that neither Temporal's server nor its backups can be read without the house's keys."""

import logging
import os
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from workflows.keys import HouseKey, Keys

log = logging.getLogger("shixian.sealing")

ENCODING = b"binary/shixian-aes-256-gcm"
KEY = "shixian-key"
NONCE = 12  # bytes


class Unreadable(Exception):
    """A payload cannot be read: its key is not in the file of keys, or it was altered."""


class SealedPayloads(PayloadCodec):
    """Seals with the first key, opens with any; what was never sealed is read as it is, so histories of before go on."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal."""
        key = self._keys()[0]
        return [_sealed(key, payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open; raises Unreadable."""
        return [
            self._opened(payload) if payload.metadata.get("encoding") == ENCODING else payload for payload in payloads
        ]

    def _opened(self, payload: Payload) -> Payload:
        named = payload.metadata.get(KEY, b"")
        key = next((key for key in self._keys() if key.id.encode() == named), None)
        if key is None:
            # whoever sealed it had a file of keys: its names are no secret, and an operator has to look for this one
            name = named.decode("ascii", "replace")[:32]
            log.error("a payload is sealed with the key %s, which is not in the file of keys", name)
            raise Unreadable(f"It is sealed with the key {name!r}, which is not in the file of keys.")
        try:
            opened = _cipher(key.secret).decrypt(payload.data[:NONCE], payload.data[NONCE:], named)
        except (InvalidTag, ValueError):  # the second where not even the nonce is whole
            raise Unreadable("It was altered, or another key has that name.") from None
        return Payload.FromString(opened)


def _sealed(key: HouseKey, payload: Payload) -> Payload:
    nonce, name = os.urandom(NONCE), key.id.encode()
    sealed = _cipher(key.secret).encrypt(nonce, payload.SerializeToString(), name)
    return Payload(metadata={"encoding": ENCODING, KEY: name}, data=nonce + sealed)


@lru_cache(maxsize=16)
def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(secret)
