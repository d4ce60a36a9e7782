"""Follows the feed and completes every step that opens: a dispatcher's loop that may be killed at any moment.

    SHIXIAN_URL=... SHIXIAN_KEY=... python dispatcher.py place.txt

The place in the feed is kept in a file, after each event. A completion's idempotency key is the id of its event: what is
posted again after a crash is answered with the same receipt.
"""

import os
import sys
from pathlib import Path

from shixian_client import ApiProblem, CloudEvent, ShixianClient

OVER = {"step-already-completed", "step-not-open", "case-over", "unknown-step", "unknown-case"}


def dispatch(shixian: ShixianClient, event: CloudEvent) -> str:
    """Do the work of a step, here none, and post it; a step that somebody else ended meanwhile is left as it is."""
    told = event.data
    try:
        receipt = shixian.complete(told.case, told.step, key=event.id)
    except ApiProblem as problem:
        if problem.code in OVER:
            return f"{told.case} {told.step} {problem.code}"
        raise
    return f"{receipt.case} {told.step} event {receipt.seq}"


def main(place: Path) -> None:
    """Go on where the file says, for ever."""
    with ShixianClient(os.environ["SHIXIAN_URL"], os.environ["SHIXIAN_KEY"]) as shixian:
        feed = shixian.events(place.read_text() if place.exists() else None, wait=20, kinds=["step-opened"])
        for event in feed:
            sys.stdout.write(dispatch(shixian, event) + "\n")
            sys.stdout.flush()
            _keep(place, feed.position or "")


def _keep(place: Path, position: str) -> None:
    half = place.with_suffix(".new")
    half.write_text(position)
    half.replace(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
