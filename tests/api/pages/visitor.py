"""Somebody at the pages: a browser's cookies and forms, without the browser."""

import re
from typing import Any
from uuid import uuid4

import httpx2
from fastapi import FastAPI

from api.access.api_keys import CallerRole, new_key
from api.real_clock import real_now
from tests.api.office import Office

ORIGIN = "http://office"
TOKEN = re.compile(r'name="token" value="([0-9a-f]{64})"')
FAULT = re.compile(r"<li><code>([^<]+)</code>：[^<]*[^< ] <code>([^<]+)</code></li>")


def faults_said(page: str) -> list[tuple[str, str]]:
    """What a page says is wrong with its address, each in words: where, and the code."""
    return FAULT.findall(page)


class Visitor:
    """A browser that knows nothing of scripts."""

    def __init__(self, app: FastAPI, key: str) -> None:
        self.key = key
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app, client=("127.0.0.1", 50_000)), base_url=ORIGIN, timeout=60
        )
        self.page = ""  # the last page

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """Opens a page."""
        answer = await self.http.get(path, headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin", **headers})
        if "text/html" in answer.headers.get("content-type", ""):
            self.page = answer.text
        return answer

    async def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> httpx2.Response:
        """Sends a form of the last page."""
        found = TOKEN.search(self.page)
        token = {"token": found[1]} if found else {}
        sent = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", "Accept": "text/html", **headers}
        answer = await self.http.post(path, data={**token, **(fields or {})}, headers=sent)
        if "text/html" in answer.headers.get("content-type", ""):
            self.page = answer.text
        return answer

    async def sign_in(self, where: str = "/") -> httpx2.Response:
        """Signs in with the key."""
        await self.get("/sign-in")
        return await self.post("/sign-in", {"key": self.key, "next": where})


def visitor(office: Office, role: CallerRole, company: str | None = None, **more: Any) -> Visitor:
    """Somebody with a new key."""
    text, kept = new_key(
        actor=f"{role}-{uuid4().hex[:6]}",
        role=role,
        now=real_now(),
        company=company,
        sandbox=office.services.rehearsal,
        **more,
    )
    office.store.add_key(kept)
    return Visitor(office.app, text)
