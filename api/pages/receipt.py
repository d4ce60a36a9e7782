"""The receipt of a case, to be printed for its applicant."""

from fastapi import APIRouter, Response

from api.access.request_context import CONFIRMERS
from api.figures.places import PLACES
from api.http.problems import Problem
from api.pages.frame import PageVisit, page
from api.pages.page_route import PageRoute, PageVisiting
from api.pages.parameters import only_known
from api.pages.place_in_list import LIST, case_address
from api.routes.receipts import ApplicantReceipt, receipt_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/cases/{case}/receipt")
async def show_receipt_page(at: PageVisiting, case: str) -> Response:
    """Show the receipt: for whoever may tell the applicant the look-up code."""
    only_known(at.request, LIST)
    if at.caller.role not in CONFIRMERS:
        raise Problem("forbidden")
    found = await at.visit.read(_read, at, case)
    return page(
        at,
        "receipt.html",
        receipt=found,
        back=case_address(at, case),
        place=at.words.title(*PLACES.get(found.jurisdiction, ("", ""))),
        why=found.why_zh if at.words.zh else found.why_en,
        address=found.address if "://" in found.address else f"{at.request.base_url}{found.address.lstrip('/')}",
    )


def _read(at: PageVisit, case: str) -> ApplicantReceipt:
    return receipt_of(at.visit, at.case(case), at.request.app.state.look_up_codes.code(case))
