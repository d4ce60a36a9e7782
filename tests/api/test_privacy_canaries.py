"""C-24: names go through every door of a whole Shixian, and then none of its files, logs or answers for others holds one."""

import csv
import io
import json
import re
import sys
from collections.abc import Iterator
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx2
import pytest
from sqlalchemy import select

from activities.store.store import Store
from activities.store.subject_tables import subject
from api.access.api_keys import CallerRole, new_key
from api.real_clock import real_now
from tests.activities.subjects.build import credit_code
from tests.api.cli.test_cli_cases import done
from tests.api.pages.visitor import TOKEN
from tests.api.serving import CommandLine, Serving

MARK = "龘靐齉"  # begins every name; no text of ours has it
CODE, PROJECT, CONTACT = "91320585MA77", "7709-770077-77-77-77", "canary-"  # begin every code, and every contact
OPEN = {"procedure": "water-connection", "jurisdiction": "suzhou", "variant": "no-new-pipe"}
FIRM = 7_700_000
numbers = count()

pytestmark = pytest.mark.slow


def marks() -> dict[str, bytes]:
    """What would be found where a name, a code or a contact is written, in whatever way."""
    escaped = "".join(f"\\u{ord(c):04x}" for c in MARK)
    return {
        "utf-8": MARK.encode(),
        "gb18030": MARK.encode("gb18030"),
        "utf-16-le": MARK.encode("utf-16-le"),
        "utf-16-be": MARK.encode("utf-16-be"),
        "json": escaped.encode(),
        "json in capitals": escaped.upper().replace("U", "u").encode(),
        "address": quote(MARK).encode(),
        "html": "".join(f"&#{ord(c)};" for c in MARK).encode(),
        "credit code": CODE.encode(),
        "project code": PROJECT.encode(),
        "bare project code": PROJECT.replace("-", "").encode(),
        "contact": CONTACT.encode(),
    }


def trio() -> list[dict[str, str]]:
    """A project, an organisation and a person that nothing else is called like."""
    n = next(numbers)
    tail = "".join(chr(0x4E00 + (n * 7919 + place * 104_729) % 20_000) for place in range(5))
    return [
        {"part": "agent", "kind": "person", "name": f"{MARK}{tail[:2]}", "contact": f"{CONTACT}{n}@example.com"},
        {"part": "applicant", "kind": "organisation", "name": f"{MARK}{tail}公司", "code": credit_code(FIRM + n)},
        {"part": "project", "kind": "project", "name": f"{tail}{MARK}项目", "code": f"{PROJECT}{n:04d}"},
    ]


class Client:
    """Somebody at the API and at the pages of a Shixian that runs; keeps every address that it was at or sent to."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key
        self.http = httpx2.Client(base_url=url, timeout=120, trust_env=False)
        self.addresses: list[str] = []
        self.page = ""

    def api(self, method: str, path: str, body: Any = None, **params: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": f"k-{next(numbers)}"}
        return self._kept(self.http.request(method, path, json=body, params=params, headers=headers))

    def get(self, path: str) -> httpx2.Response:
        return self._kept(self.http.get(path, headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}))

    def post(self, path: str, fields: dict[str, str]) -> httpx2.Response:
        found = TOKEN.search(self.page)
        headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        token = {"token": found[1]} if found else {}
        return self._kept(self.http.post(path, data={**token, **fields}, headers=headers))

    def sign_in(self) -> None:
        self.get("/sign-in")
        assert self.post("/sign-in", {"key": self.key, "next": "/"}).status_code == 303

    def _kept(self, answer: httpx2.Response) -> httpx2.Response:
        self.addresses += [unquote(str(answer.request.url)), unquote(answer.headers.get("location", ""))]
        if "text/html" in answer.headers.get("content-type", ""):
            self.page = answer.text
        return answer


@pytest.fixture(scope="module")
def serving(temporal_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("canaries"), temporal_binary) as serving:
        yield serving


def key_of(serving: Serving, role: CallerRole, company: str | None = None) -> str:
    text, kept = new_key(actor=f"{role}-1", role=role, now=real_now(), company=company)
    store = Store.open(f"sqlite:///{serving.folder}/data/ledger.sqlite")
    store.add_key(kept)
    store.close()
    return text


def test_c_24_no_name_is_left_anywhere_but_sealed(
    serving: Serving, shixian: CommandLine, nightly: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = Client(serving.url, serving.key)
    officer.sign_in()
    kinds = (CallerRole.SUPERVISOR, CallerRole.AUDITOR)
    readers = [Client(serving.url, key_of(serving, role)) for role in kinds]
    water = Client(serving.url, key_of(serving, CallerRole.UTILITY, "suzhou-water"))
    cases = [_through_the_api(officer, readers, trio()) for _ in range(300 if nightly else 14)]
    cases += [_through_the_pages(officer, trio()) for _ in range(20 if nightly else 3)]
    cases += [_through_the_command_line(serving, shixian, monkeypatch, trio()) for _ in range(10 if nightly else 1)]
    cases += _through_an_import(serving, shixian, monkeypatch, [trio() for _ in range(10 if nightly else 2)])
    _erased_by_two(officer, readers[0], cases[0])
    told = _what_others_are_told(officer, readers[1], water, cases)
    export = serving.folder / "export.xes"
    done(shixian("export", str(export)))
    assert done(shixian("verify")).out.strip().startswith("无不符")
    clients = (officer, water, *readers)
    addresses = [one for client in clients for one in client.addresses]
    for client in clients:
        client.http.close()
    code, _ = serving.stop()
    assert code == 0
    written = {
        str(path.relative_to(serving.folder)): path.read_bytes() for path in serving.folder.rglob("*") if path.is_file()
    }
    written |= {"addresses": "\n".join(addresses).encode(), "answers": "\n".join(told).encode()}
    assert {"serve.log", "export.xes"} <= written.keys()
    assert any("temporal" in name for name in written)
    assert [(name, how) for name, text in written.items() for how, mark in marks().items() if mark in text] == []
    store = Store.open(f"sqlite:///{serving.folder}/data/ledger.sqlite")
    with store.reading() as connection:
        assert len(list(connection.scalars(select(subject.c.id)))) >= (1000 if nightly else 55)
    assert store.broken_subject_event() is None
    assert [one for case in cases for one in [store.verify_chain(case)] if one is not None] == []
    store.close()


def _through_the_api(officer: Client, readers: list[Client], own: list[dict[str, str]]) -> str:
    refused = officer.api("POST", "/v1/cases", {**OPEN, "subjects": [{**own[1], "code": own[1]["code"][:-1] + "?"}]})
    assert refused.status_code == 422
    assert MARK not in refused.text
    assert officer.api("POST", "/v1/cases", {**OPEN, "survey": own[2]["name"], "subjects": own}).status_code == 422
    tried = officer.api("POST", "/v1/cases", {**OPEN, "subjects": own}, dry_run=True)
    assert (tried.status_code, MARK in tried.text) == (200, False)
    opened = officer.api("POST", "/v1/cases", {**OPEN, "subjects": own})
    assert opened.status_code == 201, opened.text
    case = str(opened.json()["case"])
    assert officer.api("PUT", f"/v1/cases/{case}/subjects", {"subjects": own}).status_code == 200
    for reader in (officer, *readers):
        assert MARK in reader.api("GET", f"/v1/cases/{case}/subjects").text
        found = reader.api("POST", "/v1/subjects/search", {"text": own[1]["code"]}).json()["subjects"]
        assert [one["name"] for one in found] == [own[1]["name"]]
    return case


def _through_the_pages(officer: Client, own: list[dict[str, str]]) -> str:
    officer.get(f"/open?procedure={OPEN['procedure']}&jurisdiction=suzhou&variant=no-new-pipe")
    named = {f"{one['part']}-{name}": one[name] for one in own for name in one if name != "part"}
    asked = {**_form(officer.page), **named}
    assert officer.post("/open", {**asked, "applicant-code": "1", "go": "preview"}).status_code == 422
    assert officer.post("/open", {**asked, "go": "preview"}).status_code == 200
    opened = officer.post("/open", {**_form(officer.page), "go": "do"})
    case = opened.headers["location"].removeprefix("/cases/").partition("?")[0]
    for text in (own[2]["name"], own[1]["name"][3:6], own[0]["name"], own[1]["code"], f"{MARK}無"):
        officer.get("/today")
        officer.get(officer.post("/find", {"q": text}).headers["location"])
        assert MARK not in officer.page.partition("</title>")[0]
    officer.get(f"/cases/{case}/subjects")
    changed = {**_form(officer.page), "project-name": f"{MARK}改"}
    assert officer.post(f"/cases/{case}/subjects", {**changed, "project-code": "1"}).status_code == 422
    assert officer.post(f"/cases/{case}/subjects", changed).status_code == 303
    assert MARK in officer.get(f"/cases/{case}").text
    assert MARK not in officer.page.partition("</title>")[0]
    return case


def _form(page: str) -> dict[str, str]:
    """What the form of a page would send as it stands."""
    main = page.partition("<main")[2]
    fields = {name: unescape(value) for name, value in re.findall(r'<input [^>]*name="([^"]+)" value="([^"]*)"', main)}
    for name, options in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', main, re.DOTALL):
        fields[name] = next(iter(re.findall(r'value="([^"]*)" selected', options)), "")
    return {name: value for name, value in fields.items() if name not in {"token", "go"}}


def _through_the_command_line(
    serving: Serving, shixian: CommandLine, monkeypatch: pytest.MonkeyPatch, own: list[dict[str, str]]
) -> str:
    case = str(
        done(
            shixian("open", OPEN["procedure"], "--jurisdiction", "suzhou", "--variant", OPEN["variant"], "--json")
        ).json["case"]
    )
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(own)))
    assert MARK in done(shixian("subjects", "set", case, "-")).out
    assert MARK in done(shixian("subjects", "show", case)).out
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{own[2]['name']}\n"))
    assert case in done(shixian("subjects", "find")).out
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps([{**own[1], "code": "1"}])))
    failed = shixian("subjects", "set", case, "-")
    assert (failed.code, MARK in failed.err) == (2, False)
    ids = [one["id"] for one in shixian("subjects", "show", case, "--json").json["subjects"]]
    assert MARK not in done(shixian("subjects", "record", ids[0])).out
    assert MARK not in done(shixian("case", case)).out
    assert done(shixian("subjects", "rotate")).code == 0
    assert MARK in done(shixian("subjects", "show", case)).out
    return case


def _through_an_import(
    serving: Serving, shixian: CommandLine, monkeypatch: pytest.MonkeyPatch, own: list[list[dict[str, str]]]
) -> list[str]:
    """From a file that is not in the folder, as it is not Shixian's."""
    outside = serving.folder.parent / f"{serving.folder.name}-outside"
    outside.mkdir()
    columns = (
        "case: 编号, received: 接件, project_name: 项目, project_code: 代码, applicant: 申请人, credit_code: 信用代码"
    )
    constants = "procedure: water-connection, variant: no-new-pipe, jurisdiction: suzhou"
    (outside / "map.yml").write_text(
        f"source: 旧系统\nshape: cases\nconstants: {{{constants}}}\ncolumns: {{{columns}}}\n", encoding="utf-8"
    )
    with (outside / "cases.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("编号", "接件", "项目", "代码", "申请人", "信用代码"))
        for n, (_, firm, project) in enumerate(own):
            table.writerow(
                (f"OLD-{n}", "2026-03-02 09:00", project["name"], project["code"], firm["name"], firm["code"])
            )
    monkeypatch.setenv("SHIXIAN_KEY", key_of(serving, CallerRole.IMPORTER))
    for more in (["--dry-run"], [], []):
        said = done(shixian("import", str(outside / "cases.csv"), "--map", str(outside / "map.yml"), *more))
        assert MARK not in said.out + said.err
    monkeypatch.setenv("SHIXIAN_KEY", serving.key)
    cases = [f"OLD-{n}" for n in range(len(own))]
    assert all(MARK in done(shixian("subjects", "show", case)).out for case in cases)
    return cases


def _erased_by_two(officer: Client, supervisor: Client, case: str) -> None:
    ids = [one["id"] for one in officer.api("GET", f"/v1/cases/{case}/subjects").json()["subjects"]]
    for one in ids:
        assert officer.api("POST", f"/v1/subjects/{one}/erasure", {"reason": "不再需要"}).status_code == 201
        assert supervisor.api("POST", f"/v1/subjects/{one}/erasure/grant").status_code == 200
    assert MARK not in officer.api("GET", f"/v1/cases/{case}/subjects").text


def _what_others_are_told(officer: Client, auditor: Client, water: Client, cases: list[str]) -> list[str]:
    """Tables, figures, metrics and the look-up page; and whatever a company sees."""
    told = [
        officer.get(path).text for path in ("/cases?open=any&format=csv", f"/cases/{cases[1]}?events=all&format=csv")
    ]
    told.append(officer.http.get("/look-up").text)
    for case in cases:
        told += [water.api("GET", f"/v1/cases/{case}/{part}").text for part in ("subjects", "events")]
        told += [auditor.api("GET", f"/v1/cases/{case}{part}").text for part in ("", "/events")]
    for path in ("/v1/cases?open=true", "/metrics", "/v1/desks", "/v1/subjects/erasures"):
        told += [auditor.api("GET", path).text, water.api("GET", path).text]
    assert any(case in "".join(told) for case in cases)
    return told
