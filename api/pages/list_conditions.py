"""What a list of cases is narrowed to: in words, and as a form."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from activities.store.groups import CaseGroup, Mark
from activities.store.lines import OVER, Card
from api.figures.places import PLACES
from api.pages.case_row import CARDS, MARKS
from api.pages.case_words import CASE_STATES, owner_name
from api.pages.frame import STANDINGS
from api.pages.list_query import ANY, ListAsked, chip_of
from api.pages.words import PageWords, message
from sla.departments import DEPARTMENTS
from workflows.procedures import ALL

STATES: Mapping[str, str] = {"": message("Open"), "false": message("Closed"), ANY: message("All")}
FLAGS: Mapping[str, str] = {
    **{mark.value: text for mark, text in MARKS.items()},
    Mark.STEP_YELLOW: CARDS[Card.YELLOW],
    Mark.STEP_RED: CARDS[Card.RED],
    Mark.SUPPLEMENT: message("returned"),
    Mark.SURVEY: message("joint survey"),
}
CHIP_TITLES: Mapping[str, str] = {
    "all": message("All"),
    "overdue": message("Overdue"),
    "due-today": message("Due today"),
    "due-soon": message("Due soon"),
    "on-time": message("On time"),
    "suspended": message("Suspended"),
    "none": message("No due date"),
    "step-over": message("Step over"),
    "long": message("Past an average, or before it binds"),
}
GROUP_TITLES: Mapping[CaseGroup, str] = {
    CaseGroup.OVERDUE: message("Overdue"),
    CaseGroup.DATED: message("With a due date"),
    CaseGroup.SUSPENDED: message("Suspended"),
    CaseGroup.BEYOND: message("Due beyond the published calendar"),
    CaseGroup.NOT_STARTED: message("Not started"),
    CaseGroup.JUDGED: message("Promise judged, case still open"),
    CaseGroup.CLOSED: message("Closed"),
}


class Choice(NamedTuple):
    """What may be chosen in a form."""

    value: str
    title: str
    here: bool


class Choices(NamedTuple):
    """Choices under one title; without one they stand by themselves."""

    title: str
    of: tuple[Choice, ...]


class Filters(NamedTuple):
    """The form of a list. `kept`: what it does not show and keeps."""

    procedure: tuple[Choices, ...]
    variant: tuple[Choices, ...]
    jurisdiction: tuple[Choices, ...]
    owner: tuple[Choices, ...]
    mark: tuple[Choices, ...]
    first: str
    last: str
    state: tuple[Choices, ...]
    q: str
    kept: tuple[tuple[str, str], ...]


def filters_of(words: PageWords, asked: ListAsked) -> Filters:
    """Return the form of a list as it is filled in."""
    given = asked.given
    place, procedure = given("jurisdiction"), given("procedure")
    first, dots, last = given("due").partition("..")
    shown = {
        "procedure",
        "variant",
        "jurisdiction",
        "open",
        "q",
        "after",
        *(("owner",) if asked.owners is None else ()),
        *(("flag",) if len(asked.query.flag) <= 1 else ()),
    }
    if dots and asked.owners is None:
        shown.add("due")
    procedures = {key: words.title(one.title_zh, one.title_en) for key, one in ALL.items()}
    variants = [
        Choices(
            procedures[key],
            _choices(
                {one.key: words.title(one.title_zh, one.title_en) for one in definition.variants}, given("variant")
            ),
        )
        for key, definition in ALL.items()
        if procedure in {"", key}
    ]
    owners = [
        Choices(words.title(*PLACES[where]), _choices(_owners(words, where), given("owner")))
        for where in PLACES
        if place in {"", where}
    ]
    return Filters(
        procedure=(Choices("", _choices(procedures, procedure)),),
        variant=tuple(variants),
        jurisdiction=(Choices("", _choices({key: words.title(*pair) for key, pair in PLACES.items()}, place)),),
        owner=tuple(owners),
        mark=(Choices("", _choices({flag: words.say(text) for flag, text in FLAGS.items()}, _only(asked.query.flag))),),
        first=first if dots else "",
        last=last if dots else "",
        state=(Choices("", _choices({key: words.say(text) for key, text in STATES.items()}, _state(asked))),),
        q=given("q"),
        kept=tuple(pair for pair in asked.pairs if pair[0] not in shown),
    )


def _only(flags: Sequence[Mark]) -> str:
    """The one that a form shows as chosen; of several none, they stay as they are."""
    return flags[0].value if len(flags) == 1 else ""


def _state(asked: ListAsked) -> str:
    if asked.query.open is None:
        return ANY
    return "" if asked.query.open else "false"


def _owners(words: PageWords, place: str) -> dict[str, str]:
    return {
        one.title_zh: words.title(one.title_zh, one.title_en)
        for one in DEPARTMENTS.values()
        if one.jurisdiction == place
    }


def _choices(titles: Mapping[str, str], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, title, value == chosen) for value, title in titles.items())


def condition_words(words: PageWords, asked: ListAsked) -> str:
    """Say what a list is narrowed to."""
    return words.listed(_conditions(words, asked))


def _conditions(words: PageWords, asked: ListAsked) -> Iterable[str]:
    query = asked.query
    if query.procedure is not None:
        yield words.title(ALL[query.procedure].title_zh, ALL[query.procedure].title_en)
    if query.variant is not None:
        yield _variant(words, query.procedure, query.variant)
    if query.jurisdiction is not None:
        yield words.title(*PLACES[query.jurisdiction])
    yield from (owner_name(words, query.jurisdiction, owner) for owner in query.owner)
    yield from _stands(words, asked)
    yield from (words.say(FLAGS[flag]) for flag in query.flag)
    named = (
        (message("survey %(number)s"), query.survey),
        (message("part of %(number)s"), query.parent),
        (message("number with %(number)s"), query.q),
    )
    yield from (words.say(text, number=number) for text, number in named if number is not None)
    if query.subject:
        yield words.say("about whom was searched for")
    yield words.say(STATES[_state(asked)])


def _stands(words: PageWords, asked: ListAsked) -> Iterable[str]:
    """How cases stand, in the words of a chip where it is one's list."""
    query, chip = asked.query, chip_of(asked)
    if chip:
        if chip != "all":
            yield words.say(CHIP_TITLES[chip])
        return
    yield from (words.say(STANDINGS[standing]) for standing in query.standing)
    yield from (words.say(GROUP_TITLES[group]) for group in query.group)
    if query.step is not None:
        yield words.say("Step over") if query.step == OVER else words.say("step %(key)s", key=query.step)
    yield from (words.say(CASE_STATES[status]) for status in query.status)
    if query.due is not None:
        yield words.say("due %(span)s", span=_span(words, query.due))
    if query.closed is not None:
        yield words.say("closed %(span)s", span=_span(words, query.closed))


def _variant(words: PageWords, procedure: str | None, key: str) -> str:
    places = [ALL[procedure]] if procedure else ALL.values()
    found = next((one for definition in places for one in definition.variants if one.key == key), None)
    return key if found is None else words.title(found.title_zh, found.title_en)


def _span(words: PageWords, due: str) -> str:
    if due in {"today", "tomorrow"}:
        return words.say("today") if due == "today" else words.say("tomorrow")
    first, dots, last = due.partition("..")
    return f"{first}—{last}" if dots else due
