"""Opening a case, and what hangs on it: a child is linked to its parent by the same wish."""

from activities.store.rows import CaseView
from api.access.request_context import Visit
from api.http.bodies import OpenBody
from api.http.problems import Problem
from api.intake.command_builders import made_id, opening
from api.intake.stamp import Stamp, digest
from api.intake.subjects import check_subjects, put_first_subjects
from api.intake.submit import Done, Wish, carry_out
from workflows.messages import Command, Link


def open_wish(visit: Visit, key: str, body: OpenBody) -> Wish:
    """Wish for a new case. Its number is the client's, or made of the idempotency key."""
    case = body.case or made_id("c", visit.caller.request_id(key))
    return Wish(case, "open", key, body.content() | {"case": case}, opening(visit, body), opens=True)


async def carry_out_opening(visit: Visit, wish: Wish, body: OpenBody) -> Done:
    """Open the case, record its subjects and link it to its parent; a retry makes up for what did not get through."""
    parent = body.parent
    await visit.read(check_subjects, visit, body.subjects)
    done = await carry_out(visit, wish)
    await visit.read(put_first_subjects, visit, wish.case, body.subjects)
    if parent is not None:
        await _link(visit, parent, wish.case, wish.key)
    return done


async def _link(visit: Visit, parent: str, child: str, key: str) -> None:
    known = await visit.read(visit.services.store.case, parent)
    if known is not None and child in known.case.children:
        return

    def make(stamped: Stamp, _: CaseView | None) -> Command:
        return Link(**stamped.fields, child=child)

    content = {"child": child}
    name = f"{key}/link-{digest(child, 'link', content)[:12]}"
    try:
        await carry_out(visit, Wish(parent, "link", name, content, make))
    except Problem as problem:
        if problem.code != "already-linked":
            raise
