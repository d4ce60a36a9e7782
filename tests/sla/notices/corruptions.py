"""Texts of notices with one fault each, by its kind: what is wrong, which rule refuses it, and which words are quoted."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sla.notices.notice import Period
from sla.notices.rules import NoticeRule
from tests.sla.notices.texts import ITEMISED, NUMERALS, notice_of

DAY = timedelta(days=1)
WEEKDAYS = "一二三四五六日"
BESIDE = "（(?:星期|周)[一二三四五六日]）"
WORKED = re.compile("(?P<month>[0-9]+)月(?P<day>[0-9]+)日（(?P<word>星期|周)(?P<weekday>[六日])）上班")
PERIOD = re.compile(
    "(?P<first>(?P<m>[0-9]+)月(?P<d>[0-9]+)日(?:（[^）]*）)?)(?P<to>[至—])(?P<last>(?:(?P<n>[0-9]+)月)?(?P<e>[0-9]+)日(?:（[^）]*）)?)"
    "(?=放假)"
)


@dataclass(frozen=True)
class Corruption:
    """A text, the rule that it breaks, and words of the sentence at fault."""

    text: str
    rule: NoticeRule
    words: str


Kind = Callable[[str, int], Iterator[Corruption]]


def items(text: str) -> list[str]:
    """The lines of the items, as they stand in the text."""
    return [line for line in text.splitlines() if re.match(r"\s*[一二三四五六七]、", line)]


def itemised(year: int) -> bool:
    return year in ITEMISED


def wrong_weekday(text: str, year: int) -> Iterator[Corruption]:
    found = list(re.finditer(f"[0-9]+日（(?:星期|周)([{WEEKDAYS}])）", text))
    for place in (found[0], found[-1]):
        wrong = WEEKDAYS[(WEEKDAYS.index(place[1]) + 1) % 7]
        words = place[0].replace(f"{place[1]}）", f"{wrong}）")
        yield Corruption(text[: place.start()] + words + text[place.end() :], NoticeRule.WEEKDAY, words)


def count_off_by_one(text: str, year: int) -> Iterator[Corruption]:
    for place, step in zip(re.finditer("共([0-9])天", text), (1, -1), strict=False):
        words = f"共{int(place[1]) + step}天"
        yield Corruption(text[: place.start()] + words + text[place.end() :], NoticeRule.COUNT, words)


def make_up_day_on_a_weekday(text: str, year: int) -> Iterator[Corruption]:
    for place in worked(text):
        named = date(year, int(place["month"]), int(place["day"]))
        off = {day for period in notice_of(year).periods for day in days_of(period)}
        for offset in (2, -2, 3, -3, 4, -4):
            day = named + DAY * offset
            if day.weekday() < 5 and day not in off:
                words = f"{day.month}月{day.day}日（{place['word']}{WEEKDAYS[day.weekday()]}）上班"
                rule = NoticeRule.ACCOUNT if itemised(year) else NoticeRule.MAKE_UP
                quoted = "放假" if itemised(year) else words
                yield Corruption(text[: place.start()] + words + text[place.end() :], rule, quoted)
                return


def missing_holiday(text: str, year: int) -> Iterator[Corruption]:
    """An item is gone, the others are numbered anew, and it is not announced."""
    lines = items(text)
    for place in (0, 2, len(lines) - 1):
        name = re.findall("、(.+?)：", lines[place])[0]
        shorter = text.replace(lines[place] + "\n", "")
        for later in lines[place + 1 :]:
            numeral = later.strip()[0]
            before = NUMERALS[NUMERALS.index(numeral) - 1]
            shorter = shorter.replace(later, later.replace(numeral, before, 1))
        yield Corruption(unannounced(shorter, name), NoticeRule.HOLIDAY, f"国务院办公厅关于{year}年")


def missing_item(text: str, year: int) -> Iterator[Corruption]:
    lines = items(text)
    for place in (0, len(lines) - 2):
        yield Corruption(text.replace(lines[place] + "\n", ""), NoticeRule.ORDER, lines[place + 1].strip()[:6])


def holiday_twice(text: str, year: int) -> Iterator[Corruption]:
    lines = items(text)
    again = f"{NUMERALS[len(lines)]}{lines[1].strip()[1:]}"
    words = PERIOD.findall(lines[1])[0][0]
    yield Corruption(text.replace(lines[-1], f"{lines[-1]}\n{again}"), NoticeRule.HOLIDAY, words)


def end_before_begin(text: str, year: int) -> Iterator[Corruption]:
    for line in (items(text)[1], items(text)[-1]):
        found = PERIOD.search(line)
        assert found
        last = found["last"] if found["n"] else f"{found['m']}月{found['last']}"
        words = f"{last}{found['to']}{found['first']}"
        yield Corruption(within(text, line, found[0], words), NoticeRule.SPAN, words)


def impossible_date(text: str, year: int) -> Iterator[Corruption]:
    for line, day in ((items(text)[1], "2月30日"), (items(text)[-1], "9月31日"), (items(text)[0], "13月1日")):
        found = re.search("[0-9]+月[0-9]+日", line)
        assert found
        yield Corruption(within(text, line, found[0], day), NoticeRule.DATE, day)


def number_of_another_year(text: str, year: int) -> Iterator[Corruption]:
    if f"〔{year - 1}〕" in text:
        yield Corruption(text.replace(f"〔{year - 1}〕", f"〔{year}〕"), NoticeRule.NUMBER, f"〔{year}〕")


def date_of_another_year(text: str, year: int) -> Iterator[Corruption]:
    for sign, wrong in ((str(year - 1), str(year)), (worded(year - 1), worded(year))):
        head, mark, rest = text.rpartition(f"国务院办公厅\n{sign}年")
        if mark:
            yield Corruption(f"{head}国务院办公厅\n{wrong}年{rest}", NoticeRule.DATED, f"{wrong}年")


def cut_sentence(text: str, year: int) -> Iterator[Corruption]:
    for line in items(text)[1:]:
        found = re.search("放假(?:调休|公休)?，共", line)
        if found:
            name = re.findall("、(.+?)：", line)[0]
            yield Corruption(text.replace(line, line[: found.end()]), NoticeRule.UNKNOWN, name)


def unknown_sentence(text: str, year: int) -> Iterator[Corruption]:
    said = (
        "各单位可以自行安排。", "除夕提前放假半天。", "企业不执行本通知。", "上述日期以最终通知为准。", "3月8日下午休息。",
        "节假日期间，各地区、各部门照常上班。", "鼓励各地区安排连休，4月7日可以休息。", "No work on 2 May.",
    )  # fmt: skip
    for place, words in enumerate(said):
        line = items(text)[place % len(items(text))]
        yield Corruption(text.replace(line, line + words), NoticeRule.UNKNOWN, words)
    yield Corruption(f"{text}{said[0]}", NoticeRule.UNKNOWN, said[0])
    yield Corruption(f"来源：本站\n{text}", NoticeRule.UNKNOWN, "来源：本站")
    duty = "、要求职工照常上班等工作"
    yield Corruption(text.replace("等工作，遇有", f"{duty}，遇有"), NoticeRule.UNKNOWN, "节假日期间")


def month_misread(text: str, year: int) -> Iterator[Corruption]:
    """A make-up day in the next month: of another weekday, no day at all, or too far from its holiday."""
    for place in worked(text):
        month, day = int(place["month"]) % 12 + 1, int(place["day"])
        try:
            same = date(year, month, day).weekday() == WEEKDAYS.index(place["weekday"])
            rule = (NoticeRule.ACCOUNT if itemised(year) else NoticeRule.MAKE_UP) if same else NoticeRule.WEEKDAY
        except ValueError:
            rule = NoticeRule.DATE
        words = place[0].replace(f"{place['month']}月", f"{month}月")
        quoted = "放假" if rule is NoticeRule.ACCOUNT else words
        yield Corruption(text[: place.start()] + words + text[place.end() :], rule, quoted)


def months_swapped(text: str, year: int) -> Iterator[Corruption]:
    for line in items(text)[1:]:
        for found in PERIOD.finditer(line):
            if found["n"] and "（" not in found[0]:
                words = f"{found['n']}月{found['d']}日{found['to']}{found['m']}月{found['e']}日"
                rule = _of_dates((int(found["n"]), int(found["d"])), (int(found["m"]), int(found["e"])), year)
                yield Corruption(within(text, line, found[0], words), rule, words)


def two_years(text: str, year: int) -> Iterator[Corruption]:
    yield Corruption(text.replace(f"现将{year}年", f"现将{year + 1}年"), NoticeRule.YEAR, f"现将{year + 1}年")
    yield Corruption(text.replace(f"关于{year}年", f"关于{year - 1}年"), NoticeRule.YEAR, f"现将{year}年")


def day_of_another_year(text: str, year: int) -> Iterator[Corruption]:
    for line in items(text)[1:]:
        found = PERIOD.search(line)
        if found:
            words = f"{year + 1}年{found['first']}"
            yield Corruption(within(text, line, found["first"], words), NoticeRule.YEAR, words)


def lost_make_up_day(text: str, year: int) -> Iterator[Corruption]:
    for place in re.finditer(r"(?<=。)[^。\n]*上班。", text):
        if not itemised(year):
            words = f"国务院办公厅关于{year}年"
            yield Corruption(text[: place.start()] + text[place.end() :], NoticeRule.STATUTE, words)
    if itemised(year):
        line = items(text)[1]
        shorter = re.sub("[，。][^，。；]*上班。", "。", line)
        yield Corruption(text.replace(line, shorter), NoticeRule.ACCOUNT, "放假")


def a_day_off_too_many(text: str, year: int) -> Iterator[Corruption]:
    """A holiday ends a weekday later, and the days are counted so."""
    for line in items(text)[1:]:
        found = re.search("至(?:([0-9]+)月)?([0-9]+)日(?=放假(?:调休|公休)?，共([0-9])天)", line)
        if not found or itemised(year):
            continue
        month = int(found[1] or re.findall("([0-9]+)月", line[: found.start()])[-1])
        after = date(year, month, int(found[2])) + DAY
        if after.weekday() < 5 and after.month == month:
            longer = within(line, line, f"{found[2]}日放假", f"{after.day}日放假")
            longer = longer.replace(f"共{found[3]}天", f"共{int(found[3]) + 1}天")
            yield Corruption(text.replace(line, longer), NoticeRule.STATUTE, f"国务院办公厅关于{year}年")


def _of_dates(first: tuple[int, int], last: tuple[int, int], year: int) -> NoticeRule:
    try:
        return NoticeRule.SPAN if date(year, *last) < date(year, *first) else NoticeRule.COUNT
    except ValueError:
        return NoticeRule.DATE


def unannounced(text: str, name: str) -> str:
    head, mark, rest = text.partition("放假调休日期")
    begin = head.rindex("年", 0, len(head)) + 1
    names = [each for each in re.split("[、和]", head[begin:].strip("，")) if each not in name.split("、")]
    said = {"“五一”国际劳动节": "国际劳动节"}.get(name, name)
    return head[:begin] + "、".join(each for each in names if each != said) + mark + rest


def within(text: str, line: str, words: str, others: str) -> str:
    return text.replace(line, line.replace(words, others, 1))


def worked(text: str) -> Iterator[re.Match[str]]:
    """The last make-up day of a text that is said in full."""
    yield from [found for found in WORKED.finditer(text) if found["month"] != "12"][-1:]


def days_of(period: Period) -> Iterator[date]:
    for offset in range((period.last - period.first).days + 1):
        yield period.first + DAY * offset


def worded(year: int) -> str:
    return "".join("〇一二三四五六七八九"[int(sign)] for sign in str(year))
