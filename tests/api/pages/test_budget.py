"""What each page may ask of the database, whatever the store holds; how long pages take is measured by `make bench`."""

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from api.app import create_app
from api.pages.environment import assets
from tests.api.office import file_store
from tests.api.pages.statements import FRAME, MOST, reads_of
from tests.api.pages.visitor import Visitor
from tests.bench import copies
from tests.bench.pages import PAGES, filled
from tests.browser.city import City

# where a list begins is found in an index of its own: a number's among open cases, then at the beginning and at the end of
# those of closed ones, there in a window
SEARCHES = {"cases_by_number": 9, "cases_closed_missed": 7}
LARGEST = 150_000  # bytes of a page with style and script


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    """A city that nobody changes."""
    with closing(file_store(tmp_path_factory.mktemp("city"))) as store:
        yield await filled(store, events=20)


async def costs(city: City) -> dict[str, tuple[int, int]]:
    """How often each page reads, when whoever asks has been there, and how many bytes it has with style and script."""
    app, found = create_app(city.services), {}
    extra = sum(len(one.content) for one in assets().values())
    people = {who: Visitor(app, city.keys[who]) for who in {asked.who for asked in PAGES.values()}}
    for somebody in people.values():
        await somebody.sign_in()
    for name, asked in PAGES.items():
        path = asked.path.format_map(city.cases)
        assert (await people[asked.who].get(path)).status_code == 200, path
        with reads_of(city.store) as statements:
            answer = await people[asked.who].get(path)
        found[name] = len(statements) - FRAME, len(answer.content) + extra
    return found


async def test_each_page_asks_and_weighs_little_however_much_the_store_holds(city: City) -> None:
    few = await costs(city)
    opened, closed = copies.numbers(city.store, opened=True), copies.numbers(city.store, opened=False)
    copies.add_open(city.store, opened, 10 * len(opened))
    copies.add_closed(city.store, closed, 10 * len(closed))
    copies.add_notices(city.store, 100)
    many = await costs(city)
    reads = {name: max(few[name][0], number) for name, (number, _) in many.items()}
    assert {name: number for name, number in reads.items() if number > SEARCHES.get(name, MOST)} == {}
    assert {name: size for name, (_, size) in many.items() if size > LARGEST} == {}
    assert any(reads.values())


@pytest.mark.nightly
async def test_the_longest_cases_are_within_what_a_page_may_weigh(tmp_path: Path) -> None:
    with closing(file_store(tmp_path)) as store:
        found = await costs(await filled(store))
    assert {name: size for name, (_, size) in found.items() if size > LARGEST} == {}
