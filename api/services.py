"""What the API needs of the world; made by an entry point, never by an import."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from activities.almanacs import AlmanacHolder
from activities.store.store import Store
from api.http.bearer import Tokens
from api.process_notes import Say, silent
from api.settings import Settings
from sla.almanac import Almanac
from sla.timeline import Timeline
from workflows.dispatch import Dispatcher


@dataclass(frozen=True, slots=True)
class Services:
    """The parts a process of the API is made of. It owns none of them: who made them ends them."""

    store: Store
    dispatcher: Dispatcher
    timeline: Timeline
    settings: Settings
    almanac: Almanac
    now: Callable[[], datetime]  # real time
    almanacs: AlmanacHolder | None = None  # from which the almanac is renewed; None: `almanac` is the release's own
    say: Say = silent
    scraping: Tokens | None = None  # of whoever may read metrics beside keys; None: keys alone

    @property
    def rehearsal(self) -> bool:
        """True where business time is not real time: nothing here is a real case, and sandbox keys alone open it."""
        return not self.timeline.identity
