"""Opinions of a merged review: each is told by the name that its procedure gives it, through the API and by the form."""

from collections.abc import Mapping

import pytest

from api.access.api_keys import CallerRole
from tests.api.office import Office, codes, local
from tests.api.pages.test_do_command import hidden
from tests.api.pages.visitor import visitor
from workflows.procedure import Effect, Step
from workflows.procedures import ALL, resolve

DAY = "2021-03-03 10:00"
STEPS = {
    (key, variant.key, step.key): step
    for key, definition in ALL.items()
    for variant in definition.variants
    for step in resolve(key, "suzhou", variant.key, {}).steps
    if step.opinions
}
each = pytest.mark.parametrize("chosen", STEPS, ids=lambda chosen: "-".join(chosen[1:]))


def proceeding(step: Step) -> str:
    return next(outcome.key for outcome in step.outcomes if outcome.effect is Effect.PROCEED)


async def carried_to(office: Office, procedure: str, variant: str, step: str) -> str:
    """A case of which everything before a step is done, and the step is begun."""
    case = await office.opened(procedure=procedure, variant=variant, at=local("2021-03-01 09:00"))
    known = {one.key: one for one in resolve(procedure, "suzhou", variant, {}).steps}
    await office.officer.insist(f"/v1/cases/{case}/accept", {"at": local("2021-03-01 10:00")})
    while True:
        view = office.store.case(case)
        assert view is not None
        state = {one.key: one.status for one in view.steps}
        if state[step] == "running":
            return case
        ready = [key for key, status in state.items() if status in ("open", "running")]
        wanted = step if step in ready else next(key for key in ready if not known[key].parallel_line)
        if state[wanted] == "open":
            done = await office.officer.insist(f"/v1/cases/{case}/steps/{wanted}/start", {"at": local(DAY)})
        else:
            said = {"outcome": proceeding(known[wanted]), "at": local(DAY)}
            done = await office.officer.insist(f"/v1/cases/{case}/steps/{wanted}/completions", said)
        assert done.status_code in {200, 201}, f"{wanted}: {done.text}"


def kept(office: Office, case: str, step: str) -> Mapping[str, str]:
    events = office.store.events(case, 0, 500)
    [found] = [
        event.body["opinions"] for event in events if event.body.get("step") == step and "opinions" in event.body
    ]
    return dict(found)


@each
async def test_a_step_is_completed_with_its_opinions_by_a_request(office: Office, chosen: tuple[str, str, str]) -> None:
    step = STEPS[chosen]
    case = await carried_to(office, *chosen)
    path, opinions = f"/v1/cases/{case}/steps/{step.key}/completions", {name: f"{name}：同意" for name in step.opinions}
    said = {"outcome": proceeding(step), "at": local(DAY)}
    foreign = await office.officer.post(path, {**said, "opinions": {"气象": "同意"}})
    assert (foreign.status_code, codes(foreign)) == (422, [("#/opinions", "unknown-opinion")])
    done = await office.officer.post(path, {**said, "opinions": opinions})
    assert done.status_code == 201, done.text
    assert kept(office, case, step.key) == opinions


@each
async def test_a_step_is_completed_with_its_opinions_by_the_form(office: Office, chosen: tuple[str, str, str]) -> None:
    step = STEPS[chosen]
    case = await carried_to(office, *chosen)
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    path, opinions = f"/cases/{case}/do/complete", {name: f"{name}：同意" for name in step.opinions}
    shown = await officer.get(path)
    assert all(f'name="opinion:{step.key}:{name}"' in shown.text for name in step.opinions)
    fields = {f"opinion:{step.key}:{name}": text for name, text in opinions.items()}
    said = {"step": step.key, "outcome": proceeding(step), "at": "2021-03-03 10:00", **fields}
    preview = await officer.post(path, {**hidden(officer), **said, "go": "preview"})
    assert preview.status_code == 200
    assert all(f"<dd>{text}</dd>" in preview.text for text in opinions.values())
    done = await officer.post(path, {**hidden(officer), **said, "go": "do"})
    assert done.status_code == 303, done.text
    assert kept(office, case, step.key) == opinions


async def test_an_opinion_is_not_lost_with_another_step(office: Office) -> None:
    chosen = ("construction-approval", "small-social-investment", "design-scheme-joint-review")
    case = await carried_to(office, *chosen)
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    path = f"/cases/{case}/do/complete"
    await officer.get(path)
    field = "opinion:design-scheme-joint-review:人防"
    said = {"step": "building-design", "outcome": "done", field: "同意"}
    answer = await officer.post(path, {**hidden(officer), **said, "go": "do"})
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert "属于另一环节" in answer.text
    assert ">同意</textarea>" in answer.text
