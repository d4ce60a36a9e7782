"""HTTP/1.1 as the server speaks it: requests begin in time or not at all, and what is no request is refused like everything else."""

import asyncio
import secrets

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from api.http.middleware import HEADERS
from api.http.problems import Problem, problem_response

PATIENCE = 10.0  # seconds; a connection that brings no whole head of a request within two of them is closed


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol, which itself waits for ever for a request to begin."""

    _look: asyncio.TimerHandle | None = None
    _seen: object = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its base does
        """Begin to watch a connection."""
        super().connection_made(transport)
        self._look = self.loop.call_later(PATIENCE, self._end_where_nothing_began)

    def connection_lost(self, exc: Exception | None) -> None:
        """Watch it no more."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def _end_where_nothing_began(self) -> None:
        cycle: RequestResponseCycle | None = self.cycle  # None until the first request
        answered = cycle is None or cycle.response_complete
        if answered and self._seen is (cycle or self):
            self.transport.close()
            return
        self._seen = cycle or self
        self._look = self.loop.call_later(PATIENCE, self._end_where_nothing_began)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request of HTTP; `msg`, the library's own words, is not repeated."""
        request_id = secrets.token_hex(8)
        answer = problem_response(Problem("no-request"), request_id)
        usual = {**HEADERS, "X-Request-Id": request_id, "Connection": "close"}
        headers = [*answer.raw_headers, *((name.lower().encode(), value.encode()) for name, value in usual.items())]
        for event in (
            h11.Response(status_code=answer.status_code, headers=headers),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
