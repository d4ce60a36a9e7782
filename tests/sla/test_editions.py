"""Notices from several hands: what one says stands beside, or in place of, what another says; and nothing counted is lost."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.almanac import NATION, Almanac
from sla.calendar import Calendar
from sla.editions import (
    Edition,
    Entry,
    check_edition,
    composed,
    differing_days,
    edition_of,
    same_matter,
    standing_on,
    with_entry,
)
from sla.errors import CalendarVersionError, UnknownJurisdictionError, WrongTableError
from sla.notices.national import NOTICES
from sla.notices.notice import Change, Period
from sla.release import RELEASE
from tests.notices import amendment, invented

BASE = edition_of(RELEASE)
TODAY = date(2026, 11, 20)


def after(edition: Edition, *before: Edition) -> Almanac:
    """An almanac with what was in force before, the latest first."""
    return edition.almanac(tuple(one.almanac() for one in before))


def local(jurisdiction: str = "CN-JS-320500", day: date = date(2026, 12, 7)) -> Change:
    return Change(
        id=f"{jurisdiction}-2026",
        jurisdiction=jurisdiction,
        published=date(2026, 11, 1),
        reason="Invented.",
        periods=(Period(name="本地假日", first=day, last=day),),
        to_off=(day,),
        checked="invented",
    )


def test_an_edition_is_given_back_from_its_text() -> None:
    again = Edition.model_validate_json(BASE.model_dump_json())
    assert again == BASE
    assert again.almanac().calendar_for(NATION, TODAY).version == RELEASE.calendar_for(NATION, TODAY).version


def test_a_notice_of_a_new_year_is_added_and_one_of_a_known_year_takes_its_place() -> None:
    added = with_entry(BASE, invented())
    assert [notice.year for notice in added.notices] == [*(notice.year for notice in NOTICES), 2027]
    assert standing_on(added, invented(shifted=1)) == (invented(),)
    assert differing_days(invented(), invented(shifted=1)) == (date(2027, 1, 30), date(2027, 2, 13))
    replaced = with_entry(added, invented(shifted=1))
    assert len(replaced.notices) == len(added.notices)
    assert replaced.almanac().calendar_for(NATION, TODAY).is_working(date(2027, 1, 30))


def test_changes_are_of_one_matter_by_their_name_or_where_they_do_the_same_to_a_day() -> None:
    monday = amendment(date(2026, 12, 7), TODAY)
    assert same_matter(monday, amendment(date(2026, 12, 7), TODAY, "CN-other"))
    assert same_matter(monday, amendment(date(2026, 12, 8), TODAY))
    assert not same_matter(monday, amendment(date(2026, 12, 8), TODAY, "CN-other"))
    back = monday.model_copy(update={"id": "CN-back", "to_off": (), "to_work": (date(2026, 12, 7),)})
    assert not same_matter(monday, back)
    assert not same_matter(monday, local(day=date(2026, 12, 7)))
    assert not same_matter(monday, invented())
    assert standing_on(with_entry(with_entry(BASE, monday), back), monday) == (monday,)
    assert differing_days(monday, back) == (date(2026, 12, 7),)


def test_what_was_approved_stands_over_what_a_release_brings() -> None:
    release = with_entry(BASE, invented(shifted=1))
    assert composed(release, [invented()]) == with_entry(BASE, invented())
    assert composed(release, [invented(), invented(shifted=1)]) == release
    assert composed(release, []) == release


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (invented().model_copy(update={"off_days": invented().off_days[:-1]}), "working days"),
        (invented(2029).model_copy(update={"off_days": (), "work_days": (), "working_days": 248}), "no notice between"),
        (amendment(date(2026, 12, 5), TODAY), "changes nothing"),  # a Saturday
        (amendment(date(2027, 1, 4), TODAY), "no notice arranges"),
        (amendment(date(2026, 12, 7), TODAY).model_copy(update={"to_off": ()}), "no day"),
        (local(day=date(2026, 12, 6)), "changes nothing"),
    ],
)
def test_an_edition_of_which_no_calendar_can_be_made_is_refused(entry: Entry, why: str) -> None:
    edition = with_entry(BASE, entry)
    with pytest.raises(WrongTableError, match=why):
        check_edition(edition, entry)


def test_an_edition_that_can_be_counted_by_is_let_pass() -> None:
    check_edition(BASE)
    check_edition(with_entry(BASE, invented()), invented())
    check_edition(with_entry(BASE, local()), local())


def test_days_off_of_a_city_hold_there_and_nowhere_else() -> None:
    almanac = after(with_entry(BASE, local()), BASE)
    assert not almanac.calendar_for("suzhou", TODAY).is_working(date(2026, 12, 7))
    for other in ("taicang", "CN-JS", NATION):
        assert almanac.calendar_for(other, TODAY).is_working(date(2026, 12, 7))
    nation, province = RELEASE.calendar_for("suzhou", TODAY), after(with_entry(BASE, local("CN-JS")), BASE)
    assert not province.calendar_for("taicang", TODAY).is_working(date(2026, 12, 7))
    assert almanac.calendar_of_version(nation.version).version == nation.version


def test_what_an_earlier_edition_alone_can_give_back_is_given_back() -> None:
    """The notice of 2027 was known on 4 November; an amendment published before it is loaded after it."""
    first = with_entry(BASE, invented())
    second = with_entry(first, amendment(date(2026, 12, 7), date(2026, 10, 20)))
    old, new = (one.almanac().calendar_for(NATION, TODAY) for one in (first, second))
    assert old.version.split(":")[1] == new.version.split(":")[1] == "2026-11-04"
    alone = second.almanac()
    with pytest.raises(CalendarVersionError):
        alone.calendar_of_version(old.version)
    assert alone.calendar_as_corrected(old.version).version == new.version
    almanac = after(second, first, BASE)
    assert almanac.calendar_of_version(old.version).is_working(date(2026, 12, 7))
    assert almanac.calendar_as_corrected(old.version).version == old.version
    assert almanac.changed_days(old.version, new.version) == (date(2026, 12, 7),)


def test_a_place_that_only_an_earlier_edition_knows_is_given_back_from_it() -> None:
    gone = after(BASE, with_entry(BASE, local("CN-XX")))
    version = gone.earlier[0].calendar_for("CN-XX", TODAY).version
    assert gone.calendar_of_version(version).jurisdiction == "CN-XX"
    with pytest.raises(UnknownJurisdictionError):
        gone.calendar_for("CN-XX", TODAY)


def allowed(edition: Edition, entry: Entry | None = None) -> bool:
    """Whether calendars can be made of it; a proposal is refused where not."""
    try:
        check_edition(edition, entry)
    except WrongTableError:
        return False
    return True


ENTRIES = st.sampled_from(
    [
        invented(),
        invented(shifted=1),
        invented(published=date(2026, 10, 30)),
        amendment(date(2026, 12, 7), date(2026, 10, 20)),
        amendment(date(2026, 12, 8), date(2026, 11, 12), "CN-b"),
        local(),
        local("CN-JS", date(2026, 12, 9)),
    ]
)


@settings(max_examples=5)
@given(entries=st.lists(ENTRIES, max_size=5), brought=st.lists(ENTRIES, max_size=2))
def test_whatever_was_loaded_and_whatever_a_later_release_brings_every_version_is_given_back(
    entries: list[Entry], brought: list[Entry]
) -> None:
    editions = [BASE]
    approved = []
    for entry in entries:
        edition = with_entry(editions[-1], entry)
        if allowed(edition, entry):
            editions.append(edition)
            approved.append(entry)
    counted: dict[str, Calendar] = {}
    for edition in editions:
        made = edition.almanac()
        for place in ("suzhou", "taicang", NATION):
            for day in (date(2026, 11, 1), date(2026, 11, 10), TODAY):
                calendar = made.calendar_for(place, day)
                counted[calendar.version] = calendar
    release = BASE
    for entry in brought:
        release = with_entry(release, entry) if allowed(with_entry(release, entry), entry) else release
    now = composed(release, approved)
    almanac = after(now if allowed(now) else editions[-1], *reversed(editions))
    for version, calendar in counted.items():
        given_back = almanac.calendar_of_version(version)
        assert (given_back.days, given_back.known_until) == (calendar.days, calendar.known_until)
