"""What opens a case to its applicant: a code of the case, derived and never kept; and how often anybody may try one."""

import hmac
import unicodedata
from collections.abc import Callable
from hashlib import sha256
from math import ceil
from time import time

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from api.access.networks import counted_as

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is read as 0, 1, I, L or O
CHARACTERS = 10  # 49 bits
KEPT_AS = "look-up-secret"  # in the store
TAG = b"look-up:"
LONGEST = 100  # characters of what is typed: more is cut off
PER_ADDRESS = RateLimitItemPerMinute(20)
IN_ALL = RateLimitItemPerSecond(20)


class LookUpCodes:
    """The codes of all cases, from one secret. `secret` reads it by name, and makes it where there is none."""

    def __init__(self, secret: Callable[[str], str]) -> None:
        self._read = secret
        self._secret = b""

    def code(self, case: str) -> str:
        """Return the code of a case, of one that there is not as well; blocks at the first question."""
        if not self._secret:
            self._secret = bytes.fromhex(self._read(KEPT_AS))
        number = int.from_bytes(hmac.digest(self._secret, TAG + case.encode(), sha256))
        text = ""
        for _ in range(CHARACTERS):
            number, place = divmod(number, len(ALPHABET))
            text += ALPHABET[place]
        return f"{text[:5]}-{text[5:]}"

    def opens(self, case: str, code: str) -> bool:
        """Tell whether a code is a case's, in the same time whether there is such a case or not."""
        return hmac.compare_digest(_bare(self.code(case)).encode(), _bare(code).encode())


def typed(text: str) -> str:
    """Return what somebody meant to type: without blanks around, and letters and digits of full width as plain ones."""
    return unicodedata.normalize("NFKC", text[:LONGEST]).strip()


def _bare(code: str) -> str:
    return "".join(one for one in typed(code).upper() if one.isalnum())


class LookUpGate:
    """How often a code may be tried: by one address, and by all. What it remembers is gone after a minute.

    An address that is refused takes nothing from the others, and where all are refused no address is remembered: so
    there are never more than a minute's worth of them.
    """

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def wait(self, address: str | None) -> int | None:
        """Count a try; return the seconds to wait where it is one too many."""
        home = counted_as(address)
        if not self._limiter.test(PER_ADDRESS, home):
            return self._left(PER_ADDRESS, home)
        if not self._limiter.hit(IN_ALL):
            return self._left(IN_ALL)
        return None if self._limiter.hit(PER_ADDRESS, home) else self._left(PER_ADDRESS, home)

    def _left(self, item: RateLimitItem, *of: str) -> int:
        return max(1, ceil(self._limiter.get_window_stats(item, *of).reset_time - time()))
