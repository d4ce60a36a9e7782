"""The ways out. Each tries once, and says what came of it in a word that never holds an address."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

import apprise

from api.alerting.recipients import Channel, ChannelKind
from api.relay.notice import Notification
from api.relay.outcome import HANDED_OVER, TAKEN, Reply, by_status, failed
from api.relay.posting import PATIENCE, Posting
from api.relay.robots import DingTalk, Feishu, Robot, WeCom
from api.relay.wording import text, title

APPRISE_BYTES = 4096  # where the service takes more
TALKATIVE = ("apprise", "urllib3", "httpx2", "httpcore2")  # what these log may hold an address, and so a token
ROBOTS: Mapping[ChannelKind, Callable[[str, str | None], Robot]] = MappingProxyType(
    {ChannelKind.WECOM: WeCom, ChannelKind.DINGTALK: DingTalk, ChannelKind.FEISHU: Feishu}
)


class Way(Protocol):
    """A channel that can be used."""

    async def send(self, notice: Notification, number: str, at: datetime) -> Reply:
        """Try once, at a real instant; `number` is the same each time."""

    async def close(self) -> None:
        """Give back what it holds."""


def way_of(channel: Channel) -> Way:
    """Return the channel of a configuration."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    url = "" if channel.url is None else channel.url.get_secret_value()
    secret = None if channel.secret is None else channel.secret.get_secret_value()
    if channel.kind in ROBOTS:
        return ROBOTS[channel.kind](url, secret)
    if channel.kind is ChannelKind.WEBHOOK:
        return _Webhook(url)
    if channel.kind is ChannelKind.APPRISE:
        return _Apprise(channel.name, url)
    return _Log()


class _Log:
    """The log has it already."""

    async def send(self, notice: Notification, number: str, at: datetime) -> Reply:
        return TAKEN

    async def close(self) -> None:
        pass


class _Webhook(Posting):
    async def send(self, notice: Notification, number: str, at: datetime) -> Reply:
        body = notice.model_dump(mode="json") | {"id": number, "sent_at": at.isoformat()}
        reply = await self.post(body, headers={"Idempotency-Key": number})
        return reply if isinstance(reply, Reply) else by_status(reply.status_code, reply.headers, at)


class _Apprise:
    """The library waits in a thread, one for each channel. It knows whether a service took a message, not what became of it."""

    def __init__(self, name: str, url: str) -> None:
        self._service = apprise.Apprise()
        self._service.add(url)
        self._most = min([APPRISE_BYTES, *(server.body_maxlen for server in self._service)])
        self._titled = all(server.title_maxlen for server in self._service)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"channel-{name}")

    async def send(self, notice: Notification, number: str, at: datetime) -> Reply:
        def notify() -> bool:
            heading = title(notice) if self._titled else ""
            return bool(self._service.notify(body=text(notice, self._most), title=heading))

        try:
            async with asyncio.timeout(PATIENCE):
                taken = await asyncio.get_running_loop().run_in_executor(self._thread, notify)
        except TimeoutError:
            return failed("timeout")
        except Exception as error:  # noqa: BLE001  # whatever a service's plug-in raises
            return failed(type(error).__name__)
        return HANDED_OVER if taken else failed("not-taken")

    async def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
