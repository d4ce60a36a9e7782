"""People with a certified provider: they sign in with code and PKCE, prove a second factor, and are out at once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from temporalio.client import Client

from activities.store.audit_log import AuditFilter
from activities.store.people import PersonAccount
from api.access import provider_keys
from api.access.people import PersonRole, new_person
from api.app import create_app
from api.real_clock import real_now
from api.settings import FactorRule
from tests.api.office import PATIENT, Office, file_store
from tests.api.provider.account import AccountHolder
from tests.api.provider.conftest import BOARD, SECRET
from tests.api.provider.running import Provider
from tests.waiting import WITHIN

TWO = FactorRule(acr=("urn:two-factors",), amr=("otp", "hwk"))
FACTORS = {"secadmin": TWO, "sysadmin": TWO, "auditor": TWO}


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(provider_keys, "PATIENCE", WITHIN)
        patched.setattr(provider_keys, "AGAIN", 0.0)
        yield


@pytest.fixture
async def door(provider: Provider, tmp_path: Path) -> AsyncIterator[Office]:
    """An office whose people sign in with the provider's accounts; nobody is let in yet."""
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    named = {
        "people_issuer": provider.issuer,
        "people_client": BOARD,
        "people_secret_file": tmp_path / "secret",
        "people_factors": FACTORS,
        "data_dir": tmp_path,
    }
    store = file_store(tmp_path)
    office = Office(cast("Client", None), store, PATIENT.model_copy(update=named))
    yield office
    await office.close()
    store.close()


def admitted(door: Office, subject: str, role: PersonRole = PersonRole.CLERK, **more: Any) -> PersonAccount:
    made = new_person(
        issuer=door.settings.people_issuer, subject=subject, actor=f"{role}-{subject}", role=role, now=real_now()
    ).model_copy(update=more)
    door.store.add_person(made)
    return made


def outcomes(door: Office, action: str) -> list[tuple[str, str, str]]:
    return [(row.actor, row.object, row.outcome) for row in door.store.audit_rows(AuditFilter(action=action))]


async def test_somebody_signs_in_and_is_what_our_table_says(door: Office) -> None:
    person = admitted(door, "chen")
    chen = AccountHolder(door.app, "chen")
    where = await chen.begin("/cases?open=any")
    asked = parse_qs(urlsplit(where).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert (asked["scope"], asked["response_type"]) == (["openid"], ["code"])
    answer = await chen.get(await chen.prove(where))
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases?open=any")
    cookies = [value for name, value in answer.headers.multi_items() if name == "set-cookie"]
    assert all("HttpOnly" in one and "samesite=lax" in one.lower() for one in cookies if "shixian-80=" in one)
    assert not any("eyJ" in one for one in cookies), "no token reaches a browser"
    page = await chen.get("/cases?lang=en")
    assert (page.status_code, "clerk-chen（officer）" in page.text) == (200, True)
    [kept] = door.store.people()
    assert kept.used is not None
    assert outcomes(door, "sign-in") == [("clerk-chen", f"person/{person.id}", "done")]


async def test_somebody_whom_the_bureau_knows_and_we_do_not_gets_no_session(door: Office) -> None:
    answer = await AccountHolder(door.app, "chen").sign_in_by_account()
    assert (answer.status_code, "shixian-80=" in str(answer.headers)) == (403, False)
    assert "ask the security administrator" in answer.text or "安全管理员" in answer.text
    assert outcomes(door, "sign-in") == [("unknown", "no-person", "refused:unknown-account")]
