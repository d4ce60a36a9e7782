"""The way to a server, which can be cut: what is sent meanwhile is lost, or the connection is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Literal, Self

Cut = Literal["silent", "refused"]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
PART = 65_536  # bytes


class Wire:
    """A port of loopback behind which the server is, unless the way is cut."""

    def __init__(self, reach: Callable[[], Awaitable[Streams]]) -> None:
        self._reach = reach
        self._cut: Cut | None = None
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self.port = 0
        self.lost = 0  # connections that were tried, or had something to say, while it was cut

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self._drop()
        await asyncio.gather(*self._carrying)
        await self._server.wait_closed()

    def cut(self, how: Cut) -> None:
        """Let nothing through any more: nobody is told (`silent`), or whoever tries is turned away (`refused`)."""
        self._cut = how
        if how == "refused":
            self._drop()

    def mend(self) -> None:
        """Let everything through again; connections over which something was lost are broken."""
        self._drop()
        self._cut = None

    def _drop(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connected(reader, writer))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self._cut is not None:
                self.lost += 1
                if self._cut == "silent":
                    with suppress(OSError):
                        while await reader.read(PART):
                            pass
                return
            try:
                inside, outside = await self._reach()
            except OSError:
                return
            self._open.add(outside)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._carry(reader, outside))
                    group.create_task(self._carry(inside, writer))
            finally:
                self._open.discard(outside)
                outside.transport.abort()
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while part := await reader.read(PART):
                if self._cut is None:
                    writer.write(part)
                    await writer.drain()
                else:
                    self.lost += 1
        writer.transport.abort()
