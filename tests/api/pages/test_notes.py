"""The keys and what is held of accessibility: for whoever is there, signed in or not."""

import pytest

from api.access.api_keys import CallerRole
from api.pages.frame import MENU
from tests.api.office import Office
from tests.api.pages.visitor import visitor


@pytest.mark.parametrize("path", ["/keyboard", "/accessibility"])
async def test_whoever_is_there_can_read_them(office: Office, path: str) -> None:
    seen = visitor(office, CallerRole.SUPERVISOR)
    assert (await seen.get(path)).status_code == 200
    assert f'href="{path}"' in (await seen.get("/sign-in")).text
    await seen.sign_in()
    assert (await seen.get(path)).status_code == 200
    assert f'href="{path}"' in (await seen.get("/cases")).text


async def test_the_keys_are_those_of_the_menu_that_one_has(office: Office) -> None:
    seen = visitor(office, CallerRole.SUPERVISOR)
    keys = {key for _, _, key, roles in MENU if key and CallerRole.SUPERVISOR in roles}
    assert "<kbd>g</kbd>" not in (await seen.get("/keyboard")).text
    await seen.sign_in()
    text = (await seen.get("/keyboard")).text
    assert all(f"<kbd>g</kbd> <kbd>{key}</kbd>" in text for key in keys)


@pytest.mark.parametrize("query", ["keys=2", "key=0"])
async def test_a_bad_parameter_is_refused(office: Office, query: str) -> None:
    assert (await visitor(office, CallerRole.OFFICER).get(f"/keyboard?{query}")).status_code == 400
