"""Who asks: a machine with an access token, or whoever has an API key."""

from datetime import datetime

from api.access.access_tokens import AccessTokens, is_token, refused_token
from api.access.api_keys import Caller, Keyring


class Callers:
    """The two kinds of credentials, told apart by their form. `tokens` None: none are taken."""

    def __init__(self, keyring: Keyring, tokens: AccessTokens | None) -> None:
        self._keyring = keyring
        self._tokens = tokens

    def caller(self, text: str, now: datetime, *, address: str | None) -> Caller:
        """Return whose credential this is at a real instant; a Problem where it opens nothing."""
        if not is_token(text):
            return self._keyring.caller(text, now, address=address)
        if self._tokens is None:
            raise refused_token()
        return self._tokens.caller(text, now, address=address)
