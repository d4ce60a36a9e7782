"""The audit log through the doors: every action and every refusal is one row (C-26), and auditors alone read it."""

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from activities.store.audit_log import AuditFilter, AuditRow
from api.access.api_keys import CallerRole, hashed
from api.access.auditing import REFRESH
from api.processes.temporal_server import DevServer
from tests.api.observed import path as observations
from tests.api.observed import share
from tests.api.office import PATIENT, WATER, Office, Person, local, problem
from tests.api.pages.visitor import Visitor, visitor
from tests.api.routes.test_notices import of_text, opened_office

NOTICES = "/v1/calendars/notices"
AUDIT = "/v1/audit"


def rows(office: Office, **wanted: Any) -> list[AuditRow]:
    """The rows that are asked for, oldest first."""
    return office.store.audit_rows(AuditFilter(**wanted), limit=100_000)[::-1]


def row_of(office: Office, answer: httpx2.Response) -> AuditRow:
    """The one row of an answered request."""
    [row] = [one for one in rows(office) if one.request_id == answer.headers["x-request-id"]]
    return row


def said(row: AuditRow) -> tuple[str, str]:
    """What was asked for, and what became of it."""
    return row.action, row.outcome


class Seen:
    """Which actions came to which outcomes, each checked against its one row."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.kinds: set[tuple[str, str]] = set()

    def one(self, answer: httpx2.Response, by: Person, action: str, refused: str = "", *, of: str = "") -> None:
        """Check the row of an answer."""
        row, outcome = row_of(self.office, answer), f"refused:{refused}" if refused else "done"
        assert (row.actor, row.action, row.outcome, row.source_ip) == (by.actor, action, outcome, "127.0.0.1")
        assert of in row.object
        self.kinds.add((action, outcome))


async def commanded(seen: Seen, officer: Person, water: Person) -> str:
    """The number of a case on which many commands were carried out."""
    opened = await officer.post("/v1/cases", {**WATER, "at": local("2021-03-02 09:00")})
    case = str(opened.json()["case"])
    seen.one(opened, officer, "open", of=case)
    for by, where, action, body in (
        (officer, "accept", "accept", {"at": local("2021-03-02 10:00")}),
        (officer, "suspensions", "suspend", {"suspension": "s-1", "ground": "public-notice"}),
        (officer, "suspensions/s-1/resume", "resume", {}),
        (officer, "fees", "record-fee", {"fen": 100, "reason": "survey"}),
        (water, "steps/joint-site-survey/completions", "complete", {"outcome": "done"}),
        (officer, "recalculate", "recalculate", {}),
        (officer, "withdraw", "withdraw", {}),
    ):
        answer = await by.post(f"/v1/cases/{case}/{where}", body)
        assert answer.status_code == 201, answer.text
        seen.one(answer, by, action, of=case)
    return case


async def refused(seen: Seen, office: Office, case: str) -> None:
    """Refusals by the case, at the door, by role, of another's case, and without a key."""
    officer, auditor, stranger = office.officer, office.auditor, Person(office.http, None, "unknown")
    at = f"/v1/cases/{case}"
    seen.one(await officer.post(f"{at}/decide", {"outcome": "approved"}), officer, "decide", "case-over", of=case)
    seen.one(await officer.post("/v1/cases", {**WATER, "variant": "none"}), officer, "open", "unknown-variant")
    seen.one(await officer.post(f"{at}/return", {"reason": 3}), officer, "return", "invalid", of=case)
    seen.one(await auditor.post(f"{at}/withdraw", {}), auditor, "withdraw", "forbidden", of=case)
    seen.one(await office.gas.get(at), office.gas, "look", "unknown-case", of=case)
    seen.one(await stranger.get(at), stranger, "look", "unauthenticated", of=case)
    seen.one(await officer.get("/v1/keys"), officer, "list-keys", "forbidden")
    seen.one(await officer.get(AUDIT), officer, "read-audit", "forbidden")
    seen.one(await officer.post(NOTICES, of_text()), officer, "propose-notice", "in-future")


async def observed(seen: Seen, officer: Person, supervisor: Person) -> None:
    """An observation with all that becomes of it."""
    told = await officer.post(observations(), share())
    seen.one(told, officer, "record-observation")
    one = f"{observations()}/{told.json()['number']}"
    seen.one(await officer.post(f"{one}/confirm"), officer, "confirm-observation", "own-posting")
    seen.one(await supervisor.post(f"{one}/confirm"), supervisor, "confirm-observation")
    corrected = await officer.post(f"{one}/correct", {**share(170), "reason": "miscounted"})
    seen.one(corrected, officer, "correct-observation")
    withdrawn = await officer.post(f"{observations()}/{corrected.json()['number']}/withdraw", {"reason": "a draft"})
    seen.one(withdrawn, officer, "withdraw-observation")


async def test_c_26_every_action_and_every_refusal_through_the_doors_is_one_row(office: Office) -> None:
    """C-26: more than 25 kinds, each found by its request's id."""
    seen, officer, auditor, supervisor = Seen(office), office.officer, office.auditor, office.supervisor
    case = await commanded(seen, officer, office.water)
    await refused(seen, office, case)
    await observed(seen, officer, supervisor)
    seen.one(await officer.get(f"/v1/cases/{case}"), officer, "look", of=case)
    seen.one(await officer.get(f"/v1/cases/{case}/look-up-code"), officer, "show-look-up-code", of=case)
    seen.one(await officer.get("/v1/cases", format="csv"), officer, "export")
    seen.one(await supervisor.get("/v1/keys"), supervisor, "list-keys")
    seen.one(await auditor.get(AUDIT), auditor, "read-audit")
    seen.one(await auditor.get(AUDIT, format="csv"), auditor, "export")
    assert len(seen.kinds) >= 25
    assert office.store.broken_audit() is None


async def test_c_26_what_people_do_at_the_pages_is_one_row_each(office: Office) -> None:
    """C-26, of sessions."""
    case = await office.accepted()
    code = (await office.officer.get(f"/v1/cases/{case}/look-up-code")).json()["code"]
    wrong = await Visitor(office.app, "nonsense").sign_in()
    assert said(row_of(office, wrong)) == ("sign-in", "refused:sign-in-refused")
    somebody = visitor(office, CallerRole.SUPERVISOR)
    known = office.store.key_by_hash(hashed(somebody.key))
    assert known is not None
    signed_in = row_of(office, await somebody.sign_in())
    assert (signed_in.actor, *said(signed_in), signed_in.object) == (known.actor, "sign-in", "done", f"key/{known.id}")
    looked = row_of(office, await somebody.get(f"/cases/{case}"))
    assert (looked.actor, *said(looked), looked.object) == (known.actor, "look", "done", case)
    assert said(row_of(office, await somebody.get("/told?format=csv"))) == ("export", "done")
    await somebody.get("/keys/new")
    form = {"key": "k" * 24, "actor": "desk-9", "role": "auditor", "days": "30", "go": "do", "checked": "1"}
    made = row_of(office, await somebody.post("/keys/new", form))
    assert said(made) == ("make-key", "done")
    await somebody.get(f"/keys/{made.object.removeprefix('key/')}/revoke")
    revoked = await somebody.post(f"/keys/{made.object.removeprefix('key/')}/revoke", {"name": "desk-9"})
    assert said(row_of(office, revoked)) == ("revoke-key", "done")
    foreign = await somebody.post("/keys/new", form, Origin="https://evil.example")
    assert said(row_of(office, foreign)) == ("make-key", "refused:foreign-form")
    applicant = Visitor(office.app, "")
    await applicant.get("/look-up")
    found = row_of(office, await applicant.post("/look-up", {"case": case, "code": code}))
    assert (found.role, *said(found), found.object) == ("applicant", "look-up", "done", case)
    tried = row_of(office, await applicant.post("/look-up", {"case": case, "code": "22222-22222"}))
    assert said(tried) == ("look-up", "refused:unknown-case")
    cookies = list(somebody.http.cookies.jar)
    await somebody.get("/keys")
    assert said(row_of(office, await somebody.post("/sign-out"))) == ("sign-out", "done")
    stolen = Visitor(office.app, somebody.key)
    for cookie in cookies:
        stolen.http.cookies.set(str(cookie.name), str(cookie.value))
    assert said(row_of(office, await stolen.get("/keys"))) == ("use-session", "refused:unauthenticated")


async def test_a_notice_leaves_a_row_at_each_of_its_steps(
    temporal_server: DevServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async for office in opened_office(temporal_server, tmp_path_factory, PATIENT):
        proposed = await office.officer.post(NOTICES, of_text())
        assert said(row_of(office, proposed)) == ("propose-notice", "done")
        number = proposed.json()["number"]
        seen = await office.supervisor.get(f"{NOTICES}/{number}")
        assert said(row_of(office, seen)) == ("preview-notice", "done")
        digest = seen.json()["preview"]["digest"]
        own = await office.officer.post(f"{NOTICES}/{number}/approve", {"preview": digest})
        assert said(row_of(office, own)) == ("approve-notice", "refused:own-proposal")
        done = await office.supervisor.post(f"{NOTICES}/{number}/approve", {"preview": digest})
        assert said(row_of(office, done)) == ("approve-notice", "done")
        late = await office.officer.post(f"{NOTICES}/{number}/reject", {"reason": "late"})
        assert said(row_of(office, late)) == ("reject-notice", "refused:already-decided")
        assert {row.object for row in rows(office, actor=office.supervisor.actor)} == {f"notice/{number}"}


async def test_machines_read_without_a_row_and_a_page_that_refreshes_itself_is_one_look(office: Office) -> None:
    case = await office.accepted()
    before = len(rows(office, object=case))
    for _ in range(3):
        assert (await office.water.get(f"/v1/cases/{case}")).status_code == 200
    assert len(rows(office, object=case)) == before
    somebody = visitor(office, CallerRole.OFFICER)
    await somebody.sign_in()
    for _ in range(3):  # whoever sends that header alone is seen all the same
        await somebody.get(f"/cases/{case}", **{REFRESH: "1"})
    assert [row.action for row in rows(office, object=case)][before:] == ["look"]


async def test_each_item_of_a_batch_and_each_fact_taken_over_has_its_row(office: Office) -> None:
    case = await office.accepted()
    items = [
        {"case": case, "step": "joint-site-survey", "key": "b-1", "outcome": "done"},
        {"case": case, "step": "water-on", "key": "b-2", "outcome": "done"},
        {"case": case, "key": "b-3"},
    ]
    answer = await office.water.post("/v1/completions:batch", {"items": items})
    assert [item["status"] for item in answer.json()["items"]] == [201, 409, 422]
    own = [row for row in rows(office) if row.request_id == answer.headers["x-request-id"]]
    outcomes = ["done", "refused:invalid", "refused:step-not-open"]
    assert sorted(said(row) for row in own) == [("complete", outcome) for outcome in outcomes]
    taken = {
        "source": "old", "digest": "0" * 64, "case": "OLD-AUDITED", **WATER,
        "history": [
            {"kind": "open", "at": local("2020-09-07 09:00")},
            {"kind": "accept", "at": local("2020-09-07 10:00")},
        ],
    }  # fmt: skip
    answer = await office.importer.post("/v1/imports/cases", taken)
    assert answer.status_code == 201, answer.text
    assert [said(row) for row in rows(office, object="OLD-AUDITED")] == [("take-over", "done")] * 2


async def test_twenty_repetitions_of_a_command_are_one_row(office: Office) -> None:
    case = await office.accepted()
    path = f"/v1/cases/{case}/steps/joint-site-survey/completions"
    await asyncio.gather(*(office.water.post(path, {"outcome": "done"}, key="same") for _ in range(20)))
    assert [said(row) for row in rows(office, object=case, action="complete")] == [("complete", "done")]


async def test_where_no_row_can_be_written_people_are_refused_and_machines_read_on(quiet_office: Office) -> None:
    office = quiet_office
    with office.store.writing() as connection:
        connection.execute(text("DROP TRIGGER audit_head_no_delete"))
        connection.execute(text("DELETE FROM audit_head"))
    for refused in (
        await office.officer.get("/v1/cases/nobody"),  # it would be refused anyway: not even that goes unseen
        await office.stranger.get("/v1/cases"),
        await office.supervisor.get("/v1/keys"),
        await office.auditor.get(AUDIT),
        await office.officer.post(observations(), share()),
    ):
        assert (refused.status_code, problem(refused)) == (503, "store-unavailable")
    assert (await office.water.get("/v1/cases")).status_code == 200
    assert (await office.http.get("/livez")).status_code == 200


async def test_auditors_alone_read_the_log_by_pages_filters_and_as_a_table(quiet_office: Office) -> None:
    office = quiet_office
    for _ in range(5):
        await office.supervisor.get("/v1/keys")
    own = {"actor": office.supervisor.actor, "action": "list-keys"}
    page = (await office.auditor.get(AUDIT, **own, limit=3)).json()
    rest = (await office.auditor.get(AUDIT, **own, limit=3, after=page["next"])).json()
    seqs = [row["seq"] for row in [*page["rows"], *rest["rows"]]]
    assert (len(seqs), rest["next"], seqs) == (5, None, sorted(seqs, reverse=True))
    assert set(page["rows"][0]) == set(AuditRow.model_fields)
    other = await office.auditor.get(AUDIT, actor="somebody-else", after=page["next"])
    assert (other.status_code, problem(other)) == (400, "bad-cursor")
    since = page["rows"][1]["at"]
    assert len((await office.auditor.get(AUDIT, **own, since=since)).json()["rows"]) == 2
    table = (await office.auditor.get(AUDIT, **own, format="csv")).text.splitlines()
    assert [line.split(",")[0] for line in table[1:]] == [str(seq) for seq in seqs]
    for person in (office.officer, office.supervisor, office.water, office.importer):
        assert problem(await person.get(AUDIT)) == "forbidden"
    for role in (CallerRole.OFFICER, CallerRole.SUPERVISOR):
        somebody = visitor(office, role)
        await somebody.sign_in()
        assert (await somebody.get("/audit-log")).status_code == 404
        await somebody.get("/cases")
        assert "/audit-log" not in somebody.page
    auditor = visitor(office, CallerRole.AUDITOR)
    await auditor.sign_in()
    shown = await auditor.get(f"/audit-log?actor={office.supervisor.actor}&action=list-keys&lang=zh")
    assert shown.text.count('<td data-label="操作">list-keys') == 5
    assert (await auditor.get("/audit-log?action=list-keys&format=csv")).text.count("list-keys") == 5
    assert said(rows(office)[-1]) == ("export", "done")
