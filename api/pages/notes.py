"""Two pages about the pages, for whoever is there, signed in or not: the keys, and for whom the pages can be read."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.pages.answers import html
from api.pages.frame import bare_page, page
from api.pages.page_route import PageRoute, SignInNeeded, page_visit
from api.pages.parameters import one_of, only_known
from api.pages.words import message

router = APIRouter(route_class=PageRoute, include_in_schema=False)

KEYS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("/",), message("Look for a case number")),
    (("j",), message("Next row of a list")),
    (("k",), message("Previous row of a list")),
    (("Enter",), message("Open the row")),
    (("x",), message("Select the row, where rows can be selected")),
    (("[",), message("Previous page, case or year")),
    (("]",), message("Next page, case or year")),
    (("?",), message("This list of keys")),
)


@router.get("/keyboard")
async def keyboard(request: Request) -> Response:
    """List the keys, and how to turn them off."""
    only_known(request)
    one_of(request, "keys", ("0", "1"))
    return await _shown(request, "keyboard.html", keys=KEYS)


@router.get("/accessibility")
async def accessibility(request: Request) -> Response:
    """Say who can use the pages, how that is checked, and what is not."""
    only_known(request)
    return await _shown(request, "accessibility.html")


async def _shown(request: Request, template: str, **values: Any) -> Response:  # noqa: ANN401  # a template's
    try:
        at = await page_visit(request)
    except SignInNeeded:
        return html(request, bare_page(request, template, **values))
    return page(at, template, **values)
