"""The table of notices: what it says, and that a wrong one is refused."""

from datetime import date
from itertools import pairwise

import pytest

from sla.calendar import build
from sla.errors import WrongTableError
from sla.notices.amendments import AMENDMENTS
from sla.notices.national import NOTICES
from sla.notices.notice import Change, Notice
from sla.notices.overlays import OVERLAYS
from sla.notices.table import check, statutory
from sla.release import RELEASE
from tests.reference import reference
from tests.sla.build import ALL, day, national

FIRST_YEAR = 2004
WORKING_DAYS = [
    252, 251, 251, 249, 251, 250, 250, 250, 249, 250, 250, 249, 250, 249, 250, 250, 249, 250, 249, 249, 251, 248, 248,
]  # fmt: skip


def _but(year: int, **changes: object) -> list[Notice]:
    """The notices with one year's changed."""
    return [each.model_copy(update=changes) if each.year == year else each for each in NOTICES]


def _notice(year: int) -> Notice:
    return next(each for each in NOTICES if each.year == year)


def _refused(notices: list[Notice], amendments: tuple[Change, ...] = AMENDMENTS) -> str:
    with pytest.raises(WrongTableError) as refusal:
        build("CN", ALL, notices, amendments, ())
    return str(refusal.value)


def test_each_year_has_the_working_days_that_statute_and_amendments_leave():
    calendar = national()
    ends = [calendar.count(date(FIRST_YEAR + index, 12, 31)) for index in range(len(WORKING_DAYS))]
    assert [end - before for before, end in pairwise([0, *ends])] == WORKING_DAYS
    assert ends[-1] == 5745


def test_the_table_is_the_one_of_the_reference_notes():
    table = reference("notices.json")
    for notice in NOTICES:
        given = table["years"][str(notice.year)]
        assert notice.number == given["notice"]
        assert (notice.dated, notice.published) == tuple(_day(given[key]) for key in ("dated", "published"))
        assert [each.isoformat() for each in notice.off_days] == given["off_days"]
        assert [each.isoformat() for each in notice.work_days] == given["work_days"]
        if "periods" in given:
            periods = [[each.name, each.first.isoformat(), each.last.isoformat()] for each in notice.periods]
            assert periods == given["periods"]
    for changes, given in ((AMENDMENTS, table["amendments"]), (OVERLAYS, table["overlays"])):
        ours = [(each.id, each.jurisdiction, each.published, each.to_off, each.to_work) for each in changes]
        theirs = [
            (each["id"], each["jurisdiction"], _day(each["published"]), _days(each["to_off"]), _days(each["to_work"]))
            for each in given
        ]
        assert ours == theirs


def test_every_amendment_and_overlay_says_why_and_how_it_was_checked():
    assert all(each.reason and each.checked for each in (*AMENDMENTS, *OVERLAYS))


def test_only_the_two_oldest_years_have_periods_that_were_derived():
    assert [each.year for each in NOTICES if each.periods_derived] == [2004, 2005]


def test_a_lost_make_up_day_is_refused():
    """The bug of a widespread library: 2005-12-31 belongs to the notice for 2006."""
    lost = tuple(each for each in _notice(2006).work_days if each != date(2005, 12, 31))
    assert _refused(_but(2006, work_days=lost)) == "2005 has 250 working days, the statute gives 251"


def test_a_lost_day_off_is_refused():
    assert "2013 has 251 working days" in _refused(_but(2013, off_days=_notice(2013).off_days[1:]))


def test_a_wrong_sum_in_a_notice_is_refused():
    assert "its notices come to 251" in _refused(_but(2013, working_days=251))


def test_a_make_up_day_on_a_weekday_is_refused():
    days = (*_notice(2014).work_days, date(2014, 6, 3))
    assert "is no weekend day" in _refused(_but(2014, work_days=days))


def test_a_day_off_that_no_holiday_explains_is_refused():
    days = (*_notice(2014).off_days, date(2014, 6, 3))
    assert "is no weekday of a holiday" in _refused(_but(2014, off_days=days))


def test_a_day_of_another_year_is_refused():
    notice = _notice(2014)
    assert "belongs to another year" in _refused(_but(2014, work_days=(*notice.work_days, date(2013, 10, 13))))


def test_a_missing_year_is_refused():
    assert _refused([each for each in NOTICES if each.year != 2011]) == "no notice between 2010 and 2012"


def test_a_year_that_has_two_notices_is_refused():
    assert _refused([*NOTICES, _notice(2026)]) == "two notices for 2026"


def test_a_year_before_the_first_statute_is_refused():
    with pytest.raises(WrongTableError, match="no statute of 2003 is kept"):
        statutory(2003)


def test_an_amendment_that_changes_nothing_is_refused():
    twice = AMENDMENTS[2].model_copy(update={"id": "again", "published": date(2020, 2, 1)})
    with pytest.raises(WrongTableError, match="again changes nothing on 2020-01-31"):
        check(NOTICES, (*AMENDMENTS, twice))
    idle = AMENDMENTS[0].model_copy(update={"to_off": (), "to_work": (date(2015, 9, 2),)})
    with pytest.raises(WrongTableError, match="changes nothing on 2015-09-02"):
        check(NOTICES, (idle,))


def test_the_table_adds_up_as_it_was_known_on_every_day_of_publication():
    for place in ("CN", "CN-GX", "CN-BJ", "CN-HB", "CN-SC-513400"):
        for notice in NOTICES:
            known = max(notice.known, date(2004, 1, 1))
            assert RELEASE.calendar_for(place, known).known_until >= date(notice.year, 12, 31)


def test_2015_had_one_more_working_day_as_first_published():
    before, after = national(day("2015-05-12")), national(day("2015-05-13"))
    assert before.count(day("2015-12-31")) - after.count(day("2015-12-31")) == 1


def test_a_change_may_take_a_make_up_day_back_and_let_a_weekday_work_again():
    change = AMENDMENTS[1].model_copy(
        update={"id": "back", "to_off": (day("2019-04-28"),), "to_work": (day("2019-05-02"),), "periods": ()}
    )
    calendar = build("CN-XX", ALL, NOTICES, AMENDMENTS, (change,))
    assert not calendar.is_working(day("2019-04-28"))
    assert calendar.is_working(day("2019-05-02"))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _days(texts: list[str]) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, texts))
