"""The text of a year's notice 国务院办公厅关于…年部分节假日安排的通知, read strictly: every sentence is understood, or none is taken."""

import re
from collections.abc import Sequence
from datetime import date

from sla.notices import wording
from sla.notices.arranging import arrange, check_year_kept
from sla.notices.heading import Heading
from sla.notices.holidays import NAMES, names_in
from sla.notices.items import HolidayItem, ItemReader
from sla.notices.notice import Notice
from sla.notices.numerals import number, year_number
from sla.notices.paper import Paper, Passage
from sla.notices.recital import BODY, CLOSING, HEAD, PREAMBLE, KnownSentence, Recital, pass_over
from sla.notices.rules import NoticeRule

_NAMES = re.compile(NAMES)


def read_notice(text: str, *, published: date | None = None, url: str | None = None) -> Notice:
    """Return the notice that a text says, word by word; UnreadableNoticeError names the rule, the line and the sentence.

    `published` is the day on which the public could read it; it may be left out where the text has it (发布日期, or
    an agency's report), since the date under a notice is another.
    """
    reading = _NoticeText(text)
    reading.read()
    return reading.notice(reading.heading(published, url))


def is_amendment(text: str) -> bool:
    """Tell whether a text is about a change to a year already arranged, by its title."""
    said = Paper(text).said
    return any(each.search(said) for each in (wording.ADJUSTING, wording.PROLONGING, wording.OCCASION))


class _NoticeText(Recital):
    """A year's notice: title, the holidays named, an item for each, and what closes it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._items: list[HolidayItem] = []
        self._announced: tuple[tuple[str, ...], Passage] | None = None

    def sentences(self) -> Sequence[KnownSentence]:
        """Return the sentences of a year's notice."""
        return (
            KnownSentence(HEAD, wording.TITLE, self._hear_title),
            *self.around(),
            KnownSentence(PREAMBLE, wording.STATUTE_CHANGED, pass_over, once=True),
            KnownSentence(PREAMBLE, wording.PRINCIPLES, pass_over, once=True),
            KnownSentence(PREAMBLE, wording.ARRANGED, self._hear_names, once=True),
            KnownSentence(BODY, wording.ITEM, self._hear_item),
            KnownSentence(CLOSING, wording.ENCOURAGED, pass_over, once=True),
            KnownSentence(CLOSING, wording.NO_WASTE, pass_over, once=True),
        )

    def notice(self, heading: Heading) -> Notice:
        """Return what was read, checked."""
        if self.year is None or not self.title.quote:
            raise self.paper.fault(
                NoticeRule.TITLE, "没有说明年份的标题：it has no title that says of which year it is", 0
            )
        if self._announced is None:
            raise self.title.fault(
                NoticeRule.ORDER, "缺少列出各节日的句子：the sentence that names its holidays is missing"
            )
        announced, mark = self._announced
        arranged = [name for item in self._items for name in item.names]
        notice = arrange(self.year, self._items, heading)
        if sorted(announced) != sorted(arranged):
            raise mark.fault(
                NoticeRule.HOLIDAY, "所列的节日与所安排的不符：the holidays announced are not those that are arranged"
            )
        return notice

    def _hear_title(self, found: re.Match[str]) -> None:
        self.hear_year(year_number(found["year"]), found.start())
        self.title = self.paper.words(found)

    def _hear_names(self, found: re.Match[str]) -> None:
        self.hear_year(year_number(found["year"]), found.start())
        self._announced = (names_in(found["names"]), self.paper.mark(found.start()))

    def _hear_item(self, found: re.Match[str]) -> None:
        if self.year is None:
            raise self.paper.fault(
                NoticeRule.TITLE, "没有说明年份的标题：it has no title that says of which year it is", 0
            )
        check_year_kept(self.year, self.title)
        if number(found["place"]) != len(self._items) + 1:
            raise self.paper.fault(
                NoticeRule.ORDER,
                f"此处应为第 {len(self._items) + 1} 项：this is item {len(self._items) + 1}",
                found.start(),
            )
        if not _NAMES.fullmatch(found["name"]):
            raise self.paper.fault(NoticeRule.HOLIDAY, "不是法定节日：this is no holiday of the statute", found.start())
        self._items.append(ItemReader(self.paper, self.year, names_in(found["name"])).read())
