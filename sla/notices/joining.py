"""Whether something brought fits what is known: one notice a year and none missing, and a change that changes what is arranged."""

from collections.abc import Sequence

from sla.errors import WrongTableError
from sla.notices.notice import Change, Notice
from sla.notices.paper import Passage
from sla.notices.rules import NoticeRule
from sla.notices.table import check, check_changes

NATION = "CN"


def check_among(
    brought: Notice | Change,
    notices: Sequence[Notice],
    amendments: Sequence[Change] = (),
    overlays: Sequence[Change] = (),
    *,
    mark: Passage | None = None,
) -> None:
    """Raise UnreadableNoticeError unless the notice or change can stand beside those that are known; nothing is changed."""
    mark = mark or Passage("")
    try:
        if isinstance(brought, Notice):
            _check_notice(brought, notices, mark)
            check(sorted((*notices, brought), key=lambda each: each.year), amendments)
        else:
            _check_change(brought, notices, (*amendments, *overlays), mark)
            if brought.jurisdiction == NATION:
                check(notices, (*amendments, brought))
            else:
                local = [each for each in overlays if f"{brought.jurisdiction}-".startswith(f"{each.jurisdiction}-")]
                check_changes(notices, (*amendments, *local, brought))
    except WrongTableError as error:
        raise mark.fault(NoticeRule.STATUTE, f"与已有的日历不合：{error}") from None


def _check_notice(brought: Notice, notices: Sequence[Notice], mark: Passage) -> None:
    years = [each.year for each in notices]
    if brought.year in years:
        raise mark.fault(NoticeRule.KNOWN, f"{brought.year} 年已有通知：there is a notice for {brought.year}")
    if years and brought.year not in (min(years) - 1, max(years) + 1):
        raise mark.fault(
            NoticeRule.KNOWN,
            f"通知已有 {min(years)} 至 {max(years)} 年，不可有缺：notices are known from {min(years)} to {max(years)}, without a gap",
        )


def _check_change(brought: Change, notices: Sequence[Notice], others: Sequence[Change], mark: Passage) -> None:
    if any(each.id == brought.id for each in others):
        raise mark.fault(NoticeRule.KNOWN, f"已有名为 {brought.id} 的调整：there is a change {brought.id}")
    known = {each.year for each in notices}
    if lost := [day for day in brought.days if day.year not in known]:
        raise mark.fault(NoticeRule.KNOWN, f"没有 {lost[0].year} 年的通知：there is no notice for {lost[0].year}")
