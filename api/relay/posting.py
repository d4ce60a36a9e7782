"""JSON posted to an address that nobody gets to see."""

import asyncio
import json
from collections.abc import Mapping
from types import MappingProxyType

import httpx2

from api.relay.outcome import Reply, failed

PATIENCE = 5.0  # seconds for one try
NONE: Mapping[str, str] = MappingProxyType({})


class Posting:
    """An address to post to, with the connections to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx2.AsyncClient(timeout=PATIENCE, follow_redirects=False)

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.aclose()

    async def post(
        self, body: object, *, headers: Mapping[str, str] = NONE, url: str | None = None
    ) -> httpx2.Response | Reply:
        """Return the answer, or the failure where there is none."""
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._client.post(
                    url or self.url, content=content, headers={"Content-Type": "application/json", **headers}
                )
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            return failed("no-connection")
        except (TimeoutError, httpx2.TimeoutException):
            return failed("timeout")
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return failed("no-reply")
