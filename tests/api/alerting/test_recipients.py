"""The file of recipients: what it says, and that whatever is wrong with it is named by file, line and rule."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.alerting.recipients import (
    DEAD_MAN,
    DEFAULT,
    HIGHEST_RATE,
    OPERATORS,
    SUPERVISORS,
    Channel,
    ChannelKind,
    Recipients,
    RecipientsError,
    chosen,
    default,
    load,
)
from sla.departments import DEPARTMENTS, UNLISTED, told_for

SHIPPED = Path(__file__).parents[3] / "deploy/alertmanager/recipients.yml"
SECRET = "5f3a-token"  # noqa: S105  # of no channel
OFFICES = {one.id for one in DEPARTMENTS.values() if not one.members}
GOOD = """\
channels:
  hall: {kind: webhook, url: "https://hall.example/told"}
dead_man: [hall]
operators: [hall]
supervisors: [hall]
departments:
  default: [hall]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "recipients.yml"


def read(file: Path, text: str) -> Recipients:
    file.write_text(text, encoding="utf-8")
    return load(file)


def wrong(file: Path, text: str) -> list[str]:
    """Each thing wrong, without the file's name and without the words for people: `line: field [rule]`."""
    with pytest.raises(RecipientsError) as caught:
        read(file, text)
    found = [re.fullmatch(rf"{re.escape(str(file))}:(\d+): (\S+): .+ \[(\S+)\]", line) for line in _lines(caught)]
    assert len(found) == len(caught.value.wrong)
    return [f"{one[1]}: {one[2]} [{one[3]}]" for one in found if one]


def _lines(caught: pytest.ExceptionInfo[RecipientsError]) -> list[str]:
    return str(caught.value).splitlines()


def test_the_shipped_file_names_every_kind_of_recipient() -> None:
    found = load(SHIPPED)
    assert found.link == "https://shixian.example"
    assert found.receivers[DEAD_MAN] == ("heartbeat",)
    assert found.receivers[OPERATORS] == ("engineers", "kept")
    assert found.receivers[SUPERVISORS] == ("inspection",)
    assert found.receivers["sz-water"] == ("water-group",)
    assert found.receivers["tc-gas"] == ("kept",)
    assert (found.channels["engineers"].rate, found.channels["inspection"].rate) == (None, 20)


def test_every_key_that_there_is_is_explained_in_the_shipped_file() -> None:
    comments = " ".join(re.findall(r"(?m)^ *#(.*)$", SHIPPED.read_text(encoding="utf-8")))
    text = SHIPPED.read_text(encoding="utf-8")
    for key in ("link", "channels", "dead_man", "operators", "supervisors", "departments"):
        assert re.search(rf"(?m)^# .*\n(#.*\n)*{key}:", text), key
    for word in ("kind", "url", "url_file", "secret", "secret_file", "signed", "rate", DEFAULT, *ChannelKind):
        assert re.search(rf"\b{word}\b", comments), word


def test_without_a_file_everybody_is_told_in_the_log_alone() -> None:
    found = chosen(None)
    assert found == default()
    assert set(found.receivers) == {DEAD_MAN, OPERATORS, SUPERVISORS} | OFFICES
    assert set(found.receivers.values()) == {("log",)}
    assert found.channels == {"log": Channel(name="log", kind=ChannelKind.LOG)}


def test_an_office_that_is_not_named_is_told_by_default(file: Path) -> None:
    found = read(file, GOOD + "  sz-gas: [hall]\n")
    assert set(found.departments) == OFFICES
    assert {found.receivers[one] for one in OFFICES} == {("hall",)}


def test_a_joint_desk_receives_where_it_is_named_and_its_members_always(file: Path) -> None:
    assert read(file, GOOD).told("sz-water-both") == ("sz-water-bureau", "sz-water")
    found = read(file, GOOD + "  sz-water-both: [hall]\n")
    assert set(found.told("sz-water-both")) == told_for("sz-water-both")
    assert found.told("sz-water") == ("sz-water",)
    assert found.told(UNLISTED) == ()


@pytest.mark.parametrize("department", sorted(DEPARTMENTS))
def test_somebody_is_told_for_every_department(department: str) -> None:
    told = set(default().told(department))
    assert told == (
        told_for(department) if not DEPARTMENTS[department].members else told_for(department) - {department}
    )
    assert told


def test_a_file_without_default_must_name_every_office(file: Path) -> None:
    named = "".join(f"  {name}: [hall]\n" for name in sorted(OFFICES))
    assert set(read(file, GOOD.replace("  default: [hall]\n", named)).receivers) >= OFFICES
    without = named.replace("  tc-gas: [hall]\n", "")
    assert wrong(file, GOOD.replace("  default: [hall]\n", without)) == ["6: departments.default [missing]"]


def test_a_rate_is_the_robots_where_the_file_says_none(file: Path) -> None:
    def rate(channel: str) -> int | None:
        return (
            read(file, GOOD.replace('{kind: webhook, url: "https://hall.example/told"}', channel)).channels["hall"].rate
        )

    assert rate('{kind: wecom, url: "https://w.example"}') == 20
    assert rate('{kind: apprise, url: "mailto://desk:word@mail.example"}') == 20
    assert rate('{kind: dingtalk, url: "https://x.example", secret: "s"}') == 20
    assert rate('{kind: feishu, url: "https://x.example", signed: false}') == 100
    assert rate('{kind: webhook, url: "https://w.example"}') is None
    assert rate('{kind: webhook, url: "https://w.example", rate: 7}') == 7
    assert rate("{kind: log}") is None


def test_an_address_with_a_token_can_stand_in_a_file_of_its_own(file: Path) -> None:
    (file.parent / "secrets").mkdir()
    (file.parent / "secrets/hall").write_text(f"https://hall.example/{SECRET}\n")
    found = read(file, GOOD.replace('url: "https://hall.example/told"', "url_file: secrets/hall"))
    url = found.channels["hall"].url
    assert url is not None
    assert url.get_secret_value() == f"https://hall.example/{SECRET}"
    assert SECRET not in repr(found) + str(found) + found.model_dump_json()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("operators: [hall]", "operators: [hall]\noperator: [hall]", "5: operator [unknown-key]"),
        ("operators: [hall]", "operators: [hall]\noperators: [hall]", "5: operators [duplicate-key]"),
        ("operators: [hall]\n", "", "1: operators [missing]"),
        ("operators: [hall]", "operators: hall", "4: operators [not-a-list]"),
        ("operators: [hall]", "operators: {hall: 1}", "4: operators [not-a-list]"),
        ("operators: [hall]", "operators: []", "4: operators [empty]"),
        ("operators: [hall]", "operators:", "4: operators [not-a-list]"),
        ("operators: [hall]", "operators: [hall, hall]", "4: operators [twice]"),
        ("operators: [hall]", "operators: [1]", "4: operators [not-text]"),
        ("operators: [hall]", "operators: [[hall]]", "4: operators [not-text]"),
        ("operators: [hall]", "operators:\n  - hall\n  - room", "6: operators [unknown-channel]"),
        ("  default: [hall]", "  default: [hall]\n  sz-watr: [hall]", "8: departments.sz-watr [unknown-department]"),
        ("  default: [hall]", "  default: [hall]\n  sz-gas: [gas]", "8: departments.sz-gas [unknown-channel]"),
        ("  default: [hall]", "  default: [hall]\n  default: [hall]", "8: departments.default [duplicate-key]"),
        ("  default: [hall]", "  default: [hall]\n  1: [hall]", "8: departments [not-text]"),
        ("  default: [hall]", "  sz-gas: [hall]", "6: departments.default [missing]"),
        ("departments:\n  default: [hall]", "departments: [hall]", "6: departments [not-a-mapping]"),
        ("channels:", "link: ftp://x.example\nchannels:", "1: link [bad-url]"),
        ("channels:", "link: 5\nchannels:", "1: link [not-text]"),
        ("channels:", "channels:\n  room: {kind: log}", "2: channels.room [unused]"),
        ("channels:", "channels:\n  hall: {kind: log}", "3: channels.hall [duplicate-key]"),
        ("kind: webhook", "kind: telegraph", "2: channels.hall.kind [not-a-choice]"),
        ("kind: webhook", "kind: [webhook]", "2: channels.hall.kind [not-text]"),
        ("kind: webhook, ", "", "2: channels.hall.kind [missing]"),
        ("kind: webhook", "kind: log", "2: channels.hall.url [not-for-kind]"),
        ("kind: webhook", "sort: x, kind: webhook", "2: channels.hall.sort [unknown-key]"),
        (', url: "https://hall.example/told"', "", "2: channels.hall.url [missing]"),
        ('told"', 'told", url_file: x', "2: channels.hall.url [contradiction]"),
        ('url: "https://hall.example/told"', "url_file: nowhere", "2: channels.hall.url_file [unreadable]"),
        ('url: "https://hall.example/told"', "url_file: .", "2: channels.hall.url_file [unreadable]"),
        ("https://hall.example/told", "hall.example/told", "2: channels.hall.url [bad-url]"),
        ("https://hall.example/told", "https:///told", "2: channels.hall.url [bad-url]"),
        ("https://hall.example/told", "https://hall.example:port/told", "2: channels.hall.url [bad-url]"),
        ("https://hall.example/told", "https://hall.example/to ld", "2: channels.hall.url [bad-url]"),
        ("https://hall.example/told", "https://[hall/told", "2: channels.hall.url [bad-url]"),
        ("https://hall.example/told", "file:///told", "2: channels.hall.url [bad-url]"),
        ("https://hall.example/told", "", "2: channels.hall.url [not-text]"),
        ("kind: webhook", "kind: apprise", "2: channels.hall.url [bad-url]"),
        ("kind: webhook", "rate: 0, kind: webhook", "2: channels.hall.rate [not-a-number]"),
        ("kind: webhook", "rate: -1, kind: webhook", "2: channels.hall.rate [not-a-number]"),
        ("kind: webhook", "rate: many, kind: webhook", "2: channels.hall.rate [not-a-number]"),
        ("kind: webhook", "rate: 1.5, kind: webhook", "2: channels.hall.rate [not-a-number]"),
        ("kind: webhook", f"rate: {HIGHEST_RATE + 1}, kind: webhook", "2: channels.hall.rate [not-a-number]"),
        ("channels:", "channels:\n  on: {kind: log}", "2: channels [not-text]"),
        ("channels:", "channels: &all\n  <<: {kind: log}", "2: channels [not-text]"),
        (GOOD, "", "1: file [empty]"),
        (GOOD, "# nothing\n", "1: file [empty]"),
        (GOOD, "[hall]", "1: file [not-a-mapping]"),
        (GOOD, "hall", "1: file [not-a-mapping]"),
        (GOOD, GOOD + "---\n" + GOOD, "8: file [not-yaml]"),
        (GOOD, "channels:\n  hall: {kind: log\ndead_man: x", "3: file [not-yaml]"),
        (GOOD, "channels:\n\thall: x", "2: file [not-yaml]"),
        (GOOD, "channels: \x07", "1: file [not-yaml]"),
        (GOOD, "[" * 5000, "1: file [too-deep]"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_its_rule(file: Path, before: str, after: str, expected: str) -> None:
    assert before in GOOD
    assert wrong(file, GOOD.replace(before, after, 1)) == [expected]


def test_a_name_of_a_channel_is_fit_for_a_label(file: Path) -> None:
    for name in ("Hall", "大厅", "a_b", "h" * 41):
        assert wrong(file, GOOD.replace("hall]", f"{name}]").replace("  hall:", f"  {name}:")) == [
            f"2: channels.{name} [bad-name]"
        ]


def test_everything_wrong_is_said_at_once(file: Path) -> None:
    text = """\
channel: {}
channels:
  hall: {kind: webhook, url: ftp://x}
  room: {kind: wecom, speed: 1}
dead_man: [hall]
operators: [hal]
departments:
  sz-watr: [hall]
"""
    assert wrong(file, text) == [
        "1: channel [unknown-key]",
        "1: supervisors [missing]",
        "3: channels.hall.url [bad-url]",
        "4: channels.room [unused]",
        "4: channels.room.speed [unknown-key]",
        "4: channels.room.url [missing]",
        "6: operators [unknown-channel]",
        "7: departments.default [missing]",
        "8: departments.sz-watr [unknown-department]",
    ]


def test_a_file_that_cannot_be_read_is_refused(file: Path) -> None:
    with pytest.raises(RecipientsError, match=r"recipients\.yml:1: file: .* \[unreadable\]"):
        load(file)
    file.write_bytes(GOOD.encode() + b"# \xff\n")
    with pytest.raises(RecipientsError, match=r"recipients\.yml:8: file: .* \[not-utf-8\]"):
        load(file)


def test_a_refusal_never_shows_an_address(file: Path) -> None:
    (file.parent / "hall").write_text(f"nonsense {SECRET}")
    for channel in (
        f"{{kind: webhook, url: 'ftp://{SECRET}'}}",
        f"{{kind: webhook, url: ['{SECRET}']}}",
        f"{{kind: apprise, url: 'strange://{SECRET}'}}",
        "{kind: wecom, url_file: hall}",
        f"{{kind: '{SECRET}', url: 'https://{SECRET}'}}",
        f"{{kind: log, url: 'https://{SECRET}'}}",
    ):
        with pytest.raises(RecipientsError) as caught:
            read(file, GOOD.replace('{kind: webhook, url: "https://hall.example/told"}', channel))
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("channel", "field", "rule"),
    [
        ('{kind: dingtalk, url: "https://x.example"}', "secret", "missing"),
        ('{kind: feishu, url: "https://x.example"}', "secret", "missing"),
        ('{kind: dingtalk, url: "https://x.example", secret_file: gone}', "secret_file", "unreadable"),
        ('{kind: dingtalk, url: "https://x.example", secret: a, secret_file: b}', "secret", "contradiction"),
        ('{kind: feishu, url: "https://x.example", secret: a, signed: false}', "secret", "contradiction"),
        ('{kind: feishu, url: "https://x.example", signed: perhaps}', "signed", "not-a-flag"),
        ("{kind: dingtalk, secret: a}", "url", "missing"),
        ('{kind: wecom, url: "https://x.example", secret: a}', "secret", "not-for-kind"),
        ("{kind: log, signed: false}", "signed", "not-for-kind"),
        ('{kind: apprise, url: "dingtalk://abcdefgh1234"}', "url", "own-kind"),
        ('{kind: apprise, url: "feishu://abcdefgh1234"}', "url", "own-kind"),
        ('{kind: apprise, url: "wecombot://abcdefgh1234"}', "url", "own-kind"),
    ],
)
def test_a_robot_without_what_it_needs_is_refused_with_file_line_and_rule(
    file: Path, channel: str, field: str, rule: str
) -> None:
    with pytest.raises(RecipientsError) as caught:
        read(file, GOOD.replace('{kind: webhook, url: "https://hall.example/told"}', channel))
    [one] = [one for one in caught.value.wrong if one.rule == rule]
    assert one.field == f"channels.hall.{field}"
    assert f"{file}:{one.line}: channels.hall.{field}: " in str(caught.value)


def test_the_secret_of_a_robot_stands_in_the_file_or_in_another_one(file: Path) -> None:
    (file.parent / "robot").write_text("SEC-1\n")
    for signing in ('secret: "SEC-1"', "secret_file: robot"):
        channel = f'{{kind: dingtalk, url: "https://x.example", {signing}}}'
        found = read(file, GOOD.replace('{kind: webhook, url: "https://hall.example/told"}', channel)).channels["hall"]
        assert found.secret is not None
        assert found.secret.get_secret_value() == "SEC-1"
        assert "SEC-1" not in repr(found)


names = st.sampled_from(
    ["channels", "departments", "operators", "dead_man", "supervisors", "link", "hall", "default", "sz-gas", "kind"]
)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), names, st.just("https://x.example"))
trees = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(trees.map(lambda tree: yaml.safe_dump(tree, allow_unicode=True)), st.text(max_size=60)))
def test_no_text_does_anything_but_be_read_or_refused_with_lines(file: Path, text: str) -> None:
    refused: RecipientsError | None = None
    try:
        found = read(file, text)
    except RecipientsError as error:
        refused = error
    lines = text.count("\n") + text.count("\r") + 2
    if refused is None:
        assert set(found.receivers) >= OFFICES
    else:
        assert refused.wrong
        assert all(1 <= one.line <= lines for one in refused.wrong)


@given(st.sets(st.sampled_from(sorted(DEPARTMENTS)), max_size=8))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_department_has_the_channels_that_are_named_for_it(file: Path, named: set[str]) -> None:
    text = GOOD.replace("channels:\n", "channels:\n  room: {kind: log}\n").replace("[hall]\nop", "[hall, room]\nop")
    found = read(file, text + "".join(f"  {name}: [room]\n" for name in sorted(named)))
    assert {name for name in found.departments if found.receivers[name] == ("room",)} == named
    assert {name for name in found.departments if found.receivers[name] == ("hall",)} == OFFICES - named
