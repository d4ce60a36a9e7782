"""A client of a provider's endpoints that waits no longer, and reads no more, than it should."""

import time
from collections.abc import Iterator
from typing import Any

import httpx2
from authlib.integrations.httpx_client import OAuth2Client

from api.access import provider_keys


class TooMuch(httpx2.TransportError):
    """An answer is too long, or takes too long."""


class BoundedStream(httpx2.SyncByteStream):
    """The body of an answer, as far as it is within its bounds."""

    def __init__(self, body: httpx2.SyncByteStream, begun: float) -> None:
        self._body, self._begun = body, begun

    def __iter__(self) -> Iterator[bytes]:
        read = 0
        for part in self._body:
            read += len(part)
            if read > provider_keys.LARGEST or time.monotonic() - self._begun > provider_keys.PATIENCE:
                raise TooMuch("The answer is too long, or takes too long.")
            yield part

    def close(self) -> None:
        """Close what is read."""
        self._body.close()


class BoundedTransport(httpx2.HTTPTransport):
    """Requests whose answers are bounded."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request."""
        begun = time.monotonic()
        answer = super().handle_request(request)
        if isinstance(answer.stream, httpx2.SyncByteStream):
            answer.stream = BoundedStream(answer.stream, begun)
        return answer


def client_of(**named: Any) -> Any:  # noqa: ANN401  # the library's, which has no types
    """Return Authlib's client with bounds: no redirects, no proxy of the environment, `provider_keys.PATIENCE` at most."""
    bounds = {"timeout": provider_keys.PATIENCE, "follow_redirects": False, "trust_env": False}
    return OAuth2Client(transport=BoundedTransport(trust_env=False), **bounds, **named)
