"""Each kind of channel against a real receiver; what goes wrong has a word, and no address."""

import asyncio
import hmac
import json
import logging
import threading
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from api.alerting.recipients import Channel, ChannelKind
from api.processes.claims import free_port
from api.relay import robots
from api.relay.channels import way_of
from api.relay.delivery import LONGEST, Rate, pause
from api.relay.outcome import HANDED_OVER, TAKEN, Reply, failed, refused
from api.relay.robots import WECOM_BYTES
from tests.api.relay.test_wording import a_notice
from tests.desk import at

NOW = at("2021-03-05 09:00")


class Robot:
    """Takes what is posted and answers with what it is told to."""

    def __init__(self) -> None:
        self.posted: list[tuple[dict[str, str], Any]] = []
        self.paths: list[str] = []
        self.headers: dict[str, str] = {}
        self.status, self.answer = 200, b'{"errcode":0,"errmsg":"ok"}'
        robot = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"]))
                robot.paths.append(self.path)
                robot.posted.append((dict(self.headers), json.loads(sent)))
                self.send_response(robot.status)
                for name, value in robot.headers.items():
                    self.send_header(name, value)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()
                self.wfile.write(robot.answer)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port


@pytest.fixture
def robot() -> Iterator[Robot]:
    made = Robot()
    threading.Thread(target=made.server.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


async def send(
    kind: ChannelKind, url: str, number: int = 1, signed_by: str | None = None, now: datetime = NOW
) -> Reply:
    signed = None if signed_by is None else SecretStr(signed_by)
    way = way_of(Channel(name="hall", kind=kind, url=SecretStr(url), secret=signed))
    try:
        return await way.send(a_notice(number), "the-id", now)
    finally:
        await way.close()


async def test_a_webhook_gets_the_notice_with_its_id(robot: Robot, caplog: pytest.LogCaptureFixture) -> None:
    robot.status = 202
    with caplog.at_level(logging.DEBUG):
        assert await send(ChannelKind.WEBHOOK, f"http://127.0.0.1:{robot.port}/x?token=SECRET") == TAKEN
    assert "SECRET" not in caplog.text
    headers, body = robot.posted[0]
    assert headers["Idempotency-Key"] == body["id"] == "the-id"
    assert body["sent_at"] == NOW.isoformat()
    assert set(body) == {"receiver", "recipient", "kind", "alerts", "more", "link", "id", "sent_at"}
    one = body["alerts"][0]
    assert (one["alertname"], one["severity"], one["scope"]) == ("ShixianStepOverdue", "warning", "step")
    assert one["link"] == "http://shixian/cases/SZ-0"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422, 451])
async def test_a_status_that_repeating_cannot_cure_is_a_refusal(robot: Robot, status: int) -> None:
    robot.status = status
    assert await send(ChannelKind.WEBHOOK, f"http://127.0.0.1:{robot.port}/x") == refused(f"status-{status}")
    assert len(robot.posted) == 1


@pytest.mark.parametrize("status", [302, 408, 425, 429, 500, 502, 503])
async def test_any_other_status_is_a_failure(robot: Robot, status: int) -> None:
    robot.status = status
    assert await send(ChannelKind.WEBHOOK, f"http://127.0.0.1:{robot.port}/x") == failed(f"status-{status}")
    assert len(robot.posted) == 1


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        ("Fri, 05 Mar 2021 01:02:00 GMT", 120),
        ("Fri, 05 Mar 2021 00:00:00 GMT", 0),
        ("999999", 3600),
        ("soon", None),
    ],
)
async def test_a_channel_that_asks_to_wait_is_heard(robot: Robot, said: str, seconds: int | None) -> None:
    robot.status, robot.headers = 429, {"Retry-After": said}
    wait = None if seconds is None else timedelta(seconds=seconds)
    assert await send(ChannelKind.WEBHOOK, f"http://127.0.0.1:{robot.port}/x") == failed("status-429", wait)


async def test_a_robot_of_wecom_gets_markdown_that_is_not_too_long(robot: Robot) -> None:
    assert await send(ChannelKind.WECOM, f"http://127.0.0.1:{robot.port}/cgi-bin/webhook/send?key=SECRET", 30) == TAKEN
    _, body = robot.posted[0]
    assert body["msgtype"] == "markdown"
    assert len(body["markdown"]["content"].encode()) <= WECOM_BYTES
    assert "另有 20 项 and 20 more" in body["markdown"]["content"]


CODES = [
    (kind, codes, field, code)
    for kind, codes, field in (
        (ChannelKind.WECOM, robots.WECOM, "errcode"),
        (ChannelKind.DINGTALK, robots.DINGTALK, "errcode"),
        (ChannelKind.FEISHU, robots.FEISHU, "code"),
    )
    for code in sorted({*codes.passing, *codes.final})
]


@pytest.mark.parametrize(("kind", "codes", "field", "code"), CODES, ids=lambda value: str(value)[:12])
async def test_a_robot_that_says_no_with_200_is_understood(
    robot: Robot, kind: ChannelKind, codes: robots.Codes, field: str, code: int
) -> None:
    robot.answer = json.dumps({field: code, "errmsg": "no, key SECRET", "msg": "no"}).encode()
    reply = await send(kind, f"http://127.0.0.1:{robot.port}/send?key=SECRET", signed_by="sec")
    why = f"{field}-{code}"
    assert reply == (refused(why) if code in codes.final else failed(why, codes.passing[code]))


@pytest.mark.parametrize(
    ("kind", "code", "outcome"),
    [
        (ChannelKind.WECOM, 40058, refused("errcode-40058")),
        (ChannelKind.WECOM, 45009, failed("errcode-45009", timedelta(minutes=1))),
        (ChannelKind.DINGTALK, 310000, refused("errcode-310000")),
        (ChannelKind.DINGTALK, 130101, failed("errcode-130101", timedelta(minutes=10))),
        (ChannelKind.FEISHU, 19024, refused("code-19024")),
        (ChannelKind.FEISHU, 19021, refused("code-19021")),
    ],
)
async def test_the_codes_that_were_taken_for_delivered(
    robot: Robot, kind: ChannelKind, code: int, outcome: Reply
) -> None:
    robot.answer = json.dumps({"code" if kind is ChannelKind.FEISHU else "errcode": code}).encode()
    assert await send(kind, f"http://127.0.0.1:{robot.port}/", signed_by="sec") == outcome


@pytest.mark.parametrize("kind", [ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU])
@pytest.mark.parametrize(
    "answer", [b"<html>", b"[]", b'{"errcode":"x"}', b'{"code":null}', b"{}", b"", b'{"errcode":true,"code":true}']
)
async def test_an_answer_that_is_none_of_a_robots_delivers_nothing(
    robot: Robot, kind: ChannelKind, answer: bytes
) -> None:
    robot.answer = answer
    assert await send(kind, f"http://127.0.0.1:{robot.port}/", signed_by="sec") == failed("bad-reply")


@pytest.mark.parametrize("kind", [ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU])
async def test_of_a_code_that_nobody_knows_repeating_may_be_the_cure(robot: Robot, kind: ChannelKind) -> None:
    field = "code" if kind is ChannelKind.FEISHU else "errcode"
    robot.answer = json.dumps({field: 77}).encode()
    assert await send(kind, f"http://127.0.0.1:{robot.port}/", signed_by="sec") == failed(f"{field}-77")


async def test_a_robot_of_dingtalk_is_signed_for_in_its_address(robot: Robot) -> None:
    url = f"http://127.0.0.1:{robot.port}/robot/send?access_token=SECRET"
    assert await send(ChannelKind.DINGTALK, url, 30, signed_by="SECdemo") == TAKEN
    asked = parse_qs(urlsplit(robot.paths[0]).query)
    stamp = str(int(NOW.timestamp()) * 1000)
    # as the service's own example makes it, from the secret's bytes and the text of instant and secret
    digest = hmac.new(b"SECdemo", f"{stamp}\nSECdemo".encode(), digestmod="sha256").digest()
    assert asked == {"access_token": ["SECRET"], "timestamp": [stamp], "sign": [b64encode(digest).decode()]}
    _, body = robot.posted[0]
    assert body["msgtype"] == "markdown"
    assert body["markdown"]["title"].startswith("时限 Shixian")
    assert "  \n" in body["markdown"]["text"]
    assert len(json.dumps(body, ensure_ascii=False).encode()) <= 20_000


async def test_a_robot_of_feishu_is_signed_for_in_its_body(robot: Robot) -> None:
    robot.answer = b'{"code":0,"msg":"success","data":{}}'
    assert (
        await send(ChannelKind.FEISHU, f"http://127.0.0.1:{robot.port}/open-apis/bot/v2/hook/x", 30, signed_by="demo")
        == TAKEN
    )
    _, body = robot.posted[0]
    stamp = str(int(NOW.timestamp()))
    digest = hmac.new(f"{stamp}\ndemo".encode(), b"", digestmod="sha256").digest()
    assert (body["timestamp"], body["sign"]) == (stamp, b64encode(digest).decode())
    assert body["msg_type"] == "text"
    assert "另有 20 项 and 20 more" in body["content"]["text"]
    assert len(json.dumps(body, ensure_ascii=False).encode()) <= 20_000


async def test_an_older_robot_of_feishu_is_understood(robot: Robot) -> None:
    robot.answer = b'{"StatusCode":0,"StatusMessage":"success"}'
    assert await send(ChannelKind.FEISHU, f"http://127.0.0.1:{robot.port}/") == TAKEN
    assert "sign" not in robot.posted[0][1]


async def test_the_library_takes_the_rest(robot: Robot, caplog: pytest.LogCaptureFixture) -> None:
    url = f"json://127.0.0.1:{robot.port}/SECRET"
    with caplog.at_level(logging.DEBUG):
        assert await send(ChannelKind.APPRISE, url) == HANDED_OVER
        robot.status = 500
        assert await send(ChannelKind.APPRISE, url) == failed("not-taken")
    assert "【黄牌】案件 SZ-0 环节逾期" in robot.posted[0][1]["message"]
    assert "SECRET" not in caplog.text


@pytest.mark.parametrize("kind", [ChannelKind.WEBHOOK, ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU])
async def test_nobody_there_is_no_connection(kind: ChannelKind) -> None:
    assert await send(kind, f"http://127.0.0.1:{free_port()}/SECRET") == failed("no-connection")


async def test_the_log_takes_everything() -> None:
    assert await way_of(Channel(name="log", kind=ChannelKind.LOG)).send(a_notice(1), "the-id", NOW) == TAKEN


async def test_no_stretch_of_a_minutes_length_has_more_than_the_rate() -> None:
    rate, clock = Rate(3, window=0.3), asyncio.get_running_loop().time
    sent: list[float] = []
    for _ in range(10):
        await rate.free()
        rate.sent()
        sent.append(clock())
    assert all(later - earlier >= 0.29 for earlier, later in zip(sent, sent[3:], strict=False))
    assert sent[2] - sent[0] < 0.2


async def test_a_channel_that_asked_for_silence_has_it() -> None:
    rate, clock = Rate(None), asyncio.get_running_loop().time
    began = clock()
    rate.be_silent(timedelta(seconds=0.2))
    await rate.free()
    assert clock() - began >= 0.19


def test_the_pause_doubles_up_to_five_minutes() -> None:
    seconds = [pause(attempts).total_seconds() for attempts in range(1, 12)]
    assert seconds[:4] == [1, 2, 4, 8]
    assert max(seconds) == LONGEST.total_seconds() == 300
    assert pause(10_000) == LONGEST
