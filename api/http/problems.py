"""What the API answers when it cannot do as asked: one table, and one shape for all of it (RFC 9457)."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import NamedTuple

from fastapi import Response

from sla.model import Model

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 2  # seconds
GONE_AWAY = "Nothing was lost: send the same request again, with the same key."

# code: (status, title). The codes of refusals are those of `workflows.decide` and `workflows.errors`.
PROBLEMS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        # what was sent cannot be read
        "no-request": (400, "That is no HTTP request, or its head is too long"),
        "malformed": (400, "The body is not JSON"),
        "duplicate-key": (400, "A name stands twice in one JSON object"),
        "too-deep": (400, "The JSON is nested too deeply"),
        "bad-cursor": (400, "The cursor does not belong to this list"),
        "idempotency-key": (400, "The Idempotency-Key header is missing or not well formed"),
        "bad-if-match": (400, "The If-Match header is not the number of an event"),
        "bad-parameter": (400, "A parameter of the address is unknown or not well formed"),
        "not-a-form": (415, "The body is not one of our forms"),
        "too-large": (413, "The body is too large"),
        "not-json": (415, "The body must be application/json"),
        "invalid": (422, "The request does not have the form that is asked for"),
        "sort-needs-open": (422, "Closed cases are not sorted by that: ask for open ones"),
        "sort-needs-fewer": (422, "So many cases are not sorted by that: ask for fewer"),
        "too-many-views": (422, "No more views can be saved: remove one first"),
        # who asks
        "unauthenticated": (401, "A valid API key or access token is needed"),
        "sandbox-key": (401, "A sandbox key opens rehearsals alone, and this runs in real time"),
        "live-key": (401, "This is a rehearsal: it is opened by sandbox keys alone"),
        "forbidden": (403, "The key's role does not allow this"),
        "foreign-form": (403, "The form was not sent from a page of this session"),
        "sign-in-refused": (403, "That key opens nothing here"),
        "unknown-account": (403, "The account may not sign in here"),
        "account-locked": (403, "The account is locked"),
        "account-disused": (403, "The account was not used for 90 days"),
        "factor-missing": (403, "The role needs a second factor"),
        "sign-in-over": (403, "That sign-in was not begun here, is over, or was used"),
        "sign-in-given-up": (403, "The sign-in was given up"),
        "own-account": (403, "Nobody changes their own account"),
        "unsafe-place": (403, "A key may be typed in only over TLS, or on the machine itself"),
        # what is asked for is not there
        "not-found": (404, "There is no such thing"),
        "method-not-allowed": (405, "This cannot be done here"),
        "unknown-machine": (404, "There is no such machine, or it has ended"),
        "no-issuer": (409, "No issuer of access tokens is set"),
        "machine-exists": (409, "The client is a machine already"),
        "unknown-person": (404, "There is no such person, or the account has ended"),
        "unknown-session": (404, "There is no such session, or it has ended"),
        "no-sign-in-provider": (409, "No provider of identities is set for people"),
        "person-exists": (409, "The subject or the actor is a person already"),
        "same-role": (409, "The person has that role already"),
        "unknown-case": (404, "There is no such case"),
        "unknown-step": (404, "There is no such step"),
        "unknown-suspension": (404, "There is no such suspension"),
        "unknown-event": (404, "There is no such event"),
        "unknown-clock": (404, "There is no such clock"),
        "unknown-request": (404, "Nothing is asked for by that number"),
        "unknown-subject": (404, "There is no such subject, or it is erased"),
        # a choice that does not exist
        "unknown-procedure": (422, "There is no such procedure"),
        "unknown-jurisdiction": (422, "The procedure is not defined for this jurisdiction"),
        "unknown-variant": (422, "The procedure has no such variant"),
        "unknown-fact": (422, "The variant has no such fact"),
        "bad-fact": (422, "The fact cannot have this value"),
        "unknown-outcome": (422, "The step has no such outcome"),
        "unknown-opinion": (422, "The step has no such opinion"),
        "unknown-occurrence": (422, "The step has no such occurrence"),
        "unknown-ground": (422, "There is no such ground of suspension"),
        "unknown-parent": (422, "There is no such parent case"),
        "nothing-corrected": (422, "The correction changes nothing"),
        "not-corrected-so": (422, "That fact has nothing of the kind"),
        "other-procedure": (422, "A case stays one of its procedure"),
        "same-kind": (422, "The case is of that kind already"),
        "unknown-department": (422, "There is no such office"),
        "same-owner": (409, "The step is that office's already"),
        "a-party-of-its-own": (409, "What the applicant does is nobody else's"),
        "nothing-lacking": (409, "Nothing is missing"),
        "something-lacking": (409, "What was missing at acceptance has not been brought"),
        "unreadable-notice": (422, "A sentence of the notice is not understood"),
        "wrong-table": (422, "The days contradict each other, or the statute"),
        "extension-unit": (422, "The limit is extended in another unit"),
        "extension-too-long": (422, "The law does not allow so much"),
        # times
        "in-future": (422, "The instant lies in the future"),
        "before-case": (422, "The instant lies before the case"),
        "before-receipt": (422, "The instant lies before the receipt of the materials"),
        "before-acceptance": (422, "The instant lies before the acceptance"),
        "before-step": (422, "The instant lies before the step"),
        "before-return": (422, "The instant lies before the return for correction"),
        "before-suspension": (422, "The instant lies before the suspension"),
        # the same request, other content
        "request-reused": (422, "The key was used with another content"),
        "case-exists": (409, "The case number is taken"),
        "step-already-completed": (409, "The step was completed with another content"),
        # not as the case stands
        "stale": (412, "The case has moved on"),
        "expired": (409, "The limit has expired"),
        "voided": (409, "The fact was voided"),
        "already-decided": (409, "The proposal is decided already"),
        "already-accepted": (409, "The case is accepted already"),
        "already-linked": (409, "The case is linked already"),
        "already-returned": (409, "The correction is open already"),
        "case-over": (409, "The case is over"),
        "in-correction": (409, "The application is out for correction"),
        "not-accepted": (409, "The case is not accepted"),
        "not-decided": (409, "The case is not decided"),
        "not-returned": (409, "No correction is open"),
        "not-suspended": (409, "The suspension has ended"),
        "own-request": (403, "Whoever asked for it does not answer it"),
        "request-of-another": (403, "Only whoever asked for it takes it back"),
        "request-answered": (409, "The request is answered already"),
        "already-asked": (409, "The same is asked for already"),
        "own-posting": (403, "Whoever posted it does not confirm it"),
        "own-erasure": (403, "Whoever asked for an erasure does not grant it"),
        "erasure-asked": (409, "The erasure is asked for already"),
        "no-erasure-asked": (409, "Nobody asks for that erasure"),
        "other-part": (422, "Such a subject has no such part of a case"),
        "own-proposal": (403, "Whoever proposed a notice does not approve it"),
        "notice-proposed": (409, "The same notice is proposed already"),
        "notice-in-force": (409, "The notice is in force already"),
        "year-known": (409, "Other days are in force on this matter"),
        "stale-preview": (409, "The preview is not the one that was seen any more"),
        "measured-on-cases": (409, "Cases measure this promise: nothing is observed of it"),
        "unknown-observation": (404, "There is no such observation"),
        "already-observed": (409, "This time is observed already: correct that observation"),
        "observation-replaced": (409, "The observation was corrected or withdrawn already"),
        "correction-waits": (409, "A correction of it waits to be confirmed"),
        "not-waiting": (409, "The observation does not wait to be confirmed"),
        "nothing-pending": (409, "Nothing waits for a confirmation"),
        "step-already-started": (409, "The step has begun already"),
        "step-not-open": (409, "The step is not open"),
        "step-not-started": (409, "The step has not been started"),
        "steps-missing": (409, "Steps are not complete"),
        "suspension-exists": (409, "The suspension's id is taken"),
        "refused": (409, "The case does not allow this"),
        # webhooks
        "unknown-webhook": (404, "There is no such webhook"),
        "unknown-company": (422, "There is no such company"),
        "forbidden-address": (422, "A webhook may not go there"),
        "webhook-exists": (409, "The company has a webhook with this address"),
        "too-many-webhooks": (409, "The company has as many webhooks as it may: end one first"),
        "webhook-state": (409, "The webhook is so already, or has ended"),
        # not now
        "too-many-requests": (429, "Too many requests: wait, then ask again"),
        "calendar-horizon": (422, "The calendar is not published so far"),
        "subjects-away": (503, "The keys of subjects are not here: no name is read or written"),
        "preview-running": (503, "The preview is still being made"),
        "outcome-unknown": (503, "No answer in time: the outcome is unknown"),
        "provider-unavailable": (503, "The provider of identities does not answer"),
        "store-unavailable": (503, "The database does not answer"),
        "unsigned": (503, "The worker does not take this process's commands"),
        "ledger-fault": (503, "The case's ledger disagrees with its history"),
        "internal": (500, "This should not have happened"),
    }
)


class Flaw(NamedTuple):
    """Where in the request something is wrong, and the rule; never the value."""

    pointer: str
    code: str


class Problem(Exception):
    """A request that is not done as asked."""

    def __init__(
        self, code: str, detail: str = "", *, flaws: Iterable[Flaw] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        self.code = code if code in PROBLEMS else "refused"
        self.status, self.title = PROBLEMS[self.code]
        self.detail = detail or f"{self.title}."
        self.flaws = tuple(flaws)
        self.headers = dict(headers or {})
        self.on_record = False  # the audit log has it already
        if self.status == HTTPStatus.SERVICE_UNAVAILABLE:
            self.headers.setdefault("Retry-After", str(RETRY_AFTER))
        super().__init__(self.detail)


class FlawShown(Model):
    """One thing wrong with a request."""

    pointer: str
    code: str


class ProblemShown(Model):
    """A problem as it is answered."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: tuple[FlawShown, ...] = ()
    request_id: str


def problem_type(code: str) -> str:
    """Return the `type` of a problem: the same at every installation, and explained at each under `help_of`."""
    return f"urn:shixian:problem:{code}"


def help_of(code: str) -> str:
    """Return where an installation explains a problem."""
    return f"/docs#{code}"


def shown(problem: Problem, request_id: str) -> ProblemShown:
    """Return the body of a problem."""
    return ProblemShown(
        type=problem_type(problem.code),
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        instance=f"urn:shixian:request:{request_id}",
        errors=tuple(FlawShown(pointer=flaw.pointer, code=flaw.code) for flaw in problem.flaws),
        request_id=request_id,
    )


def problem_response(problem: Problem, request_id: str) -> Response:
    """Return the answer that a problem becomes."""
    body = json.dumps(shown(problem, request_id).model_dump(), ensure_ascii=False, separators=(",", ":"))
    headers = {"Link": f'<{help_of(problem.code)}>; rel="help"', **problem.headers}
    return Response(body.encode(), problem.status, headers, MEDIA_TYPE)


def outcome_unknown() -> Problem:
    """Return the problem of a request that was not answered in time."""
    return Problem("outcome-unknown", f"The outcome is unknown. {GONE_AWAY}")


def store_unavailable() -> Problem:
    """Return the problem of a database that is away."""
    return Problem("store-unavailable", f"The database does not answer. {GONE_AWAY}")
