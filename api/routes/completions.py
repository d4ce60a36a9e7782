"""Completions by the batch, and of a joint survey: each item is answered by itself, in order."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError

from activities.store.errors import StoreUnavailable
from activities.store.lines import CaseFilter, Instants
from api.access.auditing import record_refusal
from api.access.key_route import KeyRoute
from api.access.request_context import DOERS, CommandVisiting, Visit, only
from api.http.bodies import BatchBody, BatchItem, CompletionBody
from api.http.fields import CASE_NUMBER
from api.http.headers import IdempotencyKey
from api.http.names import NAMES
from api.http.problems import Flaw, Problem, ProblemShown, outcome_unknown, shown, store_unavailable
from api.http.responses import answer
from api.http.validation import flaws_of
from api.intake.submit import Done, Wish, carry_out, tried
from api.intake.wishes import complete_wish
from api.views.foreseen import DryRun
from sla.model import Model
from workflows.dispatch import OutcomeUnknownError
from workflows.messages import Receipt


class BatchRoute(KeyRoute):
    """A route whose bodies hold many completions."""

    largest = 262_144  # bytes


router = APIRouter(route_class=KeyRoute, prefix="/v1", tags=["completions"])
batches = APIRouter(route_class=BatchRoute, prefix="/v1", tags=["completions"])

SURVEY_STEP = "joint-site-survey"
SURVEYED = 100  # cases of one survey
AT_ONCE = 16  # cases of one batch that are worked on at the same time
IN_BODY = frozenset({"case", "step"})


class ItemAnswer(Model):
    """What became of one item: its receipt, or its problem, or where it was only tried what it would come to."""

    index: int
    case: str | None
    key: str | None
    status: int
    receipt: Receipt | None = None
    dry_run: DryRun | None = None
    problem: ProblemShown | None = None


class BatchAnswer(Model):
    """The answers, in the order of the items."""

    items: tuple[ItemAnswer, ...]


MANY: dict[str, Any] = {"status_code": 207, "response_model": BatchAnswer, "dependencies": [Depends(only(*DOERS))]}


class BatchRun:
    """Items that are answered one by one until the request's deadline."""

    def __init__(self, visit: Visit, request_id: str, size: int) -> None:
        self._visit = visit
        self._request_id = request_id
        self._gate = asyncio.Semaphore(AT_ONCE)
        self.answers: list[ItemAnswer | None] = [None] * size

    async def run(self, work: Sequence[Coroutine[Any, Any, None]]) -> None:
        """Let everything run side by side; what has no answer at the deadline is left without one."""
        tasks = [asyncio.ensure_future(one) for one in work]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._visit.remaining.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def one_by_one(self, items: Sequence[tuple[int, Wish]]) -> None:
        """Answer items of one case in their order: a later one may need an earlier one."""
        async with self._gate:
            for index, wish in items:
                self.answers[index] = await self._answered(index, wish)

    async def _answered(self, index: int, wish: Wish) -> ItemAnswer:
        try:
            if self._visit.dry_run:
                found = await self._visit.read(tried, self._visit, wish)
                return ItemAnswer(index=index, case=wish.case, key=wish.key, status=200, dry_run=found)
            done = await carry_out(self._visit, wish)
        except Problem as problem:
            return self.failed(index, wish.case, wish.key, problem)
        except StoreUnavailable:
            return self.failed(index, wish.case, wish.key, store_unavailable())
        except OutcomeUnknownError:
            return self.failed(index, wish.case, wish.key, outcome_unknown())
        return _received(index, wish, done)

    def failed(self, index: int, case: str | None, key: str | None, problem: Problem) -> ItemAnswer:
        """Return the answer of an item that was not done."""
        known = [Flaw(flaw.pointer.replace("#", f"#/items/{index}", 1), flaw.code) for flaw in problem.flaws]
        pointed = Problem(problem.code, problem.detail, flaws=known)
        body = shown(pointed, self._request_id)
        return ItemAnswer(index=index, case=case, key=key, status=problem.status, problem=body)

    def respond(self, wishes: Sequence[Wish | None]) -> Response:
        """Return all answers; an item without one may or may not have been done."""
        items: list[ItemAnswer] = []
        for index, (one, wish) in enumerate(zip(self.answers, wishes, strict=True)):
            case, key = (None, None) if wish is None else (wish.case, wish.key)
            items.append(one or self.failed(index, case, key, outcome_unknown()))
        return answer(BatchAnswer(items=tuple(items)), 207)


@batches.post("/completions:batch", **MANY)
async def complete_many(visit: CommandVisiting, body: BatchBody) -> Response:
    """Complete up to 100 steps, each with its own key; those of one case in the order given.

    In a dry run each is tried against its case as it stands, as if it were the only one.
    """
    batch = BatchRun(visit, visit.request_id, len(body.items))
    wishes: list[Wish | None] = [None] * len(body.items)
    cases: dict[str, list[tuple[int, Wish]]] = {}
    for index, raw in enumerate(body.items):
        try:
            item = BatchItem.model_validate(raw)
        except ValidationError as error:
            problem = Problem("invalid", flaws=flaws_of(error.errors(include_url=False, include_input=False), NAMES))
            await record_refusal(visit.audit, visit.who, "complete", f"items/{index}", problem)
            batch.answers[index] = batch.failed(index, None, None, problem)
            continue
        wish = complete_wish(visit, item.case, item.key, None, item, item.step, in_body=IN_BODY)
        wishes[index] = wish
        cases.setdefault(item.case, []).append((index, wish))
    await batch.run([batch.one_by_one(items) for items in cases.values()])
    return batch.respond(wishes)


@router.post("/surveys/{survey}/completions", **MANY)
async def complete_survey(visit: CommandVisiting, survey: str, key: IdempotencyKey, body: CompletionBody) -> Response:
    """Complete the joint site survey in every open case that refers to the survey."""
    wanted = CaseFilter(survey=survey, open=True, owner_in=visit.caller.owners)
    lines = []
    if CASE_NUMBER.fullmatch(survey):
        now = Instants(now=visit.told)
        lines = await visit.read(visit.services.store.grouped, wanted, now, limit=SURVEYED)
    wishes = [complete_wish(visit, line.case.case, key, None, body, SURVEY_STEP, in_body=IN_BODY) for line in lines]
    if not wishes:
        raise Problem("not-found", flaws=[Flaw("path/survey", "not-found")])
    batch = BatchRun(visit, visit.request_id, len(wishes))
    await batch.run([batch.one_by_one([(index, wish)]) for index, wish in enumerate(wishes)])
    return batch.respond(wishes)


def _received(index: int, wish: Wish, done: Done) -> ItemAnswer:
    return ItemAnswer(index=index, case=wish.case, key=wish.key, status=done.status, receipt=done.receipt)
