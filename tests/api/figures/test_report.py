"""The month's report: the same figures as data, in a table and on a page, and nothing that a text could break."""

import csv
import json
import re
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from activities.store.store import Store
from api.figures.averages import LISTED, figures
from api.figures.bars import drawing
from api.figures.csv_table import COLUMNS, sheet
from api.figures.front import Verdict
from api.figures.front_words import DEFINITIONS, figures_of
from api.figures.html_page import POLICY, page
from api.figures.month import Format, Report, accepted, days_of, report
from api.figures.promise_standings import Stood
from api.figures.shown import CohortShown, FigureShown
from api.figures.words import percent
from api.http.plain_json import plain
from api.views.cells import MARK
from sla.commitments.register import REGISTER
from tests.api.figures.conftest import LAST
from tests.api.figures.filling import instant
from tests.desk import at

DOCS = Path(__file__).resolve().parents[3] / "docs" / "averages.md"
NASTY = "=HYPERLINK(\"x\")<script>alert('&')</script>"
VOID = {"meta", "br"}


@pytest.fixture(scope="module")
def march(small: Store) -> Report:
    return report(small, instant(LAST), "2021-03", "supervisor-1")


class Reader(HTMLParser):
    """What a page holds: its text, its elements, and those that were not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()
        self.wrong += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


def rows(text: str) -> list[dict[str, str]]:
    """The table's rows by the names that end their headings."""
    assert text.startswith(MARK)
    assert text.encode().startswith(b"\xef\xbb\xbf")
    heading, *lines = csv.reader(StringIO(text.removeprefix(MARK), newline=""))
    names = [name.split()[-1] for name in heading]
    assert len(set(names)) == len(names)
    return [dict(zip(names, line, strict=True)) for line in lines]


def shown(found: Report) -> list[FigureShown]:
    return [figure for promise in found.promises for figure in (*promise.windows, *promise.places)]


def test_every_commitment_is_in_the_report_beside_its_sentence(march: Report) -> None:
    assert {promise.commitment for promise in march.promises} == set(LISTED)
    for promise in march.promises:
        assert promise.citation is not None
        assert promise.citation.quote == REGISTER[promise.commitment].citation.quote
        assert promise.limit == LISTED[promise.commitment].amount
        assert len(promise.windows) == 3


def test_the_report_has_the_figures_of_the_month_s_end(small: Store, march: Report) -> None:
    found = figures(small, instant(LAST))
    assert len(shown(march)) == len(found)
    by_place = {(tuple(f.scope), f.window): f for f in found}
    for promise in march.promises:
        for one in (*promise.windows, *promise.places):
            figure = by_place[(promise.commitment, one.jurisdiction, one.department), one.window]
            assert (one.cohort.n, one.cohort.total, one.cohort.kept) == (
                figure.cohort.n,
                figure.cohort.total,
                figure.kept,
            )
            assert one.open == figure.open
    assert (march.first, march.until, march.ended) == (date(2021, 3, 1), date(2021, 3, 31), False)


def test_a_month_that_has_ended_has_no_forecast_and_one_that_has_not_ends_today(small: Store) -> None:
    before = report(small, instant(LAST), "2021-02", "s")
    assert (before.until, before.ended) == (date(2021, 2, 28), True)
    assert not any(one.forecast for one in shown(before))
    within = report(small, instant(at("2021-03-15 12:00")), "2021-03", "s")
    assert (within.until, within.ended) == (date(2021, 3, 15), False)
    assert all(one.forecast for one in shown(within))
    assert "本月未结束" in page(within)
    assert "本月未结束" not in page(before)


def test_only_whole_cohorts_of_promised_averages_are_kept_or_broken(march: Report) -> None:
    verdicts = {
        (promise.measure == "average-max", one.department is None and one.jurisdiction is None): set[bool | None]()
        for promise in march.promises
        for one in (*promise.windows, *promise.places)
    }
    for promise in march.promises:
        for one in (*promise.windows, *promise.places):
            whole = one.department is None and one.jurisdiction is None
            if one.cohort.n:
                verdicts[promise.measure == "average-max", whole].add(one.cohort.kept)
    assert verdicts[True, True] >= {True, False}
    assert verdicts[True, False] == verdicts[False, True] == verdicts[False, False] == {None}


def test_the_table_has_a_row_for_each_figure(march: Report) -> None:
    found = [row for row in rows(sheet(march)) if row["window"] != "standing"]
    assert len(found) == len(shown(march))
    for row, figure in zip(found, shown(march), strict=True):
        cohort = figure.cohort
        assert (row["window"], row["department"]) == (figure.window, figure.department or "")
        assert int(row["n"]) == cohort.n
        assert Decimal(row["total"]) == cohort.total
        assert row["mean"] == ("" if cohort.mean is None else f"{cohort.mean.normalize():f}")
        assert row["kept"] == {True: "yes", False: "no", None: ""}[cohort.kept]
        assert (row["elapsed_n"] == "") is (figure.forecast is None)
        assert row["quote"] == REGISTER[row["commitment"]].citation.quote
        assert row["generated_at"] == "2021-03-31T20:00:00+08:00"


def test_the_table_says_how_each_promise_of_the_register_stands(march: Report) -> None:
    found = [row for row in rows(sheet(march)) if row["window"] == "standing"]
    assert [row["commitment"] for row in found] == list(REGISTER)
    for row, one in zip(found, march.standings, strict=True):
        assert (row["standing"], row["by"], row["jurisdiction"]) == (one.standing, one.by, one.jurisdiction)
        assert row["measured"] == ("" if one.measured is None else f"{Decimal(one.measured).normalize():f}")
        assert row["quote"] == REGISTER[one.commitment].citation.quote
        assert (row["n"], row["mean"], row["limit"]) == ("", "", "")
    assert {row["by"] for row in found} == {"cases", "observations"}


def test_every_column_is_described() -> None:
    described = DOCS.read_text(encoding="utf-8").partition("## The columns")[2]
    assert re.findall(r"(?m)^\| `(\w+)` \|", described) == [name.split()[-1] for name in COLUMNS]


def test_no_cell_is_a_formula_and_no_text_is_markup(march: Report) -> None:
    promise = march.promises[0]
    assert promise.citation is not None
    evil = promise.model_copy(
        update={
            "title_zh": NASTY,
            "title_en": NASTY,
            "commitment": f"@{NASTY}",
            "citation": promise.citation.model_copy(update={"quote": f"\t{NASTY}", "title": "＝1"}),
            "places": tuple(one.model_copy(update={"department_zh": NASTY}) for one in promise.windows),
        }
    )
    bad = march.model_copy(update={"generated_by": "-2+3", "promises": (evil,)})
    cells = [cell for row in rows(sheet(bad)) for cell in row.values()]
    assert f"'{NASTY}" in cells
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))]
    read = Reader(page(bad))
    assert read.wrong == []
    assert "script" not in read.names
    assert NASTY in read.text


CLOSED = {  # fields that can hold no other text
    *("measure", "unit", "window", "verdict", "change"),
    *("by", "kind", "standing", "operator", "taken_over_cases"),
}


def spoilt(value: Any, field: str = "") -> Any:
    """A value with hostile text wherever text may stand."""
    if isinstance(value, dict):
        return {name: spoilt(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [spoilt(one, field) for one in value]
    is_text = isinstance(value, str) and field not in CLOSED and not re.match(r"\d{4}-\d\d-\d\d|-?\d+(\.\d+)?$", value)
    return NASTY if is_text else value


def test_hostile_text_in_every_field_is_text(march: Report) -> None:
    bad = Report.model_validate(spoilt(json.loads(march.model_dump_json())))
    assert {bad.month, bad.front.before, bad.promises[0].jurisdiction, bad.front.promises[0].title_en} == {NASTY}
    clean, read = Reader(page(march)), Reader(page(bad))
    assert read.wrong == []
    assert set(read.names) == set(clean.names)
    assert {name for name, _ in read.attributes} == {name for name, _ in clean.attributes}
    assert read.text.count(NASTY) > 200


def test_every_promise_of_the_register_has_a_standing_in_the_report(march: Report) -> None:
    assert [one.commitment for one in march.standings] == list(REGISTER)
    table = page(march).partition("全部 73 项承诺的状态")[2].partition("</table>")[0]
    assert table.count("<tr>") == 74
    assert table.count("无依据") >= 41  # nothing was observed
    assert {one.standing for one in march.standings} >= {Stood.NO_EVIDENCE, Stood.BROKEN, Stood.KEPT}


def test_the_first_page_says_each_broken_promise_with_its_figures_and_its_sentence(march: Report) -> None:
    first = Reader(page(march).partition("<article")[2].partition("</article>")[0]).text
    for one in march.front.promises:
        assert one.citation is not None
        if one.now.verdict is Verdict.BROKEN:
            assert " ".join(figures_of(one, one.now)) in first
            assert one.commitment in first
            assert f"“{one.citation.quote}”《{one.citation.title}》" in first
        if one.change is not None:
            assert " → ".join(" ".join(figures_of(one, state)) for state in (one.before, one.now)) in first
    assert march.front.broken > 0
    for n, name in ((march.front.broken, "未达标 broken"), (march.front.kept, "达标 kept")):
        assert f"{n} {name}" in first
    assert all(said in first for name in DEFINITIONS for said in name[1])


def test_a_report_without_sentences_or_changes_is_a_page_too(march: Report) -> None:
    bare = [one.model_copy(update={"citation": None, "change": None}) for one in march.front.promises]
    promises = [one.model_copy(update={"citation": None}) for one in march.promises]
    quiet = march.front.model_copy(update={"promises": tuple(bare)})
    read = Reader(page(march.model_copy(update={"front": quiet, "promises": tuple(promises)})))
    assert read.wrong == []
    assert "没有变化。 Nothing." in read.text
    assert "blockquote" not in read.names
    kept = [one.model_copy(update={"now": one.now.model_copy(update={"verdict": Verdict.KEPT})}) for one in bare]
    none = march.model_copy(update={"front": quiet.model_copy(update={"promises": tuple(kept)})})
    assert "无。 None." in Reader(page(none)).text


def test_a_bar_is_cut_at_twice_the_limit_and_a_month_without_a_case_is_no_bar(march: Report) -> None:
    trend = march.front.trends[1]
    month = trend.bars[0].model_copy(update={"n": 2, "mean": trend.limit * 50, "kept": False})
    gap = trend.bars[1].model_copy(update={"n": 0, "mean": None, "kept": None})
    level = trend.bars[2].model_copy(update={"n": 1, "mean": trend.limit, "kept": True})
    drawn = drawing(trend.model_copy(update={"bars": (month, gap, level)}))
    assert [(bar.kind, bar.cut) for bar in drawn.bars] == [("broken", True), ("gap", False), ("kept", False)]
    assert drawn.bars[1].label == ""
    assert Decimal(drawn.bars[0].height) == 2 * Decimal(drawn.bars[2].height)
    assert drawn.bars[2].y == drawn.limit_y
    assert f"{month.month} {trend.limit * 50:.2f}" in drawn.said


def test_the_page_is_whole_and_needs_nothing_else(march: Report) -> None:
    text = page(march)
    read = Reader(text)
    assert read.wrong == []
    assert read.open == []
    assert not {"src", "action", "srcset", "style"} & {name for name, _ in read.attributes}
    leads = {value for name, value in read.attributes if name == "href"}
    assert {f"#{value}" for name, value in read.attributes if name == "id"} >= leads > set()
    assert not [value for _, value in read.attributes if value and "//" in value]
    assert "url(" not in text
    assert "@import" not in text
    assert not {"script", "link", "img", "iframe"} & set(read.names)
    assert not re.search(r"https?:", text)
    assert "@media print" in text
    assert ("content", POLICY) in read.attributes


def test_the_page_says_each_number_beside_its_promise_and_its_sentence(march: Report) -> None:
    text = page(march)
    sections = text.split("<section")[1:]
    assert len(sections) == len(march.promises)
    for section, promise in zip(sections, march.promises, strict=True):
        read = Reader(f"<section{section}").text
        assert promise.citation is not None
        assert promise.citation.quote in read
        assert promise.citation.title in read
        assert promise.title_zh in read
        assert promise.title_en in read
        for figure in promise.windows:
            _said(figure.cohort, read)


def _said(cohort: CohortShown, text: str) -> None:
    if cohort.n == 0:
        assert "无办结件 no case decided" in text
        return
    assert f"= {cohort.total.normalize():f} ÷ {cohort.n}" in text
    assert cohort.longest is not None
    assert cohort.longest in text
    assert percent(cohort.on_time_share) in text
    assert percent(cohort.on_time_as_told_share) in text
    if cohort.kept is not None:
        assert ("达标 kept" if cohort.kept else "未达标 broken") in text


def test_the_page_says_who_made_it_and_when_and_by_which_calendar(march: Report) -> None:
    text = Reader(page(march)).text
    assert "2021-03-31 20:00:00 北京时间 Beijing time，supervisor-1" in text
    assert march.calendars[0].version in text
    assert "provisional from 2021-12-29" in text


def test_a_rehearsal_and_provisional_days_are_said(small: Store, march: Report) -> None:
    assert "演练" not in page(march)
    assert "期间含暂定日" not in page(march)
    assert "演练，倍率 3600" in page(march.model_copy(update={"rehearsal_rate": 3600}))
    december = report(small, instant(at("2021-10-20 12:00")), "2021-10", "s")
    assert "期间含暂定日" not in page(december)
    last_days = december.model_copy(update={"until": date(2021, 12, 29)})
    assert "期间含暂定日" in page(last_days)


def test_the_report_as_json_makes_the_same_table_and_page(march: Report) -> None:
    read = Report.model_validate(json.loads(json.dumps(plain(march.model_dump()))))
    assert page(read) == page(march)
    assert sheet(read) == sheet(march)


@pytest.mark.parametrize(
    ("header", "form"),
    [
        (None, Format.JSON),
        ("*/*", Format.JSON),
        ("text/csv", Format.CSV),
        ("text/html,application/xhtml+xml,*/*;q=0.8", Format.HTML),
        ("text/html;q=0.2, text/csv;q=0.9, application/json;q=0.5", Format.CSV),
        ("TEXT/HTML; charset=utf-8", Format.HTML),
        ("image/png", Format.JSON),
        ("text/csv;q=0", Format.JSON),
    ],
)
def test_the_header_s_favourite_is_given(header: str | None, form: Format) -> None:
    assert accepted(header) is form


@pytest.mark.parametrize(
    "month",
    [
        "2021-13",
        "2021-3",
        "21-03",
        "2021-03-01",
        " ",
        "2021-00",
        "２０２１-03",
        "0000-01",
        "1949-12",
        "2199-01",
        "9999-12",
    ],
)
def test_what_is_no_month_that_a_case_may_be_of_is_refused(month: str) -> None:
    assert days_of(month, date.max) is None


def test_a_month_has_its_days_once_it_has_begun() -> None:
    assert days_of("2020-02", date(2020, 2, 1)) == (date(2020, 2, 1), date(2020, 2, 29))
    assert days_of("2020-02", date(2020, 1, 31)) is None


@pytest.mark.parametrize(
    ("share", "said"),
    [("1", "100.0 %"), ("0", "0.0 %"), ("0.9999", "> 99.9 %"), ("0.0001", "< 0.1 %"), ("0.3333", "33.3 %")],
)
def test_a_share_is_never_rounded_to_all_or_none(share: str, said: str) -> None:
    assert percent(Decimal(share)) == said
