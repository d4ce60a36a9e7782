"""What the commands that run a process have in common: how it speaks, how it ends, how it waits for its database."""

import asyncio
import signal
from typing import Annotated

import typer

from activities.almanacs import AlmanacHolder
from activities.store.errors import StoreUnavailable
from activities.store.store import Store
from api.library_logs import log_as
from api.private_files import write_privately
from api.process_notes import Say, note, say_json, say_line
from api.processes.run_tethered import end_with_parent
from sla.almanac import Almanac
from sla.timeline import Timeline

LOOK = 0.2  # seconds between looks at the processes
API_GRACE = 5  # seconds for requests that are being answered

WithParent = Annotated[bool, typer.Option("--with-parent", hidden=True)]


def as_process(name: str, *, json: bool, with_parent: bool) -> Say:
    """Set how this process speaks, under its name; what libraries log is said too. With a parent it ends with it."""
    write_privately()
    said: Say = say_json if json else say_line
    log_as(name, said)
    if with_parent:
        end_with_parent()
    return said


def heed_signals() -> None:
    """Make the first SIGTERM or SIGINT a KeyboardInterrupt; those after it change nothing."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)


def _interrupt(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


async def stored_almanac(store: Store, release: Almanac, said: Say, name: str = "api") -> AlmanacHolder:
    """Wait for the database: without the notices in it nothing can be counted as it is elsewhere."""
    holder = AlmanacHolder(store, release)
    waiting = False
    while True:
        try:
            await asyncio.to_thread(holder.renew)
        except StoreUnavailable as error:
            waiting = _waits(said, name, error, waiting=waiting)
            await asyncio.sleep(1)
        else:
            return holder


def _waits(said: Say, name: str, error: StoreUnavailable, *, waiting: bool) -> bool:
    if not waiting:
        why = (str(error) or type(error).__name__).splitlines()[0]
        said(note("waiting", "{name}: waiting for the database ({why})", name=name, why=why))
    return True


async def stored_timeline(store: Store, said: Say, name: str = "api") -> Timeline:
    """Wait for the database: without its timeline no instant can be stamped."""
    waiting = False
    while True:
        try:
            return await asyncio.to_thread(store.timeline)
        except StoreUnavailable as error:  # or not migrated yet
            waiting = _waits(said, name, error, waiting=waiting)
            await asyncio.sleep(1)
