"""Lists of cases that somebody keeps under a name of their own: 12 an actor."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import StringConstraints, TypeAdapter, ValidationError

from activities.store.saved_views import SavedView
from api.http.fields import Text
from api.http.problems import Flaw, Problem
from api.http.validation import flaws_of
from api.pages.answers import see_other
from api.pages.list_query import asked_again
from api.pages.page_route import PageRoute, PageVisiting, of_menu
from api.pages.sign_in import ours

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(of_menu("/cases"))])

MOST_VIEWS = 12
NAME = TypeAdapter(Annotated[Text, StringConstraints(max_length=40, strip_whitespace=True, pattern=r"^[^\n\t]*$")])


@router.post("/cases/views")
async def save(at: PageVisiting) -> Response:
    """Keep the list of the form under its name, in place of one of the same name."""
    try:
        name = NAME.validate_python(at.form("name"))
    except ValidationError as error:
        flaws = flaws_of(error.errors(include_url=False, include_input=False), frozenset())
        raise Problem("invalid", flaws=[Flaw("#/name", flaw.code) for flaw in flaws]) from None
    asked = asked_again(at.form("query"), at.caller.owners)
    view = SavedView(name=name, query=asked.text)
    if not await at.visit.read(at.visit.services.store.save_view, at.caller.actor, view, MOST_VIEWS):
        raise Problem("too-many-views")
    return see_other(ours(at.form("back") or "/cases"))


@router.post("/cases/views/drop")
async def drop(at: PageVisiting) -> Response:
    """Forget the view of a name."""
    await at.visit.read(at.visit.services.store.drop_view, at.caller.actor, at.form("name"))
    return see_other(ours(at.form("back") or "/cases"))
