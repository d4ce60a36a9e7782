"""Commands on a case as they are wished for: by a request to the API, or a form of a page."""

from activities.store.rows import CaseView
from api.access.request_context import Visit
from api.http.bodies import AcceptBody, CompletionBody, Dated
from api.intake.command_builders import accepting, completing
from api.intake.stamp import Stamp
from api.intake.submit import Wish
from workflows.messages import Command


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
    return Wish(case, "accept", key, body.content(), accepting(visit), if_match=seen)


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
