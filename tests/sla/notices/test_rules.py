"""Single rules, where a sentence is told apart from one that looks like it."""

from datetime import date

import pytest

from sla.errors import UnreadableNoticeError
from sla.notices.amending import read_amendment
from sla.notices.amendments import AMENDMENTS
from sla.notices.joining import check_among
from sla.notices.national import NOTICES
from sla.notices.notice import Notice
from sla.notices.reading import read_notice
from sla.notices.rules import NoticeRule
from sla.notices.table import EXTRA, SETTLED, check
from tests.reference import bare
from tests.sla.notices.texts import notice_of, render_notice, text_of

# A year, what is put for which words, the rule, and words of the sentence that is quoted.
FAULTS = [
    (2026, "1月1日（周四）至3日（周六）", "1日（周四）至3日（周六）", NoticeRule.DATE, "1日（周四）"),
    (2025, "2月8日（周六）上班", "8日（周六）上班", NoticeRule.WEEKDAY, "8日（周六）"),
    (2025, "1月26日（周日）、2月8日（周六）上班", "8日（周六）上班", NoticeRule.DATE, "8日（周六）"),
    (2024, "除夕（2月9日）", "除夕（2月8日）", NoticeRule.SPAN, "除夕（2月8日）"),
    (2024, "除夕（2月9日）", "除夕（前一日）", NoticeRule.UNKNOWN, "除夕（前一日）"),
    (2024, "除夕（2月9日）休息", "除夕（2月9日）上班", NoticeRule.UNKNOWN, "除夕（2月9日）上班"),
    (2026, "2025年11月4日", "2025年11月31日", NoticeRule.DATE, "2025年11月31日"),
    (2026, "1月1日（周四）至3日（周六）放假调休，共3天", "2025年12月31日至1月1日放假调休，共3天", NoticeRule.COUNT, "共3天"),
    (2007, "节假日期间", "五、清明节：4月5日放假1天。节假日期间", NoticeRule.HOLIDAY, "4月5日"),
    (2008, "2月9日（星期六）、2月10日（星期日）照常公休，2月2日", "2月9日（星期六）、2月10日（星期日）、2月11日（星期一）照常公休，2月2日",
     NoticeRule.ACCOUNT, "2月6日"),
    (2008, "10月1日、2日、3日为法定节假日", "9月29日、30日、10月1日为法定节假日", NoticeRule.ACCOUNT, "9月29日—10月5日"),
    (2008, "9月14日（农历八月十五，中秋节）为法定节假日，9月14日（星期日）公休日调至9月15日（星期一）",
     "9月14日（农历八月十五，中秋节）为公休日，9月14日（星期日）公休日调至9月15日（星期一）", NoticeRule.ACCOUNT, "9月13日—15日"),
    (2008, "5月3日（星期六）为公休日，5月4日（星期日）公休日调至5月2日（星期五），5月4日（星期日）上班",
     "5月2日（星期五）为公休日，5月4日（星期日）公休日调至5月3日（星期六），5月4日（星期日）上班", NoticeRule.ACCOUNT, "5月1日—3日"),
    (2008, "5月4日（星期日）公休日调至5月2日（星期五），5月4日（星期日）上班", "5月4日（星期日）、11日（星期日）公休日调至5月2日（星期五），"
     "5月4日（星期日）上班", NoticeRule.ACCOUNT, "5月1日—3日"),
    (2009, "公休日及中秋节分别调至", "公休日分别调至", NoticeRule.ACCOUNT, "10月1日至8日"),
    (2012, "2011年12月31日（星期六）上班", "2012年1月7日（星期六）上班", NoticeRule.STATUTE, "国务院办公厅关于2012年"),
    (2026, "一、元旦", "一二、元旦", NoticeRule.UNKNOWN, "一二、元旦"),
    (2026, "国办发明电", "国发明电", NoticeRule.NUMBER, "国发明电〔2025〕7号"),
    (2026, "关于2026年\n", "关于1999年\n", NoticeRule.YEAR, "现将2026年"),
    (2026, "2026年", "2003年", NoticeRule.YEAR, "国务院办公厅关于2003年"),
    (2026, "2025年11月4日", "2025年10月1日", NoticeRule.DATED, "2025年10月1日"),
]  # fmt: skip


def refusal(year: int, text: str) -> UnreadableNoticeError:
    with pytest.raises(UnreadableNoticeError) as refused:
        read_notice(text, published=notice_of(year).published)
    return refused.value


@pytest.mark.parametrize(("year", "words", "others", "rule", "quoted"), FAULTS)
def test_a_text_is_refused_by_the_rule_and_quoted(
    year: int, words: str, others: str, rule: NoticeRule, quoted: str
) -> None:
    text = text_of(year)
    assert words in text
    error = refusal(year, text.replace(words, others))
    assert (error.rule, str(error)) == (rule, str(error))
    assert bare(quoted) in bare(error.quote)


def test_a_change_of_two_days_that_only_a_rehearsed_eye_sees_is_told_by_the_weekday() -> None:
    text = text_of(2026).replace("9月25日（周五）至27日（周日）", "9月24日（周五）至26日（周日）")
    assert refusal(2026, text).detail == "2026-09-24 是周四：2026-09-24 is a Thursday"


@pytest.mark.parametrize(
    ("words", "new", "days"),
    [
        (
            "安全、保卫、疫情防控等工作",
            "安全、生产经营、森林防火等工作",
            ["放假安排", "正常上班", "二日加班", "延长办公"],
        ),
        (
            "推动错峰出行",
            "促进文化和旅游消费",
            ["延长假期", "在除夕休息", "在5月6日出行", "提前回家", "周末出行", "安排三天出行"],
        ),
    ],
)
def test_a_duty_or_an_encouragement_may_be_new_but_says_nothing_of_days(words: str, new: str, days: list[str]) -> None:
    text, known = text_of(2026), notice_of(2026)
    assert words in text
    assert read_notice(text.replace(words, new), published=known.published, url=known.url) == known
    for one in days:
        said = words.replace("疫情防控", one).replace("推动错峰出行", one)
        error = refusal(2026, text.replace(words, said))
        assert (error.rule, one in error.quote) == (NoticeRule.UNKNOWN, True)


def test_a_text_without_number_or_signature_is_whole() -> None:
    text = text_of(2026).replace("国办发明电〔2025〕7号\n", "").replace("国务院办公厅\n2025年11月4日\n", "")
    known = notice_of(2026).model_copy(update={"number": None, "dated": None, "url": None})
    assert read_notice(text, published=known.published) == known


def test_a_notice_joins_those_that_are_known_once_and_next_to_them() -> None:
    later = NOTICES[-1].model_copy(update={"year": 2028})
    for notice, detail in ((NOTICES[3], "there is a notice for 2007"), (later, "notices are known from 2004 to 2026")):
        with pytest.raises(UnreadableNoticeError) as refused:
            check_among(notice, NOTICES, AMENDMENTS)
        assert refused.value.rule == NoticeRule.KNOWN
        assert detail in refused.value.detail
    check_among(NOTICES[-1], NOTICES[:-1], AMENDMENTS)
    check_among(NOTICES[0], NOTICES[1:], AMENDMENTS)
    check_among(NOTICES[5], ())


def test_a_december_that_is_settled_is_not_worked_by_a_later_notice() -> None:
    """What a notice carries over is held against what is known up to 2025, and believed after."""
    wrong = NOTICES[-1].model_copy(update={"work_days": (date(2025, 12, 27), *NOTICES[-1].work_days[1:])})
    with pytest.raises(UnreadableNoticeError) as refused:
        check_among(wrong, NOTICES[:-1], AMENDMENTS)
    assert (refused.value.rule, refused.value.detail) == (
        NoticeRule.STATUTE,
        "与已有的日历不合：2025 has 249 working days, the statute gives 248",
    )
    assert SETTLED == 2025
    assert max(EXTRA) <= SETTLED


def test_days_given_that_others_are_worked_for_already_do_not_add_up() -> None:
    notices = [
        each.model_copy(update={"work_days": (*each.work_days, date(2015, 9, 6))}) if each.year == 2015 else each
        for each in NOTICES
    ]
    with pytest.raises(UnreadableNoticeError) as refused:
        read_amendment(text_of("CN-2015-09-03"), notices, published=date(2015, 5, 13))
    assert (refused.value.rule, "1 given" in refused.value.detail) == (NoticeRule.STATUTE, True)


def next_notice() -> Notice:
    """An invented notice of 2027 that works 26 December 2026, a Saturday, for 4 January."""
    off = "2027-01-01 2027-01-04 2027-02-05 2027-02-08 2027-02-09 2027-02-10 2027-02-11 2027-04-05 2027-05-03 2027-05-04 2027-06-09"
    off += " 2027-09-15 2027-10-01 2027-10-04 2027-10-05"
    text = (
        text_of(2026)
        .replace("2026年", "2027年")
        .replace("〔2025〕", "〔2026〕")
        .replace("2025年11月4日", "2026年11月5日")
    )
    items = [
        "一、元旦：1月1日（周五）至4日（周一）放假调休，共4天。2026年12月26日（周六）上班。",
        "二、春节：2月5日（农历除夕、周五）至11日（农历正月初六、周四）放假调休，共7天。1月31日（周日）上班。",
        "三、清明节：4月3日（周六）至5日（周一）放假，共3天。",
        "四、劳动节：5月1日（周六）至4日（周二）放假，共4天。",
        "五、端午节：6月9日（周三）放假1天，不调休。",
        "六、中秋节：9月15日（周三）放假1天，不调休。",
        "七、国庆节：10月1日（周五）至5日（周二）放假，共5天。",
    ]
    head, tail = text[: text.index("一、元旦")], text[text.index("  鼓励单位") :]
    notice = read_notice(head + "\n".join(items) + "\n" + tail, published=date(2026, 11, 5))
    assert [str(day) for day in notice.off_days] == off.split()
    return notice


def test_the_next_notice_may_work_a_december_that_this_one_knew_as_rest() -> None:
    notice = next_notice()
    assert notice.work_days == (date(2026, 12, 26), date(2027, 1, 31))
    check_among(notice, NOTICES, AMENDMENTS)
    check((*NOTICES, notice), AMENDMENTS)
    assert read_notice(render_notice(notice), published=notice.published) == notice
