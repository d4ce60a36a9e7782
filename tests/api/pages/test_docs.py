"""The API's pages say what its description says, to whoever is there, and every problem leads to what is said of it."""

import re
from html import unescape

import pytest

from api.access.api_keys import CallerRole
from api.description.document import committed, examples
from api.http.problems import PROBLEMS, help_of
from api.pages.docs import operations
from tests.api.office import Office
from tests.api.pages.visitor import visitor


async def test_every_problem_has_its_place_on_the_page_and_its_answer_leads_there(quiet_office: Office) -> None:
    text = (await visitor(quiet_office, CallerRole.OFFICER).get("/docs?lang=en")).text
    for code, (_, title) in PROBLEMS.items():
        assert f'<tr id="{code}">' in text
        assert title in unescape(text)
    refused = await quiet_office.stranger.get("/v1/cases")
    assert (
        refused.headers["link"]
        == f'<{help_of("unauthenticated")}>; rel="help"'
        == '</docs#unauthenticated>; rel="help"'
    )


async def test_every_operation_is_listed_and_has_a_page(quiet_office: Office) -> None:
    seen = visitor(quiet_office, CallerRole.OFFICER)
    listed = set(re.findall(r'href="/docs/(\w+)"', (await seen.get("/docs")).text))
    assert listed == operations().keys()
    for name in listed:
        answer = await seen.get(f"/docs/{name}")
        assert answer.status_code == 200
        assert "require-trusted-types-for 'script'" in answer.headers["content-security-policy"]
        for example in examples().get(name, {}).values():
            assert f"<b>{example['status']}</b>" in answer.text
    assert (await seen.get("/docs/no-such-operation")).status_code == 404


async def test_a_page_shows_a_line_that_a_shell_can_run(quiet_office: Office) -> None:
    text = unescape((await visitor(quiet_office, CallerRole.OFFICER).get("/docs/complete")).text)
    assert 'curl -sS "$SHIXIAN_URL/v1/cases/SZ-2021-0042/steps/joint-site-survey/completions"' in text
    assert """-d '{"at": "2021-03-03T10:00:00+08:00", "outcome": "done"}'""" in text


async def test_the_description_itself_is_sent(quiet_office: Office) -> None:
    assert (await quiet_office.http.get("/openapi.json")).json() == committed()


@pytest.mark.parametrize("path", ["/docs", "/docs/complete"])
async def test_the_pages_speak_both_languages(quiet_office: Office, path: str) -> None:
    seen = visitor(quiet_office, CallerRole.OFFICER)
    assert ">接口<" in (await seen.get(path)).text or "接口 <small" in (await seen.get(path)).text
    assert "What it says" in (await seen.get(f"{path}?lang=en")).text
