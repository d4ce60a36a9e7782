"""Sandbox keys open rehearsals alone, live keys what runs in real time alone; each is told so elsewhere, by its form."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from temporalio.client import Client

from activities.store.audit_log import AuditFilter
from api.access.api_keys import CallerRole, is_sandbox, new_key, renewed
from api.process_notes import silent
from api.processes.embedded import embedded
from api.real_clock import real_now
from api.settings import read_settings
from sla.timeline import REAL_TIME, Timeline
from tests.api.office import PATIENT, Office, Person, file_store, problem
from tests.api.pages.visitor import Visitor
from tests.desk import at

REHEARSAL = Timeline(anchor_real=real_now(), anchor_business=at("2021-03-04 12:00"))
KINDS = [(REAL_TIME, False, "sandbox-key", "sx_live_"), (REHEARSAL, True, "live-key", "sx_test_")]


@asynccontextmanager
async def office_in(folder: Path, timeline: Timeline) -> AsyncIterator[Office]:
    store = file_store(folder)
    office = Office(cast("Client", None), store, PATIENT.model_copy(update={"data_dir": folder}), timeline)
    yield office
    await office.close()
    store.close()


def key(office: Office, *, sandbox: bool, role: CallerRole = CallerRole.SUPERVISOR, **more: Any) -> str:
    text, kept = new_key(actor=f"{role}-{sandbox}", role=role, now=real_now(), sandbox=sandbox, **more)
    office.store.add_key(kept)
    return text


@pytest.mark.parametrize(("timeline", "sandbox", "code", "prefix"), KINDS)
async def test_a_key_opens_the_kind_it_is_for_and_is_told_so_at_the_other(
    tmp_path: Path, timeline: Timeline, sandbox: bool, code: str, prefix: str
) -> None:
    async with office_in(tmp_path, timeline) as office:
        right = Person(office.http, key(office, sandbox=sandbox), "right")
        wrong = Person(office.http, key(office, sandbox=not sandbox), "wrong")
        assert (await right.get("/v1/keys")).status_code == 200
        answer = await wrong.get("/v1/keys")
        assert (answer.status_code, problem(answer)) == (401, code)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert prefix.removesuffix("_") in (await office.http.get("/docs")).text
        unknown, _ = new_key(actor="a", role=CallerRole.OFFICER, now=real_now(), sandbox=not sandbox)
        told = await Person(office.http, unknown, "unknown").get("/v1/keys")
        assert problem(told) == code, "the commonest mistake: the key of another installation"
        mistyped = unknown[:-1] + ("A" if unknown[-1] != "A" else "B")
        assert problem(await Person(office.http, mistyped, "mistyped").get("/v1/keys")) == "unauthenticated"
        refused = [row for row in office.store.audit_rows(AuditFilter()) if row.outcome == f"refused:{code}"]
        assert len(refused) == 2


@pytest.mark.parametrize(("timeline", "sandbox", "code", "prefix"), KINDS)
async def test_the_pages_are_entered_with_the_same_keys_and_make_the_same(
    tmp_path: Path, timeline: Timeline, sandbox: bool, code: str, prefix: str
) -> None:
    async with office_in(tmp_path, timeline) as office:
        wrong = Visitor(office.app, key(office, sandbox=not sandbox))
        answer = await wrong.sign_in()
        assert answer.status_code == 403
        assert f"{prefix} 开头" in answer.text
        assert (await wrong.get("/keys")).status_code == 303
        right = Visitor(office.app, key(office, sandbox=sandbox))
        assert (await right.sign_in()).status_code == 303
        await right.get("/keys/new")
        fields = {"actor": "desk-9", "role": "auditor", "company": "", "days": "9", "networks": "", "key": "a" * 24}
        made = await right.post("/keys/new", {**fields, "go": "do", "checked": "1"})
        assert made.status_code == 200, made.text
        every = office.store.keys()
        [kept] = [one for one in every if one.actor == "desk-9"]
        assert is_sandbox(kept) is sandbox
        assert prefix in made.text


def test_a_renewed_key_is_of_the_same_kind() -> None:
    for sandbox in (True, False):
        now = real_now()
        _, kept = new_key(actor="a", role=CallerRole.AUDITOR, now=now, sandbox=sandbox)
        _, successor, _ = renewed(kept, now=now + timedelta(days=1), before=None)
        assert is_sandbox(successor) is sandbox


@pytest.mark.parametrize("begins", [None, at("2021-03-04 12:00")])
def test_the_first_officers_key_is_of_the_offices_kind(
    tmp_path: Path, temporal_binary: Path, monkeypatch: pytest.MonkeyPatch, begins: Any
) -> None:
    monkeypatch.setenv("SHIXIAN_TEMPORAL", str(temporal_binary))
    settings = read_settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/ledger.sqlite")
    told: list[str] = []
    embedded(settings, silent, begins=begins, first_key=told.append)
    embedded(settings, silent, begins=begins, first_key=told.append)
    [first] = told
    assert first.startswith("sx_live_" if begins is None else "sx_test_")
    other = None if begins is not None else at("2021-03-04 12:00")
    embedded(settings, silent, begins=other, first_key=told.append)
    assert len(told) == 2, "an office that becomes a rehearsal is opened by no key of before"
