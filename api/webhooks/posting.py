"""One attempt to deliver an announcement: signed, to the address that was checked, and judged by the status alone."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NamedTuple

import httpx2
from standardwebhooks import Webhook

from api.announcing.cloud_event import MEDIA_TYPE
from api.webhooks.address_guard import AddressGuard, ForbiddenAddress

PATIENCE = 10.0  # seconds for an attempt as a whole
SUCCESS = range(200, 300)
AGENT = "Shixian-Webhooks/1"


class Attempted(NamedTuple):
    """What came of an attempt. `why` is a word that holds no address; None where it arrived. `gone`: 410."""

    why: str | None = None
    gone: bool = False


def signatures(secrets: Sequence[str], id: str, at: datetime, body: str) -> str:
    """Return the header of signatures by several secrets (Standard Webhooks, version 1)."""
    return " ".join(Webhook(secret).sign(id, at.astimezone(UTC), body) for secret in secrets)


class Poster:
    """Posts to whatever the guard lets pass. Each attempt has a connection of its own, which is checked anew."""

    def __init__(self, guard: AddressGuard, tls: ssl.SSLContext | None = None, patience: float = PATIENCE) -> None:
        self._guard = guard
        self._tls = tls or ssl.create_default_context()
        self._patience = patience

    async def post(self, url: str, secrets: Sequence[str], id: str, body: str, at: datetime) -> Attempted:
        """Try once, at a real instant."""
        headers = {
            "Content-Type": MEDIA_TYPE,
            "User-Agent": AGENT,
            "webhook-id": id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signatures(secrets, id, at, body),
        }
        try:
            async with asyncio.timeout(self._patience):
                status = await self._status(url, headers, body)
        except ForbiddenAddress as error:
            return Attempted(str(error))
        except (TimeoutError, httpx2.TimeoutException):
            return Attempted("timeout")
        except (OSError, httpx2.ConnectError):
            return Attempted("no-connection")
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return Attempted("no-reply")
        return Attempted(None if status in SUCCESS else f"status-{status}", gone=status == HTTPStatus.GONE)

    async def _status(self, url: str, headers: dict[str, str], body: str) -> int:
        """Nothing of the answer is read but its head: nobody is made to hold what a stranger sends."""
        target = await self._guard.target(url)
        # a client for each: what one company's server sets, such as a cookie, reaches no other's
        client = httpx2.AsyncClient(
            verify=self._tls,
            timeout=self._patience,
            follow_redirects=False,
            trust_env=False,  # a proxy of the environment would do the looking up
        )
        sent = client.stream(
            "POST",
            target.pinned_url,
            content=body.encode(),
            headers={"Host": target.authority, **headers},
            extensions={"sni_hostname": target.host},  # whose certificate is asked for and checked
        )
        async with client, sent as answer:
            return answer.status_code
