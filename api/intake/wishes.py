"""Commands on a case as they are wished for: by a request to the API, or a form of a page."""

import json
from dataclasses import replace
from typing import Any

from activities.store.rows import CaseView
from api.access.request_context import Visit
from api.http.bodies import AcceptBody, CompletionBody, ConfirmBody, DecideBody, HandOverBody, ReclassifyBody
from api.http.body import Dated
from api.http.problems import Flaw, Problem
from api.intake.command_builders import accepting, completing, handing_over, reclassifying
from api.intake.stamp import Stamp
from api.intake.submit import Wish
from workflows.messages import Command, Confirm, Decide, Grant, RefuseRequest, TakeBack


def plain_wish(
    case: str, key: str, seen: int | None, kind: type[Command], body: Dated, *, step: str | None = None, **path: str
) -> Wish:
    """Wish for a command whose fields are those of its body and of its path."""
    content = {**body.content(), **path}
    if step is not None:
        content["step"] = step
    said = {name: value for name, value in content.items() if name != "at"}

    def make(stamped: Stamp, _: CaseView | None) -> Command:
        return kind(**stamped.fields, **said)

    return Wish(case, kind.model_fields["kind"].default, key, content, make, step=step, if_match=seen)


def accept_wish(visit: Visit, case: str, key: str, seen: int | None, body: AcceptBody) -> Wish:
    """Wish for an acceptance, under the promises of the day."""
    content = body.content()
    return Wish(case, "accept", key, content, accepting(visit, content.get("tolerance")), if_match=seen)


def reclassify_wish(visit: Visit, case: str, key: str, seen: int | None, body: ReclassifyBody) -> Wish:
    """Wish for the case to be one of another kind."""
    return Wish(case, "reclassify", key, body.content(), reclassifying(visit, body), if_match=seen)


def hand_over_wish(case: str, key: str, seen: int | None, body: HandOverBody, step: str) -> Wish:
    """Wish for a step to be another office's."""
    content = {**body.content(), "step": step}
    return Wish(case, "hand-over", key, content, handing_over(body, step), step=step, if_match=seen)


def decide_wish(case: str, key: str, seen: int | None, body: DecideBody) -> Wish:
    """Wish for a decision: with tolerance while something is missing, and only then."""
    wish = plain_wish(case, key, seen, Decide, body)

    def make(stamped: Stamp, view: CaseView | None) -> Command:
        return wish.make(stamped, view).model_copy(update={"by_tolerance": True})

    return replace(wish, make=make)


def complete_wish(
    visit: Visit,
    case: str,
    key: str,
    seen: int | None,
    body: CompletionBody,
    step: str,
    *,
    in_body: frozenset[str] = frozenset(),
) -> Wish:
    """Wish for the completion of a step; `in_body`: what of its address the body says (`Wish`)."""
    content = {**body.content(), "step": step}
    make = completing(visit, content)
    return Wish(case, "complete", key, content, make, step=step, if_match=seen, in_body=in_body)


def confirm_wish(visit: Visit, case: str, key: str, seen: int | None, body: ConfirmBody) -> Wish:
    """Wish for the confirmation of what was told too late: not by whoever posted it."""
    wish = plain_wish(case, key, seen, Confirm, body)

    def make(stamped: Stamp, view: CaseView | None) -> Command:
        if posted_by(visit, case, view, body.seq) == visit.caller.actor:
            raise Problem("own-posting", flaws=[Flaw("#/seq", "own-posting")])
        return wish.make(stamped, view)

    return replace(wish, make=make)


def grant_wish(visit: Visit, case: str, key: str, seen: int | None, number: int) -> Wish:
    """Wish for what another asked for; whoever posted late does not grant the confirmation either."""

    def make(stamped: Stamp, view: CaseView | None) -> Command:
        asked = next((one for one in view.case.requests if one.number == number), None) if view else None
        if asked is not None and asked.kind == "confirm":
            wanted = json.loads(asked.wanted)
            if posted_by(visit, case, view, wanted["seq"]) == visit.caller.actor:
                raise Problem("own-posting", flaws=[Flaw("path/number", "own-posting")])
        return Grant(**stamped.fields, number=number)

    return Wish(case, "grant", key, {"number": number}, make, if_match=seen, about="path/number")


def request_wish(
    case: str, key: str, seen: int | None, kind: type[RefuseRequest | TakeBack], number: int, reason: str | None
) -> Wish:
    """Wish for a request to be refused or taken back."""
    content: dict[str, Any] = {"number": number} | ({} if reason is None else {"reason": reason})

    def make(stamped: Stamp, _: CaseView | None) -> Command:
        return kind(**stamped.fields, **content)

    return Wish(case, kind.model_fields["kind"].default, key, content, make, if_match=seen)


def posted_by(visit: Visit, case: str, view: CaseView | None, seq: int) -> str | None:
    """Return the actor of an event; None where the case has none of that number; blocks."""
    if view is None or not 0 < seq <= view.head.seq:
        return None
    return visit.services.store.events(case, seq - 1, 1)[0].actor
