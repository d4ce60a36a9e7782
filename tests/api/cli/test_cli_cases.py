"""The command line over HTTP against a running Shixian: cases by hand, every message, refusals."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.api.serving import CommandLine, Said, Serving

NUMBERS = count(1)


@pytest.fixture(scope="module")
def serving(temporal_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Business time stands, as good as, at noon of Tuesday 2 March 2021."""
    rehearsal = ("--rehearsal", "--start", "2021-03-02 12:00", "--rate", "1")
    with Serving(tmp_path_factory.mktemp("cli"), temporal_binary, *rehearsal) as serving:
        yield serving


def done(said: Said) -> Said:
    """A command that succeeded."""
    assert said.code == 0, said.err
    return said


def opened(shixian: CommandLine, *more: str, procedure: str = "water-connection", variant: str = "no-new-pipe") -> str:
    """A case received on Monday at nine."""
    case = f"CLI-{next(NUMBERS)}"
    options = ["--jurisdiction", "suzhou", "--variant", variant, "--case", case, "--at", "2021-03-01 09:00"]
    done(shixian("open", procedure, *options, *more))
    return case


def accepted(shixian: CommandLine) -> str:
    """A case accepted on Monday at ten."""
    case = opened(shixian)
    done(shixian("accept", case, "--at", "2021-03-01 10:00"))
    return case


def test_a_case_is_carried_through_by_hand(shixian: CommandLine) -> None:
    case = accepted(shixian)
    shown = done(shixian("case", case)).out
    assert "2021-03-05 17:30" in shown
    assert "市水务集团" in shown
    explained = done(shixian("explain", case)).out
    assert "办结时间不超过 4 个工作日" in explained
    assert explained.count("计入 counted") == 4
    for step, at in (
        ("joint-site-survey", "2021-03-01 13:30"),
        ("inspection-and-meter", "2021-03-02 09:00"),
        ("water-on", "2021-03-02 10:00"),
    ):
        done(shixian("complete", case, step, "--at", at))
    done(shixian("decide", case, "--outcome", "approved", "--at", "2021-03-02 11:00"))
    found = shixian("case", case, "--json").json
    promise = next(clock for clock in found["clocks"] if clock["role"] == "promise")
    assert (found["outcome"], promise["standing"], promise["used"]) == ("approved", "met", 1)
    listed = done(shixian("cases", "--q", case, "--closed")).out
    assert case in listed
    averages = shixian("averages", "--commitment", "sz-22-water-no-pipe", "--json").json["averages"]
    assert averages[0]["year_to_date"]["n"] >= 1
    assert "按时 on time" in done(shixian("averages")).out


def test_the_code_that_an_applicant_looks_a_case_up_with_is_told(shixian: CommandLine) -> None:
    case = opened(shixian)
    said = done(shixian("look-up-code", case)).out.strip()
    assert done(shixian("look-up-code", case, "--json")).json == {"case": case, "code": said}
    assert re.fullmatch("[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}", said)


def test_a_key_is_made_printed_and_may_be_given_again(shixian: CommandLine) -> None:
    case = opened(shixian)
    first = shixian("accept", case, "--at", "2021-03-01 10:00", "--json").json
    assert first["idempotency_key"].startswith("cli-")
    assert not first["repeated"]
    again = shixian("accept", case, "--at", "2021-03-01 10:00", "--key", first["idempotency_key"], "--json").json
    assert again == first | {"repeated": True}
    other = shixian("accept", case, "--at", "2021-03-01 11:00", "--key", first["idempotency_key"])
    assert other.code == 2
    assert "request-reused" in other.err
    assert "Idempotency-Key: cli-" in shixian("recalculate", case).err


def test_suspension_extension_and_correction_put_the_due_date_where_it_belongs(shixian: CommandLine) -> None:
    case = accepted(shixian)
    suspended = ("--ground", "appraisal", "--suspension", "s1", "--at", "2021-03-01 11:00")
    done(shixian("suspend", case, *suspended))
    assert shixian("explain", case, "--json").json["clock"]["standing"] == "suspended"
    done(shixian("resume", case, "s1", "--at", "2021-03-02 09:00"))
    assert shixian("explain", case, "--json").json["clock"]["due_date"] == "2021-03-08"
    clock = "promise/sz-22-water-no-pipe"
    more = ("--clock", clock, "--workdays", "2", "--approved-by", "市水务局", "--reason", "complex")
    done(shixian("extend", case, *more, "--at", "2021-03-02 10:00"))
    assert shixian("explain", case, "--clock", clock, "--json").json["clock"]["due_date"] == "2021-03-10"
    seq = str(shixian("fee", case, "--fen", "100", "--reason", "seal", "--json").json["seq"])
    done(shixian("correct", case, seq, "--void", "--reason", "never charged"))
    assert shixian("case", case, "--json").json["status"] == "accepted"


def test_a_command_is_tried_before_it_is_done(shixian: CommandLine) -> None:
    case = accepted(shixian)
    before = shixian("case", case, "--json").json["hash"]
    said = done(shixian("suspend", case, "--ground", "appraisal", "--dry-run")).out
    assert "未写入" in said
    assert "中止 suspended" in said
    tried = shixian("suspend", case, "--ground", "appraisal", "--dry-run", "--json").json
    assert tried["receipt"]["kind"] == "suspended"
    assert "No clock would change" in done(shixian("fee", case, "--fen", "1", "--reason", "seal", "--dry-run")).out
    assert shixian("decide", case, "--outcome", "approved", "--dry-run").code == 1
    assert shixian("case", case, "--json").json["hash"] == before


def test_what_was_charged_is_shown_beside_what_may_be(shixian: CommandLine) -> None:
    case = f"CLI-{next(NUMBERS)}"
    options = ("--jurisdiction", "taicang", "--variant", "standard", "--case", case, "--at", "2021-03-01 09:00")
    done(shixian("open", "company-setup", *options))
    done(shixian("accept", case, "--at", "2021-03-01 10:00"))
    done(shixian("fee", case, "--fen", "1", "--reason", "seal", "--at", "2021-03-01 11:00"))
    [line] = [one for one in done(shixian("case", case)).out.splitlines() if "tc-56-company-setup-fee" in one]
    assert "1/0" in line
    assert "超收 missed" in line


def test_whoever_opens_a_case_may_say_how_its_time_is_counted(shixian: CommandLine) -> None:
    case = opened(shixian, "--policy", "close=24:00", "--policy", "count_start_day=true")
    done(shixian("accept", case, "--at", "2021-03-01 10:00"))
    shown = shixian("case", case, "--project", "--json").json
    main = next(clock for clock in shown["clocks"] if clock["key"] == shown["main"])
    assert main["due_at"].startswith("2021-03-05T00:00")
    assert main["projection"] is None
    wrong = ("water-connection", "--jurisdiction", "suzhou", "--variant", "no-new-pipe", "--policy", "close=noon")
    assert shixian("open", *wrong).code == 2


def test_a_return_a_resubmission_a_link_a_withdrawal_and_a_refusal(shixian: CommandLine) -> None:
    case, child = opened(shixian), opened(shixian)
    done(shixian("return", case, "--reason", "plan is missing", "--at", "2021-03-01 10:00"))
    done(shixian("resubmit", case, "--at", "2021-03-01 11:00"))
    done(shixian("link", case, child))
    done(shixian("withdraw", case, "--reason", "not needed"))
    done(shixian("refuse", child, "--reason", "not in this district"))
    found = shixian("case", case, "--json").json
    assert (found["children"], found["status"]) == ([child], "withdrawn")
    assert shixian("case", child, "--json").json["national_state"] == 5


def test_a_decision_is_revoked(shixian: CommandLine) -> None:
    case = accepted(shixian)
    done(shixian("decide", case, "--outcome", "refused", "--reason", "no capacity", "--at", "2021-03-02 09:00"))
    done(shixian("revoke", case, "--reason", "obtained by deceit"))
    assert shixian("case", case, "--json").json["status"] == "revoked"


def test_a_step_is_started_and_what_is_told_too_late_waits_for_a_confirmation_by_somebody_else(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = f"CLI-{next(NUMBERS)}"
    options = ["--jurisdiction", "suzhou", "--variant", "small-social-investment", "--case", case]
    done(shixian("open", "construction-approval", *options, "--at", "2021-01-11 09:00"))
    done(shixian("accept", case, "--at", "2021-01-11 10:00"))
    posted = shixian("complete", case, "project-code", "--at", "2021-01-11 14:00", "--json").json
    assert posted["pending"]
    [waiting] = [one for one in shixian("told-late", "--json").json["waiting"] if one["case"] == case]
    assert waiting["step"]["event"] == posted["seq"]
    [line] = [one for one in shixian("told-late").out.splitlines() if case in one and "project-code" in one.split()]
    assert str(posted["seq"]) in line.split()
    own = shixian("confirm", case, str(posted["seq"]))
    assert own.code == 1
    assert "own-posting" in own.err
    supervisor = done(shixian("keys", "new", "--role", "supervisor", "--actor", "supervisor")).out.strip()
    with monkeypatch.context() as as_supervisor:
        as_supervisor.setenv("SHIXIAN_KEY", supervisor)
        done(shixian("confirm", case, str(posted["seq"])))
    done(shixian("start", case, "enterprise-project-filing", "--at", "2021-01-12 09:00"))
    steps = {one["key"]: one for one in shixian("case", case, "--json").json["steps"]}
    assert not steps["project-code"]["pending"]
    assert steps["enterprise-project-filing"]["status"] == "running"


def test_a_case_is_opened_under_another_policy(shixian: CommandLine) -> None:
    case = opened(shixian, "--policy", "close=24:00", "--policy", "due_soon=2")
    done(shixian("accept", case, "--at", "2021-03-01 10:00"))
    assert shixian("explain", case, "--json").json["clock"]["due_at"] == "2021-03-06T00:00:00+08:00"


@pytest.mark.parametrize(
    ("arguments", "code", "rule"),
    [
        (("case", "none"), 1, "unknown-case"),
        (("accept", "none"), 1, "unknown-case"),
        (("open", "dance", "--jurisdiction", "suzhou", "--variant", "x"), 2, "unknown-procedure"),
        (("open", "water-connection", "--jurisdiction", "mars", "--variant", "x"), 2, "unknown-jurisdiction"),
        (("open", "water-connection", "--jurisdiction", "suzhou", "--variant", "x"), 2, "unknown-variant"),
        (("complete", "{case}", "dance"), 1, "unknown-step"),
        (("complete", "{case}", "water-on"), 1, "step-not-open"),
        (("complete", "{case}", "joint-site-survey", "--outcome", "x"), 2, "unknown-outcome"),
        (("suspend", "{case}", "--ground", "x"), 2, "unknown-ground"),
        (("resume", "{case}", "x"), 1, "unknown-suspension"),
        (("accept", "{case}", "--at", "2099-01-01 10:00"), 2, "in-future"),
        (("explain", "{case}", "--clock", "x"), 1, "unknown-clock"),
    ],
)
def test_a_refusal_names_the_rule_and_changes_nothing(
    shixian: CommandLine, arguments: tuple[str, ...], code: int, rule: str
) -> None:
    case = accepted(shixian)
    before = shixian("case", case, "--json").json["seq"]
    said = shixian(*(part.format(case=case) for part in arguments))
    assert (said.code, rule in said.err) == (code, True), said.err
    problem = shixian(*(part.format(case=case) for part in arguments), "--json")
    assert (problem.code, problem.json["type"]) == (code, f"urn:shixian:problem:{rule}")
    assert shixian("case", case, "--json").json["seq"] == before


def test_lists_are_asked_for_by_hand(shixian: CommandLine) -> None:
    case = accepted(shixian)
    listed = done(shixian("cases", "--q", case, "--group", "dated", "--group", "overdue", "--due", "2021-03-01..")).out
    assert case in listed
    assert "3/4 workday" in listed or "1/4 workday" in listed
    assert case not in done(shixian("cases", "--q", case, "--flag", "fee", "--step", "over")).out
    table = done(shixian("cases", "--q", case, "--open", "--csv")).out
    assert table.startswith("\ufeff办件编号 case,")
    assert len(table.splitlines()) == 2
    refused = shixian("cases", "--sort", "accepted", "--closed", "--csv")
    assert (refused.code, "sort-needs-open" in refused.err) == (2, True)
    desk = done(shixian("desk", "--owner", "市水务集团", "--limit", "200")).out
    assert case in desk
    assert "市水务集团" in done(shixian("desks")).out
    assert "经过 events" in done(shixian("events", "--since", "2021-03-01T00:00:00+08:00")).out


def test_a_wrong_key_is_refused(shixian: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIXIAN_KEY", "sx_live_nothing")
    said = shixian("cases")
    assert said.code == 1
    assert "unauthenticated" in said.err


def test_the_ledger_verifies_and_the_rows_are_made_anew(shixian: CommandLine) -> None:
    case = accepted(shixian)
    assert done(shixian("verify")).out.strip().startswith("无不符")
    assert shixian("rebuild", "--json").json["cases"] >= 1
    assert shixian("verify", "--json").json == []
    assert "[]" in shixian("faults", "--json").out
    assert case in shixian("cases", "--json", "--q", case).out


def test_a_case_that_turns_out_otherwise_is_told_so_by_hand(shixian: CommandLine) -> None:
    case = opened(shixian)
    half = shixian("accept", case, "--lacking", "copy")
    assert (half.code, "[missing]" in half.err) == (2, True)
    rule = ("--lacking", "copy", "--within", "5", "--rule", "back to the office")
    done(shixian("accept", case, "--at", "2021-03-01 10:00", *rule))
    assert "back to the office" in done(shixian("case", case)).out
    over = ("hand-over", case, "joint-site-survey", "--department", "sz-gas", "--reason", "x")
    assert "市水务集团 → 市燃气集团" in done(shixian(*over, "--dry-run")).out
    done(shixian(*over))
    kind = ("reclassify", case, "--variant", "new-pipe-no-approval", "--fact", "external_works_counted=false")
    done(shixian(*kind, "--reason", "a pipe after all"))
    shown = done(shixian("case", case)).out
    assert "改类次数 reclassified" in shown
    done(shixian("supply", case))
    done(shixian("terminate", case, "--cause", "matter-void", "--reason", "gone"))
    assert shixian("case", case, "--json").json["status"] == "terminated"
    neither = shixian("correct", case, "2", "--reason", "x")
    assert (neither.code, "nothing-corrected" in neither.err) == (2, True)


def test_the_days_of_a_suspension_are_corrected_by_hand_once_the_case_is_decided(shixian: CommandLine) -> None:
    case = accepted(shixian)
    done(shixian("complete", case, "joint-site-survey", "--at", "2021-03-01 13:30"))
    begun = ("suspend", case, "--ground", "hearing", "--suspension", "hearing", "--at", "2021-03-01 14:00", "--json")
    seq = str(shixian(*begun).json["seq"])
    done(shixian("resume", case, "hearing", "--at", "2021-03-01 15:00"))
    for step in ("inspection-and-meter", "water-on"):
        done(shixian("complete", case, step, "--at", "2021-03-02 10:00"))
    done(shixian("decide", case, "--outcome", "approved", "--at", "2021-03-02 11:00"))
    end = ("correct", case, seq, "--end", "2021-03-02 09:00", "--reason", "the hearing went on")
    tried = done(shixian(*end, "--dry-run")).out
    assert "amended" in tried
    done(shixian(*end))
    found = shixian("case", case, "--json").json
    promise = next(clock for clock in found["clocks"] if clock["role"] == "promise")
    assert (found["status"], promise["suspensions"][0]["end"]) == ("decided", "2021-03-02T09:00:00+08:00")
    assert promise["verdict"] == "met"
    days = shixian("correct", case, seq, "--workdays", "3", "--reason", "x")
    assert (days.code, "not-corrected-so" in days.err) == (2, True)


def test_a_file_of_postings_is_answered_row_by_row_and_posts_nothing_twice(
    shixian: CommandLine, tmp_path: Path
) -> None:
    first, second = accepted(shixian), accepted(shixian)
    file = tmp_path / "postings.csv"
    rows = [
        "办件编号,环节,结果,发生时间,说明",
        f"{first},joint-site-survey,done,2021-03-02 09:00,现场已勘",
        f"{first},inspection-and-meter,done,2021-03-02 10:00,",
        f"{second},water-on,done,2021-03-02 10:00,",
        "nowhere,joint-site-survey,done,2021-03-02 10:00,",
        f"{second},joint-site-survey,done,yesterday,",
        f"{second},joint-site-survey,done,2021-03-02,",
    ]
    file.write_text("\n".join(rows), encoding="gb18030")
    tried = shixian("post", str(file), "--dry-run", "--json")
    assert (tried.code, tried.json[0]["result"]) == (1, "tried")
    survey = next(step for step in shixian("case", first, "--json").json["steps"] if step["key"] == "joint-site-survey")
    assert survey["completed_at"] is None
    posted = shixian("post", str(file), "--json")
    assert posted.code == 1
    found = posted.json
    assert [one["line"] for one in found] == [2, 3, 4, 5, 6, 7]
    assert [one["result"] for one in found] == ["posted", "posted", *["refused"] * 4]
    assert [one["rule"] for one in found[2:]] == ["step-not-open", "unknown-case", "not-an-instant", "no-time-of-day"]
    again = shixian("post", str(file), "--json").json
    assert [one["result"] for one in again] == ["repeated", "repeated", *["refused"] * 4]
    assert [one["event"] for one in again] == [one["event"] for one in found]
    answered = (tmp_path / "postings.csv.result.csv").read_text("utf-8-sig").splitlines()
    assert len(answered) == len(rows)
    assert "repeated" in answered[1]


@pytest.mark.parametrize(
    ("head", "rule"),
    [
        ("case,step", "missing-column"),
        ("case,step,outcome,who", "unknown-column"),
        ("case,case,outcome", "duplicate-column"),
        ("", "empty"),
    ],
)
def test_a_file_whose_head_is_wrong_is_refused_whole(
    shixian: CommandLine, tmp_path: Path, head: str, rule: str
) -> None:
    (tmp_path / "postings.csv").write_text(f"{head}\nx,y,z\n")
    said = shixian("post", str(tmp_path / "postings.csv"))
    assert said.code != 0
    assert f"[{rule}]" in said.err
