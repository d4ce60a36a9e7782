"""What went wrong, as a page: what, why, what now, and the request's number."""

from collections.abc import Mapping

from fastapi import Request, Response

from api.http.problems import Problem
from api.pages.answers import HEADERS
from api.pages.frame import bare_page, rendered
from api.pages.refusals import flaw_said
from api.pages.words import message

# by status: what is so, and what to do
SAID: Mapping[int, tuple[str, str]] = {
    400: (message("This address cannot be read"), message("Go back, or begin at the first page.")),
    403: (message("Not yours to do"), message("Ask whoever manages the keys of your office.")),
    404: (message("No such page, or not in your reach"), message("Look for the number in the list of cases.")),
    405: (message("This cannot be done here"), message("Go back, or begin at the first page.")),
    409: (message("The case has moved on: check again"), message("Look at the case as it is now.")),
    412: (message("The case has moved on: check again"), message("Look at the case as it is now.")),
    413: (message("That was too much at once"), message("Send less.")),
    415: (message("That was no form of ours"), message("Go back, and send the form again.")),
    422: (message("Something in the form is not right"), message("Go back; what you entered is kept.")),
    429: (message("Too many at once"), message("Wait a minute.")),
    500: (message("This should not have happened"), message("Try again, and tell the operators the request's number.")),
    503: (message("Not possible right now: what you entered is kept"), message("Go back and try again in a moment.")),
}


# by code, where the status says too little
SAID_OF: Mapping[str, tuple[str, str]] = {
    "own-posting": (
        message("Whoever posted it does not confirm it"), message("Another officer or a supervisor confirms it."),
    ),
}  # fmt: skip


def error_page(request: Request, problem: Problem) -> Response:
    """Return the page of a problem; in the frame of whoever has signed in."""
    what, now = SAID_OF.get(problem.code) or SAID.get(problem.status, SAID[500])
    values = {"problem": problem, "what": what, "what_now": now, "request_id": request.state.request_id}
    values["flaws"] = [(flaw, flaw_said(flaw.code)) for flaw in problem.flaws]
    at = getattr(request.state, "page_visit", None)
    text = bare_page(request, "error.html", **values) if at is None else rendered(at, "error.html", **values)
    return Response(text, problem.status, {**HEADERS, **problem.headers}, "text/html; charset=utf-8")
