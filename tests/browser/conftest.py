"""A browser a test process, and visits that must end with nothing wrong."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest

from activities.store.store import Store
from tests.api.office import PATIENT, file_store
from tests.browser.browsing import Browsing, Visit, browsing
from tests.browser.chromium import Chromium, find_chromium
from tests.browser.city import City, full_city
from tests.browser.staff import BUREAU, move_in
from tests.databases import database, empty_url, postgresql, store, url

__all__ = ["database", "empty_url", "postgresql", "store", "url"]

Open = Callable[..., Awaitable[Visit]]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Sets `visit` up last, in whatever order a test asks: a page that outlives its board meets an error of its own."""
    if isinstance(item, pytest.Function) and "visit" in item.fixturenames:
        item.fixturenames.sort(key="visit".__eq__)


@pytest.fixture(scope="session")
def chromium() -> Chromium:
    return find_chromium()


@pytest.fixture(scope="session")
async def browser(chromium: Chromium) -> AsyncIterator[Browsing]:
    async with browsing(chromium, dict(os.environ)) as opened:
        yield opened


@pytest.fixture
async def visit(browser: Browsing) -> AsyncIterator[Open]:
    """Begins visits as `Browsing.visit` does. After the test none may have broken a policy, asked elsewhere or met an error."""
    begun: list[Visit] = []
    async with AsyncExitStack() as stack:

        async def begin(origin: str, **more: object) -> Visit:
            begun.append(await stack.enter_async_context(browser.visit(origin, **more)))  # type: ignore[arg-type]
            return begun[-1]

        yield begin
    assert [wrong for one in begun for wrong in one.wrong] == []


@pytest.fixture(scope="session")
def city_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("city")


@pytest.fixture(scope="session")
async def city(city_folder: Path) -> AsyncIterator[City]:
    """The city on SQLite, shared: to be looked at, not to be changed."""
    with closing(file_store(city_folder)) as opened:
        settings = PATIENT.model_copy(update={**BUREAU, "data_dir": city_folder})
        made = await full_city(opened, settings)
        await move_in(made)
        yield made


@pytest.fixture(scope="session")
async def board(city: City) -> AsyncIterator[str]:
    """The origin at which the shared city is served."""
    async with city.served() as origin:
        yield origin


@pytest.fixture
def own_city(city: City, city_folder: Path, tmp_path: Path) -> Iterator[City]:
    """A copy of the city, for a test that changes something; serve it with `served()`."""
    for file in city_folder.glob("ledger.sqlite*"):
        shutil.copy(file, tmp_path)
    with closing(Store.open(f"sqlite:///{tmp_path}/ledger.sqlite", durable=False)) as opened:
        yield City(opened, like=city)


@pytest.fixture
async def own_board(own_city: City) -> AsyncIterator[str]:
    """The origin of `own_city`."""
    async with own_city.served() as origin:
        yield origin
