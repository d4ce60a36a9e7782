"""Checkpoints every ten minutes and at the end, one process at a time; where a URL is set they are posted outside too."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path

import httpx2

from activities.evidence.checking import CHECKPOINT
from activities.evidence.manifests import CheckpointFiles, manifest_of, number_of
from activities.store.audit_log import AuditEntry, Who
from activities.store.errors import StoreError
from activities.store.store import Store
from api.process_notes import Say, note

EVERY = timedelta(minutes=10)
LOOK = timedelta(seconds=30)  # between looks whether it is time
PATIENCE = 10.0  # seconds for a post
PAUSES = (1.0, 5.0)  # seconds before the second and the third attempt


class CheckpointKeeper:
    """Keeps the checkpoints of one data folder. What goes wrong is said once and tried again: no case waits for it."""

    def __init__(
        self,
        store: Store,
        data_dir: Path,
        url: str,
        now: Callable[[], datetime],
        say: Say,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._store = store
        self._data_dir = data_dir
        self._url = url
        self._now = now
        self._say = say
        self._transport = transport
        self._failed = ""

    async def keep(self) -> timedelta:
        """Make a checkpoint where it is time and no other process has; returns how long to wait."""
        await self._try(EVERY)
        return LOOK

    async def close(self) -> None:
        """Make the last one."""
        await self._try(timedelta(0))

    async def _try(self, every: timedelta) -> None:
        try:
            files = await asyncio.to_thread(CheckpointFiles, self._data_dir)
            made = await asyncio.to_thread(self._make, files, every)
            posted = bool(self._url) and await self._post(files)
            if posted or (made and not self._url):
                await asyncio.to_thread(self._store.heartbeat, CHECKPOINT, self._now())
            self._failed = ""
        except (StoreError, OSError, ValueError, httpx2.HTTPError) as error:
            why = f"{type(error).__name__}: {error}"
            if why != self._failed:
                self._say(note("checkpoint-failed", "no checkpoint is kept ({why}); it is tried again", why=why))
            self._failed = why

    def _make(self, files: CheckpointFiles, every: timedelta) -> bool:
        at = self._now()
        if not self._store.claim_turn(CHECKPOINT, at, every):
            return False
        heads, audit = self._store.heads()
        number = files.add(heads, audit, at)
        who = Who(at, files.key.name, "system", "local", secrets.token_hex(8))
        self._store.audit([AuditEntry(who, CHECKPOINT, f"{files.key.name}/{number}")])
        return True

    async def _post(self, files: CheckpointFiles) -> bool:
        """Post what was not posted yet, in order, and tell whether there was any; httpx2.HTTPError where it is not taken."""
        client = partial(httpx2.AsyncClient, timeout=PATIENCE, trust_env=False, transport=self._transport)
        async with client() as http:
            waiting = await asyncio.to_thread(files.after, files.posted())
            for line in waiting:
                await self._posted(http, line)
                files.mark_posted(number_of(manifest_of(line).note))
        return bool(waiting)

    async def _posted(self, http: httpx2.AsyncClient, line: str) -> None:
        for pause in (*PAUSES, None):
            try:
                answer = await http.post(self._url, content=line.encode(), headers={"Content-Type": "application/json"})
                if HTTPStatus.OK <= answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
                    return
                raise httpx2.HTTPError(f"SHIXIAN_CHECKPOINT_URL answered {answer.status_code}")
            except httpx2.HTTPError:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
