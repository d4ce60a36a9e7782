"""Amendments are read against what was arranged, and refused where they do not fit it."""

import re
from collections.abc import Sequence
from datetime import date

import pytest

from sla.errors import UnreadableNoticeError
from sla.notices.amending import read_amendment
from sla.notices.amendments import AMENDMENTS
from sla.notices.national import NOTICES
from sla.notices.notice import Change, Notice
from sla.notices.rules import NoticeRule
from tests.reference import bare
from tests.sla.notices.texts import amendment_of, text_of

OCCASION, ADJUSTED, PROLONGED = "CN-2015-09-03", "CN-2019-05-01", "CN-2020-01-31"
# An amendment's text, what is put for which words, the rule, and words of the sentence that is quoted.
FAULTS = [
    (OCCASION, "星期四", "星期五", NoticeRule.WEEKDAY, "9月3日（星期五）放假"),
    (OCCASION, "共3天", "共4天", NoticeRule.COUNT, "共4天"),
    (OCCASION, "全国放假1天", "全国放假2天", NoticeRule.ACCOUNT, "2015年9月3日全国放假2天"),
    (OCCASION, "全国放假1天", "全国放假", NoticeRule.UNKNOWN, "全国放假"),
    (OCCASION, "2015年9月3日全国", "2015年9月2日全国", NoticeRule.ACCOUNT, "2015年9月2日全国放假"),
    (OCCASION, "9月6日（星期日）", "9月8日（星期二）", NoticeRule.MAKE_UP, "9月8日"),
    (OCCASION, "9月6日（星期日）", "9月5日（星期六）", NoticeRule.MAKE_UP, "9月5日（星期六）上班"),
    (OCCASION, "9月6日（星期日）", "10月4日（星期日）", NoticeRule.MAKE_UP, "10月4日"),
    (OCCASION, "，9月6日（星期日）上班", "", NoticeRule.ACCOUNT, "调休放假"),
    (OCCASION, "9月4日（星期五）调休，", "", NoticeRule.ACCOUNT, "调休放假"),
    (OCCASION, "9月4日（星期五）调休", "9月4日（星期五）为公休日", NoticeRule.ACCOUNT, "调休放假"),
    (OCCASION, "2015年是", "2014年是", NoticeRule.YEAR, "2015年9月3日"),
    (OCCASION, "2015年是中国人民抗日战争暨世界反法西斯战争胜利70周年。", "", NoticeRule.YEAR, "为使全国人民"),
    (OCCASION, "为使全国人民广泛参与中央及各地区各部门举行的纪念活动，2015年9月3日全国放假1天。", "", NoticeRule.UNKNOWN, "特作如下调休"),
    (OCCASION, "特作如下调休：9月3日至5日调休放假，共3天。", "特作如下调休：", NoticeRule.UNKNOWN, "其中9月3日"),
    (OCCASION, "〔2015〕", "〔2014〕", NoticeRule.NUMBER, "〔2014〕"),
    (OCCASION, "国发明电", "国办发明电", NoticeRule.NUMBER, "国办发明电"),
    (OCCASION, "确保有关纪念活动顺利进行", "9月5日照常上班", NoticeRule.UNKNOWN, "调休放假期间"),
    (OCCASION, "9月3日至5日", "9月2日至4日", NoticeRule.ACCOUNT, "9月2日至4日"),
    (OCCASION, "9月3日至5日调休放假，共3天", "9月3日至9月30日调休放假，共28天", NoticeRule.ACCOUNT, "9月30日"),
    (ADJUSTED, "共4天", "共5天", NoticeRule.COUNT, "共5天"),
    (ADJUSTED, "5月5日（星期日）", "5月6日（星期日）", NoticeRule.WEEKDAY, "5月6日"),
    (ADJUSTED, "、5月5日（星期日）上班", "上班", NoticeRule.STATUTE, "2019年5月1日至4日"),
    (ADJUSTED, "5月5日（星期日）", "5月7日（星期二）", NoticeRule.MAKE_UP, "5月7日（星期二）上班"),
    (ADJUSTED, "5月5日（星期日）", "6月9日（星期日）", NoticeRule.MAKE_UP, "6月9日"),
    (ADJUSTED, "2019年5月1日至4日", "2019年5月2日至5日", NoticeRule.SPAN, "2019年5月2日至5日"),
    (ADJUSTED, "2019年5月1日至4日放假调休，共4天", "2019年4月4日至5月1日放假调休，共28天", NoticeRule.SPAN, "4月4日"),
    (ADJUSTED, "2019年5月1日", "2020年5月1日", NoticeRule.YEAR, "2020年5月1日"),
    (ADJUSTED, "现将调整2019年", "现将调整2020年", NoticeRule.YEAR, "现将调整2020年"),
    (ADJUSTED, "现将调整2019年劳动节", "现将调整2019年国庆节", NoticeRule.HOLIDAY, "国庆节放假安排"),
    (ADJUSTED, "二、", "三、", NoticeRule.ORDER, "三、"),
    (ADJUSTED, "强化综合调控，", "5月6日补休，", NoticeRule.UNKNOWN, "各地区、各部门要抓紧"),
    (ADJUSTED, "一、2019年5月1日至4日放假调休，共4天。4月28日（星期日）、5月5日（星期日）上班。", "", NoticeRule.ORDER, "二、"),
    (ADJUSTED, "国务院办公厅关于调整\n2019年劳动节假期安排的通知\n", "", NoticeRule.TITLE, "国办发明电"),
    (ADJUSTED, "国务院办公厅\n2019年3月22日", "国务院办公厅\n2019年5月22日", NoticeRule.DATED, "2019年5月22日"),
    (ADJUSTED, "一、2019年5月1日至4日放假调休，共4天。4月28日（星期日）、5月5日（星期日）上班。",
     "一、延长2019年劳动节假期至5月3日，5月6日起上班。", NoticeRule.UNKNOWN, "延长2019年劳动节"),
    (PROLONGED, "2月2日（农历正月初九，星期日）", "2月2日（星期六）", NoticeRule.WEEKDAY, "2月2日（星期六）"),
    (PROLONGED, "2月2日（农历正月初九，星期日）", "1月30日", NoticeRule.SPAN, "至1月30日"),
    (PROLONGED, "2月2日（农历正月初九，星期日）", "4月5日", NoticeRule.SPAN, "至4月5日"),
    (PROLONGED, "2月2日（农历正月初九，星期日）", "2月30日", NoticeRule.DATE, "2月30日"),
    (PROLONGED, "2月3日（星期一）起", "2月4日（星期二）起", NoticeRule.ACCOUNT, "2月4日（星期二）起"),
    (PROLONGED, "2月3日（星期一）起", "2月2日起", NoticeRule.ACCOUNT, "2月2日起"),
    (PROLONGED, "，2月3日（星期一）起正常上班", "", NoticeRule.UNKNOWN, "延长2020年春节假期"),
    (PROLONGED, "起正常上班", "起居家办公", NoticeRule.UNKNOWN, "延长2020年春节假期"),
    (PROLONGED, "延长2020年春节假期至", "延长2020年元旦假期至", NoticeRule.HOLIDAY, "延长2020年元旦"),
    (PROLONGED, "一、延长2020年春节假期至", "一、2020年春节1月24日至", NoticeRule.UNKNOWN, "2020年春节"),
    (PROLONGED, "一、延长2020年春节假期至2月2日（农历正月初九，星期日），2月3日（星期一）起正常上班。",
     "一、1月24日至2月2日放假，共10天。", NoticeRule.UNKNOWN, "1月24日至2月2日"),
    (PROLONGED, "各地大专院校", "各单位", NoticeRule.UNKNOWN, "各单位、中小学"),
    (PROLONGED, "因疫情防控不能休假", "因2月3日上班不能休假", NoticeRule.UNKNOWN, "不能休假的职工"),
    (PROLONGED, "一、延长2020年春节假期至2月2日（农历正月初九，星期日），2月3日（星期一）起正常上班。", "", NoticeRule.ORDER, "二、"),
    (PROLONGED, "国务院办公厅关于延长2020年\n春节假期的通知", "国务院办公厅关于延长2003年春节假期的通知", NoticeRule.YEAR, "2020年"),
    (PROLONGED, "经国务院批准", "国务院办公厅关于延长2020年国庆节假期的通知经国务院批准", NoticeRule.TITLE, "国务院办公厅关于延长2020年国庆节"),
]  # fmt: skip


def reread(identifier: str, text: str, before: tuple[Change, ...] | None = None) -> Change:
    known, earlier = amendment_of(identifier)
    return read_amendment(text, NOTICES, earlier if before is None else before, published=known.published)


def refusal(identifier: str, text: str, before: tuple[Change, ...] | None = None) -> UnreadableNoticeError:
    with pytest.raises(UnreadableNoticeError) as refused:
        reread(identifier, text, before)
    return refused.value


@pytest.mark.parametrize(("identifier", "words", "others", "rule", "quoted"), FAULTS)
def test_an_amendment_with_a_fault_is_refused_for_it_and_quoted(
    identifier: str, words: str, others: str, rule: NoticeRule, quoted: str
) -> None:
    text = text_of(identifier)
    assert words in text
    error = refusal(identifier, text.replace(words, others))
    assert (error.rule, str(error)) == (rule, str(error))
    assert bare(quoted) in bare(error.quote)
    assert error.line is not None


def test_without_a_reason_given_the_title_is_the_reason() -> None:
    assert reread(ADJUSTED, text_of(ADJUSTED)).reason == "国务院办公厅关于调整 2019年劳动节假期安排的通知"


def test_an_amendment_that_is_already_known_is_refused() -> None:
    refused = [refusal(each, text_of(each), AMENDMENTS).rule for each in (OCCASION, ADJUSTED, PROLONGED)]
    assert refused == [NoticeRule.SPAN, NoticeRule.KNOWN, NoticeRule.SPAN]


def test_an_amendment_of_a_year_without_a_notice_is_refused() -> None:
    known = [notice for notice in NOTICES if notice.year < 2019]
    with pytest.raises(UnreadableNoticeError) as refused:
        read_amendment(text_of(ADJUSTED), known, published=date(2019, 3, 22))
    assert (refused.value.rule, refused.value.detail) == (
        NoticeRule.KNOWN,
        "没有 2019 年的通知：there is no notice for 2019",
    )


def test_an_amendment_without_its_day_of_publication_is_refused() -> None:
    with pytest.raises(UnreadableNoticeError) as refused:
        read_amendment(text_of(PROLONGED), NOTICES, AMENDMENTS[:2])
    assert refused.value.rule == NoticeRule.DATED


def test_a_title_alone_amends_nothing() -> None:
    assert refusal(ADJUSTED, "国务院办公厅关于调整2019年劳动节假期安排的通知").rule == NoticeRule.ORDER
    assert refusal(ADJUSTED, "国务院办公厅\n2019年3月22日").rule == NoticeRule.TITLE
    assert refusal(ADJUSTED, "国务院办公厅关于调整2001年劳动节假期安排的通知5月1日放假。").rule == NoticeRule.YEAR


def test_a_holiday_that_its_year_did_not_have_is_not_amended() -> None:
    text = text_of(ADJUSTED).replace("2019年", "2007年").replace("劳动节", "清明节")
    text = text.replace("5月1日至4日放假调休，共4天。4月28日（星期日）、5月5日（星期日）上班。", "4月5日放假。")
    error = refusal(ADJUSTED, text)
    assert (error.rule, error.detail) == (NoticeRule.HOLIDAY, "原先没有安排清明节：清明节 was not arranged")


def test_a_day_given_is_no_part_of_another_kind_of_amendment() -> None:
    given = "为使全国人民广泛参与纪念活动，2019年5月3日全国放假1天。"
    error = refusal(ADJUSTED, text_of(ADJUSTED).replace("  一、", f"  {given}一、"))
    assert (error.rule, error.quote) == (NoticeRule.UNKNOWN, given)


def test_two_titles_are_refused() -> None:
    text = "国务院办公厅关于调整2019年国庆节假期安排的通知" + text_of(ADJUSTED)
    assert refusal(ADJUSTED, text).rule == NoticeRule.TITLE


def test_a_holiday_that_had_make_up_days_is_arranged_anew_only_if_they_are_named() -> None:
    """National Day of 2019 had 29 September and 12 October; whether they still work must be said."""
    text = re.sub("一、.*", "一、10月1日至8日放假调休，共8天。{}上班。", text_of(ADJUSTED).replace("劳动节", "国庆节"))
    error = refusal(ADJUSTED, text.format("9月29日（星期日）、10月13日（星期日）"))
    assert (error.rule, "2019-10-12" in error.detail) == (NoticeRule.MAKE_UP, True)
    change = reread(ADJUSTED, text.format("9月29日（星期日）、10月12日（星期六）、10月13日（星期日）"))
    assert (change.to_off, change.to_work) == ((date(2019, 10, 8),), (date(2019, 10, 13),))
    assert change.id == "CN-2019-10-01"


@pytest.mark.parametrize(
    ("name", "until", "back", "off"),
    [
        ("春节", "2月27日（星期五）", "2月28日（星期六）", "24 25 26 27"),
        ("春节", "2月28日（星期六）", "3月2日（星期一）", "24 25 26 27 28"),
        ("春节", "2月26日", "2月27日", "24 25 26"),
        ("国庆节", "10月9日（星期五）", "10月10日（星期六）", "8 9"),
        ("国庆节", "10月11日（星期日）", "10月12日（星期一）", "8 9 10"),
    ],
)
def test_a_holiday_is_prolonged_over_make_up_days_and_up_to_weekends(
    name: str, until: str, back: str, off: str
) -> None:
    change = prolonged(name, until, back)
    assert [day.day for day in change.to_off] == [int(day) for day in off.split()]
    assert change.periods[0].name == name
    assert change.id == f"CN-{change.periods[0].first}"
    assert change.published == date(2026, 1, 20)


@pytest.mark.parametrize(
    ("name", "until", "back", "rule"),
    [
        ("春节", "2月27日", "3月2日", NoticeRule.ACCOUNT),  # Saturday, 28 February, is worked
        ("春节", "2月23日", "2月24日", NoticeRule.SPAN),
        ("清明节", "5月1日", "5月6日", NoticeRule.SPAN),
        ("元旦", "1月4日", "1月5日", NoticeRule.DATED),  # was told when it was over
        ("国庆节", "10月8日", "10月7日", NoticeRule.ACCOUNT),
    ],
)
def test_a_holiday_is_not_prolonged_otherwise(name: str, until: str, back: str, rule: NoticeRule) -> None:
    with pytest.raises(UnreadableNoticeError) as refused:
        prolonged(name, until, back)
    assert refused.value.rule == rule


def test_a_holiday_that_is_prolonged_by_days_of_rest_alone_changes_nothing() -> None:
    rested = [notice.model_copy(update={"work_days": ()}) if notice.year == 2026 else notice for notice in NOTICES]
    with pytest.raises(UnreadableNoticeError) as refused:
        prolonged("国庆节", "10月8日", "10月9日", rested)
    assert refused.value.rule == NoticeRule.STATUTE
    notice = NOTICES[-1]
    shorter = tuple(
        period.model_copy(update={"last": date(2026, 5, 8)}) if period.name == "劳动节" else period
        for period in notice.periods
    )
    kept = [*NOTICES[:-1], notice.model_copy(update={"periods": shorter, "work_days": ()})]
    with pytest.raises(UnreadableNoticeError) as refused:
        prolonged("劳动节", "5月10日", "5月11日", kept)
    assert (refused.value.rule, refused.value.detail) == (
        NoticeRule.KNOWN,
        "没有把任何工作日改为放假：it takes no working day off",
    )


def prolonged(name: str, until: str, back: str, notices: Sequence[Notice] = NOTICES) -> Change:
    text = text_of(PROLONGED).replace("\n春节假期的通知", "春节假期的通知").replace("2020年春节", f"2026年{name}")
    text = text.replace("2月2日（农历正月初九，星期日）", until).replace("2月3日（星期一）", back)
    text = text.replace("〔2020〕", "〔2026〕").replace("2020年1月26日", "2026年1月20日")
    return read_amendment(text, notices, AMENDMENTS, published=date(2026, 1, 20))
