"""The ways out. Each tries once and answers with a word for what went wrong, which never holds an address."""

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol

import apprise
import httpx2

from api.alerting.recipients import Channel, Kind
from api.relay.notice import Notice
from api.relay.wording import text, title

PATIENCE = 5.0  # seconds for one try
WECOM_BYTES = 4096  # of a markdown message to a robot
APPRISE_BYTES = 4096  # where the service takes more
SUCCESS = range(200, 300)
TALKATIVE = ("apprise", "urllib3", "httpx2", "httpcore2")  # what these log may hold an address, and so a token


class Way(Protocol):
    """A channel that can be used."""

    async def send(self, notice: Notice, number: str, at: datetime) -> str | None:
        """None once the notice is delivered, else a word for why it may not be."""

    async def close(self) -> None:
        """Give back what it holds."""


def way_of(channel: Channel) -> Way:
    """The channel of a configuration."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    url = "" if channel.url is None else channel.url.get_secret_value()
    if channel.kind is Kind.WEBHOOK:
        return _Webhook(url)
    if channel.kind is Kind.WECOM:
        return _WeCom(url)
    if channel.kind is Kind.APPRISE:
        return _Apprise(channel.name, url)
    return _Log()


class _Log:
    """The log has it already."""

    async def send(self, notice: Notice, number: str, at: datetime) -> str | None:
        return None

    async def close(self) -> None:
        pass


class _Posting:
    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx2.AsyncClient(timeout=PATIENCE, follow_redirects=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, body: object, headers: dict[str, str]) -> httpx2.Response | str:
        """The reply, or the word for why there is none."""
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._client.post(
                    self._url, content=content, headers={"Content-Type": "application/json", **headers}
                )
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            return "no-connection"
        except (TimeoutError, httpx2.TimeoutException):
            return "timeout"
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return "no-reply"


class _Webhook(_Posting):
    async def send(self, notice: Notice, number: str, at: datetime) -> str | None:
        body = notice.model_dump(mode="json") | {"id": number, "sent_at": at.isoformat()}
        reply = await self._post(body, {"Idempotency-Key": number})
        if isinstance(reply, str):
            return reply
        return None if reply.status_code in SUCCESS else f"status-{reply.status_code}"


class _WeCom(_Posting):
    """A robot of a WeCom group, which says in its reply whether it took the message."""

    async def send(self, notice: Notice, number: str, at: datetime) -> str | None:
        content = text(notice, WECOM_BYTES, markdown=True)
        reply = await self._post({"msgtype": "markdown", "markdown": {"content": content}}, {})
        if isinstance(reply, str):
            return reply
        if reply.status_code not in SUCCESS:
            return f"status-{reply.status_code}"
        try:
            code = reply.json()["errcode"]
        except (ValueError, KeyError, TypeError):
            return "bad-reply"
        return None if code == 0 else f"errcode-{code}" if isinstance(code, int) else "bad-reply"


class _Apprise:
    """The library waits in a thread, one for each channel."""

    def __init__(self, name: str, url: str) -> None:
        self._service = apprise.Apprise()
        self._service.add(url)
        self._most = min([APPRISE_BYTES, *(server.body_maxlen for server in self._service)])
        self._titled = all(server.title_maxlen for server in self._service)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"channel-{name}")

    async def send(self, notice: Notice, number: str, at: datetime) -> str | None:
        def notify() -> bool:
            heading = title(notice) if self._titled else ""
            return bool(self._service.notify(body=text(notice, self._most), title=heading))

        try:
            async with asyncio.timeout(PATIENCE):
                taken = await asyncio.get_running_loop().run_in_executor(self._thread, notify)
        except TimeoutError:
            return "timeout"
        except Exception as error:  # noqa: BLE001  # whatever a service's plug-in raises
            return type(error).__name__
        return None if taken else "refused"

    async def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
