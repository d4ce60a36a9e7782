"""Pages as answers: their headers, and an ETag over what a reader would see change."""

import re
from collections.abc import Mapping
from hashlib import sha256

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types board"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "private, no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Vary": "Cookie, Accept-Language",
}
# the hour at which a page was made is in none of them
SEEN = re.compile(r"<title>.*?</title>|<nav .*?</nav>|<main.*?</main>", re.DOTALL)
GOES_ON = re.compile(r"=[A-Za-z0-9_-]{268}(?=[\"&])")  # a cursor, another text each time


def html(request: Request, text: str, status: int = 200) -> Response:
    """Return a page; 304 where its reader has just what it shows."""
    headers = dict(HEADERS)
    if status == 200:
        tag = f'W/"{sha256(GOES_ON.sub("", "".join(SEEN.findall(text))).encode()).hexdigest()[:32]}"'
        headers["ETag"] = tag
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
    return Response(text, status, headers, "text/html; charset=utf-8")


def see_other(path: str) -> Response:
    """Send the reader on to a page of ours."""
    return RedirectResponse(path, 303, dict(HEADERS))
