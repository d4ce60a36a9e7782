"""The page to sign in at: beside keys, or in their place, the bureau's accounts."""

from dataclasses import replace

import pytest

from api.access.api_keys import CallerRole
from api.app import create_app
from tests.api.office import Office
from tests.api.pages.visitor import Visitor, visitor

NOWHERE = "http://127.0.0.1:1"  # where nobody answers
ALL = {"officer", "utility"}


def at_board(office: Office, somebody: Visitor, **named: str) -> Visitor:
    """The same key at a board of other settings."""
    settings = office.settings.model_copy(update={"people_issuer": NOWHERE, "people_client": "board", **named})
    return Visitor(create_app(replace(office.services, settings=settings)), somebody.key)


async def test_without_a_provider_there_is_no_account_to_sign_in_with(quiet_office: Office) -> None:
    somebody = visitor(quiet_office, CallerRole.OFFICER)
    assert "/sign-in/account" not in (await somebody.get("/sign-in")).text
    for path in ("/sign-in/account", "/sign-in/back?code=1&state=1", "/signed-out"):
        assert (await somebody.get(path)).status_code in {403, 404}, path


@pytest.mark.parametrize(("who", "let_in"), [("on", ALL), ("companies", {"utility"}), ("off", set())])
async def test_whose_keys_sign_in_is_a_setting(quiet_office: Office, who: str, let_in: set[str]) -> None:
    found = set()
    for role, company in ((CallerRole.OFFICER, None), (CallerRole.UTILITY, "suzhou-water")):
        somebody = at_board(quiet_office, visitor(quiet_office, role, company), key_sign_in=who)
        page = (await somebody.get("/sign-in")).text
        assert ("/sign-in/account" in page, 'name="key"' in page) == (True, who != "off")
        answer = await somebody.sign_in()
        assert answer.status_code in {303, 403}
        found |= {role.value} if answer.status_code == 303 else set()
    assert found == let_in


async def test_while_the_provider_is_away_nobody_signs_in_and_whoever_has_goes_on(quiet_office: Office) -> None:
    somebody = at_board(quiet_office, visitor(quiet_office, CallerRole.OFFICER))
    await somebody.sign_in()
    away = await somebody.get("/sign-in/account")
    assert (away.status_code, "retry-after" in away.headers) == (503, True)
    assert (await somebody.get("/pulse")).status_code == 200


async def test_an_account_is_not_used_over_a_network_without_tls(quiet_office: Office) -> None:
    somebody = at_board(quiet_office, visitor(quiet_office, CallerRole.OFFICER))
    somebody.http._transport.client = ("192.0.2.7", 50_000)  # type: ignore[attr-defined]
    assert "/sign-in/account" not in (await somebody.get("/sign-in")).text
    assert (await somebody.get("/sign-in/account")).status_code == 403
