"""What a notice says of itself before and after its days: number, date, day of publication."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from sla.notices.paper import Passage, folded
from sla.notices.rules import NoticeRule

NUMBER_PARTS = r"(?P<body>国办发明电|国发明电|国办发电|国办发|国发)\((?P<of>[0-9]{4})\)(?P<serial>[0-9]{1,3})号"
_NUMBER = re.compile(NUMBER_PARTS)
LONGEST = timedelta(days=366)  # from the date of a notice to the first day that it rules
LATEST = timedelta(days=31)  # from its date to its publication; four days at most so far


@dataclass(frozen=True, slots=True)
class Heading:
    """Number, date, publication, and where they are said."""

    mark: Passage  # the title
    number: str | None = None
    number_mark: Passage | None = None
    dated: date | None = None
    dated_mark: Passage | None = None
    published: date | None = None
    url: str | None = None

    def check(self, first: date) -> None:
        """Raise unless number, date and publication agree, before the first day that is ruled."""
        mark = self.dated_mark or self.mark
        if self.published is None:
            raise mark.fault(NoticeRule.DATED, "请说明公布日：say on which day it was published")
        begun = self.dated or self.published
        if not begun <= self.published <= first:
            detail = f"落款 {begun}、公布 {self.published}、自 {first} 起放假，先后不符：dated {begun}, published {self.published}, and in force from {first}: these are not in order"
            raise mark.fault(NoticeRule.DATED, detail)
        if self.published - begun > LATEST or first - begun > LONGEST:
            detail = f"落款 {begun}、公布 {self.published}，距 {first} 起的放假过早：dated {begun}, published {self.published}, for days from {first} on: too long before"
            raise mark.fault(NoticeRule.DATED, detail)
        if self.number and f"〔{begun.year}〕" not in self.number:
            detail = f"文号的年份与日期 {begun} 不符：the number is of another year than the date, {begun}"
            raise (self.number_mark or self.mark).fault(NoticeRule.NUMBER, detail)


def written_number(found: re.Match[str]) -> str:
    """Return the number of a document as it is written officially."""
    return f"{found['body']}〔{found['of']}〕{int(found['serial'])}号"


def official_number(text: str) -> str | None:
    """Read the number of a document of the State Council; None where it is none."""
    found = _NUMBER.fullmatch(folded(text))
    return written_number(found) if found else None
