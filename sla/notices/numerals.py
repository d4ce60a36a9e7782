"""Numbers, dates and weekdays as notices write them, in Arabic or Chinese numerals."""

import re

_ONES = "一二三四五六七八九"
PLACE = f"(?:[{_ONES}]?十[{_ONES}]?|[{_ONES}])"  # of an item
NUMBER = f"(?:[0-9]{{1,2}}|{PLACE}|两)"
YEAR = f"(?:[0-9]{{4}}|[〇{_ONES}]{{4}})"
FULL_DATE = rf"{YEAR}年{NUMBER}月{NUMBER}日"
WEEKDAYS = "一二三四五六日"
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK_NAMES = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_WEEKDAY = re.compile(rf"(?:星期|周)([{WEEKDAYS}天])")

_MOON_DAY = rf"(?:初[{_ONES}十]|二十[{_ONES}]?|廿[{_ONES}]?|三十|十[{_ONES}]?)"
_MOON_MONTH = f"(?:闰?(?:正|冬|腊|十[一二]?|[{_ONES}])月)"
_MOON = f"(?:(?:大年)?{_MOON_MONTH}?{_MOON_DAY}|(?:除夕|清明|端午|中秋|春节)节?)"
# Words beside a date that say which day it is by the moon, or which festival; they say nothing of days off.
_FESTIVAL = re.compile(
    rf'即?(?:农历)?{_MOON}(?:当[日天])?(?:至(?:农历)?{_MOON})?|新年|元旦|国庆节|劳动节|(?:"五一")?国际劳动节'
)


def number(text: str) -> int:
    """Return a whole number below a hundred."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_digit(tens) if tens else 1) * 10 * bool(ten) + (_digit(ones) if ones else 0)


def year_number(text: str) -> int:
    """Return a year, which is written digit by digit."""
    return int("".join(str(_digit(sign)) for sign in text))


def date_parts(text: str) -> tuple[int, int, int]:
    """Return year, month and day of a whole date."""
    year, month, day, _ = re.split("[年月日]", text)
    return year_number(year), number(month), number(day)


def weekday(text: str) -> int | None:
    """Return the day of the week, 0 for Monday; None where the words are no weekday."""
    found = _WEEKDAY.fullmatch(text)
    return WEEKDAYS.index(found[1].replace("天", "日")) if found else None


def is_festival(text: str) -> bool:
    """Tell whether the words name a day of the moon's year or a festival."""
    return _FESTIVAL.fullmatch(text) is not None


def _digit(sign: str) -> int:
    return 2 if sign == "两" else int(sign) if sign.isdigit() else f"〇{_ONES}".index(sign)
