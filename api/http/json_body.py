"""The body of a request, measured as it comes."""

from fastapi import Request
from starlette.requests import ClientDisconnect

from api.http.problems import Problem

JSON = "application/json"


async def json_body(request: Request, largest: int) -> bytes:
    """Read a body that is empty or said to be JSON; raises a Problem beyond `largest` bytes."""
    too_large = Problem("too-large", f"A body has at most {largest} bytes.")
    said = request.headers.get("content-length", "0")
    if said.isdigit() and int(said) > largest:
        raise too_large
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > largest:
                raise too_large
    except ClientDisconnect:
        raise Problem("malformed", "The body ended too early.") from None
    if body and request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise Problem("not-json")
    return bytes(body)
