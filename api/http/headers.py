"""The headers of a command: its idempotency key, and the event that the client saw last."""

import re
from typing import Annotated

from fastapi import Depends, Header

from api.http.problems import Flaw, Problem

BARE_KEY = re.compile(r"[\x21-\x7e]{1,100}", re.ASCII)
QUOTED_KEY = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,100})"', re.ASCII)  # a string of RFC 8941
ENTITY_TAG = re.compile(r'"?(\d{1,9})"?', re.ASCII)


async def idempotency_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Required. Names the request: sent again with it, it is done only once.",
        ),
    ] = None,
) -> str:
    """Read the key of a command, bare or as a quoted string."""
    wrong = Problem("idempotency-key", flaws=[Flaw("header/Idempotency-Key", "idempotency-key")])
    if key is None:
        raise wrong
    quoted = QUOTED_KEY.fullmatch(key)
    if quoted is not None:
        return re.sub(r"\\(.)", r"\1", quoted[1])
    if key.startswith('"') or not BARE_KEY.fullmatch(key):
        raise wrong
    return key


async def if_match(
    tag: Annotated[
        str | None, Header(alias="If-Match", description="The command is refused where the case has moved on since.")
    ] = None,
) -> int | None:
    """Read the number of the event that the client saw last; None where it does not say."""
    if tag is None or tag.strip() == "*":
        return None
    found = ENTITY_TAG.fullmatch(tag.strip())
    if found is None:
        raise Problem("bad-if-match", flaws=[Flaw("header/If-Match", "bad-if-match")])
    return int(found[1])


IdempotencyKey = Annotated[str, Depends(idempotency_key)]
IfMatch = Annotated[int | None, Depends(if_match)]
