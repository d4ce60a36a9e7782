"""A report as one page that needs nothing else and can be printed: Chinese first, English beside it."""

import base64
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import groupby

from api.figures.month import CalendarShown, Report
from api.figures.shown import FigureShown, ForecastShown, PromiseShown
from api.figures.words import (
    EMPTY,
    FIGURES,
    FORECASTS,
    JUDGED,
    PLACES,
    READING,
    WINDOWS,
    Pair,
    day,
    instant,
    kept,
    number,
    percent,
    place_of,
    promised,
    two_places,
)
from api.views.case import Cited
from api.views.html import Html, joined, tag

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif;
  margin: 2em auto; max-width: 70em; padding: 0 1em; color: #111; background: #fff; }
h1 { font-size: 1.7em; margin: 0; } h2 { font-size: 1.35em; border-bottom: 2px solid #111; margin-top: 2em; }
h3 { font-size: 1.1em; margin: 0 0 .3em; }
[lang=en] { color: #444; font-size: .88em; }
section.promise { margin: 1.4em 0; break-inside: avoid; }
blockquote { margin: .3em 0 .6em; padding: .2em .8em; border-left: 4px solid #777; }
blockquote footer { font-size: .88em; color: #444; }
table { border-collapse: collapse; width: 100%; margin: .5em 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-size: .92em; padding: .3em 0; }
th, td { border: 1px solid #999; padding: .25em .5em; text-align: right; vertical-align: top; font-weight: normal; }
thead th { background: #eee; } th[scope=row], td.text { text-align: left; }
.broken { font-weight: bold; background: #fbe3e3; } .notice { border: 2px solid #111; padding: .4em .8em; margin: .8em 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1em 1em; margin: .6em 0; } dd { margin: 0; }
@page { size: A4 landscape; margin: 12mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10pt; } thead { display: table-header-group; }
  tr, blockquote { break-inside: avoid; } h2, h3, caption { break-after: avoid; } }
"""
POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; "
    f"style-src 'sha256-{base64.b64encode(sha256(STYLE.encode()).digest()).decode()}'"
)


def page(report: Report) -> str:
    """The whole page."""
    title = f"时限月报 {report.month} Shixian monthly report"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="viewport", content="width=device-width"),
        tag("title", title),
        tag("style", Html(STYLE)),
    )
    places = groupby(report.promises, key=lambda promise: promise.jurisdiction)
    body = tag("body", *_top(report), *(_place(place, own) for place, own in places), _reading())
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='zh-CN')}\n"


def _top(report: Report) -> Iterator[Html]:
    yield tag("h1", f"时限月报 {report.month} ", _english("Shixian monthly report"))
    facts = (
        (("期间", "period"), f"{day(report.first)} – {day(report.until)}"),
        (("生成", "generated"), f"{instant(report.generated_at)}，{report.generated_by}"),
        *((("日历", "calendar"), _calendar(one)) for one in report.calendars),
    )
    yield tag("dl", *(joined(tag("dt", _both(name)), tag("dd", value)) for name, value in facts))
    if report.rehearsal_rate != 1:
        zh = f"演练，倍率 {report.rehearsal_rate}：以下并非真实办件。"
        yield _notice((zh, f"A rehearsal at rate {report.rehearsal_rate}: none of this happened."))
    if not report.ended:
        yield _notice(
            ("本月未结束，数字为截至期间末日。", "The month has not ended: the figures are up to the last day shown.")
        )
    if any(report.until >= one.provisional_from for one in report.calendars):
        yield _notice(
            (
                "期间含暂定日：下一年度放假安排公布前，已公布日历的最后三日为暂定。",
                "The period holds provisional days: until the next year's notice the last three published days may move.",
            )
        )


def _calendar(calendar: CalendarShown) -> Html:
    place = PLACES.get(calendar.jurisdiction, (calendar.jurisdiction, calendar.jurisdiction))
    zh = (
        f"{place[0]} {calendar.version}，公布至 {day(calendar.known_until)}，自 {day(calendar.provisional_from)} 起暂定"
    )
    en = f"{place[1]}: published until {day(calendar.known_until)}, provisional from {day(calendar.provisional_from)}"
    return _both((zh, en))


def _place(place: str, promises: Iterable[PromiseShown]) -> Html:
    heading = tag("h2", _both(PLACES.get(place, (place, place))))
    return joined(heading, *(_promise(promise) for promise in promises))


def _promise(promise: PromiseShown) -> Html:
    cited = promise.citation
    sentence = (
        tag("blockquote", f"“{cited.quote}”", tag("footer", f"《{cited.title}》{_item(cited)}"))
        if cited is not None
        else None
    )
    empty = not any(one.cohort.n or one.ramp_up.n or one.uncounted or one.open for one in promise.windows)
    return tag(
        "section",
        tag("h3", _both((promise.title_zh, promise.title_en))),
        tag("p", _both(("承诺", "promise")), "：", _both(promised(promise)), "　", tag("code", promise.commitment)),
        sentence,
        tag("p", _both(EMPTY)) if empty else _tables(promise),
        class_="promise",
    )


def _item(cited: Cited) -> str:
    """The item's number and its heading, which may begin with it."""
    return cited.heading if cited.heading.startswith(cited.item) else f"{cited.item} {cited.heading}"


def _tables(promise: PromiseShown) -> Html:
    return joined(
        _table(("各期间", "by period"), ("期间", "period"), (*FIGURES, JUDGED), map(_period, promise.windows)),
        *(_remarks(one) for one in promise.windows),
        _places(promise),
        _forecasts(promise),
    )


def _places(promise: PromiseShown) -> Html | None:
    """Each department, and each jurisdiction where the cohort has cases of more than one."""
    departments = [one for one in promise.places if one.department is not None]
    names = {(one.jurisdiction, one.department) for one in departments}
    if len(names) < 2:  # one department is the whole
        return (
            tag("p", _both(("责任单位", "department")), "：", _both(place_of(departments[0]))) if departments else None
        )
    several = len({one.jurisdiction for one in departments}) > 1
    rows = (
        (joined(_both(place_of(one)), "，", _both(WINDOWS[one.window])), _figures(one))
        for one in (promise.places if several else departments)
    )
    return _table(("各部门", "by department"), ("部门、期间", "department, period"), FIGURES, rows)


def _forecasts(promise: PromiseShown) -> Html | None:
    rows = [
        (_both(WINDOWS[one.window]), (_cell(one.open), *_forecast(one.forecast.elapsed), *_forecast(one.forecast.due)))
        for one in promise.windows
        if one.forecast is not None
    ]
    return _table(("预测", "forecast"), ("期间", "period"), FORECASTS, rows) if rows else None


def _forecast(one: ForecastShown) -> tuple[Html, ...]:
    return _cell(one.n), _cell(two_places(one.mean)), _verdict(one.kept, one.n)


def _period(figure: FigureShown) -> tuple[Html, Sequence[Html]]:
    name = WINDOWS[figure.window]
    verdict = _verdict(figure.cohort.kept, figure.cohort.n)
    return joined(_both(name), f" {day(figure.first)} – {day(figure.until)}"), (*_figures(figure), verdict)


def _figures(figure: FigureShown) -> Sequence[Html]:
    cohort, early = figure.cohort, figure.ramp_up
    ramp_up = f"{early.n}（{percent(early.on_time_share)}）" if early.n else "0"
    if not cohort.n:
        empty = tag("td", _both(EMPTY), colspan=str(len(FIGURES) - 1), class_="text")
        return empty, _cell(ramp_up)
    return (
        _cell(cohort.n),
        _cell(two_places(cohort.mean), tag("br"), _small(f"= {number(cohort.total)} ÷ {cohort.n}")),
        _cell(number(cohort.median)),
        _cell(number(cohort.p90)),
        _cell(number(cohort.maximum), tag("br"), _small(cohort.longest or "")),
        _cell(percent(cohort.on_time_share)),
        _cell(percent(cohort.on_time_as_told_share)),
        _cell(ramp_up),
    )


def _remarks(figure: FigureShown) -> Html | None:
    """What the reader has to know of a window's numbers."""
    window = WINDOWS[figure.window]
    said = [
        (number, zh, en)
        for number, zh, en in (
            (figure.provisional, "件到期日暂定", "with a provisional due date"),
            (figure.uncounted, "件超出已公布日历，未计入", "ran out of the published calendar and are not counted"),
            (figure.open_provisional, "件在办到期日暂定", "open with a provisional due date"),
            (figure.open_uncounted, "件在办超出已公布日历，未计入预测", "open beyond the calendar, in no forecast"),
        )
        if number
    ]
    if not said:
        return None
    zh, en = (
        (f"{window[0]}：" + "；".join(f"{n} {text}" for n, text, _ in said)),
        "; ".join(f"{n} {t}" for n, _, t in said),
    )
    return tag("p", _both((zh, f"{window[1]}: {en}")))


def _table(caption: Pair, first: Pair, columns: Iterable[Pair], rows: Iterable[tuple[Html, Sequence[Html]]]) -> Html:
    headings = (tag("th", _both(name), scope="col") for name in (first, *columns))
    lines = (tag("tr", tag("th", name, scope="row"), *cells) for name, cells in rows)
    return tag("table", tag("caption", _both(caption)), tag("thead", tag("tr", *headings)), tag("tbody", *lines))


def _verdict(value: bool | None, n: int) -> Html:  # noqa: FBT001  # as the cohort says it
    return tag("td", _both(kept(value, n)), class_="broken" if value is False else "text")


def _cell(*parts: object) -> Html:
    return tag("td", *parts)


def _small(text: str) -> Html:
    return tag("small", text)


def _reading() -> Html:
    terms = (joined(tag("dt", _both(name)), tag("dd", _both(said))) for name, said in READING)
    return joined(tag("h2", _both(("怎么读", "How to read it"))), tag("dl", *terms))


def _notice(said: Pair) -> Html:
    return tag("p", _both(said), class_="notice")


def _both(said: Pair) -> Html:
    return joined(said[0], " ", _english(said[1]))


def _english(text: str) -> Html:
    return tag("span", text, lang="en")
