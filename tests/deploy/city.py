"""A rehearsal in which every kind of situation stands in the books, posted through the API."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import httpx2

from tests.api.serving import Serving
from tests.desk import at

BEGIN = "2021-06-16 10:00"  # a Wednesday
WATER = ("water-connection", "no-new-pipe", ("joint-site-survey", "inspection-and-meter", "water-on"))
POWER = (
    "electricity-connection",
    "low-voltage",
    ("joint-site-survey", "supply-plan-reply", "external-line-permits", "grid-works", "meter-and-energise"),
)
CLOSING = (
    "deregistration",
    "on-platform",
    ("tax-clearance", "social-insurance-clearance", "liquidation-notice", "deregistration-approval"),
)
Kind = tuple[str, str, Sequence[str]]


class City:
    """An officer of a rehearsed city; what is not dated happens now."""

    def __init__(self, serving: Serving) -> None:
        self._http = httpx2.Client(
            base_url=f"{serving.url}/v1", headers={"Authorization": f"Bearer {serving.key}"}, timeout=30
        )
        self.open: set[str] = set()

    def standings(self) -> tuple[Counter[str], Counter[str]]:
        """How many open cases, and open steps, stand how, as their own pages say."""
        cases, steps = Counter[str](), Counter[str]()
        for case in self.open:
            shown = self._http.get(f"/cases/{case}").json()
            standing = {clock["key"]: clock["standing"] for clock in shown["clocks"]}
            cases[standing[shown["main"]]] += 1
            running = [step for step in shown["steps"] if step["status"] in {"running", "suspended"}]
            steps.update(standing[f"step/{step['key']}#{step['occurrence']}"] for step in running)
        return cases, steps

    def close(self) -> None:
        self._http.close()

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> httpx2.Response:
        """A command, sent once."""
        return self._http.post(path, json=dict(body or {}), headers={"Idempotency-Key": uuid4().hex})

    def told(self, path: str, **body: Any) -> None:
        """A command that is taken."""
        answer = self.post(path, body)
        assert answer.status_code < 300, answer.text

    def accepted(
        self, case: str, kind: Kind, day: str, jurisdiction: str = "suzhou", hours: tuple[str, str] = ("09:00", "10:00")
    ) -> str:
        """A case that was received and accepted on a day, at these hours."""
        place = {"procedure": kind[0], "variant": kind[1], "jurisdiction": jurisdiction}
        self.told("/cases", case=case, at=_local(f"{day} {hours[0]}"), **place)
        self.told(f"/cases/{case}/accept", at=_local(f"{day} {hours[1]}"))
        self.open.add(case)
        return case

    def completed(self, case: str, steps: Sequence[str], when: str | None = None) -> None:
        """Steps that are done, now or as is said."""
        dated = {} if when is None else {"at": _local(when)}
        for step in steps:
            self.told(f"/cases/{case}/steps/{step}/completions", outcome="done", **dated)

    def decided(self, case: str, kind: Kind) -> None:
        """All steps done and the case decided, now."""
        self.completed(case, kind[2])
        self.told(f"/cases/{case}/decide", outcome="approved")
        self.open.discard(case)

    def fill(self) -> None:
        """What is open when the dashboards are first looked at."""
        for number, day in enumerate(("2021-05-10", "2021-06-08", "2021-06-11", "2021-06-15", "2021-06-16")):
            self.accepted(f"SZ-W{number}", WATER, day)
            self.accepted(f"TC-W{number}", WATER, day, "taicang")
            self.accepted(f"SZ-E{number}", POWER, day)
        for number in range(6):
            self.accepted(f"SZ-L{number}", POWER, "2021-06-01")
        self.accepted("SZ-OK", WATER, "2021-06-15")
        self.accepted("SZ-STILL", WATER, "2021-06-16", hours=("09:00", "09:30"))
        self.accepted("SZ-TOLD", WATER, "2021-06-01")
        self.accepted("SZ-SOON", WATER, "2021-06-15", hours=("15:00", "15:30"))

    def move(self) -> None:
        """What then happens: cases decided late and in time, one suspended, one told late, one refused."""
        for number in range(6):
            self.decided(f"SZ-L{number}", POWER)
        self.decided("SZ-OK", WATER)
        self.told("/cases/SZ-STILL/suspensions", suspension="hearing-1", ground="hearing")
        self.completed("SZ-TOLD", ["joint-site-survey"], "2021-06-02 10:00")
        self.accepted("TC-D", CLOSING, "2021-06-15", "taicang")  # of which a year's share is made
        self.decided("TC-D", CLOSING)
        assert self.post("/cases/SZ-W0/accept").status_code == 409


def _local(text: str) -> str:
    return at(text).isoformat()
