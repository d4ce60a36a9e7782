"""The text of an amendment: a holiday arranged anew, a holiday prolonged, or one more day off, read against what was arranged.

The State Council has worded one of each: on 22 March 2019, 26 January 2020 and 13 May 2015. They are read in these words; what is
worded otherwise is brought as a file (`sla.notices.files`).
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sla.notices import wording
from sla.notices.arranging import check_year_kept
from sla.notices.changing import Arranged, adjusted, change, occasional, prolonged
from sla.notices.dating import Reckoner, SaidDay
from sla.notices.holidays import names_in
from sla.notices.items import HolidayItem, ItemReader
from sla.notices.joining import check_among
from sla.notices.notice import Change, Notice
from sla.notices.numerals import number, year_number
from sla.notices.paper import Paper
from sla.notices.recital import BODY, HEAD, PREAMBLE, KnownSentence, Recital, pass_over
from sla.notices.rules import NoticeRule
from sla.notices.table import is_weekday

# A day of remembrance as the almanac names it.
OCCASIONS = {"中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日": "抗战胜利纪念日"}
OFF = re.compile("放假")
EXCHANGED = re.compile("调休")


class Prolonged(NamedTuple):
    """The last day of a holiday that is prolonged, and the day on which work begins."""

    until: SaidDay
    back: SaidDay


def read_amendment(
    text: str,
    notices: Sequence[Notice],
    amendments: Sequence[Change] = (),
    *,
    published: date | None = None,
    reason: str | None = None,
    url: str | None = None,
) -> Change:
    """Return the change that a text makes to the notices, as earlier amendments left them.

    `published` is the day on which the public could read it, where the text does not say so. The reason is the title
    unless one is given. UnreadableNoticeError names the rule, the line and the sentence.
    """
    reading = _AmendmentText(text)
    reading.read()
    made = reading.change(notices, amendments, published, reason, url)
    check_among(made, notices, amendments, mark=reading.title)
    return made


class _AmendmentText(Recital):
    """An amendment: its title says which kind it is; each kind has sentences of its own."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._kind: re.Pattern[str] | None = None  # of the title
        self._names: tuple[str, ...] = ()
        self._places = 0
        self._given: SaidDay | None = None  # the day off of an occasion
        self._days_given = 0
        self._said: HolidayItem | Prolonged | None = None

    def sentences(self) -> Sequence[KnownSentence]:
        """Return the sentences of an amendment."""
        return (
            KnownSentence(HEAD, wording.ADJUSTING, self._hear_title),
            KnownSentence(HEAD, wording.PROLONGING, self._hear_title),
            KnownSentence(HEAD, wording.OCCASION, self._hear_occasion),
            *self.around(),
            KnownSentence(PREAMBLE, wording.CHANGED, self._hear_names, once=True),
            KnownSentence(PREAMBLE, wording.ANNIVERSARY, self._hear_anniversary, once=True),
            KnownSentence(PREAMBLE, wording.WHOLE_COUNTRY, self._hear_given, once=True),
            KnownSentence(BODY, wording.AS_FOLLOWS, self._hear_exchange, once=True),
            KnownSentence(BODY, wording.PLACED, self._hear_place),
            KnownSentence(BODY, wording.PROLONGED, self._hear_prolonged, once=True),
            KnownSentence(BODY, wording.DATE_AHEAD, self._hear_item, once=True),
            KnownSentence(BODY, wording.CARRIED_OUT, pass_over, once=True),
            KnownSentence(BODY, wording.SCHOOLS, pass_over, once=True),
            KnownSentence(BODY, wording.STAND_INS, pass_over, once=True),
        )

    def change(
        self,
        notices: Sequence[Notice],
        amendments: Sequence[Change],
        published: date | None,
        reason: str | None,
        url: str | None,
    ) -> Change:
        """Return what was read, checked against what was arranged."""
        self._check_titled()
        if self.year is None or self._said is None:
            raise self.title.fault(
                NoticeRule.ORDER, "缺少说明调整哪些日子的句子：the sentence that says which days change is missing"
            )
        heading = self.heading(published, url)
        before = Arranged(self.year, notices, amendments, self.title)
        reason = reason or self.title.quote
        if self._given is None:
            before.check_arranged(self._names, self.title)
        if isinstance(self._said, Prolonged):
            period = prolonged(before, self._names[0], *self._said)
            return change(heading, (period,), before.working([period]), (), reason)
        days = occasional(before, self._said, self._days_given) if self._given else adjusted(before, self._said)
        return change(heading, self._said.periods, *days, reason)

    def _hear_title(self, found: re.Match[str]) -> None:
        self._take_title(found, names_in(found["names"]))
        self.hear_year(year_number(found["year"]), found.start())

    def _hear_occasion(self, found: re.Match[str]) -> None:
        self._take_title(found, (OCCASIONS.get(found["occasion"], found["occasion"]),))

    def _take_title(self, found: re.Match[str], names: tuple[str, ...]) -> None:
        if self._names not in ((), names):
            raise self.paper.words(found).fault(NoticeRule.TITLE, "前面的标题与此不同：the title was another before")
        self._kind, self._names = found.re, names
        self.of_office = "办公厅" in found[0]
        self.title = self.paper.words(found)

    def _check_titled(self) -> None:
        if not self._names:
            raise self.paper.fault(
                NoticeRule.TITLE, "没有说明调整何事的标题：it has no title that says what it amends", 0
            )

    def _hear_names(self, found: re.Match[str]) -> None:
        self._check_titled()
        self.hear_year(year_number(found["year"]), found.start())
        if names_in(found["names"]) != self._names:
            raise self.paper.fault(
                NoticeRule.HOLIDAY, "与标题所说的节日不同：this is another holiday than the title's", found.start()
            )

    def _hear_anniversary(self, found: re.Match[str]) -> None:
        self.hear_year(year_number(found["year"]), found.start())

    def _hear_place(self, found: re.Match[str]) -> None:
        self._places += 1
        if number(found["place"]) != self._places:
            raise self.paper.fault(
                NoticeRule.ORDER, f"此处应为第 {self._places} 项：this is item {self._places}", found.start()
            )

    def _hear_given(self, found: re.Match[str]) -> None:
        if self._kind is not wording.OCCASION:
            raise self.paper.not_understood(found.start())
        self._given = Reckoner(self.paper, self._year(found), new_year=False).day()
        if self._given is None or not (days := self.paper.take(wording.COUNTRY_OFF)):
            raise self.paper.not_understood()
        self._days_given = number(days["days"])

    def _hear_exchange(self, found: re.Match[str]) -> None:
        if self._given is None:
            raise self.paper.not_understood(found.start())
        reader = _OccasionReader(self.paper, self._year(found), self._names)
        self._said = reader.read()
        if self._days_given != len(reader.legal) or self._given.day not in [one.day for one in reader.legal]:
            raise self._given.mark.fault(
                NoticeRule.ACCOUNT, "所放的假与放假的日子不符：the days given are not those that are off"
            )

    def _hear_prolonged(self, found: re.Match[str]) -> None:
        if self._kind is not wording.PROLONGING:
            raise self.paper.not_understood(found.start())
        self._hear_names(found)
        days = Reckoner(self.paper, self._year(found), new_year=False)
        until = days.day()
        back = days.day() if self.paper.take(wording.COMMA) else None
        if until is None or back is None or not self.paper.take(wording.THEN_BACK):
            raise self.paper.not_understood()
        self._said = Prolonged(until, back)

    def _hear_item(self, found: re.Match[str]) -> None:
        if self._kind is not wording.ADJUSTING:
            raise self.paper.not_understood()
        self._said = ItemReader(self.paper, self._year(found), self._names).read()

    def _year(self, found: re.Match[str]) -> int:
        if self.year is None:
            raise self.paper.fault(
                NoticeRule.YEAR, "没有说明是哪一年：of which year this is was not said", found.start()
            )
        check_year_kept(self.year, self.title)
        return self.year


class _OccasionReader(ItemReader):
    """Reads the days of a holiday of one year: which are given, which exchanged, and which worked for those."""

    def __init__(self, paper: Paper, year: int, names: tuple[str, ...]) -> None:
        super().__init__(paper, year, names)
        self.exchanged: list[SaidDay] = []

    def verb(self, days: tuple[SaidDay, ...]) -> bool:
        """Read what is said of the days; False where that is not understood."""
        if self.paper.take(OFF):
            self.legal += days
        elif self.paper.take(EXCHANGED):
            self.exchanged += days
        else:
            return super().verb(days)
        return True

    def check_account(self) -> None:
        """Raise unless the weekdays of the period are each given or exchanged, and as many worked as exchanged."""
        told = sorted(one.day for one in (*self.legal, *self.exchanged))
        if told != [day for day in self.span if is_weekday(day)] or len(self.exchanged) != len(self.make_ups):
            raise self.mark.fault(
                NoticeRule.ACCOUNT,
                "各日没有逐一说明是放假还是调休：its days are not each named once as given or exchanged",
            )
