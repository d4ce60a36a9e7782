"""The ledger and the read model in one database."""

from typing import Self

from activities.store.almanac_log import AlmanacLog
from activities.store.announcements import Announcements
from activities.store.cases import Cases
from activities.store.cohorts import CohortReads
from activities.store.database import parse
from activities.store.decided import DecidedCounts
from activities.store.desk_queues import DeskQueues
from activities.store.desks import Desks
from activities.store.happenings import Happenings
from activities.store.judged_sums import JudgedSums
from activities.store.keys import Keys
from activities.store.late import LatePostings
from activities.store.lately import Lately
from activities.store.ledger import Ledger
from activities.store.listing import Listing
from activities.store.live_clocks import LiveClocks
from activities.store.machines import Machines
from activities.store.notices import NoticeLog
from activities.store.observation_log import ObservationLog
from activities.store.outbox import Outbox
from activities.store.people import People
from activities.store.requests import CaseRequests
from activities.store.saved_views import SavedViews
from activities.store.sessions import Sessions
from activities.store.sign_ins import SignIns
from activities.store.subjects import Subjects
from activities.store.sweeps import Sweeps
from activities.store.tellings import Tellings
from activities.store.upkeep import Upkeep
from activities.store.watch import Watch
from activities.store.webhooks import Webhooks


class Store(
    Ledger,
    AlmanacLog,
    Announcements,
    CaseRequests,
    Cases,
    CohortReads,
    DecidedCounts,
    DeskQueues,
    Desks,
    Happenings,
    Keys,
    LatePostings,
    Lately,
    Listing,
    LiveClocks,
    Machines,
    NoticeLog,
    ObservationLog,
    Outbox,
    People,
    SavedViews,
    Sessions,
    SignIns,
    JudgedSums,
    Subjects,
    Sweeps,
    Tellings,
    Upkeep,
    Watch,
    Webhooks,
):
    """Everything that is kept. Every method may raise StoreUnavailable; none waits longer than a few seconds."""

    address: str  # the URL that it was opened with

    @classmethod
    def open(cls, url: str, *, durable: bool = True, read_only: bool = False) -> Self:
        """Make a store over `sqlite:///path` or `postgresql://...`; no connection is made and no table created yet."""
        store = cls(parse(url), durable=durable, read_only=read_only)
        store.prepare()
        store.address = url
        return store

    def migrate(self) -> bool:
        """Create or upgrade the tables; several processes may do so at once. True: rows lack what only a rebuild fills."""
        # Alembic takes a fifth of a second to load, and most processes never migrate.
        from activities.store.migrating import migrate  # noqa: PLC0415

        return migrate(self)

    def close(self) -> None:
        """Give the connections back."""
        self.dispose()
