"""How a text is read: sentence after sentence, each known, each in its place, none passed over."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from sla.notices import wording
from sla.notices.dating import whole_date
from sla.notices.heading import Heading, written_number
from sla.notices.numerals import date_parts, number
from sla.notices.paper import Paper, Passage
from sla.notices.rules import NoticeRule

HEAD, PREAMBLE, BODY, CLOSING, SIGNED, LAST = range(6)


class KnownSentence(NamedTuple):
    """A known sentence: where it may stand, how it is known, and what is read of it."""

    stage: int
    pattern: re.Pattern[str]
    heard: Callable[[re.Match[str]], None]
    once: bool = False


def pass_over(found: re.Match[str]) -> None:
    """Read nothing of a sentence that says nothing of days."""


class Recital(ABC):
    """The reading of one text; what it says of itself is kept with the place where it says so."""

    def __init__(self, text: str) -> None:
        self.paper = Paper(text)
        self.year: int | None = None
        self.title = Passage("")
        self.of_office = True  # 国务院办公厅, and not 国务院 itself
        self._number: tuple[str, Passage] | None = None
        self._dates: dict[str, tuple[date, Passage]] = {}
        self._reported: tuple[int, int, Passage] | None = None  # month and day of an agency's report

    @abstractmethod
    def sentences(self) -> Sequence[KnownSentence]:
        """Return the sentences known, in the order in which they are tried."""

    def read(self) -> None:
        """Read the text to its end; the first sentence that is unknown or out of place is an error."""
        stage, heard = HEAD, set()
        known = self.sentences()
        while not self.paper.ended:
            self.paper.begun = begun = self.paper.pos
            for sentence in known:
                if found := self.paper.take(sentence.pattern):
                    break
            else:
                raise self.paper.not_understood()
            if sentence.stage < stage or (sentence.once and sentence.pattern in heard):
                raise self.paper.fault(
                    NoticeRule.ORDER, "此处不应有这一句，或者重复：this does not belong here, or is said twice", begun
                )
            stage = sentence.stage
            heard.add(sentence.pattern)
            sentence.heard(found)

    def heading(self, published: date | None, url: str | None) -> Heading:
        """Return what the text says of itself, with the day of publication that the text or its bringer names."""
        dated, dated_mark = self._dates.get("dated", (None, None))
        said, said_mark = self._dates.get("published", (None, None))
        if said and published and said != published:
            raise (said_mark or self.title).fault(
                NoticeRule.DATED, f"所说的公布日是 {published}：it is said to be published {published}"
            )
        published = published or said or self._as_reported(dated)
        if self._reported and published and (published.month, published.day) != self._reported[:2]:
            raise self._reported[2].fault(
                NoticeRule.DATED, f"所说的公布日是 {published}：it is said to be published {published}"
            )
        said_number, number_mark = self._number or (None, None)
        if said_number and number_mark and said_number.startswith("国办") is not self.of_office:
            raise number_mark.fault(
                NoticeRule.NUMBER, "文号与标题的发文机关不符：the number is of another office than the title's"
            )
        return Heading(
            mark=self.title,
            number=said_number,
            number_mark=number_mark,
            dated=dated,
            dated_mark=dated_mark,
            published=published,
            url=url,
        )

    def around(self) -> tuple[KnownSentence, ...]:
        """Return the sentences that stand before and after what every text is about."""
        return (
            KnownSentence(HEAD, wording.AGENCY_REPORT, self._hear_report, once=True),
            KnownSentence(HEAD, wording.INDEX, pass_over),
            KnownSentence(HEAD, wording.ISSUER, pass_over),
            KnownSentence(HEAD, wording.WRITTEN_ON, self._hear_dated),
            KnownSentence(HEAD, wording.PUBLISHED_ON, self._hear_published),
            KnownSentence(HEAD, wording.NUMBERED, self._hear_number),
            KnownSentence(HEAD, wording.ADDRESSEES, pass_over, once=True),
            KnownSentence(CLOSING, wording.DUTIES, pass_over, once=True),
            KnownSentence(SIGNED, wording.SIGNATURE, pass_over, once=True),
            KnownSentence(LAST, wording.LAST_DATE, self._hear_dated, once=True),
            KnownSentence(LAST, wording.OPEN_TO_ALL, pass_over, once=True),
        )

    def hear_year(self, year: int, pos: int) -> None:
        """Take a year that the text speaks of; a second one is an error."""
        if self.year not in (None, year):
            raise self.paper.fault(
                NoticeRule.YEAR,
                f"全文说 {self.year} 年，此处说 {year} 年：the text is about {self.year}, and here about {year}",
                pos,
            )
        self.year = year

    def _hear_number(self, found: re.Match[str]) -> None:
        said = written_number(found)
        if self._number and self._number[0] != said:
            raise self.paper.words(found).fault(
                NoticeRule.NUMBER, f"前面的文号是 {self._number[0]}：the number was {self._number[0]} before"
            )
        self._number = (said, self.paper.words(found))

    def _hear_dated(self, found: re.Match[str]) -> None:
        self._hear_date("dated", found)

    def _hear_published(self, found: re.Match[str]) -> None:
        self._hear_date("published", found)

    def _hear_date(self, kind: str, found: re.Match[str]) -> None:
        day = whole_date(self.paper, date_parts(found["date"]), found.start())
        before, _ = self._dates.get(kind, (day, None))
        if before != day:
            raise self.paper.words(found).fault(
                NoticeRule.DATED, f"前面的日期是 {before}：the date was {before} before"
            )
        self._dates[kind] = (day, self.paper.words(found))

    def _hear_report(self, found: re.Match[str]) -> None:
        self._reported = (number(found["month"]), number(found["day"]), self.paper.words(found))

    def _as_reported(self, dated: date | None) -> date | None:
        if dated is None or self._reported is None:
            return None
        month, day, mark = self._reported
        year = dated.year if (month, day) >= (dated.month, dated.day) else dated.year + 1
        try:
            return date(year, month, day)
        except ValueError:
            raise mark.fault(NoticeRule.DATE, "没有这一天：there is no such day") from None
