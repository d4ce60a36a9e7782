"""Fixtures of the databases, and a ledger of a few cases that nobody changes."""

from collections.abc import Iterator
from datetime import date

import pytest

from activities.store.store import Store
from tests.api.figures.filling import Drawn, fill
from tests.databases import database, empty_url, postgresql, store, url
from tests.desk import at

__all__ = ["database", "empty_url", "postgresql", "store", "url"]

LAST = at("2021-03-31 20:00")


@pytest.fixture(scope="package")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """From January 2021 on; some cases are open."""
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('small') / 'ledger.db'}", durable=False)
    store.migrate()
    fill(store, 80, Drawn(11, date(2021, 1, 4), 60, LAST))
    yield store
    store.close()
