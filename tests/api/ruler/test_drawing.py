"""A ruler as HTML: no style or script in it, hostile texts as texts, small rulers."""

import re
from html.parser import HTMLParser

import pytest

from activities.record import Role
from api.ruler.drawing import drawn, drawn_small, stylesheet
from api.ruler.mini import mini_of
from api.ruler.ruler import ruler_of
from api.ruler.words import TEXTS
from api.views.case import clock_shown
from sla.release import RELEASE
from tests.api.ruler.cases import SAMPLES, Sample, names, simple

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


class Tags(HTMLParser):
    """Which tags and attributes a page has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]


def html_of(sample: Sample, name: str = "ruler") -> str:
    """A sample as HTML."""
    view, row, now, was_due, projected, fold = sample
    return str(drawn(ruler_of(view, row, RELEASE, now, was_due=was_due, projected=projected, fold=fold), name))


@pytest.mark.parametrize("name", names())
def test_a_ruler_has_neither_style_nor_script_of_its_own(name: str) -> None:
    found = Tags(html_of(SAMPLES[name]()))
    assert not {"script", "style", "img", "a"} & set(found.tags)
    assert not {"style", "stroke", "onclick", "onload"} & found.attributes
    assert len(found.ids) == len(set(found.ids))
    assert {"title", "desc", "details", "svg"} <= set(found.tags)


def test_a_hostile_title_or_owner_is_a_text() -> None:
    sample = simple("9", "2026-11-20 10:00").sample("2026-11-26 10:42")
    steps = tuple(one.model_copy(update={"title_zh": HOSTILE, "owner": HOSTILE}) for one in sample.view.steps)
    page = html_of(sample._replace(view=sample.view.model_copy(update={"steps": steps})))
    assert not {"script", "img"} & set(Tags(page).tags)
    assert "&lt;script&gt;" in page


def test_two_rulers_of_a_page_have_ids_of_their_own() -> None:
    sample = SAMPLES["02-nine-days"]()
    ids = Tags(html_of(sample, "now") + html_of(sample, "then")).ids
    assert len(ids) == len(set(ids))


def test_every_colour_is_a_token_of_the_board() -> None:
    rules = stylesheet().split(".day-ruler", 1)[1].split("@media print")[0]
    assert "#" not in rules
    assert "var(--counted)" in rules


@pytest.mark.parametrize(
    ("days", "boxes"), [("4", ("counted",) * 4 + ("overdue",)), ("9", ("counted",) * 5 + ("left",) * 4)]
)
def test_a_small_ruler_has_a_box_for_each_day(days: str, boxes: tuple[str, ...]) -> None:
    view, row, now, *_ = simple(days, "2026-11-19 10:00").sample("2026-11-26 10:42")
    mini = mini_of(clock_shown(row, view, RELEASE, now), "zh")
    assert mini.boxes == boxes
    lengths = re.findall(r'<path class="(counted|left|overdue)" d="M([\d.]+) 6h([\d.]+)"', str(drawn_small(mini)))
    drawn_boxes = [(kind, (float(begin) - 0.5) / 8, (float(length) + 1.5) / 8) for kind, begin, length in lengths]
    assert [kind for kind, _, n in drawn_boxes for _ in range(int(n))] == list(boxes)
    assert [begin for _, begin, _ in drawn_boxes] == [boxes.index(kind) for kind, _, _ in drawn_boxes]


def test_a_small_ruler_of_a_long_limit_is_a_bar() -> None:
    view, row, now, *_ = SAMPLES["05-eighty-days"]()
    mini = mini_of(clock_shown(row, view, RELEASE, now), "en")
    assert (mini.boxes, mini.used, mini.over) == ((), 56, 0)
    assert mini.text == "used 56 d of 80 d"


def test_a_small_ruler_speaks_of_a_limit_only_where_there_is_one() -> None:
    seen = set()
    for sample in SAMPLES.values():
        view, _, now, *_ = sample()
        for row in view.clocks:
            zh, en = (mini_of(clock_shown(row, view, RELEASE, now), lang).text for lang in ("zh", "en"))
            target = row.picture.role in (Role.STEP, Role.STAGE)
            seen.add(target)
            assert ("内控" in zh, "时限" in zh, "target" in en) == (target, not target, target)
    assert seen == {True, False}


def test_each_text_has_the_same_values_in_both_languages() -> None:
    for key, (zh, en) in TEXTS.items():
        fields = [{part.split("}")[0] for part in text.split("{")[1:]} for text in (zh, en)]
        assert fields[0] == fields[1], key
