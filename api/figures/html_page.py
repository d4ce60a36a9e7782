"""A report as one page that needs nothing else and can be printed: Chinese first, English beside it. Its parts, for other pages."""

import base64
from collections.abc import Sequence
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import Any

from markupsafe import Markup

from api.figures import front_words, standing_words, words
from api.figures.bars import drawing
from api.figures.front import Trend
from api.figures.month import Report
from api.figures.shown import FigureShown, PromiseShown
from api.views.case import Cited
from api.views.html import templates

TEMPLATES = templates("api.figures")
STYLE = TEMPLATES.get_template("style.css").render()
POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; "
    f"style-src 'sha256-{base64.b64encode(sha256(STYLE.encode()).digest()).decode()}'"
)


def page(report: Report) -> str:
    """Return the whole page."""
    return TEMPLATES.get_template("report.html").render(policy=POLICY, **_values(report))


def body(report: Report) -> Markup:
    """Return what the report says, without what makes it a page of its own."""
    return Markup(TEMPLATES.get_template("body.html").render(_values(report)))  # noqa: S704  # escaped by the template


def bars(trend: Trend, outer: str) -> Markup:
    """Draw a promised average; `outer` is not used by another drawing of the page."""
    return Markup(TEMPLATES.get_template("bars.html").render(trend=trend, outer=outer))  # noqa: S704  # escaped by the template


def sentence(cited: Cited) -> Markup:
    """Write the sentence that a promise rests on, letter by letter, and where it stands."""
    return Markup(TEMPLATES.get_template("parts.html").module.sentence(cited))  # type: ignore[attr-defined]  # noqa: S704  # as above


def _values(report: Report) -> dict[str, Any]:
    return {
        "report": report,
        "places": [(place, list(own)) for place, own in groupby(report.promises, attrgetter("jurisdiction"))],
        "provisional": any(report.until >= one.provisional_from for one in report.calendars),
    }


def _item(cited: Cited) -> str:
    """The item's number and its heading, which may begin with it."""
    return cited.heading if cited.heading.startswith(cited.item) else f"{cited.item} {cited.heading}"


def _empty(promise: PromiseShown) -> bool:
    return not any(
        one.cohort.n or one.ramp_up.n or one.taken_over.n or one.uncounted or one.open or one.open_taken_over
        for one in promise.windows
    )


def _departments(promise: PromiseShown) -> Sequence[FigureShown]:
    return [one for one in promise.places if one.department is not None]


def _shares(promise: PromiseShown) -> Sequence[FigureShown]:
    """Each department, and each jurisdiction where the cohort has cases of more than one; none where one is the whole."""
    departments = _departments(promise)
    if len({(one.jurisdiction, one.department) for one in departments}) < 2:
        return ()
    return promise.places if len({one.jurisdiction for one in departments}) > 1 else departments


TEMPLATES.globals.update(
    words=words, front_words=front_words, standing_words=standing_words, drawing=drawing, item=_item, empty=_empty, departments=_departments,
    shares=_shares,
)  # fmt: skip
TEMPLATES.filters["remarks"] = words.remarks
