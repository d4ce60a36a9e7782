"""What may be done with a case as it stands: a page offers what its dry run would take, and nothing else."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from activities.record import Event, Role
from activities.store.rows import CaseView
from api.access.api_keys import Caller
from api.pages.case_words import DECISIONS
from workflows.answers import Decision, Refusal
from workflows.decide import decide
from workflows.drafting.grounds import OF_STEPS_ALONE
from workflows.fold import fold
from workflows.messages import (
    Accept,
    Complete,
    Confirm,
    Correct,
    Decide,
    Extend,
    HandOver,
    Message,
    Reclassify,
    Refuse,
    Resubmit,
    Resume,
    Return,
    Revoke,
    Start,
    Supply,
    Suspend,
    Terminate,
    Withdraw,
)
from workflows.procedures import ALL
from workflows.state import CORRECTION, CaseState

EXTENDABLE = (Role.PROMISE, Role.STATUTORY)
SOMETHING = "-"  # in place of a text that any will do for

Said = Mapping[str, str]  # what a form says, of the fields from which something is chosen


@dataclass(frozen=True)
class CaseOffers:
    """Tries commands on a case, without counting: what is refused there is refused by the case."""

    state: CaseState
    view: CaseView
    caller: Caller
    now: datetime

    def may(self, action: str) -> bool:
        """Tell whether there is a form of an action that would be taken."""
        return next(iter(self.taken(action)), None) is not None

    def chosen(self, action: str, field: str) -> frozenset[str]:
        """Return what may be chosen in a field of an action's form; the empty text where it may be left out."""
        return frozenset(said.get(field, "") for said in self.taken(action))

    def taken(self, action: str) -> Iterator[Said]:
        """Return the forms of an action that would be taken, by what is chosen in them."""
        tried = _TRIALS.get(action)
        if tried is None:
            yield {}  # the case takes it always
            return
        for said, kind, fields in tried(self):
            if self._takes(kind, fields):
                yield said

    def _takes(self, kind: type[Message], fields: Mapping[str, Any]) -> bool:
        command = kind(
            request_id="", digest="", actor=self.caller.actor, at=self.now, told=self.now, owners=self.caller.owners,
            **fields,
        )  # fmt: skip
        try:
            return isinstance(decide(self.state, command, self.due), Decision)
        except Refusal:
            return False

    @cached_property
    def due(self) -> Mapping[str, datetime | None]:
        """When each clock that may be extended is due."""
        return {
            row.picture.clock.key: row.due_at
            for row in self.view.clocks
            if row.picture.role in EXTENDABLE and row.picture.clock.stop is None and not row.picture.void
        }

    @cached_property
    def steps(self) -> Sequence[str]:
        """The steps that the caller may touch."""
        return [step.key for step in self.view.steps if self.caller.may_touch(step)]

    @property
    def steps_or_none(self) -> Sequence[str]:
        """The same, and none for whoever may speak of the whole application."""
        return self.steps if self.caller.owners is not None else ["", *self.steps]


Trial = tuple[Said, type[Message], Mapping[str, Any]]


def offers_of(view: CaseView, events: Sequence[Event], caller: Caller, now: datetime) -> CaseOffers:
    """Return what may be done with a case, from all its events."""
    state = fold(None, events, view.case.case)
    assert state is not None  # noqa: S101  # it has rows, so it was opened
    return CaseOffers(state, view, caller, now)


def _one(kind: type[Message], **fields: object) -> Callable[[CaseOffers], Iterable[Trial]]:
    return lambda _: [({}, kind, fields)]


def _start(offers: CaseOffers) -> Iterable[Trial]:
    return (({"step": step}, Start, {"step": step}) for step in offers.steps)


def _complete(offers: CaseOffers) -> Iterable[Trial]:
    for key in offers.steps:
        step = offers.state.steps.get(key)  # none that fell away
        for outcome in step.step.outcomes if step else ():
            yield {"step": key, "outcome": outcome.key}, Complete, {"step": key, "outcome": outcome.key}


def _return(offers: CaseOffers) -> Iterable[Trial]:
    for step in offers.steps_or_none:
        yield {"step": step}, Return, {"step": step or None, "reason": SOMETHING}


def _resubmit(offers: CaseOffers) -> Iterable[Trial]:
    return (({"step": step}, Resubmit, {"step": step or None}) for step in offers.steps_or_none)


def _suspend(offers: CaseOffers) -> Iterable[Trial]:
    for ground in offers.state.procedure.grounds:
        if ground.key in {CORRECTION, *OF_STEPS_ALONE}:  # a correction is a return, which says what is missing
            continue
        for step in offers.steps_or_none:
            fields = {"suspension": SOMETHING, "ground": ground.key, "step": step or None}
            yield {"ground": ground.key, "step": step}, Suspend, fields


def _resume(offers: CaseOffers) -> Iterable[Trial]:
    return (({"suspension": one.id}, Resume, {"suspension": one.id}) for one in offers.state.suspensions)


def _extend(offers: CaseOffers) -> Iterable[Trial]:
    for clock in offers.due:
        fields = {"clock": clock, "workdays": 1, "approved_by": SOMETHING, "reason": SOMETHING}
        yield {"clock": clock}, Extend, fields


def _decide(offers: CaseOffers) -> Iterable[Trial]:
    return (({"outcome": one}, Decide, {"outcome": one, "by_tolerance": True}) for one in DECISIONS)


def _reclassify(offers: CaseOffers) -> Iterable[Trial]:
    """A case can be of another kind where its procedure has one, or asks for a fact."""
    definition = ALL.get(offers.state.procedure.key)
    if definition is None or not (definition.facts or definition.variants[1:]):
        return
    other = offers.state.procedure.model_copy(update={"variant": SOMETHING})
    yield {}, Reclassify, {"procedure": other, "promises": (), "receipt_promises": (), "reason": SOMETHING}


def _hand_over(offers: CaseOffers) -> Iterable[Trial]:
    for step in offers.steps:
        yield {"step": step}, HandOver, {"step": step, "owner": SOMETHING, "reason": SOMETHING}


def _correct(offers: CaseOffers) -> Iterable[Trial]:
    for event in reversed(offers.state.events):
        yield {"seq": str(event.seq)}, Correct, {"seq": event.seq, "void": True, "reason": SOMETHING}


def _confirm(offers: CaseOffers) -> Iterable[Trial]:
    """Whoever posted it does not confirm it."""
    posted = {event.seq for event in offers.state.events if event.actor == offers.caller.actor}
    for step in offers.state.steps.values():
        if step.pending and step.seq is not None and step.seq not in posted:
            yield {"seq": str(step.seq)}, Confirm, {"seq": step.seq}


_TRIALS: Mapping[str, Callable[[CaseOffers], Iterable[Trial]]] = {
    "accept": _one(Accept, promises=()),
    "refuse": _one(Refuse, reason=SOMETHING),
    "start": _start,
    "complete": _complete,
    "return": _return,
    "resubmit": _resubmit,
    "suspend": _suspend,
    "resume": _resume,
    "extend": _extend,
    "decide": _decide,
    "supply": _one(Supply),
    "reclassify": _reclassify,
    "hand-over": _hand_over,
    "terminate": _one(Terminate, cause="other", reason=SOMETHING),
    "withdraw": _one(Withdraw),
    "revoke": _one(Revoke, reason=SOMETHING),
    "correct": _correct,
    "confirm": _confirm,
}
