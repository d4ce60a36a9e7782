"""The ledger and the read model in one database."""

from typing import Self

from activities.store.cases import Cases
from activities.store.cohorts import CohortReads
from activities.store.database import parse
from activities.store.keys import Keys
from activities.store.ledger import Ledger
from activities.store.outbox import Outbox
from activities.store.sessions import Sessions
from activities.store.tellings import Tellings
from activities.store.upkeep import Upkeep
from activities.store.watch import Watch


class Store(Ledger, Cases, CohortReads, Keys, Outbox, Sessions, Tellings, Upkeep, Watch):
    """Everything that is kept. Every method may raise StoreUnavailable; none waits longer than a few seconds."""

    @classmethod
    def open(cls, url: str, *, durable: bool = True, read_only: bool = False) -> Self:
        """Make a store over `sqlite:///path` or `postgresql://...`; no connection is made and no table created yet."""
        store = cls(parse(url), durable=durable, read_only=read_only)
        store.prepare()
        return store

    def migrate(self) -> None:
        """Create or upgrade the tables; several processes may do so at once."""
        # Alembic takes a fifth of a second to load, and most processes never migrate.
        from activities.store.migrating import migrate  # noqa: PLC0415

        migrate(self)

    def close(self) -> None:
        """Give the connections back."""
        self.dispose()
