"""A file to fill in, for whoever has a notice in another form than its text: YAML with what each field means."""

from enum import StrEnum

from sla.notices.files import BLANK
from sla.notices.holidays import shares

_HEAD = """\
# {title}
#
# 把每个 ____ 换成文件里的内容。日期写作 {year}-01-31；起止之间的星期六、星期日也算在内。文件里没有的，整行删去。
# Put what the document says for every ____. A day is written {year}-01-31; weekends between first and last belong to
# them. A line that the document has nothing for may be left out.
#
"""

_NOTICE = """\
# name        假日；与国庆节合并的中秋节写成一项：国庆节、中秋节 (two that are joined are one entry)
# first, last 放假的第一天和最后一天 (first and last day off)
# total       共…天，核对用 (as the notice counts them, to check them by)
# make_up     调休上班的星期六、星期日 (Saturdays and Sundays worked for it)
# substitute  假日在周末、另有一天补休的，写补休那天 (the weekday off for a holiday at a weekend, if only that is off)
#
# 例 for example:
#   - name: 春节
#     first: 2026-02-15
#     last: 2026-02-23
#     total: 9
#     make_up: [2026-02-14, 2026-02-28]
kind: notice
year: {year}
number: 国办发明电〔{before}〕____号  # 发文字号
dated: {before}-____  # 落款日期 (the date under the notice)
published: {before}-____  # 公布之日 (the day on which the public could first read it)
holidays:
"""

_HOLIDAY = """\
  - name: {name}
    first: {first}{remark}
    last: {year}-____
    total: ____
    make_up: []
"""

_TAIL = """\
# working_days: ____  # 全年工作日数，核对用 (of the year by this notice alone, to check it by)
"""

_CHANGE = """\
kind: {kind}
{jurisdiction}number: ____  # 发文字号
dated: ____
published: ____  # 公布之日 (the day on which the public could first read it)
reason: ____  # 一句话 (one sentence)
checked: ____  # 如何核对 (such as: wording of the notice)
periods:  # 放假的起止 (as the document names them)
  - name: ____
    first: {year}-____
    last: {year}-____
to_off:  # 原为工作日、改为放假 (working days that are off now)
  - {year}-____
to_work: []  # 原为休息日、改为上班 (days of rest that are worked now)
"""

_FIRST = {"元旦": "01-01"}
_REMARKS = {"元旦": "  # 可以从上年十二月起 (it may begin in the December before)"}


class FileKind(StrEnum):
    """What a file to fill in is for."""

    NOTICE = "notice"
    AMENDMENT = "amendment"
    OVERLAY = "overlay"


def template(year: int, kind: FileKind = FileKind.NOTICE) -> str:
    """Return a file of a year to fill in; as it is, it is refused at its first blank."""
    if kind is FileKind.NOTICE:
        return "".join(
            (
                _HEAD.format(title=f"国务院办公厅关于{year}年部分节假日安排的通知", year=year),
                _NOTICE.format(year=year, before=year - 1),
                *(_holiday(name, year) for name in shares(year)),
                _TAIL,
            )
        )
    overlay = kind is FileKind.OVERLAY
    jurisdiction = "jurisdiction: CN-____  # 行政区划 (such as CN-JS or CN-JS-320500)\n" if overlay else ""
    title = (
        "一个地方的放假安排 days off of one jurisdiction"
        if overlay
        else "对已公布安排的调整 a change to a year already arranged"
    )
    return _HEAD.format(title=title, year=year) + _CHANGE.format(kind=kind, jurisdiction=jurisdiction, year=year)


def _holiday(name: str, year: int) -> str:
    first = f"{year}-{_FIRST.get(name, BLANK)}"
    return _HOLIDAY.format(name=name, remark=_REMARKS.get(name, ""), first=first, year=year)
