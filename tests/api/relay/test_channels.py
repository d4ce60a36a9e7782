"""Each kind of channel against a real receiver; what goes wrong has a word, and no address."""

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr

from api.alerting.recipients import Channel, Kind
from api.processes.temporal_server import free_port
from api.relay.channels import WECOM_BYTES, way_of
from api.relay.delivery import LONGEST, Rate, pause
from tests.api.relay.test_wording import a_notice
from tests.desk import at

NOW = at("2021-03-05 09:00")


class Robot:
    """Takes what is posted and answers with what it is told to."""

    def __init__(self) -> None:
        self.posted: list[tuple[dict[str, str], Any]] = []
        self.status, self.answer = 200, b'{"errcode":0,"errmsg":"ok"}'
        robot = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"]))
                robot.posted.append((dict(self.headers), json.loads(sent)))
                self.send_response(robot.status)
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


async def send(kind: Kind, url: str, number: int = 1) -> str | None:
    way = way_of(Channel(name="hall", kind=kind, url=SecretStr(url)))
    try:
        return await way.send(a_notice(number), "the-id", NOW)
    finally:
        await way.close()


async def test_a_webhook_gets_the_notice_with_its_id(robot: Robot, caplog: pytest.LogCaptureFixture) -> None:
    robot.status = 202
    with caplog.at_level(logging.DEBUG):
        assert await send(Kind.WEBHOOK, f"http://127.0.0.1:{robot.port}/x?token=SECRET") is None
    assert "SECRET" not in caplog.text
    headers, body = robot.posted[0]
    assert headers["Idempotency-Key"] == body["id"] == "the-id"
    assert body["sent_at"] == NOW.isoformat()
    assert set(body) == {"receiver", "recipient", "kind", "alerts", "more", "link", "id", "sent_at"}
    one = body["alerts"][0]
    assert (one["alertname"], one["severity"], one["scope"]) == ("ShixianStepOverdue", "warning", "step")
    assert one["link"] == "http://shixian/v1/cases/SZ-0"


@pytest.mark.parametrize("status", [302, 400, 404, 500])
async def test_any_other_status_is_a_failure(robot: Robot, status: int) -> None:
    robot.status = status
    assert await send(Kind.WEBHOOK, f"http://127.0.0.1:{robot.port}/x") == f"status-{status}"
    assert len(robot.posted) == 1


async def test_a_robot_of_wecom_gets_markdown_that_is_not_too_long(robot: Robot) -> None:
    assert await send(Kind.WECOM, f"http://127.0.0.1:{robot.port}/cgi-bin/webhook/send?key=SECRET", 30) is None
    _, body = robot.posted[0]
    assert body["msgtype"] == "markdown"
    assert len(body["markdown"]["content"].encode()) <= WECOM_BYTES
    assert "另有 20 项 and 20 more" in body["markdown"]["content"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b'{"errcode":45009,"errmsg":"api freq out of limit"}', "errcode-45009"),
        (b'{"errcode":93000,"errmsg":"invalid webhook url, key SECRET"}', "errcode-93000"),
        (b"<html>", "bad-reply"),
        (b"[]", "bad-reply"),
        (b'{"errcode":"x"}', "bad-reply"),
    ],
)
async def test_a_robot_of_wecom_says_in_its_reply_that_it_refused(robot: Robot, answer: bytes, expected: str) -> None:
    robot.answer = answer
    assert await send(Kind.WECOM, f"http://127.0.0.1:{robot.port}/") == expected


async def test_the_library_takes_the_rest(robot: Robot, caplog: pytest.LogCaptureFixture) -> None:
    url = f"json://127.0.0.1:{robot.port}/SECRET"
    with caplog.at_level(logging.DEBUG):
        assert await send(Kind.APPRISE, url) is None
        robot.status = 500
        assert await send(Kind.APPRISE, url) == "refused"
    assert "【黄牌】案件 SZ-0 环节逾期" in robot.posted[0][1]["message"]
    assert "SECRET" not in caplog.text


@pytest.mark.parametrize("kind", [Kind.WEBHOOK, Kind.WECOM])
async def test_nobody_there_is_no_connection(kind: Kind) -> None:
    assert await send(kind, f"http://127.0.0.1:{free_port()}/SECRET") == "no-connection"


async def test_the_log_takes_everything() -> None:
    assert await way_of(Channel(name="log", kind=Kind.LOG)).send(a_notice(1), "the-id", NOW) is None


async def test_no_stretch_of_a_minutes_length_has_more_than_the_rate() -> None:
    rate, clock = Rate(3, window=0.3), asyncio.get_running_loop().time
    sent: list[float] = []
    for _ in range(10):
        await rate.admitted()
        sent.append(clock())
    assert all(later - earlier >= 0.29 for earlier, later in zip(sent, sent[3:], strict=False))
    assert sent[2] - sent[0] < 0.2


def test_the_pause_doubles_up_to_five_minutes() -> None:
    seconds = [pause(attempts).total_seconds() for attempts in range(1, 12)]
    assert seconds[:4] == [1, 2, 4, 8]
    assert max(seconds) == LONGEST.total_seconds() == 300
    assert pause(10_000) == LONGEST
