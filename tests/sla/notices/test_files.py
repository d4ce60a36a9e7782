"""Files of notices, amendments and overlays: what they come to, and that a wrong one is refused with its field."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.errors import UnreadableNoticeError
from sla.notices.amendments import AMENDMENTS
from sla.notices.files import (
    BLANK,
    AmendmentFile,
    HolidayEntry,
    NoticeFile,
    OverlayFile,
    PeriodEntry,
    read_file,
    schema,
)
from sla.notices.national import NOTICES
from sla.notices.notice import Change, Notice
from sla.notices.overlays import OVERLAYS
from sla.notices.rules import NoticeRule
from sla.notices.templates import FileKind, template
from tests.sla.notices.filled import file_of, file_of_change
from tests.sla.notices.texts import groups_of, notice_of

YEARS = [notice.year for notice in NOTICES]
TOLD = [overlay for overlay in OVERLAYS if overlay.published]
Data = dict[str, Any]


def refusal(data: object, *known: Any) -> UnreadableNoticeError:
    with pytest.raises(UnreadableNoticeError) as refused:
        read_file(data, *(known or (NOTICES,)))
    return refused.value


def known_notice(year: int) -> Notice:
    """The notice of a year as a file can say it: with a day of publication, and with no periods that were derived."""
    notice = next(each for each in NOTICES if each.year == year)
    told = {"published": notice.published or notice.dated or date(year - 1, 12, 10), "periods_derived": False}
    return notice.model_copy(update=told)


@pytest.mark.parametrize("year", YEARS)
def test_every_notice_of_the_table_is_the_same_as_a_file(year: int) -> None:
    notice = known_notice(year)
    data = file_of(notice)
    assert read_file(data, ()) == notice
    assert read_file(json.loads(json.dumps(data, default=str)), ()) == notice


@pytest.mark.parametrize("place", range(len(AMENDMENTS)))
def test_every_amendment_of_the_table_is_the_same_as_a_file(place: int) -> None:
    change = AMENDMENTS[place]
    data = file_of_change(change)
    assert read_file(data | {"checked": change.checked}, NOTICES, AMENDMENTS[:place]) == change


@pytest.mark.parametrize("overlay", TOLD, ids=lambda overlay: overlay.id)
def test_every_overlay_whose_publication_is_known_is_the_same_as_a_file(overlay: Change) -> None:
    assert read_file(file_of_change(overlay), NOTICES, AMENDMENTS, ()) == overlay


@pytest.mark.parametrize("year", [2024, 2026, 2027, 2031])
@pytest.mark.parametrize("kind", FileKind)
def test_a_template_is_refused_until_it_is_filled_in(year: int, kind: FileKind) -> None:
    error = refusal(yaml.safe_load(template(year, kind)))
    assert (error.rule, error.field) == (NoticeRule.FIELD, "number")
    assert error.detail.startswith("此字段不合要求：this is still to be filled in (另有 and ")


def test_a_template_filled_in_is_the_notice() -> None:
    notice = notice_of(2026)
    text = template(2026)
    values = [value for group in groups_of(notice) for value in _blanks(group[0].first, group[0].last)]
    for value in ["7", "11-04", "11-04", *values[1:]]:
        text = re.sub(rf"(?m)^(?!#)(.*?){BLANK}", rf"\g<1>{value}", text, count=1)
    data = yaml.safe_load(text)
    for holiday, full in zip(data["holidays"], file_of(notice)["holidays"], strict=True):
        holiday["make_up"] = full["make_up"]
    assert read_file(data, ()) == notice.model_copy(update={"url": None})


def _blanks(first: date, last: date) -> list[str]:
    return [f"{first:%m-%d}", f"{last:%m-%d}", str((last - first).days + 1)]


@pytest.mark.parametrize("kind", [FileKind.AMENDMENT, FileKind.OVERLAY])
def test_a_template_of_a_change_filled_in_is_the_change(kind: FileKind) -> None:
    data = yaml.safe_load(re.sub(r"2026-____", "2026-12-31", template(2026, kind)))
    data |= {"dated": "2026-12-01", "published": "2026-12-02", "reason": "One day.", "checked": "wording"}
    data["periods"][0]["name"] = "放假"
    if kind is FileKind.OVERLAY:
        data["jurisdiction"] = "CN-JS-320500"
        assert refusal(data).field == "number"  # still blank
        data["number"] = "苏府办发〔2026〕1号"
    else:
        del data["number"]
    change = read_file(data, NOTICES, AMENDMENTS)
    assert isinstance(change, Change)
    assert (change.to_off, change.to_work) == ((date(2026, 12, 31),), ())
    assert change.id == ("CN-2026-12-31" if kind is FileKind.AMENDMENT else "CN-JS-320500-2026")


def holiday(place: int, **fields: Any) -> Callable[[Data], None]:
    return lambda data: data["holidays"][place].update(fields)


def fields(**values: Any) -> Callable[[Data], None]:
    return lambda data: data.update(values)


def without_kind(data: Data) -> None:
    del data["kind"]


# What is wrong in the file of 2026, the rule, and the field.
FAULTS = [
    (fields(kind="memo"), NoticeRule.FIELD, "kind"),
    (without_kind, NoticeRule.FIELD, "kind"),
    (fields(year="2026"), NoticeRule.FIELD, "year"),
    (fields(year=1999), NoticeRule.FIELD, "year"),
    (fields(month=1), NoticeRule.FIELD, "month"),
    (fields(dated=0), NoticeRule.FIELD, "dated"),
    (fields(dated=20251104), NoticeRule.FIELD, "dated"),
    (fields(dated="4 November 2025"), NoticeRule.FIELD, "dated"),
    (fields(dated=datetime(2025, 11, 4)), NoticeRule.FIELD, "dated"),  # noqa: DTZ001 - as YAML reads it
    (fields(dated="2025-02-30"), NoticeRule.FIELD, "dated"),
    (fields(published=None), NoticeRule.FIELD, "published"),
    (fields(published=date(2025, 11, 3)), NoticeRule.DATED, "dated"),
    (fields(dated=None, published=date(2026, 11, 3)), NoticeRule.DATED, "published"),
    (fields(number="国办发明电〔2024〕7号"), NoticeRule.NUMBER, "number"),
    (fields(number="7"), NoticeRule.NUMBER, "number"),
    (fields(number="国办发明电〔2025〕____号"), NoticeRule.FIELD, "number"),
    (fields(url="javascript:0"), NoticeRule.FIELD, "url"),
    (fields(holidays=[]), NoticeRule.HOLIDAY, "year"),
    (fields(holidays={}), NoticeRule.FIELD, "holidays"),
    (fields(working_days=249), NoticeRule.COUNT, "working_days"),
    (holiday(0, first=date(2026, 1, 2), total=2), NoticeRule.SEASON, "holidays.0"),
    (holiday(0, name="儿童节"), NoticeRule.HOLIDAY, "holidays.0.name"),
    (holiday(0, total=4), NoticeRule.COUNT, "holidays.0"),
    (holiday(0, first="2026-01-04"), NoticeRule.SPAN, "holidays.0"),
    (holiday(0, first=date(2025, 11, 30), total=None), NoticeRule.YEAR, "holidays.0"),
    (holiday(0, days=3), NoticeRule.FIELD, "holidays.0.days"),
    (holiday(1, name="元旦"), NoticeRule.HOLIDAY, "holidays.0"),
    (holiday(1, last=date(2027, 2, 23), total=None), NoticeRule.YEAR, "holidays.1"),
    (holiday(2, substitute="2026-04-08"), NoticeRule.SUBSTITUTE, "holidays.2.substitute"),
    (holiday(3, first=date(2026, 4, 5), total=None), NoticeRule.SPAN, "holidays.3"),
    (holiday(4, make_up=["2026-06-22"]), NoticeRule.MAKE_UP, "holidays.4.make_up.0"),
    (holiday(4, make_up=["2026-06-27", "2026-06-27"]), NoticeRule.MAKE_UP, "holidays.4.make_up.1"),
    (holiday(4, make_up=["2025-12-27"]), NoticeRule.YEAR, "holidays.4.make_up.0"),
    (holiday(4, make_up=["2026-07-11"]), NoticeRule.MAKE_UP, "holidays.4.make_up.0"),
    (holiday(6, make_up=["2026-10-10", "2026-10-03"]), NoticeRule.MAKE_UP, "holidays.6.make_up.1"),
    (holiday(6, make_up=[]), NoticeRule.STATUTE, "year"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "rule", "field"), FAULTS)
def test_a_file_with_a_fault_is_refused_with_its_field(
    spoil: Callable[[Data], None], rule: NoticeRule, field: str
) -> None:
    data = json.loads(json.dumps(file_of(notice_of(2026)), default=str))
    spoil(data)
    error = refusal(data, ())
    assert (error.rule, error.field, error.line) == (rule, field, None)
    assert str(error).startswith(f"{field}: {error.detail}")


def change_of(**values: Any) -> Data:
    plain = {
        "kind": "overlay",
        "jurisdiction": "CN-JS",
        "published": "2026-03-01",
        "reason": "Games.",
        "checked": "press",
        "periods": [{"name": "运动会", "first": "2026-05-13", "last": "2026-05-17"}],
        "to_off": ["2026-05-13", "2026-05-15"],
        "to_work": ["2026-05-23"],
    }
    return plain | values


FAULTS_OF_CHANGES = [
    ({"jurisdiction": "Jiangsu"}, NoticeRule.FIELD, "jurisdiction"),
    ({"jurisdiction": None}, NoticeRule.FIELD, "jurisdiction"),
    ({"reason": ""}, NoticeRule.FIELD, "reason"),
    ({"checked": BLANK}, NoticeRule.FIELD, "checked"),
    ({"id": "mine"}, NoticeRule.FIELD, "id"),
    ({"periods": [{"name": "运动会", "first": "2026-05-13", "last": "2026-05-12"}]}, NoticeRule.SPAN, "periods.0"),
    ({"periods": [{"name": "运动会", "first": "2026-01-01", "last": "2026-12-31"}]}, NoticeRule.SPAN, "periods.0"),
    ({"to_off": ["2026-05-12"]}, NoticeRule.HOLIDAY, "to_off.0"),
    ({"to_off": ["2026-05-13", "2026-05-13"]}, NoticeRule.ORDER, "to_off.1"),
    ({"to_work": ["2026-05-13"]}, NoticeRule.ORDER, "to_work.0"),
    ({"to_off": ["2026-05-16"]}, NoticeRule.STATUTE, "to_off"),
    ({"to_work": ["2026-05-22"]}, NoticeRule.STATUTE, "to_off"),
    ({"to_off": [], "to_work": []}, NoticeRule.KNOWN, "to_off"),
    ({"to_work": ["2027-05-22"]}, NoticeRule.KNOWN, "to_off"),
    ({"published": "2026-06-01"}, NoticeRule.DATED, "published"),
    ({"dated": "2026-03-02"}, NoticeRule.DATED, "dated"),
    ({"number": "苏府办发〔2025〕1号"}, NoticeRule.NUMBER, "number"),
    ({"kind": "amendment"}, NoticeRule.FIELD, "jurisdiction"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "rule", "field"), FAULTS_OF_CHANGES)
def test_a_change_with_a_fault_is_refused_with_its_field(spoil: Data, rule: NoticeRule, field: str) -> None:
    error = refusal(change_of(**spoil), NOTICES, AMENDMENTS, OVERLAYS)
    assert (error.rule, error.field) == (rule, field)


def test_a_change_may_give_days_back_alone() -> None:
    change = read_file(change_of(to_off=[], periods=[]), NOTICES, AMENDMENTS)
    assert isinstance(change, Change)
    assert change.days == (date(2026, 5, 23),)


def test_a_change_of_a_place_is_held_against_what_its_province_changed() -> None:
    province = read_file(change_of(), NOTICES, AMENDMENTS)
    assert isinstance(province, Change)
    town = change_of(jurisdiction="CN-JS-320500", to_off=["2026-05-13"], to_work=[])
    assert refusal(town, NOTICES, AMENDMENTS, (province,)).rule == NoticeRule.STATUTE
    assert read_file(town, NOTICES, AMENDMENTS)
    assert refusal(change_of(), NOTICES, AMENDMENTS, (province,)).rule == NoticeRule.KNOWN


@settings(max_examples=30)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_other_data_are_refused_and_never_repeated(data: object) -> None:
    error = refusal(data, ())
    assert (error.rule, error.quote) == (NoticeRule.FIELD, "")


def test_the_schema_names_three_kinds_of_file() -> None:
    found = schema()
    assert sorted(found["discriminator"]["mapping"]) == sorted(FileKind)


def test_the_page_of_notices_lists_every_rule_and_every_field() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "notices.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| ((?:`[a-z_-]+`(?:, )?)+) \|", page)
    listed = [name for row in rows for name in re.findall("`(.+?)`", row)]
    models = (NoticeFile, AmendmentFile, OverlayFile)
    fields_of = {field for model in models for field in model.model_fields}
    assert sorted(listed) == sorted([*NoticeRule, *fields_of])
    assert all(f"`{field}`" in page for field in (*HolidayEntry.model_fields, *PeriodEntry.model_fields))
