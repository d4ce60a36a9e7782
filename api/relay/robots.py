"""Robots of groups: WeCom, DingTalk and Feishu. They answer 200 whatever happens; whether they took it stands in the body."""

import base64
import hmac
from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx2

from api.relay.notice import Notification
from api.relay.outcome import SUCCESS, TAKEN, Reply, by_status, failed, refused
from api.relay.posting import Posting
from api.relay.wording import text, title

WECOM_BYTES = 4096  # of a markdown message
DINGTALK_BYTES = 18_000  # of 20 000 that a message may have with all that stands round it
FEISHU_BYTES = 18_000  # of 20 KB, likewise
MINUTE = timedelta(minutes=1)
THROTTLED = timedelta(minutes=10)  # a robot of DingTalk that was too quick stays silent for so long
BAD_REPLY = "bad-reply"


class Codes(NamedTuple):
    """What a kind of robot says. `passing`: codes that repeating cures, with how long to wait; `final`: those that it does not.

    Of a code that neither names nothing is known, so it is tried again, which ends by itself.
    """

    passing: Mapping[int, timedelta | None]
    final: frozenset[int]


WECOM = Codes(
    passing=MappingProxyType(
        {
            -1: None,  # 系统繁忙 busy
            42009: None,  # the service could not reach its own part
            45009: MINUTE,  # 接口调用超过限制 more than twenty a minute
            45033: MINUTE,  # 接口并发调用超过限制 too many at one time
        }
    ),
    final=frozenset(
        {
            40001,  # a secret that is not valid
            40008,  # no such kind of message
            40035,  # a parameter is wrong
            40058,  # a parameter is wrong: too long, most often
            41001,  # the key is missing
            44004,  # nothing to say
            45002,  # too long
            60020,  # this address may not call
            93000,  # no such robot: the address is wrong, or it was taken away
            93004,  # the robot was stopped
            93008,  # the robot is not in the group
        }
    ),
)
DINGTALK = Codes(
    passing=MappingProxyType(
        {
            -1: None,  # 系统繁忙 busy
            130101: THROTTLED,  # 发送速度太快 more than twenty a minute
            410100: THROTTLED,  # 发送速度太快而限流 the same, of the platform
        }
    ),
    final=frozenset(
        {
            404,  # no such address
            40035,  # a parameter is missing
            43004,  # a header is wrong
            300001,  # no such token
            300005,  # no such token
            310000,  # 安全设置: no keyword, a wrong signature or timestamp, an address that is not allowed
            400013,  # the group was dissolved
            400101,  # no such token
            400102,  # the robot was stopped
            400105,  # no such kind of message
            400106,  # no such robot
            430101,  # an address in it is not safe
            430102,  # its text is not proper
            430103,  # its picture is not proper
            430104,  # its content is not proper
        }
    ),
)
FEISHU = Codes(
    passing=MappingProxyType(
        {
            1500: None,  # an error of theirs
            11232: MINUTE,  # 触发限流 more than a hundred a minute, or five a second
            11233: MINUTE,  # the same, of the group
            99991400: MINUTE,  # the same, of the platform
        }
    ),
    final=frozenset(
        {
            9499,  # the body is not well formed
            10003,  # a parameter is wrong
            19001,  # no such robot: the address is wrong, or it was taken away
            19002,  # the kind of message is missing
            19003,  # a parameter is wrong
            19007,  # the robot was stopped
            19021,  # 签名校验失败 a wrong signature, or a timestamp of another hour
            19022,  # this address may not call
            19024,  # no keyword
            19036,  # too long
        }
    ),
)


class Robot(Posting):
    """A robot of a group, by its address and, where it is signed for, its secret."""

    codes: Codes
    field: str  # of the code in its reply

    def __init__(self, url: str, secret: str | None = None) -> None:
        super().__init__(url)
        self._secret = secret

    async def send(self, notice: Notification, number: str, at: datetime) -> Reply:
        """Post the notice, and read what the robot says of it."""
        reply = await self.post(self.message(notice, at), url=self.address(at))
        return reply if isinstance(reply, Reply) else self.judged(reply, at)

    @abstractmethod
    def message(self, notice: Notification, at: datetime) -> dict[str, Any]:
        """Make what is posted."""

    def address(self, at: datetime) -> str:
        """Say where it is posted to."""
        return self.url

    def judged(self, reply: httpx2.Response, now: datetime) -> Reply:
        """Judge an answer by its body; one without a code is none of the robot's."""
        if reply.status_code not in SUCCESS:
            return by_status(reply.status_code, reply.headers, now)
        try:
            said = reply.json()
        except ValueError:
            return failed(BAD_REPLY)
        code = self.code(said) if isinstance(said, dict) else None
        if code is None:
            return failed(BAD_REPLY)
        if code == 0:
            return TAKEN
        why = f"{self.field}-{code}"
        return refused(why) if code in self.codes.final else failed(why, self.codes.passing.get(code))

    def code(self, said: dict[str, Any]) -> int | None:
        """Read the code in a reply's body."""
        found = said.get(self.field)
        return found if type(found) is int else None


class WeCom(Robot):
    """A robot of a WeCom group 企业微信群机器人."""

    codes, field = WECOM, "errcode"

    def message(self, notice: Notification, at: datetime) -> dict[str, Any]:
        """Write it as markdown."""
        return {"msgtype": "markdown", "markdown": {"content": text(notice, WECOM_BYTES, markdown=True)}}


class DingTalk(Robot):
    """A robot of a DingTalk group 钉钉群机器人, signed for by secret and instant (加签)."""

    codes, field = DINGTALK, "errcode"

    def message(self, notice: Notification, at: datetime) -> dict[str, Any]:
        """Write it as markdown, whose single line breaks need two blanks before them."""
        written = text(notice, DINGTALK_BYTES, markdown=True).replace("\n", "  \n")
        return {"msgtype": "markdown", "markdown": {"title": title(notice), "text": written}}

    def address(self, at: datetime) -> str:
        """Add the instant in milliseconds, and the signature over it and the secret."""
        if self._secret is None:
            return self.url
        stamp = str(round(at.timestamp() * 1000))
        sign = hmac.digest(self._secret.encode(), f"{stamp}\n{self._secret}".encode(), sha256)
        more = urlencode({"timestamp": stamp, "sign": base64.b64encode(sign).decode()})
        return f"{self.url}{'&' if '?' in self.url else '?'}{more}"


class Feishu(Robot):
    """A robot of a Feishu group 飞书群机器人, signed for by secret and instant (签名校验)."""

    codes, field = FEISHU, "code"

    def message(self, notice: Notification, at: datetime) -> dict[str, Any]:
        """Write it as text, with the instant in seconds and the signature: of nothing, by a key made of both."""
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": text(notice, FEISHU_BYTES)}}
        if self._secret is None:
            return body
        stamp = str(int(at.timestamp()))
        sign = hmac.digest(f"{stamp}\n{self._secret}".encode(), b"", sha256)
        return {"timestamp": stamp, "sign": base64.b64encode(sign).decode(), **body}

    def code(self, said: dict[str, Any]) -> int | None:
        """Read the code; an older robot says `StatusCode` where it took the message."""
        found = said.get("code", said.get("StatusCode"))
        return found if type(found) is int else None
