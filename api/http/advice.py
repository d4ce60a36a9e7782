"""What to do about a problem: one sentence for each code, by what kind of problem it is."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from api.http.problems import PROBLEMS

MEND = "Mend what `errors` names: sent again as it is, it is refused again."
NO_ACCESS = "Ask the installation's supervisor for a key that opens this."
NOT_THERE = "Look at the address; what is another company's is answered like what does not exist."
AS_IT_STANDS = "Nothing was changed. Read the case: it may allow this later, or not any more."
AGAIN = "Nothing accepted is lost: send the same request again with the same key, after the seconds of Retry-After."

BY_STATUS: Mapping[int, str] = MappingProxyType(
    {
        400: MEND,
        401: "Send `Authorization: Bearer` with a key of this installation that has neither ended nor been revoked.",
        403: NO_ACCESS,
        404: NOT_THERE,
        405: NOT_THERE,
        409: AS_IT_STANDS,
        412: "Read the case, decide anew, and send the command with the number of the event that you saw.",
        413: "Send less at once.",
        415: "Send JSON, and say so in Content-Type.",
        422: MEND,
        429: AGAIN,
        500: "Tell the operators the `request_id`. Sent again with the same key, a command is done at most once.",
        503: AGAIN,
    }
)
BY_CODE: Mapping[str, str] = MappingProxyType(
    {
        "sandbox-key": "Send a key that begins with `sx_live_`, or ask the rehearsal that the key was made for.",
        "live-key": "Send a key that begins with `sx_test_`; a live key belongs to the installation with the real cases.",
        "case-exists": "Choose another number, or read the case: its opening has another content than yours.",
        "request-reused": "Another content needs another key; the first one stays on record.",
        "step-already-completed": "It stays as it was posted first; an officer can correct it.",
        "in-future": "Look at your clock and at the offset of the instant.",
        "not-a-form": "A page of this installation sends it.",
        "own-posting": "Somebody else has to do it.",
        "own-proposal": "Somebody else has to do it.",
        "own-request": "Somebody else has to do it; whoever asked may take it back.",
        "bad-cursor": "Begin the list anew, without `after`.",
        "ledger-fault": "An operator has to repair the case; until then it takes no command.",
    }
)


def advice(code: str) -> str:
    """Say what to do about a problem."""
    status = PROBLEMS[code][0]
    return BY_CODE.get(code) or BY_STATUS.get(status) or BY_STATUS[HTTPStatus.CONFLICT]
