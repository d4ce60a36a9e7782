"""The offices: by which channels each is told, when it was last told, and when it last told us."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Depends, Response

from activities.store.lately import LastDelivery, Owner
from api.figures.places import PLACES
from api.pages.frame import PageVisit, page
from api.pages.page_route import PageRoute, PageVisiting, of_menu
from api.pages.parameters import only_known
from sla.departments import DEPARTMENTS, Department

COMPANIES = "/companies"
router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(of_menu(COMPANIES))])


class OfficeRow(NamedTuple):
    """An office. `channels`: None where it has none of its own, and each of its members is told."""

    title: str
    place: str
    channels: tuple[str, ...] | None
    members: tuple[str, ...]
    posted: datetime | None
    delivery: LastDelivery | None


@router.get(COMPANIES)
async def list_companies(at: PageVisiting) -> Response:
    """Show every office."""
    only_known(at.request)
    rows, readable = await at.visit.read(_read, at)
    file = at.visit.services.settings.recipients_file
    return page(at, "companies.html", rows=rows, readable=readable, file=file is not None)


def _read(at: PageVisit) -> tuple[list[OfficeRow], bool]:
    services = at.visit.services
    channels = _channels(services.settings.recipients_file)
    posted = services.store.last_postings([_owner(one) for one in DEPARTMENTS.values()])
    told = services.store.last_deliveries(list(DEPARTMENTS))
    return [
        OfficeRow(
            title=at.words.title(one.title_zh, one.title_en),
            place=at.words.title(*PLACES[one.jurisdiction]),
            channels=None if channels is None else channels.get(one.id),
            members=tuple(at.words.title(DEPARTMENTS[m].title_zh, DEPARTMENTS[m].title_en) for m in one.members),
            posted=posted.get(_owner(one)),
            delivery=told.get(one.id),
        )
        for one in DEPARTMENTS.values()
    ], channels is not None


def _owner(one: Department) -> Owner:
    return Owner(one.jurisdiction, one.title_zh)


def _channels(file: Path | None) -> dict[str, tuple[str, ...]] | None:
    """The names of each office's channels, and nothing of their addresses; None where the file cannot be used."""
    # The library of channels takes a quarter of a second to load, and an API of which nobody asks this needs it not.
    from api.alerting.recipients import RecipientsError, chosen  # noqa: PLC0415

    try:
        return dict(chosen(file).receivers)
    except (RecipientsError, OSError):
        return None
