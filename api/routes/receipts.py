"""The receipt that an applicant takes along: what was accepted when, when it is due and why, and where to look it up."""

from datetime import datetime

from fastapi import APIRouter, Depends, Request, Response

from activities.store.rows import CaseView, ClockRow
from api.access.key_route import KeyRoute
from api.access.request_context import CONFIRMERS, Visit, Visiting, only
from api.http.responses import answer
from api.ruler.account import account_of, was_due
from api.ruler.sentence import sentence_of
from api.ruler.words import Lang
from api.views.case import Cited, cited
from sla.model import Model
from workflows.rebuild import all_events

router = APIRouter(route_class=KeyRoute, prefix="/v1/cases", tags=["cases"])

LOOK_UP = "/look-up"


class ApplicantReceipt(Model):
    """A receipt. No due date where nothing counts yet, or where the case's figures are being checked (`checked`: False)."""

    case: str
    jurisdiction: str
    title_zh: str
    title_en: str
    received_at: datetime
    accepted_at: datetime | None
    open: bool
    due_at: datetime | None
    provisional: bool
    why_zh: str
    why_en: str
    promise: Cited | None
    checked: bool
    code: str
    address: str
    as_of: datetime


@router.get("/{case}/receipt", response_model=ApplicantReceipt, dependencies=[Depends(only(*CONFIRMERS))])
async def show_receipt(request: Request, visit: Visiting, case: str) -> Response:
    """Show what an applicant is handed: officers and supervisors may tell the look-up code."""
    codes = request.app.state.look_up_codes
    return answer(await visit.read(lambda: receipt_of(visit, visit.case(case), codes.code(case))))


def receipt_of(visit: Visit, view: CaseView, code: str) -> ApplicantReceipt:
    """Return the receipt of a case, of the clock that lists show of it; blocks."""
    case, store = view.case, visit.services.store
    checked = not store.faults(case=case.case)
    row = next((row for row in view.clocks if checked and row.picture.clock.key == view.main), None)
    due_at, provisional, why = (None, False, {}) if row is None else _due(visit, view, row)
    return ApplicantReceipt(
        case=case.case,
        jurisdiction=case.jurisdiction,
        title_zh=case.title_zh,
        title_en=case.title_en,
        received_at=case.received_at,
        accepted_at=case.accepted_at,
        open=case.open,
        due_at=due_at,
        provisional=provisional,
        why_zh=why.get("zh", ""),
        why_en=why.get("en", ""),
        promise=None if row is None else cited(row.picture.commitment),
        checked=checked,
        code=code,
        address=visit.services.settings.public_url.rstrip("/") + LOOK_UP,
        as_of=visit.told,
    )


def _due(visit: Visit, view: CaseView, row: ClockRow) -> tuple[datetime | None, bool, dict[str, str]]:
    """When a clock is due, whether that may change, and why then, in both languages."""
    key, policy = row.picture.clock.key, row.picture.clock.policy
    moved = was_due(all_events(visit.services.store, view.case.case), key, row.due_date)
    languages: tuple[Lang, ...] = ("zh", "en")
    accounts = {
        lang: account_of(view, row, visit.services.almanac, visit.told, lang=lang, was_due=moved) for lang in languages
    }
    shown = accounts["zh"].shown
    return shown.due_at, shown.provisional, {lang: sentence_of(one, policy) for lang, one in accounts.items()}
