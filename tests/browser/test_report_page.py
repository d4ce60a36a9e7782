"""The month's report as people see it: on a wide screen and on a telephone, by day and by night."""

from collections.abc import Iterator

import pytest

from tests.browser.browsing import Scheme
from tests.browser.city import City
from tests.browser.conftest import Open
from tests.browser.looks import axe, focus_order, overlaps, screenshot, sideways, targets
from tests.browser.small_site import SmallSite, small_site

pytestmark = pytest.mark.slow
MONTHS = ("2020-02", "2026-11")  # one with nothing in it but what was ramping up, and the running one


@pytest.fixture(scope="module")
def site() -> Iterator[SmallSite]:
    with small_site() as opened:
        yield opened


@pytest.fixture(scope="module")
async def reports(city: City, site: SmallSite) -> str:
    """The origin at which the reports of some months are, as they are saved."""
    async with city.person("supervisor") as supervisor:
        for month in MONTHS:
            answer = await supervisor.get(f"/v1/reports/{month}", format="html")
            assert answer.status_code == 200, answer.text
            site.pages[f"/{month}"] = (answer.text, {})
    return site.origin


@pytest.mark.parametrize("month", MONTHS)
@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (1366, "light"),
        (320, "dark"),
        pytest.param(1366, "dark", marks=pytest.mark.nightly),
        pytest.param(320, "light", marks=pytest.mark.nightly),
    ],
)
async def test_nobody_is_kept_from_reading_it(
    visit: Open, reports: str, month: str, width: int, scheme: Scheme
) -> None:
    page = await (await visit(reports, width=width, scheme=scheme)).go(f"/{month}")
    await screenshot(page, f"report-{month}-{width}-{scheme}")
    assert await axe(page) == []
    assert await overlaps(page) == []
    assert await sideways(page) == []
    assert await targets(page) == []
    assert all(stop.visible and not stop.covered for stop in await focus_order(page))
