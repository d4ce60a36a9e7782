"""More texts with one fault each: what is understood sentence by sentence, and does not fit together."""

import re
from collections.abc import Iterator
from datetime import date

from sla.notices.rules import NoticeRule
from tests.sla.notices import corruptions
from tests.sla.notices.corruptions import BESIDE, DAY, PERIOD, WEEKDAYS, Corruption, Kind, itemised, items, worked
from tests.sla.notices.texts import notice_of


def make_up_day_in_a_holiday(text: str, year: int) -> Iterator[Corruption]:
    period = notice_of(year).periods[-1]
    day = next(period.first + DAY * offset for offset in range(7) if (period.first + DAY * offset).weekday() >= 5)
    for place in worked(text):
        words = f"{day.month}月{day.day}日（{place['word']}{WEEKDAYS[day.weekday()]}）"
        rule = NoticeRule.ACCOUNT if itemised(year) else NoticeRule.MAKE_UP
        longer = text[: place.start()] + f"{words}、" + text[place.start() :]
        yield Corruption(longer, rule, "放假" if itemised(year) else words)


def make_up_day_twice(text: str, year: int) -> Iterator[Corruption]:
    for place in worked(text):
        words = f"{place[0].removesuffix('上班')}、{place[0]}"
        yield Corruption(text[: place.start()] + words + text[place.end() :], NoticeRule.MAKE_UP, words)


def make_up_day_for_two_holidays(text: str, year: int) -> Iterator[Corruption]:
    """The one of the last holiday is named with the last but one as well, where both are near."""
    if not itemised(year) and len(items(text)) == 7 and (day := re.search("9月([0-9]+)日（[^）]*）", items(text)[6])):
        line = items(text)[5]
        rule = NoticeRule.MAKE_UP
        yield Corruption(text.replace(line, f"{line}{day[0]}上班。"), rule, day[0])


def a_holiday_not_announced(text: str, year: int) -> Iterator[Corruption]:
    head, mark, rest = text.partition(f"现将{year}年")
    for name in ("春节、", "端午节、", "“五一”、"):
        shorter = head + mark + rest.replace(name, "", 1)
        if shorter != text:
            yield Corruption(shorter, NoticeRule.HOLIDAY, f"现将{year}年")


def a_holiday_announced_and_not_arranged(text: str, year: int) -> Iterator[Corruption]:
    yield Corruption(text.replace("年元旦、", "年元旦、春节、", 1), NoticeRule.HOLIDAY, f"现将{year}年")


def unknown_holiday(text: str, year: int) -> Iterator[Corruption]:
    for line, name in zip(items(text), ("儿童节", "中国人民抗日战争胜利纪念日", "节假日"), strict=False):
        head, mark, _ = line.partition("：")
        wrong = f"{head.strip()[:2]}{name}{mark}"
        yield Corruption(text.replace(f"{head.strip()}{mark}", wrong), NoticeRule.HOLIDAY, wrong)


def weekend_joined_in_the_middle_of_a_week(text: str, year: int) -> Iterator[Corruption]:
    day = next(date(year, 4, number) for number in range(1, 8) if date(year, 4, number).weekday() == 2)
    if not itemised(year):
        words = f"4月{day.day}日放假，与周末连休。"
        yield Corruption(_instead(text, 2, words), NoticeRule.WEEKEND, words)


def substitute_on_another_day(text: str, year: int) -> Iterator[Corruption]:
    saturday = next(date(year, 5, number) for number in range(1, 8) if date(year, 5, number).weekday() == 5)
    for offset, weekday in ((1, "日"), (3, "二"), (-1, "五")):
        instead = saturday + DAY * offset
        words = f"{instead.month}月{instead.day}日（周{weekday}）补休。"
        line = _instead(text, 2 if itemised(year) else 3, f"5月{saturday.day}日放假，{words}")
        yield Corruption(line, NoticeRule.SUBSTITUTE, words)
    words = f"5月{saturday.day - 1}日放假，5月{saturday.day}日补休。" if saturday.day > 1 else ""
    if words:
        yield Corruption(_instead(text, 2 if itemised(year) else 3, words), NoticeRule.SUBSTITUTE, words)


def worked_and_not_exchanged(text: str, year: int) -> Iterator[Corruption]:
    line = next(line for line in reversed(items(text)) if "上班" in line)
    wrong = re.sub("共([0-9])天", r"共\1天，不调休", line)
    yield Corruption(text.replace(line, wrong), NoticeRule.MAKE_UP, "上班")


def a_torn_number(text: str, year: int) -> Iterator[Corruption]:
    for words, torn in (("10月", "1 0月"), (f"{year}年", f"{year // 10} {year % 10}年")):
        yield Corruption(text.replace(words, torn, 1), NoticeRule.UNKNOWN, torn)


def no_title(text: str, year: int) -> Iterator[Corruption]:
    rest = re.sub("国务院办公厅关于[0-9]+年\\s*部分节假日安排的通知\n", "", text, count=1)
    yield Corruption(rest, NoticeRule.TITLE, rest.strip()[:6])
    yield Corruption("\n".join(items(text)), NoticeRule.TITLE, "一、元旦")


def words_beside_a_date(text: str, year: int) -> Iterator[Corruption]:
    for place in worked(text):
        weekday = f"周{place['weekday']}"
        for words in ("（不放假）", "（周八）", "（暂定）", f"（{weekday}，除外）", f"（{weekday}、）"):
            wrong = re.sub(BESIDE, words, place[0])
            yield Corruption(text[: place.start()] + wrong + text[place.end() :], NoticeRule.UNKNOWN, words)


def no_number_of_days(text: str, year: int) -> Iterator[Corruption]:
    for line in items(text)[1:]:
        found = PERIOD.search(line)
        if found:
            yield Corruption(text.replace(line, re.sub("，共[0-9]天", "", line)), NoticeRule.COUNT, found[0])


def holidays_out_of_order(text: str, year: int) -> Iterator[Corruption]:
    lines = items(text)
    later, earlier = lines[2].strip()[2:], lines[1].strip()[2:]
    mixed = text.replace(lines[1], f"二、{later}").replace(lines[2], f"三、{earlier}")
    yield Corruption(mixed, NoticeRule.SPAN, earlier.partition("：")[2][:5])


def out_of_season(text: str, year: int) -> Iterator[Corruption]:
    if itemised(year):
        return
    yield Corruption(_instead(text, 0, "1月8日放假1天。"), NoticeRule.SEASON, "1月8日")
    yield Corruption(_instead(text, 1, "3月1日放假1天。"), NoticeRule.SEASON, "3月1日")
    yield Corruption(_instead(text, 2, "3月31日放假1天。"), NoticeRule.SEASON, "3月31日")
    yield Corruption(_instead(text, 3, "5月8日放假1天。"), NoticeRule.SEASON, "5月8日")
    yield Corruption(_instead(text, 4, "7月8日放假1天。"), NoticeRule.SEASON, "7月8日")


def twice_or_out_of_place(text: str, year: int) -> Iterator[Corruption]:
    lines = [line for line in text.splitlines() if line.strip()]
    announced = next(line for line in lines if f"现将{year}年" in line)
    closing = next(line for line in lines if "节假日期间" in line)
    yield Corruption(text.replace(announced, announced * 2), NoticeRule.ORDER, announced.strip()[:10])
    yield Corruption(text.replace(closing, closing * 2), NoticeRule.ORDER, closing.strip()[:6])
    yield Corruption(text.replace(announced, ""), NoticeRule.ORDER, f"国务院办公厅关于{year}年")
    first = items(text)[0]
    early = text.replace(first, f"国务院办公厅\n{first}")
    yield Corruption(early, NoticeRule.ORDER, "一、元旦")
    yield Corruption(text.replace(closing, "").replace(first, f"{closing}\n{first}"), NoticeRule.ORDER, "一、元旦")


def accounts_that_do_not_add_up(text: str, year: int) -> Iterator[Corruption]:
    """Where a notice tells of every day what it is: a day less, a day moved twice, a weekday of rest, a number of days."""
    if not itemised(year):
        return
    for line in items(text):
        for wrong in ("[，；][^，；。]*照常公休", "[，；][^，；。]*为公休日"):
            if re.search(wrong, line):
                yield Corruption(text.replace(line, re.sub(wrong, "", line)), NoticeRule.ACCOUNT, "放假")
        if "两个公休日" in line:
            yield Corruption(
                text.replace(line, line.replace("两个公休日", "三个公休日")), NoticeRule.COUNT, "三个公休日"
            )
        if "三个公休日" in line:
            yield Corruption(
                text.replace(line, line.replace("三个公休日", "两个公休日")), NoticeRule.COUNT, "两个公休日"
            )
        if "上班" in line:
            unworked = re.sub("[，。；][^，；。]*上班", "", line)
            yield Corruption(text.replace(line, unworked), NoticeRule.ACCOUNT, "放假")
        if re.search("为法定节?假日", line):
            rested = re.sub("为法定节?假日", "照常公休", line)
            yield Corruption(text.replace(line, rested), NoticeRule.ACCOUNT, "放假")


KINDS: tuple[Kind, ...] = (
    corruptions.wrong_weekday, corruptions.count_off_by_one, corruptions.make_up_day_on_a_weekday, corruptions.missing_holiday,
    corruptions.missing_item, corruptions.holiday_twice, corruptions.end_before_begin, corruptions.impossible_date,
    corruptions.number_of_another_year, corruptions.date_of_another_year, corruptions.cut_sentence,
    corruptions.unknown_sentence, corruptions.month_misread, corruptions.months_swapped, corruptions.two_years,
    corruptions.day_of_another_year, corruptions.lost_make_up_day, corruptions.a_day_off_too_many,
    make_up_day_in_a_holiday, make_up_day_twice, make_up_day_for_two_holidays, a_holiday_not_announced,
    a_holiday_announced_and_not_arranged, unknown_holiday, weekend_joined_in_the_middle_of_a_week, substitute_on_another_day,
    worked_and_not_exchanged, a_torn_number, no_title, words_beside_a_date, no_number_of_days, holidays_out_of_order,
    out_of_season, twice_or_out_of_place, accounts_that_do_not_add_up,
)  # fmt: skip


def _instead(text: str, place: int, words: str) -> str:
    line = items(text)[place]
    return text.replace(line, f"{line.partition('：')[0]}：{words}")
