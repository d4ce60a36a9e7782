"""The catalogue has every word that the pages say, and none that they do not; days and amounts are written as people write them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import api.pages
from api.http.advice import advice
from api.http.problems import PROBLEMS
from api.pages.words import CATALOGUES, Language, PageWords, accepted
from sla.clock import Unit
from sla.commitments.register import REGISTER
from tests.desk import CHINA

PAGES = Path(api.pages.__file__).parent
KEYWORDS = dict.fromkeys(("_", "gettext", "both", "say", "message", "head"))
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.i18n"}}


def said() -> set[str]:
    """Every message in the code or in a template, what each problem is called and what to do about it, and how each commitment is read."""
    found = extract_from_dir(str(PAGES), METHODS, OPTIONS, keywords=KEYWORDS)
    texts = {text for _, _, message, _, _ in found for text in ([message] if isinstance(message, str) else message)}
    readings = {text for one in REGISTER.values() for text in one.interpretation}
    return texts | readings | {text for code, (_, title) in PROBLEMS.items() for text in (title, advice(code))}


def known() -> dict[str, str]:
    words: dict[str, str] = {}
    for part in CATALOGUES.glob("*.po"):
        with part.open("rb") as file:
            for one in read_po(file):
                if one.id:
                    assert str(one.id) not in words or words[str(one.id)] == one.string, f"{one.id} is said in two ways"
                    assert not one.fuzzy
                    words[str(one.id)] = str(one.string)
    return words


def test_every_word_of_the_pages_is_there_in_chinese_and_no_other() -> None:
    assert {"missing": sorted(said() - known().keys()), "unused": sorted(known().keys() - said())} == {
        "missing": [],
        "unused": [],
    }
    assert all(known().values())


@pytest.mark.parametrize(("en", "zh"), sorted(known().items()))
def test_what_is_filled_in_is_the_same_in_both_languages(en: str, zh: str) -> None:
    assert sorted(part.split(")")[0] for part in en.split("%(")[1:]) == sorted(
        part.split(")")[0] for part in zh.split("%(")[1:]
    )


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("de,en;q=0.5,zh;q=0.4", "en"),
        ("zh-TW,en;q=0.9", "zh"),
        ("en;q=nonsense,zh", "zh"),
        ("fr", "zh"),
    ],
)
def test_a_page_speaks_the_language_that_a_browser_likes_best(header: str | None, language: str) -> None:
    assert accepted(header) is Language(language)


def test_days_instants_and_amounts_are_written_as_people_write_them() -> None:
    zh, en = (PageWords(language, date(2026, 11, 26)) for language in Language)
    at = datetime(2026, 11, 30, 17, 30, tzinfo=CHINA)
    assert zh.instant(at, weekday=True) == "11月30日（周一）17:30"
    assert en.instant(at, weekday=True) == "Mon 30 Nov 17:30"
    assert zh.instant(at) == "11月30日 17:30"
    assert zh.day(date(2025, 3, 10)) == "2025年3月10日"
    assert en.day(date(2025, 3, 10)) == "10 Mar 2025"
    assert zh.near(date(2026, 11, 26)) == "今日"
    assert en.near(date(2026, 11, 27), tomorrow=date(2026, 11, 27)) == "tomorrow"
    assert zh.amount(Decimal(2), Unit.WORKDAY) == "2 个工作日"
    assert en.amount(Decimal(1), Unit.WORKDAY) == "1 working day"
    assert en.amount(Decimal("1.5"), Unit.WORKHOUR) == "1.5 working hours"
    assert zh.number(4580) == "4\u2009580"
    assert zh.span(timedelta(hours=6, minutes=48)) == "6 时 48 分"
    assert en.span(timedelta(0)) == "0 min"


@pytest.mark.parametrize(
    ("moment", "zh", "en"),
    [
        (datetime(2026, 11, 27, 17, 30, tzinfo=CHINA), "11月27日（周五）17:30", "Fri 27 Nov 17:30"),
        (datetime(2026, 11, 28, tzinfo=CHINA), "11月27日（周五）24:00", "Fri 27 Nov 24:00"),
        (datetime(2027, 1, 1, tzinfo=CHINA), "12月31日（周四）24:00", "Thu 31 Dec 24:00"),
    ],
)
def test_the_end_of_a_day_is_a_time_of_that_day_where_something_is_due(moment: datetime, zh: str, en: str) -> None:
    today = date(2026, 11, 26)
    assert PageWords(Language.ZH, today).due(moment, weekday=True) == zh
    assert PageWords(Language.EN, today).due(moment, weekday=True) == en
