"""The command line where it needs no server: counting, registers, and what it says of wrong input."""

import json
import os
import re
import shlex
import subprocess
import sys
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from activities.store.errors import TablesMissing
from api.cli import COMMANDS
from api.processes.claims import free_port
from api.real_clock import real_now
from tests.activities.test_almanacs import loaded
from tests.api.office import file_store
from tests.api.serving import CommandLine
from tests.notices import PUBLISHED, invented
from tests.reference import DATA
from workflows.messages import Message

MESSAGES = {
    "open", "accept", "refuse", "start", "complete", "confirm", "return", "resubmit", "suspend", "resume", "extend", "fee",
    "withdraw", "decide", "terminate", "revoke", "correct", "link", "recalculate", "supply", "reclassify", "hand-over",
    "grant", "refuse-request", "take-back",
}  # fmt: skip

LOADING = ("show", "template", "propose", "list", "preview", "approve", "reject")
POSTING = ("add", "list", "rotate", "pause", "resume", "end", "dead", "send-again")
SUBJECTS = ("set", "show", "find", "record", "erase", "grant", "refuse", "erasures", "rotate")
SPOKEN = (set(COMMANDS) - {"keys", "machines", "observations", "calendar", "webhooks", "subjects", "people"}) | {
    *("keys new", "keys list", "keys renew", "keys revoke"),
    *("machines add", "machines list", "machines end"),
    *(f"people {does}" for does in ("add", "list", "role", "lock", "unlock", "end", "sessions", "sign-out")),
    *(f"webhooks {does}" for does in POSTING),
    *(f"observations {does}" for does in ("list", "record", "confirm", "correct", "withdraw")),
    *(f"calendar {does}" for does in LOADING),
    *(f"subjects {does}" for does in SUBJECTS),
}


@pytest.fixture
def shixian(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    monkeypatch.setenv("SHIXIAN_DATA_DIR", str(tmp_path))
    return CommandLine(capsys)


def test_there_is_one_command_for_each_message() -> None:
    assert len(Message.__subclasses__()) == len(MESSAGES) + 1  # what needs four eyes is asked for by its own command
    assert set(COMMANDS) >= MESSAGES


@pytest.mark.parametrize("command", sorted(SPOKEN))
def test_every_command_has_help_in_both_languages_and_prints_json(shixian: CommandLine, command: str) -> None:
    said = shixian(*command.split(), "--help")
    assert said.code == 0
    assert "--json" in said.out
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said.out)


def test_a_command_on_cases_loads_neither_server_nor_database() -> None:
    """They would take it from a fifth of a second to more than one."""
    look = "import sys; from api.cli import main; main(['case', 'c']); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=False)
    assert "SHIXIAN_KEY" in said.stderr
    assert {"fastapi", "sqlalchemy", "temporalio"}.isdisjoint(said.stdout.split())


def test_the_readme_names_every_command_and_no_other() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## The command line")[2].partition("\nCommands on cases")[0]
    assert set(re.findall(r"`([a-z -]+)`", section)) == SPOKEN


def test_the_picture_in_the_readme_is_what_the_command_prints(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    found = re.search(r"(?ms)^\$ shixian (due .*?)$\n(.*?)^```", readme)
    assert found is not None
    monkeypatch.setenv("COLUMNS", "110")
    said = shixian(*shlex.split(found[1]))
    assert [line.rstrip() for line in said.out.splitlines()] == found[2].splitlines()


def test_a_terminal_without_chinese_shows_what_it_can() -> None:
    program = [sys.executable, "-P", "-m", "api.cli", "due", "--accepted", "2026-03-02 10:00", "--limit", "5"]
    said = subprocess.run(program, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=False)
    assert said.returncode == 0
    assert b"2026-03-09 17:30" in said.stdout


def test_without_a_command_the_commands_are_listed(shixian: CommandLine) -> None:
    said = shixian()
    assert said.code == 2
    assert "explain" in said.out + said.err


def test_a_due_date_is_explained_day_by_day(shixian: CommandLine) -> None:
    said = shixian(
        "due", "--jurisdiction", "suzhou", "--accepted", "2026-03-02 10:00", "--limit", "5", "--now", "2026-03-09 12:00"
    )
    assert said.code == 0
    assert "2026-03-09 17:30" in said.out
    assert "周末 weekend" in said.out
    assert said.out.count("计入 counted") == 5


def test_suspensions_and_extensions_put_a_due_date_off(shixian: CommandLine) -> None:
    options = ["--accepted", "2026-03-02 10:00", "--limit", "5", "--now", "2026-03-05 10:00", "--json"]
    plain = shixian("due", *options).json["reading"]
    suspended = shixian("due", *options, "--suspend", "2026-03-03 10:00..2026-03-05 09:00").json
    extended = shixian("due", *options, "--extend", "2@2026-03-04 10:00").json["reading"]
    halted = shixian("due", *options, "--suspend", "2026-03-03 10:00..").json["reading"]
    assert (plain["due_date"], suspended["reading"]["due_date"]) == ("2026-03-09", "2026-03-11")
    assert [day["kind"] for day in suspended["days"]][:4] == ["start", "counted", "suspended", "suspended"]
    assert extended["due_date"] == "2026-03-11"
    assert (halted["due_date"], halted["standing"]) == (None, "suspended")


def test_a_due_date_is_counted_under_the_calendar_of_a_day(shixian: CommandLine) -> None:
    asked = ["due", "--accepted", "2020-01-20 10:00", "--limit", "9", "--now", "2020-01-20 12:00", "--json"]
    first = shixian(*asked, "--as-of", "2020-01-26").json["reading"]
    revised = shixian(*asked, "--as-of", "2020-01-27").json["reading"]
    assert (first["due_date"], revised["due_date"]) == ("2020-02-06", "2020-02-10")
    assert first["calendar"] != revised["calendar"]


def test_a_due_date_beyond_the_calendar_is_not_guessed(shixian: CommandLine) -> None:
    asked = ["due", "--accepted", "2026-12-28 10:00", "--limit", "20", "--now", "2026-12-28 12:00"]
    said = shixian(*asked, "--as-of", "2026-06-01", "--json").json["reading"]
    assert said["due_date"] is None
    assert said["horizon"]["known_until"] == "2026-12-31"
    assert (said["horizon"]["counted"], said["horizon"]["missing"]) == ("3", "17")
    assert "日历止于" in shixian(*asked, "--as-of", "2026-06-01").out
    projected = shixian(*asked, "--as-of", "2026-06-01", "--project", "--json").json
    assert (projected["reading"]["due_date"], projected["projection"]["provisional"]) == (None, True)
    assert projected["projection"]["due_date"] > "2027-01-01"
    assert "暂定" in shixian(*asked, "--as-of", "2026-06-01", "--project").out


@pytest.mark.parametrize(
    ("arguments", "field", "rule"),
    [
        (("due", "--limit", "5"), "--accepted", "Missing"),
        (("due", "--accepted", "2026-03-02", "--limit", "5"), "--accepted", "bad-instant"),
        (("due", "--accepted", "yesterday", "--limit", "5"), "--accepted", "bad-instant"),
        (("due", "--accepted", "2026-03-02 10:00", "--limit", "many"), "--limit", "bad-number"),
        (("due", "--accepted", "2026-03-02 10:00", "--limit", "NaN"), "--limit", "bad-number"),
        (("due", "--accepted", "2026-03-02 10:00", "--limit", "1.5", "--unit", "month"), "--limit", "bad-limit"),
        (("due", "--accepted", "2026-03-02 10:00", "--limit", "5", "--unit", "week"), "--unit", "week"),
        (("due", "--accepted", "2026-03-02 10:00", "--limit", "5", "--suspend", "today"), "--suspend", "bad-stretch"),
        (("due", "--accepted", "2026-03-02 10:00", "--limit", "5", "--extend", "5"), "--extend", "bad-extension"),
        (("due", "--accepted", "2026-03-02 10:00", "--limit", "5", "--as-of", "soon"), "--as-of", "bad-date"),
        (
            ("due", "--accepted", "2026-03-02 10:00", "--limit", "5", "--jurisdiction", "mars"),
            "--jurisdiction",
            "unknown-jurisdiction",
        ),
        (("calendar", "2099"), "YEAR", "calendar-horizon"),
        (("calendar", "--jurisdiction", "mars"), "--jurisdiction", "unknown-jurisdiction"),
        (("commitments", "none"), "ID", "unknown-commitment"),
        (("procedures", "none"), "PROCEDURE", "unknown-procedure"),
        (("procedures", "water-connection", "--variant", "x"), "--jurisdiction", "missing"),
        (
            ("procedures", "water-connection", "--jurisdiction", "suzhou", "--variant", "x"),
            "--variant",
            "unknown-variant",
        ),
        (
            ("procedures", "water-connection", "--jurisdiction", "suzhou", "--variant", "no-new-pipe", "--fact", "a=b"),
            "--fact",
            "unknown-fact",
        ),
        (("open", "water-connection", "--jurisdiction", "suzhou"), "--variant", "Missing"),
        (("accept", "c", "--at", "noon"), "--at", "bad-instant"),
        (("correct", "c", "3", "--reason", "x"), "--instant", "nothing-corrected"),
        (("accept", "c"), "SHIXIAN_KEY", "missing"),
        (("keys", "new", "--role", "utility", "--actor", "a"), "--company", "unknown-company"),
        (("keys", "new", "--role", "auditor", "--actor", "a", "--network", "10.0.0.1/8"), "--network", "bad-network"),
        (("keys", "new", "--role", "king", "--actor", "a"), "--role", "king"),
        (("serve", "--port", "99999"), "--port", "65535"),
        (("serve", "--host", "0.0.0.0"), "SHIXIAN_HOST", "open-door"),  # noqa: S104  # it is refused
        (("serve", "--rehearsal", "--start", "soon"), "--start", "bad-instant"),
        (("vectors",), "FILE", "Missing"),
        (("verify", "--repair", "--ledger-only"), "--repair", "contradiction"),
        (("dance",), "dance", "No such command"),
    ],
)
def test_wrong_input_names_its_field_and_rule_and_ends_with_two(
    shixian: CommandLine, arguments: tuple[str, ...], field: str, rule: str
) -> None:
    said = shixian(*arguments)
    assert said.code == 2
    assert field in said.err
    assert rule in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "many"), ("DATABASE_URL", "mysql://x/y"), ("ALARM_GRACE", "soon"), ("POLICY", "{")]
)
def test_a_wrong_setting_is_named(shixian: CommandLine, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"SHIXIAN_{name}", value)
    said = shixian("migrate")
    assert said.code == 2
    assert f"SHIXIAN_{name}" in said.err.upper()


def test_the_vectors_of_the_reference_all_pass(shixian: CommandLine) -> None:
    said = shixian("vectors", str(DATA / "vectors.json"))
    assert said.code == 0
    assert said.out.strip().splitlines()[-1] == "22 passed, 0 failed"


def test_a_vector_that_fails_ends_the_command_with_one(shixian: CommandLine, tmp_path: Path) -> None:
    wrong = {
        "id": "X1",
        "kind": "single",
        "title": "wrong",
        "limit": 1,
        "events": [{"type": "accept", "at": "2026-03-02T10:00:00"}],
        "expected": {"due_date": "2026-03-02"},
    }
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps({"schema": "vectors/1", "vectors": [wrong]}))
    said = shixian("vectors", str(file))
    assert said.code == 1
    assert "FAIL X1" in said.out
    assert said.out.strip().splitlines()[-1] == "0 passed, 1 failed"
    assert shixian("vectors", str(tmp_path / "none.json")).code == 1


def test_a_commitment_is_shown_with_its_sentence(shixian: CommandLine) -> None:
    assert len(shixian("commitments", "--json").json) == 73
    core = shixian("commitments", "--core", "--json").json
    assert (len(core), sum(one["figure"] is not None for one in core)) == (38, 30)
    said = shixian("commitments", "sz-22-water-no-pipe")
    assert "办结时间不超过 4 个工作日" in said.out
    assert shixian("commitments", "sz-22-water-no-pipe", "--json").json["limit"]["amount"] == "4"


def test_a_procedure_is_shown_step_by_step(shixian: CommandLine) -> None:
    assert len(shixian("procedures", "--json").json) == 8
    assert "no-new-pipe" in shixian("procedures", "water-connection").out
    said = shixian("procedures", "water-connection", "--jurisdiction", "suzhou", "--variant", "no-new-pipe")
    assert "市水务集团" in said.out
    assert "joint-site-survey" in said.out


def test_a_calendar_shows_days_off_make_up_days_and_its_version(shixian: CommandLine) -> None:
    said = shixian("calendar", "2020", "--as-of", "2020-02-01", "--json").json
    kinds = {day["date"]: day["kind"] for day in said["days"]}
    assert (kinds["2020-01-31"], kinds["2020-01-19"]) == ("holiday", "make-up")
    assert said["publications"][-1] == "2020-01-27"
    assert "春节" in shixian("calendar", "2020", "--as-of", "2020-02-01").out


def test_a_database_that_is_away_is_one_line_and_ends_with_one(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIXIAN_DATABASE_URL", "postgresql://127.0.0.1:1/nothing")
    said = shixian("keys", "list")
    assert said.code == 1
    assert len(said.err.strip().splitlines()) == 1
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "command", ["keys list", "keys new --role officer --actor me", "tellings", "rebuild", "verify --ledger-only"]
)
def test_a_database_without_tables_is_one_line_that_says_what_makes_them(shixian: CommandLine, command: str) -> None:
    said = shixian(*command.split())
    assert said.code == 1
    assert said.err.strip().splitlines() == [str(TablesMissing())]


def test_a_server_that_is_away_is_said_with_the_key_to_send_again(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIXIAN_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("SHIXIAN_KEY", "sx_live_x")
    monkeypatch.setattr("api.cli.client.ATTEMPTS", 1)
    said = shixian("accept", "c", "--key", "mine")
    assert said.code == 1
    assert "--key mine" in said.err


class Busy(BaseHTTPRequestHandler):
    """Answers 503 twice, then carries the command out."""

    keys: ClassVar[list[str | None]] = []

    def do_POST(self) -> None:
        self.keys.append(self.headers["Idempotency-Key"])
        self.rfile.read(int(self.headers["Content-Length"]))
        away = len(self.keys) <= 2
        receipt = {"case": "c", "seq": 2, "kind": "accepted", "at": "2026-03-02T10:00:00+08:00"}
        problem = {"type": "urn:shixian:problem:outcome-unknown", "title": "unknown"}
        body = json.dumps(problem if away else receipt | {"told": receipt["at"]}).encode()
        self.send_response(503 if away else 201)
        self.send_header("Content-Type", "application/problem+json" if away else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def test_an_unknown_outcome_is_asked_for_again_with_the_same_key(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Busy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("SHIXIAN_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("SHIXIAN_KEY", "sx_live_x")
        said = shixian("accept", "c")
        server.shutdown()
    assert said.code == 0
    assert "c #2 accepted" in said.out
    assert len(Busy.keys) == 3
    assert set(Busy.keys) == {said.err.strip().rpartition(" ")[2]}


def test_an_empty_database_is_rebuilt_verified_and_previewed(shixian: CommandLine) -> None:
    assert shixian("migrate", "--json").json == {"migrated": True, "rebuild": False}
    assert shixian("rebuild", "--json").json == {"cases": 0}
    assert shixian("verify", "--ledger-only").code == 0
    assert shixian("calendar", "--preview", "2026-11-01", "--json").json["moved_cases"] == 0


def test_the_calendar_counts_by_the_notices_of_the_database_where_there_is_one(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHIXIAN_DATA_DIR", str(tmp_path))
    asked = ("due", "--accepted", "2026-11-26 10:00", "--limit", "30", "--now", "2026-11-26 11:00", "--json")
    assert shixian("calendar", "2027").code == 2
    assert shixian(*asked).json["reading"]["due_date"] is None
    assert not (tmp_path / "ledger.sqlite").exists()
    with closing(file_store(tmp_path)) as store:
        assert shixian(*asked).json["reading"]["due_date"] is None
        loaded(store, invented())
    assert shixian(*asked).json["reading"]["due_date"] == "2027-01-08"
    if real_now().date() >= PUBLISHED:
        assert len(shixian("calendar", "show", "2027", "--json").json["days"]) > 20
        assert shixian("calendar", "2027").code == 0


def test_a_database_that_does_not_answer_is_said_and_the_releases_notices_are_counted_by(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIXIAN_DATABASE_URL", f"postgresql://127.0.0.1:{free_port()}/none")
    said = shixian("due", "--accepted", "2026-03-02 10:00", "--limit", "5")
    assert (said.code, "does not answer" in said.err, "2026-03-09" in said.out) == (0, True, True)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("no-such-file.txt", None, "unreadable"),
        ("long.txt", b"x" * 60_001, "too-large"),
        ("picture.txt", b"\x89PNG\xff\xfe\xff", "not-text"),
        ("half.json", b'{"kind": ', "malformed"),
        ("list.yaml", b"- 1\n", "not-an-object"),
        ("bomb.yaml", b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "malformed"),
    ],
)
def test_a_file_that_is_no_notice_is_named_with_its_rule(
    shixian: CommandLine, tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    said = shixian("calendar", "propose", str(file), "--published", "2026-11-04")
    assert (said.code, f"[{code}]" in said.err.replace("\n", "")) == (2, True), said.err


def test_a_template_and_the_schema_of_files_are_printed(shixian: CommandLine) -> None:
    assert "kind: notice" in shixian("calendar", "template", "2027").out
    assert "kind: overlay" in shixian("calendar", "template", "2027", "--kind", "overlay").out
    assert "$defs" in shixian("calendar", "template", "2027", "--json").json
