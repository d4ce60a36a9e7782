"""The page of offices: every one, with its channels by name, its last posting and its last delivery."""

import re
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from activities.store.outbox import Attempt
from activities.store.tellings import RAISED, NewTelling
from api.access.api_keys import CallerRole
from api.real_clock import real_now
from sla.departments import DEPARTMENTS
from tests.api.office import Office, local
from tests.api.pages.visitor import visitor

ADDRESS = "https://hooks.example/robot?token=0123456789abcdef"
FILE = f"""
channels:
  duty: {{kind: log}}
  gas-group: {{kind: webhook, url: "{ADDRESS}"}}
dead_man: [duty]
operators: [duty]
supervisors: [duty]
departments:
  default: [duty]
  sz-gas: [gas-group]
"""


def name_file(office: Office, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the office's settings name a file of recipients."""
    settings = office.settings.model_copy(update={"recipients_file": file})
    monkeypatch.setitem(office.app.state._state, "services", replace(office.services, settings=settings))


def row(page: str, title: str) -> str:
    found = re.search(rf'<tr><th scope="row">{re.escape(title)}</th>.*?</tr>', page, re.DOTALL)
    assert found is not None, title
    return found[0]


async def shown_to_supervisor(office: Office) -> str:
    supervisor = visitor(office, CallerRole.SUPERVISOR)
    await supervisor.sign_in()
    answer = await supervisor.get("/companies")
    assert answer.status_code == 200
    return answer.text


async def test_every_office_is_there_with_its_channels_by_name_and_no_address(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "recipients.yml"
    file.write_text(FILE)
    name_file(office, file, monkeypatch)
    page = await shown_to_supervisor(office)
    for one in DEPARTMENTS.values():
        assert one.title_zh in page
    assert "gas-group" in row(page, "市燃气集团")
    assert "duty" in row(page, "市水务集团")
    assert "市住建局、市燃气集团" in row(page, "市住建局、市燃气集团")
    assert "告知各成员单位" in row(page, "市住建局、市燃气集团")
    assert "hooks.example" not in page
    assert "0123456789abcdef" not in page


async def test_a_file_that_cannot_be_used_is_said_and_the_rest_is_shown(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_file(office, tmp_path / "missing.yml", monkeypatch)
    page = await shown_to_supervisor(office)
    assert "此处无法读取接收人文件" in page
    assert str(tmp_path) not in page
    row(page, "市水务集团")


async def test_the_last_posting_and_the_last_delivery_are_shown(office: Office) -> None:
    case = await office.accepted()
    path = f"/v1/cases/{case}/steps/joint-site-survey/completions"
    answer = await office.water.insist(path, {"outcome": "done", "at": local("2021-03-04 09:00")})
    assert answer.status_code in {200, 201}, answer.text
    now = real_now()
    with office.store.remembering("sz-water") as memory:
        memory.tell(
            NewTelling(id=uuid4().hex, receiver="sz-water", channel="duty", kind=RAISED, at=now, body="{}", alerts=())
        )
    waiting = office.store.pending("duty", now)
    assert waiting is not None
    before = row(await shown_to_supervisor(office), "市水务集团")
    office.store.attempted(waiting.number, Attempt(nth=1, at=now, outcome="delivered"), None)
    page = await shown_to_supervisor(office)
    shown = row(page, "市水务集团")
    assert "3月4日 12:" in shown, "when it was told, not when it happened"
    assert "—" not in shown
    assert shown != before, "it had not arrived yet"
    assert row(page, "市公安局").count("—") == 2


async def test_a_utility_finds_no_such_page(office: Office) -> None:
    water = visitor(office, CallerRole.UTILITY, "suzhou-water")
    await water.sign_in()
    assert (await water.get("/companies")).status_code == 404
