"""An HTTP server that is all that its process does."""

import asyncio
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from api.cli.http_protocol import BoundedProtocol
from api.process_notes import Say, bracketed, note


class _Server(uvicorn.Server):
    """Ends with status 0 where it was told to end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_until_told(
    name: str,
    app: FastAPI,
    host: str,
    port: int,
    said: Say,
    *,
    grace: int,
    behind_proxy: bool = False,
    beside: Coroutine[object, object, None] | None = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish for `grace` seconds what has begun; ends with 1 if it cannot listen.

    `beside` runs meanwhile.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=BoundedProtocol,
        log_config=None,  # its log is said as all others are
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=behind_proxy,
        timeout_graceful_shutdown=grace,
    )
    server = _Server(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.handle_exit, number, None)
    said(note(f"{name}-started", "{name}: http://{host}:{port}", name=name, host=bracketed(host), port=port))
    duty = None if beside is None else asyncio.create_task(beside, name="beside")
    await server.serve()
    if duty is not None:
        duty.cancel()
    if not server.started:
        sys.exit(1)
