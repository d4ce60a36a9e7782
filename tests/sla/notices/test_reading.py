"""The State Council's notices are read to exactly what the table has, however their text reaches us."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.errors import UnreadableNoticeError
from sla.notices.amending import read_amendment
from sla.notices.amendments import AMENDMENTS
from sla.notices.holidays import SHARES
from sla.notices.national import NOTICES
from sla.notices.notice import Change, Notice
from sla.notices.paper import MOST
from sla.notices.reading import is_amendment, read_notice
from sla.notices.rules import NoticeRule
from sla.notices.table import statutory
from tests.sla.notices.texts import YEARS, Style, amendment_of, notice_of, render_notice, text_of
from tests.sla.notices.variants import VARIANTS, Variant

AMENDED = [change.id for change in AMENDMENTS]
HEAD = """索 引 号：000014349/2024-00062
主题分类：综合政务\\其他
发文机关：国务院办公厅
成文日期：2024年11月12日
标　　题：国务院办公厅关于2025年部分节假日安排的通知
发文字号：国办发明电〔2024〕12号
发布日期：{published}

"""


def reread(year: int, text: str, published: date | None = None) -> Notice:
    known = notice_of(year)
    return read_notice(text, published=published or known.published, url=known.url)


def reread_amendment(identifier: str, text: str) -> Change:
    known, before = amendment_of(identifier)
    return read_amendment(text, NOTICES, before, published=known.published, reason=known.reason, url=known.url)


def refusal(text: str, published: date | None = None) -> UnreadableNoticeError:
    with pytest.raises(UnreadableNoticeError) as refused:
        read_notice(text, published=published)
    return refused.value


@pytest.mark.parametrize("year", YEARS)
def test_what_was_published_for_a_year_is_read_to_exactly_the_table(year: int) -> None:
    assert reread(year, text_of(year)) == notice_of(year)


@pytest.mark.parametrize("identifier", AMENDED)
def test_what_was_published_to_amend_a_year_is_read_to_exactly_the_table(identifier: str) -> None:
    assert reread_amendment(identifier, text_of(identifier)) == amendment_of(identifier)[0]


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_words_in_another_form_are_read_to_the_same(variant: Variant) -> None:
    texts = {name: variant(text_of(name)) for name in (*YEARS, *AMENDED)}
    assert any(text != text_of(name) for name, text in texts.items())
    assert all(reread(year, texts[year]) == notice_of(year) for year in YEARS)
    assert all(reread_amendment(each, texts[each]) == amendment_of(each)[0] for each in AMENDED)


@given(name=st.sampled_from((*YEARS, *AMENDED)), variants=st.lists(st.sampled_from(VARIANTS), max_size=4, unique=True))
def test_several_such_forms_at_once_change_nothing(name: int | str, variants: list[Variant]) -> None:
    text = text_of(name)
    for variant in variants:
        text = variant(text)
    if isinstance(name, str):
        assert reread_amendment(name, text) == amendment_of(name)[0]
    else:
        assert reread(name, text) == notice_of(name)


@given(
    year=st.sampled_from(YEARS),
    style=st.builds(
        Style,
        weekday=st.sampled_from(["周", "星期"]),
        beside_periods=st.booleans(),
        to=st.sampled_from(["至", "—", "到"]),
        off=st.sampled_from(["放假调休", "放假公休", "放假"]),
        whole_new_year=st.booleans(),
        chinese_date=st.booleans(),
    ),
)
def test_the_table_in_the_official_wording_is_read_back(year: int, style: Style) -> None:
    assert reread(year, render_notice(notice_of(year), style)) == notice_of(year)


def test_the_holidays_come_to_the_statutory_number_in_every_version() -> None:
    assert all(sum(days.values()) == statutory(since) for since, days in SHARES)


@pytest.mark.parametrize("name", [*YEARS, *AMENDED])
def test_what_a_text_is_about_is_known_by_its_title(name: int | str) -> None:
    assert is_amendment(text_of(name)) is isinstance(name, str)


def test_the_head_of_the_governments_page_is_read_with_the_text() -> None:
    text = HEAD.format(published="2024年11月12日") + text_of(2025)
    assert read_notice(text, url=notice_of(2025).url) == notice_of(2025)


def test_a_news_agencys_report_says_when_the_text_was_published() -> None:
    body = text_of(2019).partition("国办发明电")[2].partition("号")[2]
    text = f"新华社北京12月6日电 国务院办公厅关于2019年部分节假日安排的通知，全文如下：{body}"
    known = notice_of(2019).model_copy(update={"number": None})
    assert read_notice(text, url=known.url) == known


def test_a_report_of_january_is_of_the_year_after_the_date() -> None:
    text = text_of("CN-2020-01-31").replace("2020年1月26日", "2019年12月31日").replace("〔2020〕", "〔2019〕")
    change = read_amendment(f"新华社1月2日电{text}", NOTICES, AMENDMENTS[:2])
    assert change.published == date(2020, 1, 2)


def test_days_of_publication_that_contradict_each_other_are_refused() -> None:
    said = HEAD.format(published="2024年11月13日") + text_of(2025)
    error = refusal(said, date(2024, 11, 12))
    assert (error.rule, error.line, error.quote[:4]) == (NoticeRule.DATED, 7, "发布日期")
    error = refusal(f"新华社北京11月5日电{text_of(2026)}", date(2025, 11, 4))
    assert (error.rule, error.line) == (NoticeRule.DATED, 1)
    assert refusal(f"新华社北京11月31日电{text_of(2026)}").rule == NoticeRule.DATE


def test_a_text_that_does_not_say_when_it_was_published_is_refused_until_somebody_does() -> None:
    error = refusal(text_of(2026))
    assert (error.rule, error.quote) == (NoticeRule.DATED, "2025年11月4日")
    assert "published" in error.detail


@pytest.mark.parametrize("published", [date(2025, 11, 3), date(2026, 1, 2), date(2024, 11, 4)])
def test_a_notice_is_published_from_its_date_on_and_before_it_rules(published: date) -> None:
    assert refusal(text_of(2026), published).rule == NoticeRule.DATED


def test_a_notice_dated_more_than_a_year_before_it_rules_is_refused() -> None:
    text = text_of(2026).replace("2025年11月4日", "2024年11月4日").replace("〔2025〕", "〔2024〕")
    assert refusal(text, date(2025, 11, 4)).rule == NoticeRule.DATED


def test_the_number_and_the_date_may_be_said_twice_but_not_in_two_ways() -> None:
    head = HEAD.format(published="2024年11月12日")
    error = refusal(head.replace("12号", "11号") + text_of(2025))
    assert (error.rule, "国办发明电〔2024〕12号" in error.quote) == (NoticeRule.NUMBER, True)
    error = refusal(head.replace("成文日期：2024年11月12日", "成文日期：2024年11月11日") + text_of(2025))
    assert (error.rule, error.quote) == (NoticeRule.DATED, "2024年11月12日")


def test_an_error_says_where_the_sentence_stands() -> None:
    error = refusal(text_of(2026).replace("2月28日（周六）", "2月28日（周日）"), date(2025, 11, 4))
    assert (error.rule, error.line, error.field) == (NoticeRule.WEEKDAY, 11, None)
    assert error.quote == "2月14日（周六）、2月28日（周日）上班。"
    assert str(error) == f"第 11 行 line 11: 2026-02-28 是周六：2026-02-28 is a Saturday: {error.quote}"


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b", "字" * (MOST + 1)])
def test_nothing_and_too_much_are_refused(text: str) -> None:
    error = refusal(text, date(2025, 11, 4))
    assert (error.rule, error.line, error.quote) == (NoticeRule.TEXT, None, "")


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_any_other_text_is_refused_and_quoted_in_one_short_line(text: str) -> None:
    error = refusal(text, date(2025, 11, 4))
    assert len(error.quote) <= 101
    assert error.quote.isprintable()


@given(st.data())
def test_no_part_of_a_text_is_taken_for_the_whole(data: st.DataObject) -> None:
    """A paste that ends too early, before the last holiday is told, is refused wherever it ends."""
    text = text_of(data.draw(st.sampled_from(YEARS)))
    end = text.rindex("日", 0, text.index("节假日期间，"))
    cut = data.draw(st.integers(0, end))
    assert refusal(text[:cut], date(2005, 11, 4)).rule in set(NoticeRule)
