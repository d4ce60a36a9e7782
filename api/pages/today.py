"""Today: what is over, due today, and new since yesterday; what to do first, and whose desk it is on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup

from activities.store.groups import CaseGroup, Mark
from activities.store.lines import OVER, CaseFilter, CaseLine, CaseTally, DeskSums, DueDay, Instants, Recent, StepTally
from api.alerting.promise_alerts import LATE_SHARE, LATE_STEPS
from api.figures.places import PLACES
from api.figures.words import percent
from api.intake.subjects import names_of
from api.pages.case_row import case_row
from api.pages.case_words import WITHDRAWN
from api.pages.frame import MOST_COUNTED, PageVisit, menu, page
from api.pages.page_route import DESK, LATE, PageRoute, PageVisiting, of_menu
from api.pages.parameters import only_known
from api.pages.place_in_list import kept_list
from api.pages.today_averages import Averages, averages, broken_or_so_forecast
from api.pages.words import Language, PageWords, message
from sla.almanac import NATION
from sla.axis import due_day, local, local_day
from sla.clock import Standing
from sla.departments import DEPARTMENTS, department_of
from workflows.state import Status

router = APIRouter(route_class=PageRoute, include_in_schema=False)

PROMISES = "/promises"
FIRST = 12  # cases, and desks, that are shown
EVERY_OPEN = CaseFilter(open=True)
DAY = timedelta(days=1)
UNDATED = (CaseGroup.BEYOND, CaseGroup.NOT_STARTED)


class TodaySeen(NamedTuple):
    """All that the page counts, of one instant."""

    days: Instants
    cases: Mapping[str, CaseTally]  # by place
    desks: list[DeskSums]
    first: tuple[CaseLine, ...]
    recent: Recent
    averages: Averages


class Footing(NamedTuple):
    """A line beneath a number; `card`: which one stands before it."""

    text: str
    href: str | None = None
    card: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """A number with what it counts and its list, where there is one."""

    name: str
    number: int
    href: str | None = None
    notes: tuple[Footing, ...] = ()
    tone: str = ""
    more: bool = False  # as a growth


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """An owner's desk. `share`: of its steps that are over, where it is as high as the alert's rule says."""

    owner: str
    place: str
    href: str | None
    steps: StepTally
    share: str


class NewsRow(NamedTuple):
    """Something that has happened since the last close."""

    number: int
    what: str
    href: str | None
    detail: str = ""


@router.get("/today", dependencies=[Depends(of_menu("/today"))])
async def show_today(at: PageVisiting) -> Response:
    """Show what today is about."""
    only_known(at.request)
    found = await at.visit.read(_read, at)
    cases = CaseTally.total(found.cases.values())
    steps = StepTally.total(desk.steps for desk in found.desks)
    counted = {LATE: min(found.recent.waiting, MOST_COUNTED), DESK: min(steps.over, MOST_COUNTED)}
    at = replace(at, badges={**at.badges, **{path: number for path, number in counted.items() if path in at.badges}})
    within = {item.path for item in menu(at)}
    place = await kept_list(at, "")
    names = await at.visit.read(names_of, at.visit, [line.case.case for line in found.first])
    rows = [case_row(at, found.days, line, place, names.get(line.case.case)) for line in found.first]
    desks = _desks(at, found.desks)
    return page(
        at,
        "today.html",
        rest_until=_rest_until(at, found.days),
        columns=_columns(at, found.days),
        case_counts=_case_counts(at, found, cases),
        step_counts=_step_counts(at, found.days, steps, cases),
        open_cases=cases.open,
        rows=rows,
        desks=desks[:FIRST],
        other_desks=len(desks[FIRST:]),
        others=StepTally.total(desk.steps for desk in desks[FIRST:]),
        desk_list=DESK,
        since=_since_heading(at, found.days),
        news=list(_news(at, found, cases, within)),
        averages=broken_or_so_forecast(at.words, found.averages),
        averages_at=found.averages.at,
        promises=PROMISES if PROMISES in within else None,
    )


def _read(at: PageVisit) -> TodaySeen:
    store = at.visit.services.store
    days = at.visit.instants()
    with store.snapshot():
        return TodaySeen(
            days=days,
            cases=store.case_tallies(EVERY_OPEN, days),
            desks=store.desks(days),
            first=store.first_cases(EVERY_OPEN, days, FIRST),
            recent=store.recent(days),
            averages=averages(at.visit),
        )


# --- days -------------------------------------------------------------------------------------------------------------


def _rest_until(at: PageVisit, days: Instants) -> str | None:
    """On a day off the next working day in words; None on a working day."""
    calendar = at.visit.services.almanac.calendar_for(NATION, at.words.today)
    if calendar.is_working(at.words.today):
        return None
    return at.words.listed(_tomorrows(at.words, days)) or at.words.say("not published yet")


def _tomorrows(words: PageWords, days: Instants) -> list[str]:
    """The next working day; several where places differ."""
    following = {local_day(place.tomorrow.first) for place in days.places.values() if place.tomorrow is not None}
    return [words.day(day, weekday=True) for day in sorted(following)]


def _since(days: Instants) -> datetime | None:
    """When work last ended before today; None where that differs between places."""
    closes = {place.since for place in days.places.values()}
    return closes.pop() if len(closes) == 1 else None


def _since_yesterday(at: PageVisit, since: datetime | None) -> bool:
    return since is not None and local_day(since) == at.words.today - DAY


def _since_heading(at: PageVisit, days: Instants) -> Markup:
    since = _since(days)
    if since is None:
        return at.words.both("Since the last close")

    def said(language: Language) -> str:
        words = PageWords(language, at.words.today)
        if _since_yesterday(at, since):
            return words.say("Since yesterday %(time)s", time=f"{local(since):%H:%M}")
        return words.say("Since %(when)s", when=words.instant(since, weekday=True))

    return at.words.pair(said(Language.ZH), said(Language.EN))


def _columns(at: PageVisit, days: Instants) -> tuple[str, ...]:
    new = message("New since yesterday") if _since_yesterday(at, _since(days)) else message("New since the last close")
    return (
        message("Overdue, over"), new, message("Due today"), message("Due tomorrow"), message("Due soon"),
        message("Suspended"), message("On time"), message("Open"),
    )  # fmt: skip


# --- numbers ----------------------------------------------------------------------------------------------------------


def cases_at(**asked: object) -> str:
    """Return the address of a list of open cases."""
    query = urlencode({name: value for name, value in asked.items() if value is not None}, doseq=True)
    return f"/cases?{query}" if query else "/cases"


def _case_counts(at: PageVisit, found: TodaySeen, all_cases: CaseTally) -> list[Count]:
    words, days = at.words, found.days
    since = _since(days)
    soon = Standing.DUE_SOON.value
    return [
        Count(
            words.say("Cases overdue"),
            all_cases.overdue,
            cases_at(group=CaseGroup.OVERDUE.value),
            (*_longest(words, all_cases.longest), *_noted(words, all_cases)),
            tone="overdue" if all_cases.overdue else "",
        ),
        Count(
            words.say("Cases newly overdue"),
            all_cases.new_overdue,
            None if since is None else _new_overdue(since),
            tuple(_new_by_place(at, found)),
            tone="red" if all_cases.new_overdue else "",
            more=True,
        ),
        Count(
            words.say("Cases due today"),
            all_cases.due_today,
            cases_at(due=DueDay.TODAY.value),
            tone="today" if all_cases.due_today else "",
        ),
        Count(
            words.say("Cases due tomorrow"),
            all_cases.due_tomorrow,
            cases_at(due=DueDay.TOMORROW.value),
            tuple(Footing(text) for text in _tomorrows(words, days)),
        ),
        Count(words.say("Cases due soon"), all_cases.due_soon, cases_at(standing=soon)),
        Count(
            words.say("Cases suspended"),
            all_cases.suspended,
            cases_at(standing=Standing.SUSPENDED.value),
            tuple(_suspended(words, all_cases)),
        ),
        Count(
            words.say("Cases on time"),
            all_cases.on_time,
            cases_at(standing=Standing.ON_TIME.value),
            tuple(_some(words, message("%(n)s beyond the calendar"), all_cases.beyond, group=CaseGroup.BEYOND.value)),
        ),
        Count(words.say("Cases open"), all_cases.open, cases_at(), tuple(_others(words, all_cases))),
    ]


def _longest(words: PageWords, due_at: datetime | None) -> tuple[Footing, ...]:
    if due_at is None:
        return ()
    return (Footing(words.say("the earliest due %(day)s", day=words.day(due_day(due_at)))),)


def _noted(words: PageWords, cases: CaseTally) -> Iterable[Footing]:
    yield from _some(words, message("%(n)s over before they were told, no alarm"), cases.noted, flag=Mark.NOTED.value)


def _new_overdue(since: datetime, place: str | None = None) -> str:
    return cases_at(group=CaseGroup.OVERDUE.value, due=f"{local(since).isoformat()}..", jurisdiction=place)


def _decided(since: datetime | None) -> str | None:
    """The list of the cases decided since the last close; None where that differs between places."""
    if since is None:
        return None
    return cases_at(open="false", closed=f"{local(since).isoformat()}..", status=Status.DECIDED.value)


def _new_by_place(at: PageVisit, found: TodaySeen) -> Iterable[Footing]:
    for place, tally in sorted(found.cases.items()):
        if tally.new_overdue and place in found.days.places:
            name = at.words.title(*PLACES.get(place, (place, place)))
            yield Footing(f"{name} {tally.new_overdue}", _new_overdue(found.days.places[place].since, place))


def _suspended(words: PageWords, cases: CaseTally) -> Iterable[Footing]:
    if cases.suspended_supplement:
        yield Footing(words.say("returned for correction %(n)s", n=cases.suspended_supplement))
        yield Footing(words.say("others %(n)s", n=cases.suspended - cases.suspended_supplement))


def _others(words: PageWords, cases: CaseTally) -> Iterable[Footing]:
    """What of the open cases is in none of the columns before, and those without a due date."""
    long = {"standing": Standing.OVERDUE.value, "group": CaseGroup.DATED.value}
    yield from _some(words, message("%(n)s past an average or not bound yet"), cases.long, **long)
    yield from _some(words, message("%(n)s with a verdict, going on"), cases.judged, group=CaseGroup.JUDGED.value)
    yield from _some(words, message("%(n)s not started"), cases.not_started, group=CaseGroup.NOT_STARTED.value)
    groups = [group.value for group in UNDATED]
    yield from _some(words, message("%(n)s without a due date"), cases.undated, group=groups)
    yield from _some(words, message("%(n)s with something missing"), cases.lacking, flag=Mark.LACKING.value)


def _some(words: PageWords, text: str, number: int, **asked: object) -> Iterable[Footing]:
    if number:
        yield Footing(words.say(text, n=words.number(number)), cases_at(**asked))


def _step_counts(at: PageVisit, days: Instants, steps: StepTally, cases: CaseTally) -> list[Count]:
    """Each is a sum of the list of desks."""
    words = at.words
    cards = [
        Footing(words.say("yellow cards %(n)s", n=words.number(steps.yellow)), card="yellow"),
        Footing(words.say("red cards %(n)s", n=words.number(steps.red)), card="red"),
        *_some(words, message("in %(n)s cases"), cases.step_over, step=OVER),
    ]
    untimed = Footing(words.say("%(n)s not begun, or without a target", n=words.number(steps.untimed)))
    return [
        Count(words.say("Steps over"), steps.over, DESK, tuple(cards) if steps.over else ()),
        Count(
            words.say("Steps newly over"),
            steps.new_over,
            notes=(Footing(words.say("new red cards %(n)s", n=steps.new_red), card="red"),) if steps.new_red else (),
            more=True,
        ),
        Count(words.say("Steps due today"), steps.due_today, DESK, tone="today" if steps.due_today else ""),
        Count(
            words.say("Steps due tomorrow"),
            steps.due_tomorrow,
            DESK,
            tuple(Footing(text) for text in _tomorrows(words, days)),
        ),
        Count(words.say("Steps due soon"), steps.due_soon),
        Count(words.say("Steps suspended"), steps.suspended, DESK),
        Count(words.say("Steps on time"), steps.on_time),
        Count(words.say("Steps open"), steps.open, DESK, (untimed,) if steps.untimed else ()),
    ]


# --- desks ------------------------------------------------------------------------------------------------------------


def _desks(at: PageVisit, desks: Iterable[DeskSums]) -> list[OwnerRow]:
    """Those with the most steps over first."""
    worst = sorted(desks, key=lambda one: (-one.steps.over, -one.steps.due_today, -one.steps.open, one.owner))
    return [_desk(at, one) for one in worst]


def _desk(at: PageVisit, desk: DeskSums) -> OwnerRow:
    name = department_of(desk.jurisdiction, desk.owner)
    known = DEPARTMENTS.get(name)
    return OwnerRow(
        owner=desk.owner if known is None else at.words.title(known.title_zh, known.title_en),
        place=at.words.title(*PLACES.get(desk.jurisdiction, (desk.jurisdiction, desk.jurisdiction))),
        href=f"{DESK}/{name}" if known is not None else None,
        steps=desk.steps,
        share=late_share(desk.steps),
    )


def late_share(steps: StepTally) -> str:
    """Write the share of a desk's steps that are over, where the alert of departments has its rule fulfilled."""
    if steps.over < LATE_STEPS or steps.over <= LATE_SHARE * steps.clocked:
        return ""
    return percent(Decimal(steps.over) / steps.clocked)


# --- news -------------------------------------------------------------------------------------------------------------


def _news(at: PageVisit, found: TodaySeen, cases: CaseTally, within: set[str]) -> Iterable[NewsRow]:
    words, recent, since = at.words, found.recent, _since(found.days)
    told = "/told" if "/told" in within else None
    yield NewsRow(cases.new_overdue, words.say("cases newly overdue"), None if since is None else _new_overdue(since))
    decided = words.say("%(met)s in time, %(missed)s late", met=recent.met, missed=recent.missed)
    yield NewsRow(recent.decided, words.say("cases decided"), _decided(since), decided if recent.decided else "")
    for what, withdrawn in (
        (message("alerts of cases withdrawn"), recent.cases_withdrawn),
        (message("alerts of steps withdrawn"), recent.steps_withdrawn),
    ):
        yield NewsRow(sum(withdrawn.values()), words.say(what), told, _reasons(words, withdrawn))
    late = LATE if LATE in within else None
    first = recent.waiting_since
    earliest = "" if first is None else words.say("the earliest told %(day)s", day=words.day(local_day(first)))
    yield NewsRow(recent.waiting, words.say("late postings to confirm"), late, earliest)
    calendar = "/calendar" if "/calendar" in within else None
    yield NewsRow(recent.moved, words.say("cases with due dates that a changed calendar moved"), calendar)


def _reasons(words: PageWords, withdrawn: Mapping[str, int]) -> str:
    most = sorted(withdrawn.items(), key=lambda one: (-one[1], one[0]))
    return words.listed(f"{words.say(WITHDRAWN[why]) if why in WITHDRAWN else why} {number}" for why, number in most)
