"""Loading notices, whichever way somebody comes in: propose, look at what it would do, approve, reject."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from activities.almanacs import AlmanacHolder
from activities.proposals import (
    Doer,
    NoticeSource,
    Proposal,
    ProposalBoard,
    ProposalRefused,
    proposal_of,
    proposals,
)
from activities.store.almanac_log import AlmanacEventKind
from api.access.request_context import Visit
from api.http.bodies import ProposeBody
from api.http.problems import Flaw, Problem
from api.intake.notice_previews import MadePreview, NoticePreviews, differences
from api.intake.notice_reading import entry_read
from sla.editions import edition_of

T = TypeVar("T")

POINTERS = {"in-future": "#/published", "year-known": "#/replaces"}
ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class NoticeDesk:
    """What a process of the API has for it. `renew` has the process count by what is in force; it blocks."""

    holder: AlmanacHolder
    board: ProposalBoard
    previews: NoticePreviews
    renew: Callable[[], bool]

    async def all(self, visit: Visit) -> list[Proposal]:
        """Return all proposals, the newest first."""
        return await visit.read(lambda: proposals(visit.services.store.almanac_events())[::-1])

    async def one(self, visit: Visit, number: int) -> Proposal:
        """Return a proposal; a Problem where there is none."""
        return await visit.read(_asked, lambda: proposal_of(visit.services.store.almanac_events(), number))

    async def propose(self, visit: Visit, said: ProposeBody, key: str) -> Proposal:
        """Read what is brought and put it on record."""
        async with visit.refusals_on_record("propose-notice", "notice"):
            entry = await visit.read(entry_read, said, self.holder.almanac)
            source = NoticeSource.FILE if said.text is None else NoticeSource.TEXT
            doer = _doer(visit, key, said.reason)
            step = partial(self.board.propose, entry, doer, source=source, text=said.text, replaces=said.replaces)
            return await visit.read(_asked, step)

    async def preview(self, visit: Visit, number: int, patience: float) -> MadePreview | None:
        """Return a preview that begins just now; None where it takes longer than `patience` seconds."""
        running = await visit.read(_asked, lambda: self.previews.look(number, visit.told))
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(running)), patience)
        except TimeoutError:
            return None
        except ProposalRefused as refused:
            raise _problem(refused) from None

    async def approve(self, visit: Visit, number: int, digest: str, key: str, reason: str | None) -> Proposal:
        """Put a proposal in force, if its numbers are still those that were seen."""
        async with visit.refusals_on_record("approve-notice", f"notice/{number}"):
            return await self._approve(visit, number, digest, key, reason)

    async def _approve(self, visit: Visit, number: int, digest: str, key: str, reason: str | None) -> Proposal:
        doer, alone = _doer(visit, key, reason), visit.services.settings.notice_approval == ANYONE
        before = partial(self.board.decided_before, number, doer, AlmanacEventKind.APPROVED, alone=alone)
        done = await visit.read(_asked, before)
        if done is not None:
            return done
        shown = self.previews.seen(number, digest)
        made = await self.preview(visit, number, visit.remaining.total_seconds())
        if made is None:
            raise Problem("preview-running")
        if made.numbers.digest != digest:
            changed = "" if shown is None else f"The preview has changed: {differences(shown, made.numbers)}."
            raise Problem("stale-preview", changed, flaws=[Flaw("#/preview", "stale-preview")])
        numbers = made.numbers.model_dump(mode="json")
        step = partial(self.board.approve, number, doer, numbers, revision=made.numbers.revision, alone=alone)
        return await self._decided(visit, number, step)

    async def reject(self, visit: Visit, number: int, key: str, reason: str) -> Proposal:
        """Reject a proposal, with the reason."""
        async with visit.refusals_on_record("reject-notice", f"notice/{number}"):
            return await self._decided(visit, number, partial(self.board.reject, number, _doer(visit, key, reason)))

    def in_force(self, proposal: Proposal) -> bool:
        """Tell whether the days of a proposal are what this process counts by."""
        return proposal.entry in edition_of(self.holder.almanac).entries

    async def _decided(self, visit: Visit, number: int, step: Callable[[], Proposal]) -> Proposal:
        found = await visit.read(_asked, step)
        self.previews.forget(number)
        await visit.read(self.renew)
        return found


def _doer(visit: Visit, key: str, reason: str | None) -> Doer:
    return Doer(visit.caller.actor, visit.told, visit.caller.request_id(key), reason)


def _asked(question: Callable[[], T]) -> T:
    """What is refused becomes a Problem."""
    try:
        return question()
    except ProposalRefused as refused:
        raise _problem(refused) from None


def _problem(refused: ProposalRefused) -> Problem:
    if refused.code == "unknown-proposal":
        return Problem("not-found", flaws=[Flaw("path/number", "not-found")])
    pointer = POINTERS.get(refused.code)
    flaws = [Flaw(pointer, refused.code)] if pointer is not None else []
    where = {} if refused.number is None else {"Location": f"/v1/calendars/notices/{refused.number}"}
    return Problem(refused.code, refused.detail, flaws=flaws, headers=where)
