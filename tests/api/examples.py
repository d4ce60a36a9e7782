"""The examples of the OpenAPI description, taken from a real office: `python -m tests.api.examples` writes them anew."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

import api.description
from api.processes.binaries import TEMPORAL, find
from api.processes.claims import free_port
from api.processes.temporal_server import DevServer
from tests.api.office import PATIENT, WATER, Office, Person, file_store, local
from workflows.worker import connect

EXAMPLES = Path(api.description.__file__).parent / "examples.json"
MOST = 2  # of a list in an answer
SURVEY, INSPECTION = "joint-site-survey", "inspection-and-meter"
Examples = dict[str, dict[str, dict[str, Any]]]


class Taker:
    """Sends requests to an office and keeps what was said on both sides."""

    def __init__(self, suffix: str) -> None:
        self.suffix = suffix  # of numbers, where the office has other cases
        self.taken: Examples = {}

    def number(self, text: str) -> str:
        return f"{text}{self.suffix}"

    async def get(self, who: Person, operation: str, path: str, /, **parameters: Any) -> Any:
        in_path = {name: value for name, value in parameters.items() if f"{{{name}}}" in path}
        rest = {name: value for name, value in parameters.items() if name not in in_path}
        answer = await who.get(path.format(**{name: quote(str(one)) for name, one in in_path.items()}), **rest)
        return self._keep(operation, "read", "", answer, parameters, None)

    async def post(
        self, who: Person, operation: str, path: str, body: Any, /, name: str, summary: str, **parameters: Any
    ) -> Any:
        tried = "?dry_run=true" if parameters.get("dry_run") else ""
        key = self.number(f"{operation}-{'tried' if tried else 'done'}".replace("_", "-"))
        answer = await who.post(path.format(**parameters) + tried, body, key=key)
        told = parameters if operation == "complete_many" else {**parameters, "Idempotency-Key": key}
        return self._keep(operation, name, summary, answer, told, body)

    def _keep(self, operation: str, name: str, summary: str, answer: Any, parameters: Any, body: Any) -> Any:
        said = answer.json()
        self.taken.setdefault(operation, {})[name] = {
            "summary": summary,
            "status": answer.status_code,
            "parameters": parameters,
            "body": body,
            "answer": shortened(said),
        }
        return said


def shortened(value: Any) -> Any:
    """An answer whose lists are cut."""
    if isinstance(value, dict):
        return {name: shortened(one) for name, one in value.items()}
    return [shortened(one) for one in value[:MOST]] if isinstance(value, list) else value


async def take(office: Office, suffix: str = "") -> Examples:
    """Goes through a case as its bureau and its water company do."""
    taker = Taker(suffix)
    first, second, survey = (taker.number(text) for text in ("SZ-2021-0042", "SZ-2021-0043", "KC-2021-007"))
    await commands(office, taker, first, second, survey)
    await reads(office, taker, first)
    return taker.taken


async def commands(office: Office, taker: Taker, first: str, second: str, survey: str) -> None:
    officer, water, step = office.officer, office.water, "/v1/cases/{case}/steps/{step}"
    opening = {**WATER, "case": first, "survey": survey, "at": local("2021-03-02 09:00")}
    await taker.post(officer, "open_case", "/v1/cases", opening, name="done", summary="A water case is received")
    accepted = {"at": local("2021-03-02 10:00")}
    await taker.post(
        officer, "accept", "/v1/cases/{case}/accept", accepted, name="done", summary="It is accepted", case=first
    )
    await office.accepted(case=second, survey=survey)
    surveyed = {"outcome": "done", "at": local("2021-03-03 10:00")}
    complete = f"{step}/completions"
    for name, summary in (("tried", "What a completion would come to"), ("done", "The site survey was done")):
        tried = {"dry_run": True} if name == "tried" else {}
        await taker.post(
            water, "complete", complete, surveyed, name=name, summary=summary, case=first, step=SURVEY, **tried
        )
    await taker.post(
        water, "complete_survey", "/v1/surveys/{survey}/completions", surveyed, name="done",
        summary="One survey of several cases was done", survey=survey,
    )  # fmt: skip
    of_step = {"step": INSPECTION, "at": local("2021-03-03 14:00")}
    lacking = {**of_step, "reason": "The drawing of the meter box is missing."}
    path = "/v1/cases/{case}/"
    await taker.post(
        water,
        "return_for_correction",
        path + "return",
        lacking,
        name="done",
        summary="Something is missing",
        case=first,
    )
    back = {"step": INSPECTION, "at": local("2021-03-03 16:00")}
    await taker.post(water, "resubmit", path + "resubmit", back, name="done", summary="It was brought", case=first)
    await taker.post(
        water, "start", f"{step}/start", {}, name="begun", summary="Its time runs already: there is nothing to take up",
        case=first, step=INSPECTION,
    )  # fmt: skip
    items = [
        {
            "key": taker.number(f"meter-{case}"),
            "case": case,
            "step": INSPECTION,
            "outcome": "done",
            "at": local("2021-03-04 09:30"),
        }
        for case in (first, second)
    ]
    await taker.post(
        water, "complete_many", "/v1/completions:batch", {"items": items}, name="done", summary="Two meters are in"
    )


async def reads(office: Office, taker: Taker, case: str) -> None:
    water = office.water
    shown = await taker.get(water, "show_case", "/v1/cases/{case}", case=case)
    await taker.get(
        water, "show_days", "/v1/cases/{case}/clocks/{clock}/days", case=case, clock=shown["clocks"][0]["key"]
    )
    await taker.get(water, "list_events", "/v1/cases/{case}/events", case=case, limit=MOST)
    await taker.get(water, "show_event", "/v1/cases/{case}/events/{seq}", case=case, seq=6)
    await taker.get(water, "list_tellings", "/v1/cases/{case}/tellings", case=case)
    await taker.get(water, "list_cases", "/v1/cases", limit=1)
    await taker.get(water, "list_steps", "/v1/steps", limit=1)
    await taker.get(water, "list_desks", "/v1/desks")
    await taker.get(water, "list_procedures", "/v1/procedures")
    kind = {"procedure": "water-connection", "jurisdiction": "suzhou", "variant": "no-new-pipe"}
    await taker.get(water, "show_procedure", "/v1/procedures/{procedure}", **kind)
    await taker.get(water, "show_commitment", "/v1/commitments/{commitment}", commitment="sz-22-water-no-pipe")


@asynccontextmanager
async def own_office() -> AsyncIterator[Office]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = DevServer(find(TEMPORAL).path, Path(folder), port=free_port())
        await asyncio.to_thread(server.start)
        store = file_store(Path(folder))
        try:
            office = Office(await connect(server.address, server.namespace), store, PATIENT)
            async with office.working():
                yield office
            await office.close()
        finally:
            store.close()
            await asyncio.to_thread(server.stop)


async def write() -> None:
    async with own_office() as office:
        taken = await take(office)
    EXAMPLES.write_text(json.dumps(taken, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def unique() -> str:
    return f"-{uuid4().hex[:6]}"


def shape(value: Any, at: str = "") -> set[str]:
    """Every name in an answer, by where it stands; all elements of a list count as one."""
    if isinstance(value, dict):
        inner = (shape(one, f"{at}/{name}") for name, one in cast("dict[str, Any]", value).items())
        return {at}.union(*inner)
    return {at}.union(*(shape(one, f"{at}/*") for one in value)) if isinstance(value, list) else {at}


if __name__ == "__main__":
    asyncio.run(write())
