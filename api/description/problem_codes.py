"""Which problems each operation may answer: most follow from its shape, the rest are named here.

A test office asks this of every problem that any test provokes, so that none is left out.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

OF_ALL = ("internal", "outcome-unknown", "store-unavailable")
WITH_KEY = ("unauthenticated", "sandbox-key", "live-key", "forbidden", "provider-unavailable", "too-many-requests")
WITH_BODY = ("malformed", "duplicate-key", "too-deep", "too-large", "not-json", "invalid")
OF_COMMANDS = ("before-case", "in-future", "ledger-fault", "refused", "request-reused", "unknown-step",
               "unsigned")  # fmt: skip
BY_PARAMETER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Idempotency-Key": ("idempotency-key", "request-reused"),
        "If-Match": ("bad-if-match", "stale"),
        "after": ("bad-cursor",),
        "case": ("unknown-case",),
        "clock": ("unknown-clock", "not-found"),  # a line break in its key leads to no route
        "commitment": ("not-found",),
        "dry_run": OF_COMMANDS,
        "jurisdiction": ("not-found",),
        "month": ("not-found",),
        "number": ("not-found",),
        "procedure": ("not-found",),
        "seq": ("unknown-event",),
        "step": ("unknown-step",),
        "subject": ("unknown-subject",),
        "survey": ("not-found",),
        "suspension": ("unknown-suspension",),
        "webhook": ("unknown-webhook",),
        "year": ("not-found",),
    }
)
CHOICES = ("unknown-procedure", "unknown-jurisdiction", "unknown-variant", "unknown-fact", "bad-fact")
OBSERVED = ("measured-on-cases", "not-found", "unknown-observation", "already-observed", "observation-replaced",
            "correction-waits", "not-waiting", "nothing-corrected", "own-posting")  # fmt: skip
NAMED = ("other-part", "subjects-away", "unknown-subject")
NOTICED = ("already-decided", "in-future", "notice-in-force", "notice-proposed", "own-proposal", "preview-running",
           "stale-preview", "unreadable-notice", "wrong-table", "year-known", "calendar-horizon")  # fmt: skip
ANSWERED = ("own-request", "request-answered", "unknown-request")
GRANTED = (*ANSWERED, "case-over", "expired", "extension-too-long", "extension-unit", "unknown-clock", "nothing-pending",
           "own-posting", "before-suspension", "in-future", "not-corrected-so", "nothing-corrected", "unknown-event",
           "voided")  # fmt: skip  # and what its command is refused for
OF_PEOPLE = ("own-account", "unknown-person")
FURTHER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "accept": ("already-accepted", "before-receipt", "case-over", "in-correction"),
        "add_machine": ("machine-exists", "no-issuer"),
        "add_webhook": ("forbidden-address", "too-many-webhooks", "unknown-company", "webhook-exists"),
        "approve_notice": NOTICED,
        "ask_erasure": ("erasure-asked",),
        "complete": ("already-accepted", "already-returned", "before-receipt", "before-step", "case-over", "in-correction",
                     "step-already-completed", "step-not-open", "step-not-started", "unknown-occurrence",
                     "unknown-opinion", "unknown-outcome"),
        "add_person": ("no-sign-in-provider", "person-exists"),
        "change_person_role": (*OF_PEOPLE, "same-role"),
        "confirm": ("already-asked", "nothing-pending", "own-posting"),
        "confirm_observed": OBSERVED,
        "correct": ("already-asked", "before-suspension", "extension-too-long", "not-corrected-so", "nothing-corrected", "unknown-event",
                    "stale", "voided"),
        "correct_observed": OBSERVED,
        "decide": ("before-acceptance", "case-over", "not-accepted", "nothing-lacking", "something-lacking",
                   "steps-missing"),
        "end_machine": ("unknown-machine",),
        "end_webhook": ("webhook-state",),
        "extend": ("already-asked", "case-over", "expired", "extension-too-long", "extension-unit", "unknown-clock"),
        "grant_request": GRANTED,
        "grant_subject_erasure": ("no-erasure-asked", "own-erasure"),
        "hand_over": ("a-party-of-its-own", "before-step", "case-over", "same-owner", "step-already-completed",
                      "unknown-department"),
        "end_person": OF_PEOPLE,
        "end_session": ("unknown-person", "unknown-session"),
        "end_sessions": ("unknown-person",),
        "link": ("already-linked",),
        "list_averages": ("not-found",),
        "list_cases": ("sort-needs-fewer", "sort-needs-open"),
        "list_moves": ("preview-running",),
        "list_observations": OBSERVED,
        "list_sessions": ("unknown-person",),
        "lock_person": OF_PEOPLE,
        "open_case": ("case-exists", "unknown-case", "unknown-parent", *NAMED, *CHOICES),
        "pause_webhook": ("webhook-state",),
        "propose_notice": NOTICED,
        "put_case_subjects": NAMED,
        "reclassify": ("case-over", "other-procedure", "same-kind", *CHOICES),
        "record": OBSERVED,
        "refuse": ("already-accepted", "case-over"),
        "refuse_case_request": ANSWERED,
        "refuse_erasure": ("no-erasure-asked",),
        "reject_notice": NOTICED,
        "resubmit": ("before-return", "case-over", "not-returned"),
        "resume": ("before-suspension", "case-over", "not-suspended"),
        "resume_webhook": ("webhook-state",),
        "return_for_correction": ("already-returned", "before-step", "case-over", "step-not-open"),
        "revoke": ("not-decided",),
        "rotate_webhook": ("webhook-state",),
        "search_subjects": NAMED,
        "show_calendar": ("calendar-horizon",),
        "show_case_subjects": NAMED,
        "show_days": ("calendar-horizon",),
        "show_procedure": CHOICES,
        "start": ("before-acceptance", "before-step", "case-over", "not-accepted", "step-already-started",
                  "step-not-open"),
        "supply": ("before-acceptance", "case-over", "nothing-lacking"),
        "suspend": ("before-step", "case-over", "not-accepted", "step-not-open", "suspension-exists", "unknown-ground"),
        "take_back_request": ("request-answered", "request-of-another", "unknown-request"),
        "terminate": ("case-over",),
        "unlock_person": OF_PEOPLE,
        "withdraw": ("already-asked", "case-over"),
        "withdraw_observed": OBSERVED,
    }
)  # fmt: skip
# the kinds of facts that a case that is taken over may have: each is refused as its own command would be
TAKEN_OVER = ("accept", "complete", "decide", "extend", "open_case", "refuse", "resubmit", "resume",
              "return_for_correction", "revoke", "start", "supply", "suspend", "withdraw")  # fmt: skip
BY_ITEM = ("complete_many", "complete_survey")  # their items are answered by themselves, each with its own problem


def codes_of(operation: Mapping[str, Any], method: str) -> tuple[str, ...]:
    """Return the codes of the problems that an operation of the description may answer, sorted."""
    found: set[str] = set(OF_ALL)
    name: str = operation["operationId"]
    parameters: Sequence[Mapping[str, Any]] = operation.get("parameters", ())
    if operation.get("security"):
        found.update(WITH_KEY)
        if parameters:
            found.add("invalid")
        if method in ("post", "put"):
            found.update(WITH_BODY)
    for one in parameters:
        if name not in BY_ITEM or one["name"] != "dry_run":
            found.update(BY_PARAMETER.get(one["name"], ()))
    found.update(FURTHER.get(name, ()))
    if name == "import_case":
        found.update(OF_COMMANDS, ("unknown-suspension",), *(FURTHER[one] for one in TAKEN_OVER))
    return tuple(sorted(found))


def codes_of_items() -> tuple[str, ...]:
    """Return the codes of the problems that an item of a batch may have, sorted."""
    of_all = ("invalid", "outcome-unknown", "store-unavailable", "unknown-case")
    return tuple(sorted({*of_all, *OF_COMMANDS, *FURTHER["complete"]}))
