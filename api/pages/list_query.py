"""What a list of cases on a page is asked for: the API's own parameters, of which a form leaves some empty."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from pydantic import ValidationError

from activities.store.groups import CaseGroup
from activities.store.lines import CaseFilter
from api.figures.places import PLACES
from api.http.problems import Flaw, Problem
from api.http.validation import flaws_of
from api.pages.parameters import only_known
from api.routes.case_lists import NOT_SORTED_FOR_COMPANIES, ListQuery
from api.views.case_query import NOT_FOR_COMPANIES, CaseQuery, SortBy
from sla.clock import Standing
from workflows.procedures import ALL

SEVERAL = ("standing", "group", "status", "flag", "owner", "subject")
ORDER = ("sort", "dir", "limit", "after")
SPAN = ("from", "to")  # of the form; in an address they are `due`
LIMITS = (25, 50)  # more rows are more than a page may weigh
ANY = "any"  # in place of the API's leaving `open` out: a page without it shows open cases
VARIANTS = {variant.key for procedure in ALL.values() for variant in procedure.variants}
CHOICES: Mapping[str, Iterable[str]] = {"procedure": ALL, "jurisdiction": PLACES, "variant": VARIANTS}

Pairs = tuple[tuple[str, str], ...]


class ListAsked(NamedTuple):
    """A list as it is asked for; `pairs`: of its address, in one order, without its language."""

    query: ListQuery
    pairs: Pairs
    owners: tuple[str, ...] | None

    @property
    def text(self) -> str:
        """The query of its address, the page of it included."""
        return urlencode(self.pairs)

    @property
    def wanted(self) -> CaseFilter:
        """What the store is asked for."""
        return self.query.wanted(self.owners)

    @property
    def ranked(self) -> bool:
        """Whether it stands in groups."""
        return self.query.sort is SortBy.LEFT

    def given(self, name: str) -> str:
        """Return the value of a parameter as it was given, empty where it was not."""
        return next((value for key, value in self.pairs if key == name), "")

    def link(self, *without: str, **said: str) -> str:
        """Return the address of a list like it: its first page, without some parameters, and with others."""
        left_out = {"after", *without, *said}
        kept = [pair for pair in self.pairs if pair[0] not in left_out]
        pairs = [*kept, *((name, value) for name, value in said.items() if value)]
        return f"/cases?{urlencode(pairs)}" if pairs else "/cases"


def asked_of(request: Request, owners: tuple[str, ...] | None) -> ListAsked:
    """Read what a page's address asks for; a Problem that names what it does not have. `owners`: a company's own."""
    names = [name for name in CaseQuery.model_fields if owners is None or name not in NOT_FOR_COMPANIES]
    single = [name for name in names if name not in SEVERAL]
    several = [name for name in names if name in SEVERAL]
    span = SPAN if owners is None else ()
    only_known(request, *single, *ORDER, *span, "format", several=several)
    return _read(request.query_params.multi_items(), owners)


def asked_again(text: str, owners: tuple[str, ...] | None) -> ListAsked:
    """Read the query of an address that was read before; a Problem where this release does not have it any more."""
    return _read(parse_qsl(text), owners)


def _read(items: Iterable[tuple[str, str]], owners: tuple[str, ...] | None) -> ListAsked:
    known = (*CaseQuery.model_fields, *ORDER)
    given = [(name, value.strip()) for name, value in items if name in known and value.strip()]
    pairs = tuple(sorted(dict.fromkeys(given), key=lambda pair: known.index(pair[0])))
    said: dict[str, Any] = {name: value for name, value in pairs if name not in SEVERAL}
    said |= {name: tuple(v for n, v in pairs if n == name) for name in SEVERAL}
    if said.get("open") == ANY:
        del said["open"]
    else:
        said.setdefault("open", "closed" not in said)
    flaws = [
        Flaw(f"query/{name}", "unknown-value") for name, one in CHOICES.items() if said.get(name, "") not in {"", *one}
    ]
    if owners is not None:
        flaws += [Flaw(f"query/{name}", "unknown-parameter") for name in NOT_FOR_COMPANIES if said.get(name)]
    if said.get("limit", "50") not in {str(limit) for limit in LIMITS}:
        flaws.append(Flaw("query/limit", "unknown-value"))
    try:
        query = ListQuery.model_validate(said)
    except ValidationError as error:
        found = flaws_of(error.errors(include_url=False, include_input=False), frozenset(known))
        flaws += [Flaw(f"query/{flaw.pointer.removeprefix('#/').partition('/')[0]}", _code(flaw)) for flaw in found]
    else:
        if owners is not None and query.sort in NOT_SORTED_FOR_COMPANIES:
            flaws.append(Flaw("query/sort", "unknown-value"))
    if flaws:
        raise Problem("bad-parameter", flaws=dict.fromkeys(flaws))
    return ListAsked(query, pairs, owners)


def _code(flaw: Flaw) -> str:
    return "unknown-value" if flaw.code in {"not-a-choice", "bad-form", "not-a-boolean"} else flaw.code


CHIPS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "all": {},
    "overdue": {"group": (CaseGroup.OVERDUE,)},
    "due-today": {"due": ("today",)},
    "due-soon": {"standing": (Standing.DUE_SOON,)},
    "on-time": {"standing": (Standing.ON_TIME,)},
    "suspended": {"standing": (Standing.SUSPENDED,)},
    "none": {"group": (CaseGroup.BEYOND, CaseGroup.NOT_STARTED)},
    "step-over": {"step": ("over",)},
    "long": {"standing": (Standing.OVERDUE,), "group": (CaseGroup.DATED,)},
}
OF_CHIPS = ("standing", "group", "due", "step")
OF_CLOSED = ("closed", "status")  # of no chip: those are of open cases


def chip_of(asked: ListAsked) -> str:
    """Return the chip whose list this is, empty where it is none's."""
    if asked.query.open is not True:
        return ""
    said = {name: tuple(v for n, v in asked.pairs if n == name) for name in OF_CHIPS}
    mine = {name: values for name, values in said.items() if values}
    return next((name for name, chip in CHIPS.items() if mine == chip), "")


def chip_link(asked: ListAsked, chip: str) -> str:
    """Return the address of a chip's list under the other conditions."""
    kept = [pair for pair in asked.pairs if pair[0] not in {"after", "open", *OF_CLOSED, *OF_CHIPS}]
    pairs = [*kept, *((name, value) for name, values in CHIPS[chip].items() for value in values)]
    return f"/cases?{urlencode(pairs)}" if pairs else "/cases"
