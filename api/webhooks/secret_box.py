"""Secrets of webhooks: they must sign, so they are kept, sealed under a key that is in a file and not in the database."""

import os
import secrets
from base64 import b64encode
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

FILE = "webhooks.key"  # in the data folder
PREFIX = "whsec_"
BYTES = 32  # of a secret


class SecretLost(ValueError):
    """The key file is missing or another one: the webhook's secret cannot be read, and has to be rotated."""


class SecretBox:
    """Makes, seals and opens secrets. The file, for its owner alone, is made with the first secret."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def new_secret(self) -> tuple[str, str]:
        """Return a secret's text, to be shown once, and what is kept of it."""
        text = PREFIX + b64encode(secrets.token_bytes(BYTES)).decode()
        return text, self._make_key().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return a secret's text; SecretLost."""
        try:
            return Fernet(self._file.read_bytes()).decrypt(sealed.encode()).decode()
        except (OSError, ValueError, InvalidToken):
            raise SecretLost(SecretLost.__doc__) from None

    def _make_key(self) -> Fernet:
        """Read the key, or make it: whole or not at all, and once where several processes do so."""
        if not self._file.exists():
            self._file.parent.mkdir(parents=True, exist_ok=True)
            own = self._file.with_suffix(f".{secrets.token_hex(8)}")
            with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(Fernet.generate_key())
            with suppress(FileExistsError):
                os.link(own, self._file)
            own.unlink()
        return Fernet(self._file.read_bytes())
