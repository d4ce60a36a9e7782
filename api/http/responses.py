"""Answers as bytes: one way to write JSON, so that equal answers are equal."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from api.http.plain_json import plain


def answer(
    value: BaseModel | Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a JSON answer."""
    data = value.model_dump() if isinstance(value, BaseModel) else value
    body = json.dumps(plain(data), ensure_ascii=False, separators=(",", ":"))
    return Response(body.encode(), status, headers, "application/json")
