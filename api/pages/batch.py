"""Doing one thing with many steps: a row each with its outcome and its time, what each would come to, and a result each.

A list sends its picked rows as fields `pick:CASE` or `pick:CASE:STEP` to `/batch/start` or `/batch/complete`.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

from fastapi import APIRouter, Response
from pydantic import ValidationError

from activities.record import StepPicture
from activities.store.columns import ON_DESK
from activities.store.rows import CaseView
from api.http.bodies import BATCH
from api.http.headers import BARE_KEY
from api.http.names import NAMES
from api.http.problems import PROBLEMS, Flaw, Problem, ProblemShown
from api.http.validation import flaws_of
from api.intake.command_builders import procedure_in_force
from api.intake.submit import Wish
from api.pages.actions import ACTIONS, Action, said_of, wish_of
from api.pages.case_words import owner_name
from api.pages.frame import PageVisit, page
from api.pages.page_route import PageRoute, PageVisiting
from api.pages.refusals import FLAWS
from api.pages.sign_in import ours
from api.pages.words import PageWords, message
from api.routes.completions import BatchRun, ItemAnswer
from api.views.foreseen import DryRun
from sla.clock import Standing
from workflows.procedure import Effect, Procedure
from workflows.state import StepStatus

router = APIRouter(route_class=PageRoute, include_in_schema=False)

PICK = "pick:"
START, COMPLETE = "start", "complete"
ROW = ("case", "only", "what", "at", "seen")  # fields of a row, each with its number
VERDICTS: Mapping[tuple[str, str], str] = {
    ("step", Standing.MET): message("step within its target"),
    ("step", Standing.MISSED): message("step past its target"),
    ("promise", Standing.MET): message("promise kept"),
    ("promise", Standing.MISSED): message("promise broken"),
    ("statutory", Standing.MET): message("statutory limit kept"),
    ("statutory", Standing.MISSED): message("statutory limit broken"),
}


class Deed(NamedTuple):
    """One row: what is to be done with which step. `only`: the step that was picked, empty where any of the case's may be.

    `what`: step and outcome, as chosen; `at`: when, empty for now; `seen`: number of the case's last event.
    """

    case: str
    only: str
    what: str
    at: str
    seen: str

    @property
    def step(self) -> str:
        """The step's key."""
        return self.what.partition(":")[0]

    @property
    def outcome(self) -> str:
        """The outcome's key; empty for a start."""
        return self.what.partition(":")[2]


@dataclass(frozen=True, slots=True)
class DeedRow:
    """A row as it is shown. `done`: number of its event; `again`: it had been done before; `refused`: why not."""

    number: int
    deed: Deed
    title: str
    step: str
    owner: str
    choices: Sequence[tuple[str, str]]
    effects: Sequence[str] = ()
    refused: str = ""
    done: int | None = None
    again: bool = False


class KnownCase(NamedTuple):
    """A case with the procedure that it follows; None where the reader has no such case."""

    view: CaseView
    procedure: Procedure


@router.post("/batch/{name}")
async def batch(at: PageVisiting, name: str) -> Response:
    """Show the rows with what each would come to, or do them; nothing is done that was not shown before."""
    if name not in (START, COMPLETE):
        raise Problem("not-found")
    action = ACTIONS[name]
    if at.caller.role not in action.roles:
        raise Problem("forbidden")
    deeds = deeds_of(at)
    known = await at.visit.read(_known, at, {deed.case for deed in deeds})
    key = at.form("key") or secrets.token_hex(8)
    if not BARE_KEY.fullmatch(f"{key}-{BATCH}"):
        raise Problem("not-a-form")
    deeds = [_filled(deed, known.get(deed.case), action) for deed in deeds]
    doing = at.form("go") == "do" and at.form("shown") == _digest(deeds)
    answers = await carried_out(at, action, deeds, key, dry_run=not doing)
    rows = [_row(at, number, deed, known.get(deed.case), action, answers[number]) for number, deed in enumerate(deeds)]
    done = sum(row.done is not None for row in rows)
    return page(
        at,
        "batch_done.html" if doing else "batch.html",
        action=action,
        rows=rows,
        key=key,
        shown=_digest(deeds),
        back=ours(at.form("back") or "/"),
        able=sum(not row.refused for row in rows),
        done=done,
        undone=len(rows) - done,
        changed=at.form("go") == "do" and not doing,
    )


def deeds_of(at: PageVisit) -> list[Deed]:
    """Return the rows of the form, or those that were picked in a list; a Problem for more than a hundred."""
    fields: Mapping[str, str] = at.request.state.form
    numbers = sorted(int(name.removeprefix("case-")) for name in fields if _numbered(name))
    rows = [Deed(*(fields.get(f"{part}-{number}", "").strip() for part in ROW)) for number in numbers]
    if not rows:
        picks = [name.removeprefix(PICK).partition(":") for name in fields if name.startswith(PICK)]
        rows = [Deed(case, step, "", "", "") for case, _, step in picks]
    if len(rows) > BATCH:
        raise Problem("too-large")
    return rows


def _numbered(name: str) -> bool:
    number = name.removeprefix("case-")
    return number != name and number.isascii() and number.isdigit() and len(number) <= len(str(BATCH))


async def carried_out(
    at: PageVisit, action: Action, deeds: Sequence[Deed], key: str, *, dry_run: bool
) -> Sequence[ItemAnswer]:
    """Do each deed under a key of its own, or only try it; those of one case in their order. One that fails spoils no other."""
    visit = replace(at.visit, dry_run=dry_run)
    run = BatchRun(visit, visit.request_id, len(deeds))
    cases: dict[str, list[tuple[int, Wish]]] = {}
    for number, deed in enumerate(deeds):
        try:
            first = deed.case not in cases  # a later one of the case comes after the first one's event
            wish = _wish(at, action, deed, f"{key}-{number}", first=first)
        except Problem as problem:
            run.answers[number] = run.failed(number, deed.case, None, problem)
        else:
            cases.setdefault(deed.case, []).append((number, wish))
    await run.run([run.one_by_one(items) for items in cases.values()])
    late = Problem("outcome-unknown")
    return [one or run.failed(number, deeds[number].case, None, late) for number, one in enumerate(run.answers)]


def _wish(at: PageVisit, action: Action, deed: Deed, key: str, *, first: bool) -> Wish:
    if not deed.what:
        raise Problem("invalid", flaws=[Flaw("#/step", "missing")])
    form = {"step": deed.step, "outcome": deed.outcome, "at": deed.at}

    def said(name: str) -> str:
        return form.get(name, "")

    try:
        body = action.body.model_validate(said_of(action, said, {}))
    except ValidationError as error:
        raise Problem("invalid", flaws=flaws_of(error.errors(include_url=False, include_input=False), NAMES)) from None
    seen = int(deed.seen) if first and deed.seen.isdigit() else None
    return wish_of(action, at.visit, deed.case, key, seen, body, said)


def _known(at: PageVisit, cases: set[str]) -> dict[str, KnownCase]:
    found: dict[str, KnownCase] = {}
    for case in cases:
        try:
            view = at.case(case)
        except Problem:
            continue  # the deed says so by itself
        found[case] = KnownCase(view, procedure_in_force(at.visit.services.store, case))
    return found


def _filled(deed: Deed, known: KnownCase | None, action: Action) -> Deed:
    """With what is chosen where there is only one choice, and the case as it is now where it was not seen yet."""
    if known is None:
        return deed
    choices = _choices(None, known, deed.only, action)
    steps = {key.partition(":")[0] for key, _ in choices}
    what = deed.what or (choices[0][0] if len(steps) == 1 else "")
    return deed._replace(what=what, seen=deed.seen or str(known.view.head.seq))


def _choices(words: PageWords | None, known: KnownCase, only: str, action: Action) -> list[tuple[str, str]]:
    """What may be chosen in a row: steps that are on desks, each with the outcomes by which the case goes on.

    What returns or ends a case asks for a reason, and so for a form of its own.
    """
    titles = {step.key: step for step in known.procedure.steps}
    found: list[tuple[str, str]] = []
    for step in known.view.steps:
        if not _may_be(step, action) or (only and step.key != only):
            continue
        name = words.title(step.title_zh, step.title_en) if words else ""
        if action.name == START:
            found.append((f"{step.key}:", name))
        elif step.key in titles:
            found += [
                (f"{step.key}:{one.key}", f"{name} · {words.title(one.title_zh, one.title_en)}" if words else "")
                for one in titles[step.key].outcomes
                if one.effect is Effect.PROCEED
            ]
    return found


def _may_be(step: StepPicture, action: Action) -> bool:
    return step.status == StepStatus.OPEN if action.name == START else step.status in ON_DESK


def _row(
    at: PageVisit, number: int, deed: Deed, known: KnownCase | None, action: Action, answer: ItemAnswer | None
) -> DeedRow:
    words, view = at.words, known.view if known else None
    step = next((one for one in view.steps if one.key == (deed.step or deed.only)), None) if view else None
    row = DeedRow(
        number,
        deed,
        title=words.title(view.case.title_zh, view.case.title_en) if view else "",
        step=words.title(step.title_zh, step.title_en) if step else deed.step or deed.only,
        owner=owner_name(words, view.case.jurisdiction, step.owner) if view and step else "",
        choices=_choices(words, known, deed.only, action) if known else [],
    )
    if answer is None:
        return row
    if answer.problem is not None:
        return replace(row, refused=_refused(words, answer.problem))
    if answer.receipt is not None:
        return replace(row, done=answer.receipt.seq, again=answer.status == 200)
    titles = {one.key: words.title(one.title_zh, one.title_en) for one in view.steps} if view else {}
    return replace(row, effects=comes_to(at, answer.dry_run, deed.step, titles) if answer.dry_run else ())


def _refused(words: PageWords, problem: ProblemShown) -> str:
    """Why a deed is not done: what is wrong with a field, or what the case does not allow."""
    code = problem.type.rpartition(":")[2]
    flaws = [words.say(FLAWS[flaw.code]) for flaw in problem.errors if flaw.code in FLAWS]
    return words.listed(flaws) if code == "invalid" and flaws else words.say(PROBLEMS[code][1])


def comes_to(at: PageVisit, found: DryRun, step: str, titles: Mapping[str, str]) -> list[str]:
    """Say what a deed would come to: verdicts, what is next, which due dates would be others; to a company of its step alone.

    An average is kept or broken by all its cases, and a promise that does not bind yet by none.
    """
    words, whole = at.words, at.caller.owners is None
    said: list[str] = []
    if any(event.body.get("backdated") for event in found.events):
        said.append(words.say("told late: it waits for a confirmation"))
    for clock in found.clocks:
        own = clock.role == "step" and clock.step == step
        if clock.after is not None and clock.after != clock.before and (own or (whole and clock.role != "step")):
            judged = clock.judged and not clock.ramp_up
            known = VERDICTS.get((clock.role.value, clock.after.standing)) if judged else None
            said += [words.say(known)] if known else []
            before, after = clock.before and clock.before.due_at, clock.after.due_at
            if clock.role == "promise" and before != after and before and after:
                said.append(words.say("due %(before)s → %(after)s", before=words.due(before), after=words.due(after)))
    following = [titles.get(one.key, one.key) for one in found.steps if one.after in ON_DESK and one.key != step]
    if following:
        said.append(words.say("next: %(steps)s", steps=words.listed(following)))
    if any(one.key == step and one.after == StepStatus.RUNNING for one in found.steps):
        said.append(words.say("its time runs"))
    return list(dict.fromkeys(said)) or [words.say("no verdict and no due date changes")]


def _digest(deeds: Sequence[Deed]) -> str:
    """What was shown, so that nothing else is done."""
    return sha256(repr([(deed.case, deed.what, deed.at, deed.seen) for deed in deeds]).encode()).hexdigest()[:16]
