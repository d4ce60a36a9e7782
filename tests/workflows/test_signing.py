"""A command that no process of the house has signed changes nothing, whatever it says and wherever it comes from."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json
from temporalio import activity, workflow
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.record import Head
from activities.settle import Prepared, Settle, Settler
from activities.store.errors import StoreUnavailable
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from tests.desk import Desk, a_whole_case, at, water
from tests.waiting import eventually
from tests.workflows.bench import Bench
from tests.workflows.test_replay import replayer
from workflows.answers import Refusal
from workflows.case import CaseWorkflow
from workflows.dispatch import Dispatcher
from workflows.keys import HouseKey, keys_of, new_keys
from workflows.messages import CaseInput, Command, Message
from workflows.signing import COMMAND, LIFE, Signing, received, sent
from workflows.turn import turn
from workflows.worker import Access, connect

DESK = Desk()
NOON = at("2021-03-03 12:00")
COMMANDS: list[Message] = [
    *a_whole_case(DESK),
    DESK.supply(NOON),
    DESK.reclassify(NOON, water("new-pipe-no-approval")),
    DESK.hand_over(NOON, "joint-site-survey", "suzhou-gas", owners=("suzhou-water",)),
    DESK.terminate(NOON),
    DESK.refuse(NOON),
    DESK.start(NOON, "joint-site-survey", seen=3),
    DESK.complete(NOON, "water-on", opinions={"消防": "可"}, note="\u2028 <&> \"'\n", occurrence=1),
    DESK.confirm(NOON, 4),
    DESK.send_back(NOON),
    DESK.resubmit(NOON),
    DESK.suspend(NOON, "s-1", "force-majeure"),
    DESK.resume(NOON, "s-1"),
    DESK.extend(NOON, "statutory", 5),
    DESK.fee(NOON, 100),
    DESK.withdraw(NOON),
    DESK.correct(NOON, 3, instant=at("2021-03-02 09:00")),
    DESK.revoke(NOON),
    DESK.link(NOON, "child"),
    DESK.recalculate(NOON),
]
ADAPTER: TypeAdapter[Command] = TypeAdapter(Command)
KEYS = keys_of(new_keys())
HOUSE = Signing(lambda: KEYS, real_now)
SIGNED = [HOUSE.sign(COMMAND, "case", ["command", *sent([one])]) for one in COMMANDS]


def arrived(content: object) -> list[str]:
    """What a worker makes of what came."""
    return ["command", *received([ADAPTER.validate_json(to_json(content))])]


def leaves(content: Any, path: tuple[Any, ...] = ()) -> Iterable[tuple[Any, ...]]:
    """Where a value stands that is no container, or an empty one."""
    parts = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    inside = [leaf for key, part in parts for leaf in leaves(part, (*path, key))]
    return inside or [path]


def changed(content: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Another content, with another value there."""
    if not path:
        return value
    key, *rest = path
    copy = dict(content) if isinstance(content, dict) else list(content)
    copy[key] = changed(content[key], tuple(rest), value)
    return copy


@pytest.mark.parametrize("number", range(len(COMMANDS)))
def test_what_was_signed_holds_as_it_arrives_for_its_case_alone(number: int) -> None:
    content = arrived(COMMANDS[number])
    assert HOUSE.holds(SIGNED[number], COMMAND, "case", content)
    assert HOUSE.is_fresh(SIGNED[number])
    assert not HOUSE.holds(SIGNED[number], COMMAND, "other", content)
    assert not HOUSE.holds(SIGNED[number], "settle", "case", content)
    assert not HOUSE.holds(SIGNED[number], COMMAND, "case", ["take_over", *content[1:]])


VALUES = st.one_of(
    st.text(max_size=4), st.integers(0, 9), st.booleans(), st.none(), st.datetimes(timezones=st.just(NOON.tzinfo))
)


@given(st.integers(0, len(COMMANDS) - 1), st.randoms(use_true_random=False), VALUES)
def test_any_field_that_is_changed_is_refused(number: int, chance: Any, value: Any) -> None:
    content = from_json(to_json(COMMANDS[number]))
    path = chance.choice(list(leaves(content)))
    try:
        other = arrived(changed(content, path, value))
    except ValidationError:
        return  # it is no command at all
    assume(other != arrived(content))
    assert not HOUSE.holds(SIGNED[number], COMMAND, "case", other), path


@pytest.mark.parametrize("number", range(len(COMMANDS)))
def test_a_field_left_out_is_refused_and_one_that_the_sender_did_not_know_is_not(number: int) -> None:
    content = from_json(to_json(COMMANDS[number]))
    for name in set(content) - {"kind"}:
        less = {key: value for key, value in content.items() if key != name}
        try:
            assert not HOUSE.holds(SIGNED[number], COMMAND, "case", arrived(less)), name
        except ValidationError:
            continue
        older = HOUSE.sign(COMMAND, "case", ["command", to_json(less).decode()])
        assert HOUSE.holds(older, COMMAND, "case", arrived(less)), name


@given(st.text(max_size=90))
def test_what_is_no_signature_holds_nothing(signature: str) -> None:
    for text in (signature, f"{KEYS[0].id}.{signature}", f"{KEYS[0].id}.1.{signature}"):
        assert not HOUSE.holds(text, COMMAND, "case", ["command"])


def test_a_new_key_signs_and_the_old_one_holds_until_it_is_taken_away() -> None:
    old, new = KEYS[0], keys_of(new_keys())[0]
    both = Signing(lambda: (new, old), real_now)
    signed = both.sign(COMMAND, "case", ["x"])
    assert signed.startswith(f"{new.id}.")
    assert both.holds(HOUSE.sign(COMMAND, "case", ["x"]), COMMAND, "case", ["x"])
    assert not HOUSE.holds(signed, COMMAND, "case", ["x"])
    named_alike = Signing(lambda: (HouseKey(old.id, new.secret),), real_now)
    assert not HOUSE.holds(named_alike.sign(COMMAND, "case", ["x"]), COMMAND, "case", ["x"])


# --- against a real server ------------------------------------------------------------------------------------------


@pytest.fixture
def database() -> str:
    """It is never reached."""
    return "sqlite"


@pytest.fixture
async def house(bench: Bench, temporal_server: DevServer) -> Bench:
    """A bench whose clients sign and whose workers check."""
    bench.client = await connect(temporal_server.address, temporal_server.namespace, access=Access(signing=HOUSE))
    bench.use(f"signed-{uuid4().hex[:8]}")
    return bench


async def code(sender: Dispatcher, case: str, command: Message) -> str:
    """With what a command is refused."""
    with pytest.raises(Refusal) as refused:
        await sender.send(case, cast("Command", command), timedelta(seconds=60))
    return refused.value.code


class ForAnother(Signing):
    """Signs for another case than the one that it sends to."""

    def sign(self, what: str, case: str, content: Iterable[str]) -> str:
        return super().sign(what, f"not-{case}", content)


async def test_a_command_that_is_not_signed_rightly_and_lately_changes_nothing(
    house: Bench, temporal_server: DevServer
) -> None:
    keys = keys_of(new_keys())
    wrong = {
        "not signed": None,
        "by another house": Signing(lambda: keys, real_now),
        "long ago": Signing(HOUSE.keys, lambda: real_now() - 2 * LIFE),
        "in time to come": Signing(HOUSE.keys, lambda: real_now() + 2 * LIFE),
        "for another case": ForAnother(HOUSE.keys, real_now),
    }
    case, new = house.new(), house.new()
    async with house.working():
        await house.send(case, *a_whole_case(house.desk)[:2])
        before = house.store.events(case)
        for signing in wrong.values():
            client = await connect(temporal_server.address, temporal_server.namespace, access=Access(signing=signing))
            rogue = Dispatcher(client, task_queue=house.queue)
            assert await code(rogue, case, house.desk.withdraw(at("2021-03-02 09:00"))) == "unsigned"
            assert await code(rogue, new, house.desk.open(at("2021-03-01 09:00"), water())) == "unsigned"
        assert (house.store.events(case), house.store.events(new)) == (before, [])
        assert (await house.history(case))["WORKFLOW_EXECUTION_UPDATE_ACCEPTED"] == 2
        await house.send(case, house.desk.withdraw(at("2021-03-02 09:00")))
        await house.level(case)


@workflow.defn(name="Case")
class Intruder:
    """A workflow of somebody else's, under our name, that asks our worker to write."""

    @workflow.run
    async def run(self, queue: str, request: Settle) -> None:
        await workflow.execute_activity(
            "settle", request, task_queue=queue, start_to_close_timeout=timedelta(seconds=30)
        )


async def test_an_activity_that_no_case_asked_for_writes_nothing(house: Bench, temporal_server: DevServer) -> None:
    plain = await connect(temporal_server.address, temporal_server.namespace)
    case, queue = house.new(), f"intruder-{uuid4().hex[:8]}"
    forged = turn(case, None, None, [cast("Command", house.desk.open(at("2021-03-01 09:00"), water()))], {}).request
    assert forged.events
    async with (
        house.working(),
        Worker(plain, task_queue=queue, workflows=[Intruder], workflow_runner=UnsandboxedWorkflowRunner()),
    ):
        with pytest.raises(WorkflowFailureError) as failed:
            await plain.execute_workflow("Case", args=[house.queue, forged], id=case, task_queue=queue)
    asked = failed.value.cause
    assert isinstance(asked, ActivityError)
    assert isinstance(asked.cause, ApplicationError)
    assert asked.cause.type == "unsigned"
    assert house.store.events(case) == []


async def test_a_run_that_is_started_with_a_false_head_does_not_set_its_case_aside(
    house: Bench, temporal_server: DevServer
) -> None:
    plain = await connect(temporal_server.address, temporal_server.namespace)
    case = house.new()
    async with house.working():
        await house.send(case, *a_whole_case(house.desk)[:2])
        false = CaseInput(case=case, known=Head(seq=99, hash="f" * 64))
        run = await plain.start_workflow(CaseWorkflow.run, false, id=f"not-{case}", task_queue=house.queue)
        await eventually(lambda: run.query(CaseWorkflow.record, 0))
        assert house.store.faults() == []
        # a command rightly signed for a case of the run's name, once seen in a history, must not pass for this case's
        assert await code(house.dispatcher, f"not-{case}", house.desk.withdraw(at("2021-03-02 09:00"))) == "unsigned"
        await house.send(case, house.desk.withdraw(at("2021-03-02 09:00")))
        assert house.store.faults() == []


async def test_cases_that_wait_for_their_database_settle_by_the_server_and_replay_without_keys(
    house: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a case asks by way of the server is signed as well; a replay knows no key and needs none."""
    prepare = Settler.prepare

    def away(settler: Settler, request: Settle) -> Prepared:
        if activity.info().is_local:
            raise StoreUnavailable("(away)")
        return prepare(settler, request)

    monkeypatch.setattr(Settler, "prepare", away)
    case = house.new()
    async with house.working():
        await house.send(case, *a_whole_case(house.desk))
        await house.ended(case)
    assert (await house.history(case))["ACTIVITY_TASK_COMPLETED"] >= len(a_whole_case(house.desk))
    await replayer().replay_workflow(await house.client.get_workflow_handle(case).fetch_history())


def test_every_update_of_a_case_has_a_validator_or_its_signature_would_not_be_asked_for() -> None:
    definition = workflow._Definition.must_from_class(CaseWorkflow)
    assert definition.updates
    assert all(update.validator is not None for update in definition.updates.values())
