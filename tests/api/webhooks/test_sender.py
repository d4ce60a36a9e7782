"""Delivery to receivers that fail: each event at least once, in order within its case, and nobody held up by another."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.store.announcements import NewAnnouncement, Unannounced
from activities.store.store import Store
from activities.store.webhooks import GONE, CompanyWebhook, WebhookState
from api.process_notes import silent
from api.real_clock import real_now
from api.webhooks.address_guard import AddressGuard, Rules
from api.webhooks.posting import Poster
from api.webhooks.secret_box import SecretBox
from api.webhooks.sender import NO_SECRET, PAUSES, SIDE_BY_SIDE, SenderParts, WebhookSender
from tests.activities.store.build import T
from tests.api.webhooks.receiver import Fate, Receiver
from tests.waiting import eventually

QUICK = [timedelta(milliseconds=20)] * 9
WATER, GAS = "市水务集团", "市燃气集团"
LOCAL = AddressGuard(Rules(loopback=True))


class House:
    """A store, its secrets, and webhooks of the water group."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.box = store, SecretBox(folder / "webhooks.key")
        self._announced = 0

    def hook(self, receiver: Receiver, id: str = "wh_1", **more: Any) -> CompanyWebhook:
        """A webhook that the receiver knows the secret of."""
        receiver.secret, sealed = self.box.new_secret()
        given = {"id": id, "company": "suzhou-water", "url": receiver.url, "secret": sealed, "made_by": "desk", **more}
        made = CompanyWebhook(created=real_now(), **given)
        self.store.add_webhook(made)
        return made

    def announce(self, cases: Sequence[str], owner: str = WATER, kind: str = "step-opened") -> list[str]:
        """Ids of an announcement for each case, in order."""
        news = []
        for case in cases:
            self._announced += 1
            id = f"ev_{self._announced:024x}"
            body = {"occurrence": 1, "title_zh": "通水", "title_en": "Water on"}
            news.append(
                NewAnnouncement(
                    id=id, case=case, seq=self._announced, kind=kind, owner=owner, step="water-on", at=T, body=body
                )
            )
        waiting = self.store.unannounced(10)
        assert self.store.announce(Unannounced(waiting.revision, {}, []), news)
        return [one.id for one in news]

    @asynccontextmanager
    async def sending(self, pauses: Sequence[timedelta] = QUICK, guard: AddressGuard = LOCAL) -> AsyncIterator[None]:
        """With delivery going on."""
        poster = Poster(guard, patience=1.0)
        sender = WebhookSender(SenderParts(self.store, self.box, poster, "", real_now, silent, pauses, look=0.02))
        running = asyncio.create_task(sender.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    def waiting(self) -> int:
        """How much is not delivered yet, and not given up."""
        return sum(one.waiting for one in self.store.backlogs())


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return House(store, tmp_path)


def faulty(seed: int) -> Fate:
    """Fails the first arrivals of many events, each in another way."""
    chance = random.Random(seed)  # noqa: S311
    plan: dict[str, list[str]] = {}

    def fate(id: str, number: int) -> str:
        ways = ["500", "503", "302", "404", "reset", "slow"]
        fates = plan.setdefault(id, [chance.choice(ways) for _ in range(chance.choice([0, 0, 0, 1, 1, 2, 3]))])
        return fates[number - 1] if number <= len(fates) else "ok"

    return fate


def errors(store: Store, id: str) -> set[str | None]:
    """The last errors of what was given up."""
    return {one.error for one in store.dead_letters(id)}


def in_order(receiver: Receiver) -> bool:
    """Whether first arrivals that were taken of each case came in the order in which they were announced."""
    last: dict[str, int] = {}
    seen: set[str] = set()
    for event in receiver.taken:
        if event["id"] in seen:
            continue
        seen.add(event["id"])
        if event["data"]["event"] < last.get(event["subject"], 0):
            return False
        last[event["subject"]] = event["data"]["event"]
    return True


async def test_every_event_arrives_in_the_order_of_its_case_whatever_fails(house: House, *, nightly: bool) -> None:
    """60 events, 1 000 nightly: slow, down, 500, redirecting and resetting; a second webhook hears nothing of it."""
    number = 1000 if nightly else 60
    chance = random.Random(7)  # noqa: S311
    with Receiver(faulty(3)) as bad, Receiver() as good, Receiver(lambda *_: "500") as down:
        house.hook(bad)
        house.hook(good, "wh_2")
        house.hook(down, "wh_3")
        sent: list[str] = []
        async with house.sending():
            while len(sent) < number:
                cases = [f"C{chance.randint(1, 25)}" for _ in range(min(25, number - len(sent)))]
                sent += house.announce(cases)
                house.announce(cases[:3], GAS)
                await asyncio.sleep(0.05)
            await eventually(lambda: {e["id"] for e in bad.taken} >= set(sent) <= {e["id"] for e in good.taken})
            await eventually(lambda: house.waiting() == 0)
        for receiver in (bad, good):
            assert {event["id"] for event in receiver.taken} == set(sent)
            assert in_order(receiver)
        assert down.taken == []
        backlogs = {one.webhook.id: one.dead for one in house.store.backlogs()}
        assert backlogs == {"wh_1": 0, "wh_2": 0, "wh_3": number}


async def test_a_later_event_waits_for_an_earlier_one_of_its_case_alone(house: House) -> None:
    with Receiver() as receiver:
        house.hook(receiver)
        first, second, other = house.announce(["C1", "C1", "C2"])
        receiver.fate = lambda id, _: "500" if id == first else "ok"
        async with house.sending([timedelta(hours=1)]):
            await eventually(lambda: [event["id"] for event in receiver.taken] == [other])
            await asyncio.sleep(0.2)
        assert [one.event["id"] for one in receiver.arrivals].count(second) == 0


async def test_what_is_given_up_is_kept_lets_the_next_pass_and_is_sent_again(house: House) -> None:
    with Receiver() as receiver:
        hook = house.hook(receiver)
        first, second = house.announce(["C1", "C1"])
        receiver.fate = lambda id, _: "503" if id == first else "ok"
        async with house.sending(QUICK[:2]):
            await eventually(lambda: [event["id"] for event in receiver.taken] == [second])
            [dead] = house.store.dead_letters(hook.id)
            assert (dead.announcement.id, dead.attempts, dead.error) == (first, 3, "status-503")
            receiver.fate = lambda *_: "ok"
            assert house.store.deliver_again(hook.id, ["ev_" + "0" * 24], real_now()) == 0
            assert house.store.deliver_again(hook.id, [first], real_now()) == 1
            await eventually(lambda: [event["id"] for event in receiver.taken] == [second, first])
        assert house.store.dead_letters(hook.id) == []


async def test_an_address_that_is_gone_is_paused_and_goes_on_where_it_was(house: House) -> None:
    with Receiver(lambda *_: "410") as receiver:
        hook = house.hook(receiver)
        [first] = house.announce(["C1"])

        def state() -> CompanyWebhook:
            found = house.store.webhook(hook.id)
            assert found is not None
            return found

        async with house.sending():
            await eventually(lambda: state().state is WebhookState.PAUSED)
            assert state().reason == GONE
            [second] = house.announce(["C1"])
            receiver.fate = lambda *_: "ok"
            await asyncio.sleep(0.2)
            assert receiver.taken == []
            assert house.store.turn_webhook(hook.id, WebhookState.ACTIVE, real_now())
            await eventually(lambda: [event["id"] for event in receiver.taken] == [first, second])


async def test_one_that_hangs_holds_up_no_other(house: House) -> None:
    with Receiver(lambda *_: "hung") as hung, Receiver() as good:
        house.hook(hung)
        house.hook(good, "wh_2")
        sent = house.announce([f"C{number}" for number in range(3 * SIDE_BY_SIDE)])
        async with house.sending():
            await eventually(lambda: {event["id"] for event in good.taken} == set(sent))
        assert hung.taken == []
        assert house.waiting() >= len(sent)


async def test_what_a_dead_process_left_is_delivered_by_the_next(house: House) -> None:
    with Receiver(lambda *_: "slow") as receiver:
        house.hook(receiver)
        sent = house.announce([f"C{number % 5}" for number in range(40)])
        async with house.sending():  # ended in the middle of it
            await eventually(lambda: len(receiver.arrivals) >= 10)
        assert house.waiting() > 0
        async with house.sending():
            await eventually(lambda: {event["id"] for event in receiver.taken} == set(sent))
        assert in_order(receiver)


async def test_only_chosen_kinds_of_its_company_from_its_making_on(house: House) -> None:
    with Receiver() as receiver:
        house.announce(["C0"])
        house.hook(receiver, kinds=("step-overdue",))
        house.announce(["C1"])
        house.announce(["C1"], GAS, "step-overdue")
        [sent] = house.announce(["C1"], WATER, "step-overdue")
        async with house.sending():
            await eventually(lambda: [event["id"] for event in receiver.taken] == [sent])
            await asyncio.sleep(0.1)
        assert len(receiver.arrivals) == 1


async def test_a_secret_that_is_lost_sends_nothing_until_it_is_rotated(house: House) -> None:
    with Receiver() as receiver:
        hook = house.hook(receiver, secret="unreadable")  # noqa: S106
        house.announce(["C1"])
        async with house.sending(QUICK[:1]):
            await eventually(lambda: errors(house.store, hook.id) == {NO_SECRET})
            receiver.secret, sealed = house.box.new_secret()
            assert house.store.rotate_webhook(hook.id, sealed, real_now(), real_now())
            assert house.store.deliver_again(hook.id, [], real_now()) == 1
            await eventually(lambda: len(receiver.taken) == 1)


async def test_both_secrets_sign_while_one_is_rotated(house: House) -> None:
    with Receiver() as receiver:
        hook = house.hook(receiver)
        before = receiver.secret
        after, sealed = house.box.new_secret()
        house.store.rotate_webhook(hook.id, sealed, real_now() + timedelta(hours=1), real_now())
        house.announce(["C1"])
        async with house.sending():
            await eventually(lambda: len(receiver.taken) == 1)
            receiver.secret = after
            house.announce(["C1"])
            await eventually(lambda: len(receiver.taken) == 2)
    assert before != after


async def test_to_a_forbidden_address_nothing_goes(house: House) -> None:
    with Receiver() as receiver:
        hook = house.hook(receiver)
        house.announce(["C1"])
        async with house.sending(QUICK[:1], AddressGuard(Rules())):
            await eventually(lambda: house.store.dead_letters(hook.id))
        assert house.store.dead_letters(hook.id)[0].error == "not-https"
        assert receiver.arrivals == []


def test_three_days_pass_until_an_event_is_given_up() -> None:
    assert len(PAUSES) == 9
    assert timedelta(days=3) < sum(PAUSES, timedelta()) < timedelta(days=3.5)
