"""Posts a completion of some days ago, and waits for what an officer says to it.

    SHIXIAN_URL=https://shixian.example.gov.cn SHIXIAN_KEY=sx_live_... \\
        python post_late.py SZ-0001 joint-site-survey 2026-11-02T10:00:00+08:00

Told more than three working days later, a completion waits for an officer: `pending`. The answer comes by the feed.
"""

import os
import sys
from datetime import datetime

from shixian_client import ShixianClient

ANSWERS = {"shixian.posting-confirmed": "counts by its own day", "shixian.posting-not-confirmed": "does not count"}


def main(case: str, step: str, at: str) -> None:
    """Post, then follow the feed from its beginning until the answer is there."""
    with ShixianClient(os.environ["SHIXIAN_URL"], os.environ["SHIXIAN_KEY"]) as shixian:
        receipt = shixian.complete(case, step, at=datetime.fromisoformat(at), key=f"{case}/{step}/{at}")
        if not receipt.pending:
            sys.stdout.write(f"{case} {step}: counts, it was told in time\n")
            return
        sys.stdout.write(f"{case} {step}: waits for an officer\n")
        sys.stdout.flush()
        kinds = [name.removeprefix("shixian.") for name in ANSWERS]
        for event in shixian.events(wait=20, kinds=kinds):
            if event.data.case == case and event.data.posting == receipt.seq:
                sys.stdout.write(f"{case} {step}: {ANSWERS[event.type]}\n")
                return


if __name__ == "__main__":
    main(*sys.argv[1:])
