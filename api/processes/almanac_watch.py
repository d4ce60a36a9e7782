"""A process's almanac, renewed while it runs: what operators approve is counted by everywhere within seconds."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import NoReturn

from activities.almanacs import AlmanacHolder
from activities.store.errors import StoreError, StoreUnavailable
from api.process_notes import Say, note
from sla.almanac import NATION, Almanac

LOOK = timedelta(seconds=2)  # between looks whether the log of notices has moved on


class AlmanacWatch:
    """Looks at the log for one process. Where it cannot be read, what is held stays in force, and that is said once."""

    def __init__(self, name: str, holder: AlmanacHolder, tell: Callable[[Almanac], None], say: Say) -> None:
        self._name = name
        self._holder = holder
        self._tell = tell
        self._say = say
        self._told = holder.almanac
        self._failed = ""

    def look(self) -> bool:
        """Tell the process of another almanac, if there is one; blocks."""
        try:
            found = self._holder.renew()
        except StoreUnavailable:
            return False  # the process has said so, or will
        except StoreError as error:
            self._fail(str(error))
            return False
        self._failed = ""
        if found is self._told:
            return False
        self._told = found
        self._tell(found)
        text = "{name}: another calendar is in force, revision {revision}, known on {days} days"
        known = len(found.publications(NATION))
        self._say(note("calendar-renewed", text, name=self._name, revision=self._holder.revision, days=known))
        return True

    async def watch(self) -> NoReturn:
        """Look again and again."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(LOOK.total_seconds())

    def _fail(self, why: str) -> None:
        if why != self._failed:
            text = "{name}: the notices of operators cannot be read ({why}); it goes on with those that it has"
            self._say(note("calendar-unreadable", text, name=self._name, why=why))
            self._failed = why
