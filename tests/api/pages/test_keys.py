"""The page of keys: what it shows, a key made once and shown once, and one that is revoked by name."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest

from api.access.api_keys import CallerRole, hashed, new_key
from api.real_clock import real_now
from tests.api.office import Office
from tests.api.pages.visitor import Visitor, visitor

TEXT = re.compile(r"sx_test_[0-9A-Za-z]{36}")
NONCE = re.compile(r'name="key" value="([^"]*)"')
WATER = {"role": "utility", "company": "suzhou-water", "days": "90", "step-water-on": "1"}


async def supervisor_at(office: Office, path: str) -> Visitor:
    somebody = visitor(office, CallerRole.SUPERVISOR)
    await somebody.sign_in()
    assert (await somebody.get(path)).status_code == 200
    return somebody


def nonce(somebody: Visitor) -> dict[str, str]:
    found = NONCE.search(somebody.page)
    assert found is not None
    return {"key": unescape(found[1])}


async def test_a_key_is_looked_at_then_made_and_its_text_is_shown_once(office: Office) -> None:
    actor = f"meter-{uuid4().hex[:6]}"
    supervisor = await supervisor_at(office, "/keys/new")
    said = {**WATER, **nonce(supervisor), "actor": actor, "networks": "192.0.2.0/24  2001:db8::/32"}
    before = len(office.store.keys())
    for tried in ({"go": "preview"}, {"go": "do"}):
        answer = await supervisor.post("/keys/new", {**said, **tried})
        assert "通水" in answer.text
        assert "市水务集团" in answer.text
        assert TEXT.search(answer.text) is None
    assert len(office.store.keys()) == before, "without the tick nothing is made"
    made = await supervisor.post("/keys/new", {**said, "go": "do", "checked": "1"})
    assert made.headers["cache-control"] == "no-store"
    assert "etag" not in made.headers
    [text] = set(TEXT.findall(made.text))
    kept = office.store.key_by_hash(hashed(text))
    assert kept is not None
    assert (kept.actor, kept.role, kept.company, kept.steps) == (actor, "utility", "suzhou-water", ("water-on",))
    assert kept.networks == ("192.0.2.0/24", "2001:db8::/32")
    assert kept.made_by is not None
    assert kept.made_by.startswith("supervisor-")
    again = await supervisor.post("/keys/new", {**said, "go": "do", "checked": "1"})
    assert again.status_code == 409
    assert len(office.store.keys()) == before + 1
    listed = (await supervisor.get("/keys")).text
    assert kept.prefix in listed
    assert text not in listed + again.text


async def test_no_page_makes_an_officers_key(office: Office) -> None:
    supervisor = await supervisor_at(office, "/keys/new")
    before = len(office.store.keys())
    said = {**nonce(supervisor), "actor": "me", "role": "officer", "days": "1", "go": "do", "checked": "1"}
    assert (await supervisor.post("/keys/new", said)).status_code == 422
    assert len(office.store.keys()) == before


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"actor": ""}, "actor"),
        ({"actor": "王小明"}, "actor"),
        ({"company": ""}, "company"),
        ({"company": "suzhou-bank"}, "company"),
        ({"role": "auditor", "step-water-on": ""}, "company"),
        ({"role": "king"}, "role"),
        ({"step-gas-on": "1"}, "steps"),
        ({"networks": "10.0.0.1/8"}, "networks"),
        ({"days": "0"}, "days"),
        ({"days": "366"}, "days"),
        ({"days": "99999"}, "days"),
        ({"days": "-1"}, "days"),
        ({"days": "١"}, "days"),
        ({"days": ""}, "days"),
    ],
)
async def test_what_is_wrong_is_named_at_its_field_and_the_rest_is_kept(
    office: Office, said: dict[str, str], field: str
) -> None:
    supervisor = await supervisor_at(office, "/keys/new")
    form = {"actor": "meter", **WATER, **nonce(supervisor), "go": "preview", **said}
    answer = await supervisor.post("/keys/new", form)
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text


async def test_a_key_is_revoked_by_the_name_of_who_uses_it_and_then_opens_nothing(office: Office) -> None:
    actor = f"leaves-{uuid4().hex[:6]}"
    text, kept = new_key(actor=actor, role=CallerRole.AUDITOR, now=real_now())
    office.store.add_key(kept)
    path = f"/keys/{kept.id}/revoke"
    supervisor = await supervisor_at(office, path)
    wrong = await supervisor.post(path, {"name": "somebody-else"})
    assert wrong.status_code == 422
    found = office.store.key(kept.id)
    assert found is not None
    assert found.revoked is None
    done = await supervisor.post(path, {"name": actor})
    assert (done.status_code, done.headers["location"]) == (303, f"/keys?revoked={kept.id}")
    assert f"已吊销：{kept.prefix}，{actor}" in (await supervisor.get(done.headers["location"])).text
    found = office.store.key_by_hash(hashed(text))
    assert found is not None
    assert found.revoked is not None
    assert (found.revoked_by or "").startswith("supervisor-")
    assert (await supervisor.get(path)).status_code == 404
    assert (await supervisor.get("/keys/000000000000/revoke")).status_code == 404


async def test_the_list_says_when_a_key_ends_and_when_it_was_used_last(office: Office) -> None:
    now = real_now()
    soon, later, long_over = (
        new_key(actor=f"{name}-{uuid4().hex[:6]}", role=CallerRole.AUDITOR, now=now - timedelta(days=ago), days=days)[1]
        for name, ago, days in (("soon", 83, 90), ("later", 0, 90), ("over", 200, 90))
    )
    for key in (soon, later, long_over):
        office.store.add_key(key)
    office.store.use_key(soon.id, now, unless_since=now)
    supervisor = await supervisor_at(office, "/keys")
    rows = {
        key.actor: re.search(rf"<tr>(?:(?!</tr>).)*{key.actor}.*?</tr>", supervisor.page, re.DOTALL)
        for key in (soon, later, long_over)
    }
    assert rows[long_over.actor] is None, "what ended more than a month ago is not shown"
    near, far = rows[soon.actor], rows[later.actor]
    assert near is not None
    assert far is not None
    assert "剩 6 天" in near[0]
    assert "chip amber" in near[0]
    assert "从未" not in near[0]
    assert "剩" not in far[0]
    assert "从未" in far[0]
    assert soon.hash not in supervisor.page


async def test_the_list_says_from_where_a_key_opens_and_that_nobody_used_it(office: Office) -> None:
    actor = f"idle-{uuid4().hex[:6]}"
    begun = real_now() - timedelta(days=100)
    idle = new_key(actor=actor, role=CallerRole.AUDITOR, now=begun, days=365, networks=["192.0.2.0/24"])[1]
    office.store.add_key(idle)
    supervisor = await supervisor_at(office, "/keys")
    row = re.search(rf"<tr>(?:(?!</tr>).)*{actor}.*?</tr>", supervisor.page, re.DOTALL)
    assert row is not None
    assert "仅限来自 192.0.2.0/24" in row[0]
    assert "90 天未使用，已停用" in row[0]
    assert f"/keys/{idle.id}/revoke" in row[0]


async def test_the_list_goes_on_where_the_page_ends(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.keys.LIMIT", 5)
    wanted = [new_key(actor=f"many-{n}", role=CallerRole.AUDITOR, now=real_now())[1] for n in range(7)]
    for key in wanted:
        office.store.add_key(key)
    supervisor = await supervisor_at(office, "/keys")
    pages = [supervisor.page]
    while 'rel="next"' in supervisor.page:
        path = supervisor.page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        await supervisor.get(path)
        pages.append(supervisor.page)
    for key in wanted:
        assert sum(f"/keys/{key.id}/revoke" in text for text in pages) == 1
    assert (await supervisor.get("/keys?after=nonsense")).status_code == 400


async def test_who_is_no_supervisor_finds_no_such_page(office: Office) -> None:
    for role, company in (
        (CallerRole.OFFICER, None),
        (CallerRole.AUDITOR, None),
        (CallerRole.UTILITY, "suzhou-water"),
    ):
        somebody = visitor(office, role, company)
        await somebody.sign_in()
        for path in ("/keys", "/keys/new", "/keys/1/revoke"):
            assert (await somebody.get(path)).status_code == 404, f"{role} {path}"
        assert (await somebody.post("/keys/new", {"key": "x" * 12})).status_code == 404
