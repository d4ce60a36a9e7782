"""Other ways in which the same text may reach us: pasted from a page, a PDF, a newspaper."""

import re
from collections.abc import Callable

from tests.sla.notices.texts import chinese_number

Variant = Callable[[str], str]
HALF = str.maketrans("（），：；", "(),:;")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def whole_weekdays(text: str) -> str:
    return re.sub("周(?=[一二三四五六日]）)", "星期", text)


def short_weekdays(text: str) -> str:
    return text.replace("星期", "周")


def heavenly_sundays(text: str) -> str:
    return re.sub("(星期|周)日", r"\1天", text)


def half_width_marks(text: str) -> str:
    return text.translate(HALF)


def full_width_digits(text: str) -> str:
    return text.translate(WIDE)


def square_brackets(text: str) -> str:
    return text.replace("〔", "[").replace("〕", "]")


def round_brackets(text: str) -> str:
    return text.replace("〔", "（").replace("〕", "）")


def other_quotes(text: str) -> str:
    return (
        text.replace("“", '"')
        .replace("”", '"')
        .replace("〈", "<")
        .replace("〉", ">")
        .replace("《", "〈")
        .replace("》", "〉")
    )


def spaced_out(text: str) -> str:
    return re.sub(r"(?<!\d)(?=\S)|(?<=\S)(?!\d)", " ", text)


def full_width_blanks(text: str) -> str:
    return text.replace("  ", "　　").replace("年", "年\u00a0").replace("日", "日\u200b")


def one_line(text: str) -> str:
    return "".join(line.strip() for line in text.splitlines())


def a_line_for_each_mark(text: str) -> str:
    return re.sub("([，。、；：（）])", "\\1\n", text)


def broken_lines(text: str) -> str:
    """Lines of at most fifteen signs, as a narrow column has them, but no number torn apart."""
    return re.sub(r"(.{13,15}?)(?<!\d)(?!\d)", "\\1\n", one_line(text))


def foreign_line_ends(text: str) -> str:
    return "\ufeff" + text.replace("\n", "\r\n")


def old_line_ends(text: str) -> str:
    return text.replace("\n", "\r")


def dashes(text: str) -> str:
    return re.sub(r"(?<=[日）])[至—](?=[0-9])", "－", text)


def tildes(text: str) -> str:
    return re.sub(r"(?<=[日）])[至—](?=[0-9])", "~", text)


def long_dashes(text: str) -> str:
    return re.sub(r"(?<=[日）])[至—](?=[0-9])", "———", text)


def until(text: str) -> str:
    return re.sub(r"(?<=[日）])[至—](?=[0-9])", "到", text)


def counted_in_words(text: str) -> str:
    return re.sub("共([0-9])天", lambda found: f"共{chinese_number(int(found[1]))}天", text)


def counted_at_once(text: str) -> str:
    return re.sub("(放假(?:调休|公休)?)，共([0-9])天", r"\1\2天", text)


def days_in_words(text: str) -> str:
    """Months and days in Chinese numerals, in the items and under the notice."""
    head, mark, rest = text.partition("通知如下")
    return head + mark + re.sub("([0-9]{1,2})(?=[月日])", lambda found: chinese_number(int(found[1])), rest)


def last_date_in_words(text: str) -> str:
    def worded(found: re.Match[str]) -> str:
        year = "".join("○一二三四五六七八九"[int(sign)] for sign in found[1])
        return f"{year}年{chinese_number(int(found[2]))}月{chinese_number(int(found[3]))}日\n"

    return re.sub(r"([0-9]{4})年([0-9]+)月([0-9]+)日\s*\Z", worded, text)


def zeros(text: str) -> str:
    return text.replace("○", "零").replace("〇", "零")


def padded_numbers(text: str) -> str:
    head, mark, rest = text.partition("通知如下")
    return head + mark + re.sub(r"(?<![0-9])([0-9])(?=[月日])", r"0\1", rest)


def radicals(text: str) -> str:
    """Signs as some PDF files give them back: radicals of the same look."""
    return text.replace("一", "⼀").replace("日", "⽇").replace("月", "⽉").replace("十", "⼗")


VARIANTS: tuple[Variant, ...] = (
    whole_weekdays, short_weekdays, heavenly_sundays, half_width_marks, full_width_digits, square_brackets, round_brackets,
    other_quotes, spaced_out, full_width_blanks, one_line, a_line_for_each_mark, broken_lines, foreign_line_ends,
    old_line_ends, dashes, tildes, long_dashes, until, counted_in_words, counted_at_once, days_in_words, last_date_in_words,
    zeros, padded_numbers, radicals,
)  # fmt: skip
