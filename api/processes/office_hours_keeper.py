"""Alertmanager's office hours follow the calendar in force: the file is written anew, and Alertmanager loads it."""

import time
from collections.abc import Callable

import httpx2

from activities.store.errors import StoreError
from api.process_notes import Say, note
from api.processes.almanac_watch import LOOK
from sla.almanac import Almanac

PATIENCE = 5.0  # seconds for an answer


class OfficeHoursKeeper:
    """Looks whether another almanac is in force, now and again while it is tended; a reload that fails is tried again."""

    def __init__(
        self, renew: Callable[[], Almanac], write: Callable[[Almanac], None], alertmanager: str, say: Say
    ) -> None:
        self._renew = renew
        self._write = write
        self._reload = f"http://{alertmanager}/-/reload"
        self._say = say
        self._loaded = renew()
        self._next = time.monotonic() + LOOK.total_seconds()
        write(self._loaded)

    def tend(self) -> None:
        """Look, where it is time to."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + LOOK.total_seconds()
        try:
            found = self._renew()
        except StoreError:
            return  # what is loaded stays so
        if found is self._loaded:
            return
        self._write(found)
        try:
            answered = httpx2.post(self._reload, timeout=PATIENCE, trust_env=False).status_code
        except httpx2.TransportError:
            return
        if answered == httpx2.codes.OK:
            self._loaded = found
            self._say(note("office-hours", "monitor: Alertmanager's office hours follow another calendar now"))
