"""Whatever the State Council may arrange for a year to come, its text is read to what it says; as a file too."""

from datetime import timedelta

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.almanac import NATION, Almanac
from sla.errors import UnreadableNoticeError
from sla.notices.amendments import AMENDMENTS
from sla.notices.files import read_file
from sla.notices.joining import check_among
from sla.notices.national import NOTICES
from sla.notices.notice import Notice
from sla.notices.reading import read_notice
from tests.sla.notices.filled import file_of
from tests.sla.notices.texts import Style, notice_of, render_notice, text_of
from tests.sla.notices.variants import VARIANTS, Variant
from tests.sla.notices.years import SINCE, notices

STYLES = st.builds(
    Style,
    weekday=st.sampled_from(["周", "星期"]),
    beside_periods=st.booleans(),
    to=st.sampled_from(["至", "—", "到"]),
    off=st.sampled_from(["放假调休", "放假公休", "放假"]),
    whole_new_year=st.booleans(),
    chinese_date=st.booleans(),
)


@given(notice=notices(), style=STYLES, variant=st.sampled_from(VARIANTS))
def test_a_year_in_the_official_wording_is_read_back(notice: Notice, style: Style, variant: Variant) -> None:
    assert read_notice(variant(render_notice(notice, style)), published=notice.published) == notice


@given(notice=notices())
def test_a_year_as_a_file_is_read_back(notice: Notice) -> None:
    assert read_file(yaml.safe_load(yaml.safe_dump(file_of(notice), allow_unicode=True)), NOTICES) == notice


@settings(max_examples=10)
@given(notice=notices(last_year=SINCE))
def test_the_next_year_joins_the_almanac_and_is_counted(notice: Notice) -> None:
    """Weekend days of the last December known may be worked for it: that year has so many working days more."""
    check_among(notice, NOTICES, AMENDMENTS)
    before = Almanac(NOTICES, AMENDMENTS).calendar_for(NATION, notice.known)
    after = Almanac((*NOTICES, notice), AMENDMENTS).calendar_for(NATION, notice.known)
    assert after.known_until.year == notice.year
    assert after.count(after.known_until) - after.count(before.known_until) == notice.working_days
    carried = sum(day.year < notice.year for day in notice.work_days) - sum(
        day.year < notice.year for day in notice.off_days
    )
    assert carried == after.count(before.known_until) - before.count(before.known_until)


@given(st.data())
def test_a_sign_that_is_wrong_is_found_or_is_harmless(data: st.DataObject) -> None:
    """The wording of today says every weekday: a sign lost, changed or added is refused, or moves a make-up day by whole weeks."""
    year = data.draw(st.sampled_from([2025, 2026]))
    text, known = text_of(year), notice_of(year)
    place = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.sampled_from(["", *"0123456789一二三四五六七日月年周至，。、（）不放假上班调休共天"]))
    kept = data.draw(st.sampled_from(["", text[place]]))
    wrong = text[:place] + sign + kept + text[place + 1 :]
    try:
        notice = read_notice(wrong, published=known.published)
    except UnreadableNoticeError:
        return
    assert (notice.year, notice.periods, notice.off_days) == (known.year, known.periods, known.off_days)
    moved = zip(notice.work_days, known.work_days, strict=True)
    assert all((one - other) % timedelta(weeks=1) == timedelta(0) for one, other in moved)
