"""The guide for utilities: its programs are run as they stand there, from a key to a posting and a verified webhook."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import uvicorn

from api.processes.claims import free_port
from api.real_clock import real_now
from api.webhooks.address_guard import AddressGuard, Rules
from api.webhooks.posting import Attempted, Poster
from api.webhooks.secret_box import SecretBox
from tests.api.conftest import office
from tests.api.office import Office
from tests.waiting import eventually
from workflows.announcing import AnnouncementKind

__all__ = ["office"]

GUIDE = (Path(__file__).parents[1] / "docs/utilities.md").read_text(encoding="utf-8")


def program(name: str, folder: Path) -> Path:
    """A program of the guide, as a file."""
    [text] = re.findall(rf"^```python\n(# {re.escape(name)}:.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    file = folder / name
    file.write_text(text)
    return file


@asynccontextmanager
async def over_http(served: Office) -> AsyncIterator[str]:
    """The office's API on a port."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(served.app, port=port, lifespan="off", log_level="error"))
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


async def test_the_follower_of_the_guide_posts_what_comes_to_its_desk_once(office: Office, tmp_path: Path) -> None:
    file = program("follow.py", tmp_path)
    case = await office.accepted()
    key = office.water.headers["Authorization"].removeprefix("Bearer ")
    async with over_http(office) as url:
        env = {**os.environ, "SHIXIAN_URL": url, "SHIXIAN_KEY": key, "ROUNDS": "3", "NO_PROXY": "*"}
        for _ in range(2):  # the second time it begins anew, as after a crash, and posts nothing twice
            (tmp_path / "place.txt").unlink(missing_ok=True)
            pipe = asyncio.subprocess.PIPE
            ran = await asyncio.create_subprocess_exec(
                sys.executable, str(file), cwd=tmp_path, env=env, stdout=pipe, stderr=pipe
            )
            out, wrong = await ran.communicate()
            assert ran.returncode == 0, wrong.decode()
            assert re.search(rf"^{case} \d+ counts$", out.decode(), re.MULTILINE), out.decode()
    done = [event for event in office.store.events(case) if event.kind == "completed"]
    assert [event.body["step"] for event in done] == ["joint-site-survey"]


async def test_the_receiver_of_the_guide_takes_what_is_signed_once_and_nothing_else(tmp_path: Path) -> None:
    secret, _ = SecretBox(tmp_path / "key").new_secret()
    port = free_port()
    env = {**os.environ, "WEBHOOK_SECRET": secret, "PORT": str(port)}
    receiver = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, str(program("receive.py", tmp_path))],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        poster, url = Poster(AddressGuard(Rules(loopback=True))), f"http://127.0.0.1:{port}/"
        body = '{"id":"ev_1","type":"shixian.step-opened","data":{"case":"SZ-1","step":"water-on"}}'

        async def taken() -> bool:
            return await poster.post(url, [secret], "ev_1", body, real_now()) == Attempted()

        await eventually(taken)
        assert await taken()
        other, _ = SecretBox(tmp_path / "key").new_secret()
        assert await poster.post(url, [other], "ev_2", body, real_now()) == Attempted("status-401")
        assert httpx2.post(url, content=body, trust_env=False).status_code == 401
    finally:
        receiver.terminate()
        out, _ = receiver.communicate()
    assert out.decode() == "shixian.step-opened SZ-1 water-on\n"


def test_the_guide_names_every_kind_of_announcement() -> None:
    assert {f"shixian.{kind}" for kind in AnnouncementKind} == set(re.findall(r"`(shixian\.[a-z-]+)`", GUIDE))
