"""A notice, an amendment or an overlay as a file: the schema, and what it comes to. Whoever reads YAML or JSON hands the data over.

The same holds as for a text: a file is checked against itself, the statute and what is known, and refused whole.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError

from sla.errors import UnreadableNoticeError
from sla.model import Model
from sla.notices.arranging import arrange, days_of
from sla.notices.dating import SaidDay
from sla.notices.heading import Heading, official_number
from sla.notices.holidays import FIRST_YEAR, LAST_YEAR, NAMES, names_in
from sla.notices.items import HolidayItem, check_substitute, with_substitute
from sla.notices.joining import NATION, check_among
from sla.notices.notice import Change, Notice, Period
from sla.notices.paper import Passage, folded, shown
from sla.notices.rules import NoticeRule

_NAMES = re.compile(NAMES)
_WRITTEN = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
BLANK = "____"  # what a template leaves to be filled in
LONGEST = timedelta(days=60)  # of a stretch of days off that a change names


def _day(value: object) -> object:
    """Numbers, which would be seconds since 1970, and instants are no days."""
    if type(value) is date or (isinstance(value, str) and _WRITTEN.fullmatch(value)):
        return value
    raise ValueError("a day is written as 2027-01-31")


def _filled_in(value: str) -> str:
    if BLANK in value:
        raise ValueError("this is still to be filled in")
    return value


Day = Annotated[date, BeforeValidator(_day)]
Days = Annotated[tuple[Day, ...], Field(max_length=60)]
Words = Annotated[str, Field(min_length=1, max_length=60, strict=True), AfterValidator(_filled_in)]
Prose = Annotated[str, Field(min_length=1, max_length=300, strict=True), AfterValidator(_filled_in)]
Address = Annotated[str, Field(max_length=300, pattern=r"^https?://[^\s]+$", strict=True)]


class HolidayEntry(Model):
    """One holiday of a year, or two at once."""

    name: Words
    first: Day
    last: Day
    total: Annotated[int, Field(ge=1, le=31, strict=True)] | None = None  # 共…天, to check first and last by
    substitute: Day | None = None  # 补休, where the day itself is at a weekend
    make_up: Days = ()


class PeriodEntry(Model):
    """A stretch of days off, weekends included, and what it is for."""

    name: Words
    first: Day
    last: Day


class PublishedEntry(Model):
    """What every file says of the document that it writes down."""

    number: Words | None = None
    dated: Day | None = None
    published: Day
    url: Address | None = None


class NoticeFile(PublishedEntry):
    """The arrangement of a year."""

    kind: Literal["notice"]
    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR, strict=True)]
    holidays: Annotated[tuple[HolidayEntry, ...], Field(max_length=12)]
    working_days: Annotated[int, Field(strict=True)] | None = None  # of the year by this notice alone, to check it by


class ChangedDays(PublishedEntry):
    """Days that were working days and are off now, and the other way round."""

    id: Annotated[str, Field(max_length=40, pattern=r"^CN[-0-9A-Z]*$", strict=True)] | None = None
    reason: Prose
    checked: Prose
    periods: Annotated[tuple[PeriodEntry, ...], Field(max_length=12)]
    to_off: Days
    to_work: Days = ()


class AmendmentFile(ChangedDays):
    """A change to the arrangement of the whole country."""

    kind: Literal["amendment"]


class OverlayFile(ChangedDays):
    """Days off of one jurisdiction only."""

    kind: Literal["overlay"]
    jurisdiction: Annotated[str, Field(pattern=r"^CN-[A-Z]{2}(-[0-9]{4,6})?$", strict=True)]


AnyFile = Annotated[NoticeFile | AmendmentFile | OverlayFile, Field(discriminator="kind")]
_FILE: TypeAdapter[NoticeFile | AmendmentFile | OverlayFile] = TypeAdapter(AnyFile)


def read_file(
    data: object, notices: Sequence[Notice], amendments: Sequence[Change] = (), overlays: Sequence[Change] = ()
) -> Notice | Change:
    """Return the notice or change that the data of a file are, for what is known; UnreadableNoticeError names the field."""
    try:
        file = _FILE.validate_python(data)
    except ValidationError as error:
        raise _ill_formed(error) from None
    if isinstance(file, NoticeFile):
        return _notice(file)
    change = _change(file)
    check_among(change, notices, amendments, overlays, mark=Passage("", field="to_off"))
    return change


def schema() -> dict[str, Any]:
    """Return the JSON schema of a file."""
    return _FILE.json_schema()


def _ill_formed(error: ValidationError) -> UnreadableNoticeError:
    """Name the first field that is wrong, and the rule; never what stands in it."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    kinds = {"notice", "amendment", "overlay"}
    field = ".".join(str(part) for part in first["loc"] if part not in kinds) or "kind"
    others = error.error_count() - 1
    detail = (
        f"此字段不合要求：{first['msg'].removeprefix('Value error, ')}"
        if first["type"] != "union_tag_invalid"
        else "应为 notice、amendment 或 overlay：it is notice, amendment or overlay"
    )
    more = f" (另有 and {others} more)" if others else ""
    return Passage("", field=field).fault(NoticeRule.FIELD, f"{detail}{more}")


def _notice(file: NoticeFile) -> Notice:
    items = [_item(entry, f"holidays.{place}") for place, entry in enumerate(file.holidays)]
    notice = arrange(file.year, items, _heading(file, official=True))
    if file.working_days not in (None, notice.working_days):
        mark = Passage(str(file.working_days), field="working_days")
        raise mark.fault(
            NoticeRule.COUNT,
            f"按所列节假日，全年为 {notice.working_days} 个工作日：the year has {notice.working_days} working days by its holidays",
        )
    return notice


def _heading(file: PublishedEntry, *, official: bool) -> Heading:
    number = file.number
    if official and number is not None and (number := official_number(number)) is None:
        mark = Passage(shown(file.number or ""), field="number")
        raise mark.fault(
            NoticeRule.NUMBER, "文号应写作 国办发明电〔2026〕7号：a number is written as 国办发明电〔2026〕7号"
        )
    return Heading(
        mark=Passage("", field="year" if isinstance(file, NoticeFile) else "periods"),
        number=number,
        number_mark=Passage(shown(number or ""), field="number"),
        dated=file.dated,
        dated_mark=Passage(str(file.dated), field="dated") if file.dated else Passage("", field="published"),
        published=file.published,
        url=file.url,
    )


def _item(entry: HolidayEntry, field: str) -> HolidayItem:
    name = folded(entry.name)
    if not _NAMES.fullmatch(name):
        raise Passage(shown(entry.name), field=f"{field}.name").fault(
            NoticeRule.HOLIDAY, "不是法定节日：this is no holiday of the statute"
        )
    mark = Passage(f"{entry.first} to {entry.last}", field=field)
    if entry.last < entry.first:
        raise mark.fault(
            NoticeRule.SPAN,
            f"止于 {entry.last}，却起于 {entry.first}：it ends on {entry.last} and begins on {entry.first}",
        )
    length = (entry.last - entry.first).days + 1
    if entry.total not in (None, length):
        raise mark.fault(
            NoticeRule.COUNT, f"实为 {length} 天，不是 {entry.total} 天：these are {length} days and not {entry.total}"
        )
    names = names_in(name)
    title = "、".join(names)
    periods: tuple[Period, ...] = (Period(name=title, first=entry.first, last=entry.last),)
    if entry.substitute is not None:
        substitute = SaidDay(entry.substitute, Passage(str(entry.substitute), field=f"{field}.substitute"))
        check_substitute(entry.last, substitute)
        periods = with_substitute(periods[0], entry.substitute)
    make_ups = tuple(
        SaidDay(day, Passage(str(day), field=f"{field}.make_up.{place}")) for place, day in enumerate(entry.make_up)
    )
    return HolidayItem(names, title, mark, periods, make_ups)


def _change(file: AmendmentFile | OverlayFile) -> Change:
    national = isinstance(file, AmendmentFile)
    _check_days(file)
    heading = _heading(file, official=national)
    first = min((*file.to_off, *file.to_work))
    heading.check(first)
    jurisdiction = NATION if isinstance(file, AmendmentFile) else file.jurisdiction
    begun = min((period.first for period in file.periods), default=first)
    return Change(
        id=file.id or f"{jurisdiction}-{begun if national else begun.year}",
        jurisdiction=jurisdiction,
        number=heading.number,
        dated=file.dated,
        published=file.published,
        reason=file.reason,
        periods=tuple(Period(**dict(period)) for period in file.periods),
        to_off=tuple(sorted(file.to_off)),
        to_work=tuple(sorted(file.to_work)),
        checked=file.checked,
        url=file.url,
    )


def _check_days(file: ChangedDays) -> None:
    for place, period in enumerate(file.periods):
        mark = Passage(f"{period.first} to {period.last}", field=f"periods.{place}")
        if not timedelta(0) <= period.last - period.first < LONGEST:
            raise mark.fault(
                NoticeRule.SPAN,
                f"止早于起，或超过 {LONGEST.days} 天：it ends before it begins, or is of more than {LONGEST.days} days",
            )
    named = {day for period in file.periods for day in days_of(Period(**dict(period)))}
    seen: set[date] = set()
    for field, days in (("to_off", file.to_off), ("to_work", file.to_work)):
        for place, day in enumerate(days):
            mark = Passage(str(day), field=f"{field}.{place}")
            if day in seen:
                raise mark.fault(NoticeRule.ORDER, f"{day} 写了两次：{day} is named twice")
            if field == "to_off" and day not in named:
                raise mark.fault(NoticeRule.HOLIDAY, f"{day} 不在任何放假时段内：{day} lies in no period")
            seen.add(day)
    if not seen:
        raise Passage("", field="to_off").fault(NoticeRule.KNOWN, "没有改变任何一天：it changes no day")
