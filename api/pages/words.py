"""What the pages say, in Chinese or in English: words from the catalogue, and how days, instants and amounts are written.

A word stands in the code and in the templates in English; the files of `locale/zh` have it in Chinese. Where it is said later than it
is written, it is marked by `message`.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from markupsafe import Markup

from api.ruler.words import day_text, full_day
from sla.axis import due_day, due_time, local
from sla.clock import Unit

CATALOGUES = Path(__file__).parent / "locale" / "zh"
THIN = "\u2009"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Language(StrEnum):
    """The language of a page."""

    ZH = "zh"
    EN = "en"

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return "zh-CN" if self is Language.ZH else "en"


@cache
def catalogue(language: Language) -> NullTranslations:
    """Return the words of a language; English needs none."""
    if language is Language.EN:
        return NullTranslations()
    whole = Catalog(locale="zh_CN")
    for part in sorted(CATALOGUES.glob("*.po")):
        with part.open("rb") as file:
            for one in read_po(file, locale="zh_CN"):
                if one.id:
                    whole.add(one.id, one.string)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)


def message(text: str) -> str:
    """Mark a text as one of the catalogue's, where it is said later."""
    return text


class PageWords:
    """The words of one page: its language, and the day that it calls today."""

    def __init__(self, language: Language, today: date) -> None:
        self.language = language
        self.today = today

    @property
    def zh(self) -> bool:
        """Whether the page is Chinese."""
        return self.language is Language.ZH

    def say(self, message: str, /, **values: object) -> str:
        """Return a message in the page's language, with its `%(names)s` filled in."""
        return _in(self.language, message, values)

    def both(self, message: str, /, **values: object) -> Markup:
        """Return a message in the page's language, and the other one small beside it."""
        return self.pair(_in(Language.ZH, message, values), _in(Language.EN, message, values))

    def pair(self, zh: str, en: str) -> Markup:
        """Return a text that is known in both languages, the other one small beside it."""
        if not self.zh:
            return Markup('{}{}<small lang="zh-CN">{}</small>').format(en, " " if en else "", zh)
        return Markup('{}{}<small lang="en">{}</small>').format(zh, " " if zh else "", en)

    def title(self, zh: str, en: str) -> str:
        """Return a title in the page's language."""
        return zh if self.zh else en

    @property
    def colon(self) -> str:
        """What stands between a label and what it is said of."""
        return "：" if self.zh else ": "

    def labelled(self, label: str, text: str) -> str:
        """Write what is said of a label behind it."""
        return f"{label}{self.colon}{text}"

    def day(self, day: date, *, weekday: bool = False) -> str:
        """Write a day; with its year where that is not today's."""
        write = full_day if weekday else day_text
        return write(day, "zh" if self.zh else "en", year=day.year != self.today.year)

    def near(self, day: date, *, tomorrow: date | None = None, weekday: bool = False) -> str:
        """Write a day as today or tomorrow where it is; `tomorrow` is the next working day."""
        if day == self.today:
            return self.say("today")
        if day == tomorrow:
            return self.say("tomorrow")
        return self.day(day, weekday=weekday)

    def instant(self, at: datetime, *, weekday: bool = False, near: bool = False) -> str:
        """Write an instant in China's time, to the minute."""
        there = local(at)
        return self._at(there.date(), f"{there:%H:%M}", weekday=weekday, near=near)

    def _at(self, day: date, time: str, *, weekday: bool, near: bool, tomorrow: date | None = None) -> str:
        said = self.near(day, tomorrow=tomorrow, weekday=weekday) if near else self.day(day, weekday=weekday)
        gap = "" if self.zh and weekday and said.endswith("）") else " "
        return f"{said}{gap}{time}"

    def due(self, at: datetime, *, weekday: bool = False, near: bool = False, tomorrow: date | None = None) -> str:
        """Write a due instant as `instant` does: 24:00 belongs to the day that it ends."""
        return self._at(due_day(at), due_time(at), weekday=weekday, near=near, tomorrow=tomorrow)

    def clock_time(self, at: datetime) -> str:
        """Write the time of an instant, to the second."""
        return f"{local(at):%H:%M:%S}"

    def number(self, value: Decimal | int | float) -> str:
        """Write a number, its digits by threes."""
        exact = Decimal(str(value)).normalize()
        text = f"{exact:,f}"
        return text.replace(",", THIN)

    def amount(self, value: Decimal | int, unit: Unit) -> str:
        """Write an amount of time in a limit's unit."""
        return f"{self.number(value)} {self.unit(unit, value)}"

    def unit(self, unit: Unit, value: Decimal | int) -> str:
        """Name a unit of time."""
        return self.say(_UNITS[unit] if self.zh or value != 1 else _ONE[unit])

    def span(self, length: timedelta) -> str:
        """Write a length of working time in hours and minutes."""
        hours, rest = divmod(length, HOUR)
        minutes = rest // MINUTE
        parts = []
        if hours:
            parts.append(self.say("%(n)s h", n=hours))
        if minutes or not hours:
            parts.append(self.say("%(n)s min", n=minutes))
        return " ".join(parts)

    def listed(self, texts: Iterable[str]) -> str:
        """Join texts."""
        return ("、" if self.zh else ", ").join(texts)


_UNITS: Mapping[Unit, str] = {
    Unit.WORKDAY: message("working days"),
    Unit.WORKHOUR: message("working hours"),
    Unit.DAY: message("days"),
    Unit.MONTH: message("months"),
}
_ONE: Mapping[Unit, str] = {
    Unit.WORKDAY: message("working day"),
    Unit.WORKHOUR: message("working hour"),
    Unit.DAY: message("day"),
    Unit.MONTH: message("month"),
}


def _in(language: Language, message: str, values: Mapping[str, object]) -> str:
    text = catalogue(language).gettext(message)
    return text % values if values else text


def accepted(header: str | None) -> Language:
    """Return the language that an Accept-Language header likes best: Chinese where it names neither."""
    best, language = 0.0, Language.ZH
    for part in (header or "").split(","):
        name, _, rest = part.strip().partition(";")
        weight = rest.strip().removeprefix("q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        found = next((one for one in Language if name.lower().split("-")[0] == one), None)
        if found is not None and quality > best:
            best, language = quality, found
    return language
