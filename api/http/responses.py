"""Answers as bytes: one way to write JSON, so that equal answers are equal."""

import base64
import binascii
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from api.http.plain_json import plain
from api.http.problems import Flaw, Problem


def answer(
    value: BaseModel | Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a JSON answer."""
    data = value.model_dump() if isinstance(value, BaseModel) else value
    body = json.dumps(plain(data), ensure_ascii=False, separators=(",", ":"))
    return Response(body.encode(), status, headers, "application/json")


def cursor(place: tuple[Any, ...], asked: Mapping[str, Any]) -> str:
    """Return an opaque cursor: a place in a list, and what the list was asked for."""
    text = json.dumps([_fingerprint(asked), *place], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def place(text: str | None, asked: Mapping[str, Any], *kinds: type) -> tuple[Any, ...] | None:
    """Return the place that a cursor names, or the Problem that it does not belong to what is asked."""
    if text is None:
        return None
    try:
        read = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        read = None
    if not isinstance(read, list) or len(read) != len(kinds) + 1 or read[0] != _fingerprint(asked):
        raise _bad()
    if any(type(part) is not kind for part, kind in zip(read[1:], kinds, strict=True)):
        raise _bad()
    return tuple(read[1:])


def _fingerprint(asked: Mapping[str, Any]) -> str:
    return sha256(json.dumps(plain(dict(asked)), sort_keys=True).encode()).hexdigest()[:16]


def _bad() -> Problem:
    return Problem("bad-cursor", flaws=[Flaw("query/after", "bad-cursor")])
