"""Who may do what, whole: each route and page by role, by company and by what is wrong with a credential.

The routes of the API are in `ALLOWED`, beside their tests; the pages are here. What is in neither fails.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2
from fastapi.routing import APIRoute

from activities.store.keys import ApiKey
from api.access.api_keys import CallerRole, new_key
from api.access.people import PersonRole, new_person
from api.access.sessions import REMEMBERED, begin, form_token
from api.app import describe
from api.pages.board import PARTS
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from sla.timeline import Timeline
from tests.api.access.test_access import AUDITOR, OFFICER, SECADMIN, SUPERVISOR, SYSADMIN, UTILITY
from tests.api.observed import SHARE, observed, share
from tests.api.office import PATIENT, Office, file_store, local
from tests.api.routes.test_notices import proposed
from tests.desk import at
from workflows.worker import connect

OVERSEEING = {OFFICER, SUPERVISOR, AUDITOR}
VISITORS = OVERSEEING | {UTILITY}
DECIDERS = {OFFICER, SUPERVISOR}
ADMINISTRATORS = {SYSADMIN, SECADMIN}
OBSERVED = "/promises/{commitment}/observations"
NOTICES = "/calendar/notices"

PAGES: dict[tuple[str, str], set[str]] = {
    ("get", "/"): VISITORS | ADMINISTRATORS,
    ("post", "/sign-out"): VISITORS | ADMINISTRATORS,
    ("post", "/sign-out/everywhere"): VISITORS | ADMINISTRATORS,
    ("get", "/today"): OVERSEEING,
    ("get", "/cases"): VISITORS,
    ("post", "/find"): OVERSEEING,
    ("post", "/cases/views"): VISITORS,
    ("post", "/cases/views/drop"): VISITORS,
    ("get", "/cases/{case}"): VISITORS,
    ("get", "/cases/{case}/days"): VISITORS,
    ("get", "/cases/{case}/receipt"): DECIDERS,
    ("get", "/cases/{case}/subjects"): {OFFICER},
    ("post", "/cases/{case}/subjects"): {OFFICER},
    ("get", "/requests"): OVERSEEING,
    ("get", "/cases/{case}/requests/{number}"): OVERSEEING,
    ("post", "/cases/{case}/requests/{number}/{name}"): DECIDERS,
    ("get", "/desk"): VISITORS,
    ("get", "/desk/{owner}"): VISITORS,
    ("get", "/cases/{case}/do/{name}"): {OFFICER, UTILITY},
    ("post", "/cases/{case}/do/{name}"): {OFFICER, UTILITY},
    ("post", "/batch/{name}"): {OFFICER, UTILITY},
    ("get", "/open"): {OFFICER},
    ("post", "/open"): {OFFICER},
    ("get", "/told-late"): {OFFICER, SUPERVISOR, UTILITY},
    ("get", "/told"): OVERSEEING,
    ("get", "/audit-log"): {AUDITOR},
    **{("get", f"/keys{rest}"): {SUPERVISOR, SECADMIN} for rest in ("", "/new", "/{id}/revoke")},
    **{("post", f"/keys{rest}"): {SUPERVISOR, SECADMIN} for rest in ("/new", "/{id}/revoke")},
    **{("get", f"/people{rest}"): {SECADMIN} for rest in ("", "/new", "/{id}")},
    **{("post", f"/people{rest}"): {SECADMIN} for rest in ("/new", "/{id}/role", "/{id}/{change}")},
    **{("post", f"/people/{{id}}/sessions{rest}"): {SECADMIN} for rest in ("/end", "/{session}/end")},
    ("get", "/companies"): OVERSEEING | {SYSADMIN},
    ("get", f"{OBSERVED}/new"): {OFFICER},
    ("post", f"{OBSERVED}/new"): {OFFICER},
    ("get", f"{OBSERVED}/{{number}}"): DECIDERS,
    ("post", f"{OBSERVED}/{{number}}/confirm"): DECIDERS,
    ("post", f"{OBSERVED}/{{number}}/withdraw"): DECIDERS,
    ("get", f"{OBSERVED}/{{number}}/correct"): {OFFICER},
    ("post", f"{OBSERVED}/{{number}}/correct"): {OFFICER},
    ("get", "/promises"): OVERSEEING,
    ("get", "/promises/{commitment}"): OVERSEEING,
    ("get", "/reports/{month}"): OVERSEEING,
    ("get", f"{NOTICES}/new"): DECIDERS,
    ("post", f"{NOTICES}/new"): DECIDERS,
    ("get", NOTICES): OVERSEEING,
    ("get", f"{NOTICES}/{{number}}"): OVERSEEING,
    ("post", f"{NOTICES}/{{number}}/approve"): DECIDERS,
    ("post", f"{NOTICES}/{{number}}/reject"): DECIDERS,
    ("get", "/calendar"): VISITORS | {SYSADMIN},
    ("get", "/calendar/{year}"): VISITORS | {SYSADMIN},
    ("get", "/pulse"): VISITORS | ADMINISTRATORS,
}
# What everybody may see, and where somebody who has not signed in is let in.
FOR_EVERYBODY = {
    ("get", "/sign-in"),
    ("post", "/sign-in"),
    ("get", "/sign-in/account"),
    ("get", "/sign-in/back"),
    ("get", "/signed-out"),
    ("get", "/look-up"),
    ("post", "/look-up"),
    ("get", "/accessibility"),
    ("get", "/keyboard"),
    ("get", "/docs"),
    ("get", "/docs/{operation}"),
    ("get", "/openapi.json"),
    ("get", "/static/{name}"),
}
# Under these a company finds its own and nothing of another's; without them it sees what everybody of its role does.
OF_A_COMPANY = ("{case}", "{webhook}", "{owner}")
# What a company may send, in the form that is asked for: so that it learns nothing but whether it is there.
SENT: dict[str, dict[str, Any]] = {
    "/v1/cases/{case}/steps/{step}/start": {},
    "/v1/cases/{case}/steps/{step}/completions": {"outcome": "done"},
    "/v1/cases/{case}/return": {"step": "joint-site-survey", "reason": "x"},
    "/v1/cases/{case}/resubmit": {"step": "joint-site-survey"},
}
FILLED = {
    "step": "joint-site-survey",
    "seq": "1",
    "suspension": "none",
    "survey": "S-1",
    "commitment": "sz-22-water-no-pipe",
    "procedure": "water-connection",
    "jurisdiction": "suzhou",
    "month": "2021-02",
    "year": "2021",
    "number": "1",
    "owner": "sz-water",
    "name": "complete",
    "subject": "0" * 32,
    "id": "none",
    "session": "none",
    "change": "lock",
    "operation": "complete",
}


class Asking(NamedTuple):
    """Somebody who asks. `company`: own, other or none; `wrong`: what is wrong with the credential, nothing if empty."""

    role: str
    company: str
    wrong: str


class Credential(NamedTuple):
    """An API key, and the cookie of a session that was begun with it."""

    key: str
    cookie: str


@dataclass
class Sample:
    """A small office: a notice, an observation, a person, a case, a request and a webhook of the water company, and everybody with every kind of credential."""

    office: Office
    case: str
    clock: str
    seq: str
    notice: str
    webhook: str
    request: str
    key: str
    person: str
    credentials: dict[Asking, Credential]

    def address(self, path: str) -> str:
        """Where a route leads here."""
        return path.format(**self.names(path))

    def names(self, path: str) -> dict[str, str]:
        """What there is here of what an address may name."""
        own = {"case": self.case, "clock": quote(self.clock), "seq": self.seq, "webhook": self.webhook}
        if "notices" in path:
            own["number"] = self.notice
        if "requests" in path:
            own |= {"number": self.request, "name": "refuse"}
        if "observations" in path:
            own["commitment"] = SHARE
        if path.startswith("/keys/"):
            own["id"] = self.key
        if path.startswith("/people/"):
            own["id"] = self.person
        return {**FILLED, **own}

    async def api(self, asking: Asking | None, method: str, path: str) -> httpx2.Response:
        """Asks the API; None: nobody."""
        headers = {"Idempotency-Key": "matrix"}
        if asking is not None:
            headers["Authorization"] = f"Bearer {self.credentials[asking].key}"
        body = None if method == "get" else SENT.get(path, {})
        return await self.office.http.request(method.upper(), self.address(path), headers=headers, json=body)

    async def page(self, asking: Asking | None, method: str, path: str) -> httpx2.Response:
        """Opens a page, or sends its form without anything in it."""
        headers = {"Accept": "text/html", "Origin": "http://office", "Sec-Fetch-Site": "same-origin"}
        form = {"token": ""}
        if asking is not None:
            cookie = self.credentials[asking].cookie
            headers["Cookie"] = f"shixian-80={cookie}"
            form = {"token": form_token(cookie)}
        body = None if method == "get" else form
        return await self.office.http.request(method.upper(), self.address(path), headers=headers, data=body)


def everybody(wrong: str = "") -> Iterator[Asking]:
    """Each role, and of companies the own and another."""
    for role in CallerRole:
        for company in ("own", "other") if role is CallerRole.UTILITY else ("none",):
            yield Asking(role, company, wrong)


@asynccontextmanager
async def sample_town(temporal_server: DevServer, folder: Path, **named: object) -> AsyncIterator[Sample]:
    """An office of its own with a sample of everything, where withdrawals need four eyes; `named` are its other settings."""
    store = file_store(folder)
    client = await connect(temporal_server.address, temporal_server.namespace)
    settings = PATIENT.model_copy(update={"data_dir": folder, "four_eyes_for": frozenset({"withdraw"}), **named})
    timeline = Timeline(anchor_real=real_now(), anchor_business=at("2026-11-26 12:00"))
    office = Office(client, store, settings, timeline)
    async with office.working():
        yield await sample(office)
    await office.close()
    store.close()


async def sample(office: Office) -> Sample:
    """Furnishes it, in an office that works in November 2026 and where a withdrawal needs four eyes."""
    case = await office.opened(at=local("2026-11-25 09:00"))
    accepted = await office.officer.insist(f"/v1/cases/{case}/accept", {"at": local("2026-11-25 10:00")})
    assert accepted.status_code == 201, accepted.text
    await office.water.post(f"/v1/cases/{case}/steps/joint-site-survey/completions", {"outcome": "done"})
    clock = (await office.water.get(f"/v1/cases/{case}")).json()["clocks"][0]["key"]
    seq = (await office.water.get(f"/v1/cases/{case}/events")).json()["events"][-1]["seq"]
    notice = await proposed(office.officer)
    await observed(office, share(140))
    added = await office.water.post("/v1/webhooks", {"url": f"https://hooks.example.com/{case}"})
    assert added.status_code == 201, added.text
    asked = await office.officer.insist(f"/v1/cases/{case}/withdraw", {})
    assert asked.status_code == 202, asked.text
    person = new_person(
        issuer="https://id.example", subject="1", actor="matrix-person", role=PersonRole.CLERK, now=real_now()
    )
    office.store.add_person(person)
    credentials = {
        asking: _credential(office, asking) for wrong in ("", "expired", "revoked") for asking in everybody(wrong)
    }
    spare = _kept(office, Asking(AUDITOR, "none", ""))[1]
    return Sample(
        office,
        case,
        clock,
        str(seq),
        str(notice),
        added.json()["id"],
        str(asked.json()["number"]),
        spare.id,
        person.id,
        credentials,
    )


def _kept(office: Office, asking: Asking) -> tuple[str, ApiKey]:
    company = {"own": "suzhou-water", "other": "suzhou-gas", "none": None}[asking.company]
    began = real_now() - timedelta(days=2 if asking.wrong == "expired" else 0)
    days = 1 if asking.wrong == "expired" else 30
    text, key = new_key(
        actor=f"matrix-{asking.role}-{asking.company}", role=CallerRole(asking.role), company=company, now=began, days=days,
        sandbox=office.services.rehearsal,
    )  # fmt: skip
    office.store.add_key(key)
    return text, key


def _credential(office: Office, asking: Asking) -> Credential:
    text, key = _kept(office, asking)
    now = real_now()
    cookie, session = begin(key, now)
    office.store.add_session(session, now - REMEMBERED)
    if asking.wrong == "revoked":
        assert office.store.revoke(key.id, now)
    return Credential(text, cookie)


def routes() -> set[tuple[str, str]]:
    """What the API has."""
    return {(method, path) for path, operations in describe()["paths"].items() for method in operations}


def pages() -> set[tuple[str, str]]:
    """What the pages have."""
    found = set()
    for route in (route for part in PARTS for route in part.routes):
        assert isinstance(route, APIRoute), "something that is no route is not in the matrix"
        found |= {(method.lower(), route.path) for method in route.methods or ()}
    return found
