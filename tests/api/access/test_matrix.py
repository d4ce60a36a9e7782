"""Every route and page, by every role, of the own, another and no company, with every kind of credential that opens nothing."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from api.processes.temporal_server import DevServer
from tests.api.access.matrix import FOR_EVERYBODY, OF_A_COMPANY, PAGES, Sample, everybody, pages, routes, sample_town
from tests.api.access.test_access import ALLOWED, IMPORTER, WITHOUT_KEY
from tests.api.office import problem

WRONG = [asking for wrong in ("expired", "revoked") for asking in everybody(wrong)]


# a session that has ended is as one that there is not, so who may end one finds none here
OF_NOTHING_THERE = {("post", "/people/{id}/sessions/{session}/end")}
VISITING = [asking for asking in everybody() if asking.role != IMPORTER]


@pytest.fixture(scope="module")
async def town(temporal_server: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sample]:
    """An office of its own: what is proposed and observed here is nobody else's."""
    async with sample_town(
        temporal_server, tmp_path_factory.mktemp("matrix"), project_names_for_companies=True
    ) as made:
        yield made


def test_every_route_and_every_page_is_listed_and_nothing_else() -> None:
    assert routes() == ALLOWED.keys() | WITHOUT_KEY
    assert pages() == PAGES.keys() | FOR_EVERYBODY
    assert len(WRONG) == 16


@pytest.mark.parametrize(("method", "path"), sorted(ALLOWED))
async def test_c_12_a_route_is_open_to_its_roles_of_its_company_alone(town: Sample, method: str, path: str) -> None:
    for asking in everybody():
        answer = await town.api(asking, method, path)
        assert (answer.status_code == 403) is (asking.role not in ALLOWED[method, path]), (asking, answer.text)
        assert answer.status_code not in {401, 500, 503}, (asking, answer.text)
        if (
            asking.company != "none"
            and asking.role in ALLOWED[method, path]
            and any(one in path for one in OF_A_COMPANY)
        ):
            assert (answer.status_code == 404) is (asking.company == "other"), (asking, answer.text)


@pytest.mark.parametrize(("method", "path"), sorted(ALLOWED))
async def test_c_12_a_route_is_open_to_no_credential_that_ended(town: Sample, method: str, path: str) -> None:
    for asking in (None, *WRONG):
        answer = await town.api(asking, method, path)
        assert (answer.status_code, problem(answer)) == (401, "unauthenticated"), asking


def shut(answer: httpx2.Response) -> bool:
    """Whether it is a page that is not there, or one that somebody may not."""
    return answer.status_code in {403, 404}


@pytest.mark.parametrize(
    ("method", "path"), sorted(PAGES.keys() - {("post", "/sign-out"), ("post", "/sign-out/everywhere")})
)
async def test_c_12_a_page_is_open_to_its_roles_of_its_company_alone(town: Sample, method: str, path: str) -> None:
    for asking in VISITING:
        answer = await town.page(asking, method, path)
        foreign = asking.company == "other" and any(one in path for one in OF_A_COMPANY)
        may = asking.role in PAGES[method, path] and not foreign
        assert not answer.headers.get("location", "").startswith("/sign-in"), asking
        assert answer.status_code < 500, asking
        if not may or (method, path) not in OF_NOTHING_THERE:
            assert shut(answer) is not may, (asking, answer.status_code)


async def test_c_12_an_importer_has_no_page_and_so_begins_no_session(town: Sample) -> None:
    asking = next(one for one in everybody() if one.role == IMPORTER)
    headers = {"Origin": "http://office", "Sec-Fetch-Site": "same-origin"}
    form = {"key": town.credentials[asking].key}
    answer = await town.office.http.post("/sign-in", data=form, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("method", "path"), sorted(PAGES))
async def test_c_12_a_page_is_open_to_no_session_that_ended(town: Sample, method: str, path: str) -> None:
    for asking in (None, *WRONG):
        answer = await town.page(asking, method, path)
        assert answer.status_code == 303, (asking, answer.status_code)
        assert answer.headers["location"].startswith("/sign-in"), asking


@pytest.mark.parametrize(("method", "path"), sorted(FOR_EVERYBODY))
async def test_what_is_for_everybody_asks_nobody_who_he_is(town: Sample, method: str, path: str) -> None:
    for asking in (None, *WRONG):
        answer = await town.page(asking, method, path)
        assert answer.status_code != 303, asking
        assert answer.status_code < 500, asking
