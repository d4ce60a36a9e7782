"""A ruler shows the day ledger and nothing else, and each of its texts can be read."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.record import Role
from api.ruler.account import OFF, Account, CellKind, account_of
from api.ruler.ruler import Ruler, ruler_of
from api.ruler.scale import ALWAYS_SEEN, Size, scale_of
from api.ruler.words import Lang
from api.views.case import clock_shown
from api.views.days import days_shown
from sla.days import DayUse
from sla.promise import Measure
from sla.release import RELEASE
from tests.api.ruler.cases import SAMPLES, Sample, moved, names, piped, project

LANGS: tuple[Lang, ...] = ("zh", "en")
COUNTS = {CellKind.COUNTED, CellKind.LEFT, CellKind.OVERDUE, CellKind.BINDING}
KEPT = {DayUse.START, DayUse.WEEKEND, DayUse.HOLIDAY, DayUse.SUSPENDED, DayUse.IDLE}


def drawn(sample: Sample, lang: Lang = "zh") -> Ruler:
    """The ruler of a sample."""
    view, row, now, was_due, projected, fold = sample
    return ruler_of(view, row, RELEASE, now, lang=lang, fold=fold, was_due=was_due, projected=projected)


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """A clock of some limit, accepted on some day, perhaps suspended, done by the step or not, at some instant."""
    begin = date(2026, 1, 5) + timedelta(days=draw(st.integers(0, 300)))
    story = piped(str(draw(st.integers(0, 80))), f"{begin} {draw(st.sampled_from(['10:00', '18:30', '08:00']))}")
    day = begin + timedelta(days=1)
    for step in ("joint-site-survey", "connection-plan-reply", "contract-and-payment")[: draw(st.integers(0, 3))]:
        day += timedelta(days=draw(st.integers(0, 25)))
        story.did(f"{day} 11:00", step)
    if draw(st.booleans()):
        day += timedelta(days=draw(st.integers(0, 9)))
        story.halted(
            f"{day} 12:00", f"{day + timedelta(days=draw(st.integers(0, 25)))} 12:00" if draw(st.booleans()) else None
        )
        day += timedelta(days=26)
    day += timedelta(days=draw(st.integers(0, 60)))
    fold, projected = draw(st.booleans()), draw(st.booleans())
    return story.sample(
        f"{day} {draw(st.sampled_from(['07:00', '10:42', '17:30', '23:00']))}", fold=fold, projected=projected
    )


def holds(sample: Sample, ruler: Ruler) -> None:
    """What must be true of every ruler."""
    view, row, now, *_ = sample
    shown = clock_shown(row, view, RELEASE, now)
    ledger = {day.date: day for day in days_shown(row, view, RELEASE, now)}
    cells = {cell.date: cell for cell in ruler.cells}
    assert set(ledger) <= set(cells)
    for day, told in ledger.items():
        kind = cells[day].kind
        assert (kind.value == told.kind.value) if told.kind in KEPT else kind in COUNTS
        assert (cells[day].used, cells[day].make_up) == (told.used, told.make_up)
    days = [cell.date for cell in ruler.cells]
    assert days == [days[0] + timedelta(days=offset) for offset in range(len(days))]
    hollow = [cell.date for cell in ruler.cells if cell.kind is CellKind.LEFT]
    if hollow and shown.due_date is not None:
        assert hollow[-1] == shown.due_date
    over = [cell for cell in ruler.cells if cell.kind is CellKind.OVERDUE]
    so_far = sum((cell.used for cell in ruler.cells if cell.kind is not CellKind.LEFT), Decimal(0))
    if shown.limit.unit == "workday":
        assert so_far == shown.used
    if shown.limit.unit == "workday":
        assert len(over) == shown.overdue_by
    assert all(shown.due_date is not None and shown.due_date < cell.date <= ruler.today for cell in over)


def readable(ruler: Ruler) -> None:
    """No two texts overlap, none is cut, nothing lies outside."""
    for label in ruler.labels:
        left, top, right, bottom = label.box
        assert left >= 0, label
        assert right <= ruler.width, label
        assert top >= 0, label
        assert bottom <= ruler.height + 1, label
    for one, other in combinations(ruler.labels, 2):
        (left, top, right, bottom), (left2, top2, right2, bottom2) = one.box, other.box
        apart = right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top
        assert apart, (one, other)
    for shape in ruler.shapes:
        assert shape.x >= -1
        assert shape.x + shape.width <= ruler.width + 1
        assert shape.y + shape.height <= ruler.height + 1


def told_twice(ruler: Ruler) -> None:
    """Table and weeks hold every day of the picture once."""
    in_table = [run.first + timedelta(days=offset) for run in ruler.runs for offset in range(run.days)]
    assert in_table == [cell.date for cell in ruler.cells]
    assert sum(run.counted for run in ruler.runs) == sum((cell.used for cell in ruler.cells), Decimal(0))
    kinds = {square.date: square for week in ruler.weeks for square in week.squares if square.kind}
    in_weeks = sorted([*kinds, *(day for week in ruler.weeks for day in week.days)])
    assert in_weeks == [cell.date for cell in ruler.cells]
    for cell in ruler.cells:
        if cell.date in kinds and cell.number:
            assert kinds[cell.date].word == cell.number
        elif cell.date not in kinds:
            assert cell.kind not in COUNTS | {CellKind.SUSPENDED}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", names())
def test_each_kind_of_ruler_shows_the_ledger_and_can_be_read(name: str, lang: Lang) -> None:
    sample = SAMPLES[name]()
    ruler = drawn(sample, lang)
    assert ruler.cells
    holds(sample, ruler)
    readable(ruler)
    told_twice(ruler)


@settings(max_examples=120, deadline=None)
@given(samples(), st.sampled_from(LANGS))
def test_the_ruler_of_any_clock_shows_the_ledger_and_can_be_read(sample: Sample, lang: Lang) -> None:
    ruler = drawn(sample, lang)
    holds(sample, ruler)
    readable(ruler)
    told_twice(ruler)


@settings(max_examples=60, deadline=None)
@given(samples())
def test_a_fold_never_hides_a_day_that_counted_or_was_suspended(sample: Sample) -> None:
    account = account_for(sample)
    scale = scale_of(account, sample.row.picture.clock.policy, fold=True)
    hidden = [cell for column in scale.columns if column.folded for cell in column.cells]
    assert all(cell.kind not in ALWAYS_SEEN and cell.date != account.today for cell in hidden)
    assert all(len(column.cells) >= 12 for column in scale.columns if column.folded)
    flat = [cell for column in scale.columns for cell in column.cells]
    assert flat == list(account.cells)


def account_for(sample: Sample) -> Account:
    """What its ruler is drawn from."""
    return account_of(sample.view, sample.row, RELEASE, sample.now, lang="zh", projected=sample.projected)


def test_steps_side_by_side_take_a_cell_for_a_day() -> None:
    sample = SAMPLES["03-thirty-days-five-permits"]()
    ruler, shown = drawn(sample), clock_shown(sample.row, sample.view, RELEASE, sample.now)
    assert sum(cell.kind is CellKind.COUNTED for cell in ruler.cells) == shown.used
    assert sum(len(row.stretches) > 0 and row.stretches[-1].kind == "planned" for row in ruler.rows) >= 2


def test_a_chain_of_stages_counts_the_union_of_its_steps() -> None:
    sample = project().sample("2026-11-26 10:42")
    ruler, shown = drawn(sample), clock_shown(sample.row, sample.view, RELEASE, sample.now)
    counted = [cell for cell in ruler.cells if cell.kind in {CellKind.COUNTED, CellKind.OVERDUE}]
    assert shown.measure == Measure.CHAIN
    assert len(counted) == shown.used
    stages = [row for row in ruler.rows if row.title == ("立项用地规划许可",)]
    assert len(stages) == 1


def test_a_notice_that_moves_the_due_date_leaves_the_former_one_on_the_ruler() -> None:
    before, after = drawn(moved("2020-01-23 12:00")), drawn(moved("2020-02-04 12:00"))
    days = (date(2020, 1, 31), date(2020, 2, 1))
    assert [cell.kind for cell in before.cells if cell.date in days] == [CellKind.LEFT] * 2
    assert all(cell.kind in OFF for cell in after.cells if cell.date in days)
    assert (before.due, after.due) == (date(2020, 2, 6), date(2020, 2, 10))
    assert any(label.text == "原到期 2月6日" for label in after.labels)
    assert "原到期 2月6日（周四）" in after.sentence


def test_make_up_days_count_and_say_so() -> None:
    ruler = drawn(SAMPLES["15-make-up-days"]())
    made_up = [cell for cell in ruler.cells if cell.make_up]
    assert [(cell.date, cell.kind) for cell in made_up] == [
        (date(2026, 9, 20), CellKind.COUNTED),
        (date(2026, 10, 10), CellKind.COUNTED),
    ]
    assert [label.text for label in ruler.labels].count("班") == 2


@pytest.mark.parametrize("name", ["18-ramp-up", "25-average"])
def test_what_is_not_judged_is_never_drawn_as_broken(name: str) -> None:
    sample = SAMPLES[name]()
    later = sample._replace(now=sample.now + timedelta(days=30))
    ruler = drawn(later)
    assert any(cell.kind is CellKind.OVERDUE for cell in ruler.cells)
    assert not any("cell overdue" in shape.css or shape.pattern == "late" for shape in ruler.shapes)
    assert "超期" not in ruler.sentence
    assert all(run.what[:2] != "超期" for run in ruler.runs)


@pytest.mark.parametrize("name", ["26-step", "28-stage", "07-hours"])
def test_a_planning_target_is_never_told_in_the_words_of_a_promise(name: str) -> None:
    ruler = drawn(SAMPLES[name]())
    said = [ruler.sentence, *(label.text for label in ruler.labels), *(run.what for run in ruler.runs)]
    assert not any("超期" in text or "承诺" in text for text in said)
    assert "内控到期" in ruler.sentence


def test_beyond_the_calendar_only_a_projection_has_a_due_date_and_calls_it_provisional() -> None:
    known, projected = drawn(SAMPLES["16-beyond-the-calendar"]()), drawn(SAMPLES["17-beyond-projected"]())
    assert known.due is None
    assert known.cells[-1].date == date(2026, 12, 31)
    assert any("日历公布至" in label.text for label in known.labels)
    assert projected.cells[-1].kind is CellKind.ASSUMED
    assert projected.cells[-1].number == "30"
    assert any(label.text.startswith("暂定到期") for label in projected.labels)
    assert "暂定推算" in projected.sentence


def test_a_short_limit_is_drawn_by_half_hours_and_a_long_one_by_days() -> None:
    sizes = {name[3:]: drawn(SAMPLES[name]()).size for name in names()}
    assert (sizes["one-day"], sizes["hours"], sizes["nine-days"]) == (Size.HOURS, Size.HOURS, Size.LARGE)
    assert (sizes["thirty-days-five-permits"], sizes["eighty-days"]) == (Size.MEDIUM, Size.SMALL)


def test_a_clock_that_has_not_started_says_so_and_draws_nothing() -> None:
    sample = SAMPLES["23-presumed"]()
    early = sample.row.picture.clock.model_copy(update={"start": None, "receipt": None})
    row = sample.row.model_copy(update={"picture": sample.row.picture.model_copy(update={"clock": early})})
    ruler = drawn(sample._replace(row=row))
    assert (ruler.cells, ruler.labels, ruler.weeks, ruler.runs) == ((), (), (), ())
    assert ruler.sentence == "尚未开始计时。"


def test_every_clock_of_a_case_has_a_ruler() -> None:
    sample = project().sample("2026-11-26 10:42")
    roles = set()
    for row in sample.view.clocks:
        other = sample._replace(row=row)
        ruler = drawn(other)
        if ruler.cells:
            holds(other, ruler)
            readable(ruler)
            told_twice(ruler)
            roles.add(row.picture.role)
    assert roles >= {Role.PROMISE, Role.STAGE, Role.STEP}


@settings(max_examples=80, deadline=None)
@given(samples(), st.sampled_from(LANGS))
def test_flags_titles_owners_and_notes_are_never_left_out(sample: Sample, lang: Lang) -> None:
    nothing_left_out(drawn(sample, lang))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", names())
def test_no_kind_of_ruler_leaves_out_a_flag_a_title_an_owner_or_a_note(name: str, lang: Lang) -> None:
    nothing_left_out(drawn(SAMPLES[name](), lang))


def nothing_left_out(ruler: Ruler) -> None:
    """What a row and a flag say is there; only numbers and names of days give way."""
    said = [label.text for label in ruler.labels]
    for row in ruler.rows:
        for text in (*row.title, row.owner, row.note):
            assert not text or text in said, text
    flags = [label.css for label in ruler.labels if label.css.startswith("flag-")]
    assert sorted(flags) == (["flag-today"] if ruler.due is None else ["flag-due", "flag-today"])
