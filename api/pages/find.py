"""The search box: a number is looked for by address; a name is posted, and its address holds the ids that it was found by."""

import re
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response

from activities.store.errors import StoreUnavailable
from api.http.fields import LONGEST_NAME
from api.http.problems import Flaw, Problem
from api.intake.subjects import find_subjects
from api.pages.answers import see_other
from api.pages.frame import OVERSEEING, PageVisit
from api.pages.list_query import ANY
from api.pages.page_route import PageRoute, PageVisiting, only_for

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(only_for(*OVERSEEING))])

NUMBER = re.compile(r"[A-Za-z0-9._-]{1,64}")  # a part of a case's number
NOBODY = "0" * 32  # an id that no subject has: its list is empty


@router.post("/find")
async def find(at: PageVisiting) -> Response:
    """Send on to the list of what was searched for: cases of the subjects that a text names, or cases by their number."""
    text = at.form("q").strip()
    if len(text) > LONGEST_NAME:
        raise Problem("bad-parameter", flaws=[Flaw("#/q", "too-long")])
    number = NUMBER.fullmatch(text) is not None
    found = await at.visit.read(_found, at, text, number=number)
    if number and not found:
        return see_other(f"/cases?{urlencode({'open': ANY, 'q': text})}")
    if not text:
        return see_other("/cases")
    query = [("open", ANY), *(("subject", one) for one in found or [NOBODY])]
    return see_other(f"/cases?{urlencode(query)}")


def _found(at: PageVisit, text: str, *, number: bool) -> list[str]:
    """Ids of the subjects that a text names. What may be a number is one, unless it is a whole name or code."""
    try:
        found = find_subjects(at.visit, text, whole=number)
    except (Problem, StoreUnavailable):
        if number:  # the list says itself whether it can be read
            return []
        raise
    return [one.id for one in found.subjects]
