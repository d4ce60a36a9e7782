"""Bad input names the field and the rule, never the value, and changes nothing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from api.http.problems import PROBLEMS
from tests.api.office import WATER, Office, codes, local, problem
from workflows.answers import CODES

CANARY = "canary-7f3a"
ACCEPTED = -1  # stands for the number of the acceptance


def body(**more: Any) -> dict[str, Any]:
    return {**WATER, **more}


WRONG_OPENINGS: list[tuple[dict[str, Any], int, str, list[tuple[str, str]]]] = [
    (body(procedure=CANARY), 422, "unknown-procedure", [("#/procedure", "unknown-procedure")]),
    (body(jurisdiction=CANARY), 422, "unknown-jurisdiction", [("#/jurisdiction", "unknown-jurisdiction")]),
    (body(variant=CANARY), 422, "unknown-variant", [("#/variant", "unknown-variant")]),
    (body(facts={CANARY: True}), 422, "unknown-fact", [("#/facts", "unknown-fact")]),
    (body(facts={"external_works_counted": CANARY}), 422, "bad-fact", [("#/facts/external_works_counted", "bad-fact")]),
    (body(at="2021-03-02T09:00:00"), 422, "invalid", [("#/at", "no-offset")]),
    (body(at=CANARY), 422, "invalid", [("#/at", "not-an-instant")]),
    (body(at="0242-12-17T07:45:20+13:38"), 422, "invalid", [("#/at", "not-plausible")]),
    (body(at=5), 422, "invalid", [("#/at", "not-an-instant")]),
    (body(at=local("2021-03-04 12:30")), 422, "in-future", [("#/at", "in-future")]),
    (body(case=f"{CANARY} {CANARY}"), 422, "invalid", [("#/case", "bad-form")]),
    (body(case="11010119900307001X"), 422, "invalid", [("#/case", "personal-data")]),
    (body(**{CANARY: 1}), 422, "invalid", [("#", "unknown-field")]),
    ({"procedure": "water-connection"}, 422, "invalid", [("#/jurisdiction", "missing"), ("#/variant", "missing")]),
]


def person_number() -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    first = "11010119900307001"
    return first + "10X98765432"[sum(w * int(d) for w, d in zip(weights, first, strict=True)) % 11]


WRONG_OPENINGS[11][0]["case"] = person_number()


@pytest.mark.parametrize(("sent", "status", "code", "wrong"), WRONG_OPENINGS)
async def test_a_wrong_opening_is_refused_by_field_and_rule(
    office: Office, sent: dict[str, Any], status: int, code: str, wrong: list[tuple[str, str]]
) -> None:
    answer = await office.officer.post("/v1/cases", sent)
    assert (answer.status_code, problem(answer), codes(answer)) == (status, code, wrong)
    assert CANARY not in answer.text


HOSTILE: list[tuple[str, bytes, int, str, list[tuple[str, str]]]] = [
    ("NaN", b'{"fen": NaN, "reason": "x"}', 422, "invalid", [("#/fen", "not-finite")]),
    ("infinity", b'{"fen": -Infinity, "reason": "x"}', 422, "invalid", [("#/fen", "not-finite")]),
    ("too large a number", b'{"fen": 1e999, "reason": "x"}', 422, "invalid", [("#/fen", "not-finite")]),
    ("beyond 2^53", b'{"fen": 9007199254740993, "reason": "x"}', 422, "invalid", [("#/fen", "number-too-large")]),
    ("a lone surrogate", b'{"fen": 1, "reason": "\\ud800"}', 422, "invalid", [("#/reason", "lone-surrogate")]),
    ("NUL", b'{"fen": 1, "reason": "a\\u0000b"}', 422, "invalid", [("#/reason", "nul")]),
    ("a control character", b'{"fen": 1, "reason": "a\\u0007b"}', 422, "invalid", [("#/reason", "control-character")]),
    ("a name twice", b'{"fen": 1, "fen": 2, "reason": "x"}', 400, "duplicate-key", [("#", "duplicate-key")]),
    ("a name twice inside", b'{"fen": 1, "reason": {"a": 1, "a": 1}}', 400, "duplicate-key", [("#/reason", "duplicate-key")]),
    ("no JSON", b"canary-7f3a", 400, "malformed", []),
    ("no UTF-8", b'{"fen": 1, "reason": "\xff"}', 400, "malformed", []),
    ("depth 1 000", b"[" * 1000 + b"]" * 1000, 400, "too-deep", []),
    ("depth 30 000", b"[" * 30_000 + b"]" * 30_000, 400, "too-deep", []),
    ("a number of 5 000 digits", b'{"fen": ' + b"9" * 5000 + b"}", 400, "malformed", []),
    ("65 537 bytes", b'{"fen": 1, "reason": "' + b"x" * (65_537 - 24) + b'"}', 413, "too-large", []),
    ("a list", b"[1]", 422, "invalid", [("#", "not-an-object")]),
    ("text for a number", b'{"fen": "1", "reason": "x"}', 422, "invalid", [("#/fen", "not-a-number")]),
    ("true for a number", b'{"fen": true, "reason": "x"}', 422, "invalid", [("#/fen", "not-a-number")]),
    ("a mobile number", b'{"fen": 1, "reason": "call 13912345678"}', 422, "invalid", [("#/reason", "personal-data")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "status", "code", "wrong"), [one[1:] for one in HOSTILE], ids=[one[0] for one in HOSTILE]
)
async def test_c_03_a_hostile_body_is_refused_and_nothing_is_recorded(
    office: Office, sent: bytes, status: int, code: str, wrong: list[tuple[str, str]]
) -> None:
    case = await office.opened()
    before = office.store.head(case)
    answer = await office.officer.post(f"/v1/cases/{case}/fees", sent)
    assert (answer.status_code, problem(answer), codes(answer)) == (status, code, wrong)
    assert office.store.head(case) == before
    assert "canary" not in answer.text


async def test_c_04_a_body_of_65_536_bytes_is_read(office: Office) -> None:
    case = await office.opened()
    sent = b'{"fen": 1, "reason": "x"' + b" " * (65_536 - 25) + b"}"
    assert len(sent) == 65_536
    assert (await office.officer.post(f"/v1/cases/{case}/fees", sent)).status_code == 201


async def test_a_body_that_comes_in_parts_is_measured_as_it_comes(office: Office) -> None:
    async def parts() -> Any:
        for _ in range(70):
            yield b" " * 1000

    answer = await office.http.post(
        "/v1/cases", content=parts(), headers={**office.officer.headers, "Content-Type": "application/json"}
    )
    assert (answer.status_code, problem(answer)) == (413, "too-large")


async def test_a_body_that_is_not_json_by_its_type_is_refused(office: Office) -> None:
    answer = await office.http.post("/v1/cases", content=json.dumps(WATER), headers=office.officer.headers)
    assert (answer.status_code, problem(answer)) == (415, "not-json")


WRONG_COMMANDS: list[tuple[str, dict[str, Any], int, str, list[tuple[str, str]]]] = [
    ("steps/canary-7f3a/completions", {"outcome": "done"}, 404, "unknown-step", [("path/step", "unknown-step")]),
    ("steps/water-on/completions", {"outcome": "done"}, 409, "step-not-open", [("path/step", "step-not-open")]),
    ("steps/joint-site-survey/completions", {"outcome": CANARY}, 422, "unknown-outcome", [("#/outcome", "unknown-outcome")]),
    ("steps/joint-site-survey/completions", {}, 422, "invalid", [("#/outcome", "missing")]),
    ("steps/joint-site-survey/completions", {"outcome": "done", "opinions": {CANARY: "x"}}, 422, "unknown-opinion",
     [("#/opinions", "unknown-opinion")]),
    ("steps/joint-site-survey/completions", {"outcome": "done", "occurrence": 2}, 422, "unknown-occurrence",
     [("#/occurrence", "unknown-occurrence")]),
    ("steps/joint-site-survey/completions", {"outcome": "done", "at": "2021-03-03T10:00:00"}, 422, "invalid",
     [("#/at", "no-offset")]),
    ("steps/joint-site-survey/completions", {"outcome": "done", "at": local("2021-03-04 12:20")}, 422, "in-future",
     [("#/at", "in-future")]),
    ("steps/joint-site-survey/completions", {"outcome": "done", "at": local("2021-03-01 12:00")}, 422, "before-case",
     [("#/at", "before-case")]),
    ("steps/joint-site-survey/completions", {"outcome": "done", "told": local("2021-03-03 12:00")}, 422, "invalid",
     [("#", "unknown-field")]),
    ("suspensions", {"reason": "because"}, 422, "invalid", [("#/ground", "missing")]),
    ("suspensions", {"ground": CANARY}, 422, "unknown-ground", [("#/ground", "unknown-ground")]),
    ("suspensions/canary-7f3a/resume", {}, 404, "unknown-suspension", [("path/suspension", "unknown-suspension")]),
    ("extensions", {"clock": CANARY, "workdays": 1, "approved_by": "head", "reason": "x"}, 404, "unknown-clock",
     [("#/clock", "unknown-clock")]),
    ("extensions", {"clock": "statutory", "workdays": 0, "approved_by": "head", "reason": "x"}, 422, "invalid",
     [("#/workdays", "too-small")]),
    ("steps/%00/completions", {"outcome": "done"}, 404, "unknown-step", [("path/step", "unknown-step")]),
    (f"steps/{'x' * 300}/start", {}, 404, "unknown-step", [("path/step", "unknown-step")]),
    (f"suspensions/{'x' * 300}/resume", {}, 404, "unknown-suspension", [("path/suspension", "unknown-suspension")]),
    ("accept", {}, 409, "already-accepted", [("path/case", "already-accepted")]),
    ("revoke", {"reason": "x"}, 409, "not-decided", [("path/case", "not-decided")]),
    ("decide", {"outcome": "approved"}, 409, "steps-missing", [("#/outcome", "steps-missing")]),
    ("decide", {"outcome": CANARY}, 422, "invalid", [("#/outcome", "not-a-choice")]),
    ("corrections", {"seq": 99, "void": True, "reason": "x"}, 404, "unknown-event", [("#/seq", "unknown-event")]),
    ("corrections", {"seq": ACCEPTED, "reason": "x"}, 422, "nothing-corrected", [("#/instant", "nothing-corrected")]),
    ("corrections", {"seq": ACCEPTED, "instant": local("2021-03-05 12:00"), "reason": "x"}, 422, "in-future",
     [("#/instant", "in-future")]),
    ("confirmations", {"seq": 2}, 409, "nothing-pending", [("#/seq", "nothing-pending")]),
    ("resubmit", {}, 409, "not-returned", [("path/step", "not-returned")]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "sent", "status", "code", "wrong"), WRONG_COMMANDS)
async def test_a_wrong_command_is_refused_by_field_and_rule(
    office: Office, path: str, sent: dict[str, Any], status: int, code: str, wrong: list[tuple[str, str]]
) -> None:
    case = await office.accepted()
    before = office.store.head(case)
    if sent.get("seq") == ACCEPTED:
        sent = {**sent, "seq": next(e.seq for e in office.store.events(case) if e.kind == "accepted")}
    answer = await office.officer.post(f"/v1/cases/{case}/{path}", sent)
    assert (answer.status_code, problem(answer), codes(answer)) == (status, code, wrong)
    assert office.store.head(case) == before
    assert CANARY not in answer.text


async def test_a_second_resume_is_refused(office: Office) -> None:
    case = await office.accepted()
    await office.officer.post(f"/v1/cases/{case}/suspensions", {"suspension": "s-1", "ground": "hearing"})
    await office.officer.post(f"/v1/cases/{case}/suspensions/s-1/resume")
    again = await office.officer.post(f"/v1/cases/{case}/suspensions/s-1/resume")
    assert (again.status_code, problem(again)) == (409, "not-suspended")


async def test_an_extension_after_expiry_is_refused(office: Office) -> None:
    case = await office.opened(at=local("2021-02-18 09:00"))
    await office.officer.post(f"/v1/cases/{case}/accept", {"at": local("2021-02-18 09:30")})
    main = (await office.officer.get(f"/v1/cases/{case}")).json()["main"]
    late = await office.officer.post(
        f"/v1/cases/{case}/extensions", {"clock": main, "workdays": 2, "approved_by": "head", "reason": "flood"}
    )
    assert (late.status_code, problem(late), codes(late)) == (409, "expired", [("#/at", "expired")])


@pytest.mark.parametrize("key", [None, "", "two words", "x" * 101, '"open', "é"])
async def test_a_command_without_a_good_key_is_refused(office: Office, key: str | None) -> None:
    headers = [(name.encode(), value.encode()) for name, value in office.officer.headers.items()]
    headers += [] if key is None else [(b"Idempotency-Key", key.encode("latin-1"))]
    answer = await office.http.post("/v1/cases", json=WATER, headers=headers)
    assert (answer.status_code, problem(answer)) == (400, "idempotency-key")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/nothing", 404, "not-found"),
        ("/nothing", 404, "not-found"),
        ("/v1/cases/nowhere", 404, "unknown-case"),
        ("/v1/cases/a%00b", 404, "unknown-case"),
        ("/v1/cases/%ED%A0%80", 404, "unknown-case"),
        ("/v1/cases?limit=0", 422, "invalid"),
        ("/v1/cases?limit=201", 422, "invalid"),
        ("/v1/cases?after=canary", 400, "bad-cursor"),
        ("/v1/cases?owner=a%00b", 422, "invalid"),
        ("/v1/cases?standing=canary", 422, "invalid"),
        ("/v1/commitments/canary", 404, "not-found"),
        ("/v1/procedures/canary", 404, "not-found"),
        ("/v1/procedures/water-connection?jurisdiction=suzhou", 422, "invalid"),
        ("/v1/procedures/water-connection?jurisdiction=suzhou&variant=canary", 422, "unknown-variant"),
        ("/v1/calendars/canary", 404, "not-found"),
        ("/v1/calendars/CN?as_of=canary", 422, "invalid"),
        ("/v1/calendars/CN?as_of=9999-12-31", 200, ""),
        ("/v1/averages?commitment=canary", 404, "not-found"),
    ],
)
async def test_a_wrong_address_or_question_is_a_problem(office: Office, path: str, status: int, code: str) -> None:
    answer = await office.http.get(path, headers=office.officer.headers)
    assert answer.status_code == status, answer.text
    if code:
        assert problem(answer) == code
        assert "canary" not in answer.text


@pytest.mark.parametrize("method", ["DELETE", "TRACE"])
async def test_a_method_that_there_is_not_is_a_problem(office: Office, method: str) -> None:
    answer = await office.http.request(method, "/v1/cases", headers=office.officer.headers)
    assert (answer.status_code, problem(answer)) == (405, "method-not-allowed")
    assert answer.headers["allow"]


async def test_c_02_what_goes_wrong_inside_is_told_to_nobody(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(office.store, "case", broken)
    answer = await office.officer.get("/v1/cases/any")
    assert (answer.status_code, problem(answer)) == (500, "internal")
    assert CANARY not in answer.text


def test_every_refusal_of_a_case_has_its_problem() -> None:
    assert CODES.keys() - PROBLEMS.keys() == set()


def test_every_code_of_a_refusal_is_one_that_a_case_says() -> None:
    """The type checker holds each refusal to the codes; this holds each code to a refusal."""
    modules = (Path(__file__).resolve().parents[3] / "workflows").glob("*.py")
    text = "".join(module.read_text(encoding="utf-8") for module in modules)
    said = set(re.findall(r'(?:Refusal\(|\bsame\([^"]*|type=|CODES\.get\([^,]*,)\s*"([a-z-]+)"', text))
    assert CODES.keys() - said == set()


async def test_what_a_command_itself_refuses_is_a_problem_and_is_not_sent(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await office.accepted()
    monkeypatch.setattr("api.intake.stamp.digest", lambda *_: "x" * 201)
    answer = await office.officer.post(f"/v1/cases/{case}/recalculate")
    assert (answer.status_code, problem(answer), codes(answer)) == (422, "invalid", [("#/digest", "invalid")])


async def test_c_21_every_answer_carries_the_headers_of_a_careful_server(office: Office) -> None:
    for answer in (
        await office.officer.get("/v1/commitments"),
        await office.stranger.get("/v1/commitments"),
        await office.stranger.get("/livez"),
        await office.officer.post("/v1/cases", b"{"),
        await office.officer.get("/nowhere"),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"]
        assert "server" not in answer.headers
