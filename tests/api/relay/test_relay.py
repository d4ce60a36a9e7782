"""The relay as a process, with receivers that fail: everything arrives, and is repeated only where a reply was lost."""

import json
import random
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from activities.store.store import Store
from activities.store.tellings import TellingFilter
from api.relay.webhook import LARGEST
from tests.api.relay.build import RECEIVERS, alert, body
from tests.api.relay.running import CaseReceiver, Receiver, Relay
from tests.databases import PostgreSQL
from tests.waiting import until

pytestmark = pytest.mark.slow

FATES = ["unable"] * 15 + ["dropped"] * 15 + ["slow"] * 10 + ["hung"] * 3 + ["ok"] * 57
EVERYTHING = TellingFilter(reminders=True)
REFUSED = TellingFilter(reminders=True, set_aside=True)


@pytest.fixture
def database() -> str:
    """Faults of channels are the same over any database."""
    return "sqlite"


def overdue(number: int) -> dict[str, object]:
    return body(alert(case=f"SZ-{number}"))


def test_each_of_a_hundred_notices_arrives_and_is_repeated_only_where_the_reply_was_lost(
    url: str, tmp_path: Path
) -> None:
    chance = random.Random(4)  # noqa: S311  # the same each time
    fates = chance.sample(FATES, len(FATES))
    first: dict[str, str] = {}

    def fate(number: str, nth: int) -> str:
        if nth > 1:
            return "ok"
        return first.setdefault(number, fates.pop())

    with ExitStack() as stack:
        receivers = [stack.enter_context(Receiver(fate)) for _ in RECEIVERS]
        channels = {f"post-{n}": {"kind": "webhook", "url": one.url} for n, one in enumerate(receivers)}
        relay = stack.enter_context(Relay(tmp_path, url, channels))
        for number in range(100):
            assert relay.post(overdue(number), RECEIVERS[number % len(RECEIVERS)]) == 200
        store = stack.enter_context(closing(Store.open(url)))
        until(lambda: store.undelivered()[0] == 0)
        log = store.tellings(EVERYTHING)
        metrics = httpx2.get(f"{relay.url}/metrics", trust_env=False).text
        said = relay.log.read_text()
    arrivals = [one for receiver in receivers for one in receiver.arrivals]
    assert len(log) == 100
    assert {one.id for one in log} == {one.id for one in arrivals}
    for receiver in receivers:
        for one, times in receiver.taken().items():
            assert times == (2 if first[one] in {"dropped", "hung"} else 1), first[one]
    for telling in log:
        outcomes = [one.outcome for one in telling.attempts]
        failed = first[telling.id] in {"unable", "dropped", "hung"}
        assert outcomes == (["failed", "delivered"] if failed else ["delivered"])
    counted = sums(metrics)
    assert counted == {
        "shixian_notifications_total": 133,
        "shixian_notification_failures_total": 33,
        "shixian_notification_refusals_total": 0,
    }
    assert "SECRET" not in said + metrics + repr(log)
    assert "token" not in said


def sums(metrics: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            if sample.name.endswith("_total"):
                found[sample.name] = found.get(sample.name, 0) + sample.value
    return found


def test_a_relay_that_is_killed_between_accepting_and_delivering_loses_nothing(url: str, tmp_path: Path) -> None:
    with Receiver() as gone:
        address = gone.url
    port = int(address.rpartition(":")[2].split("/")[0])
    with Relay(tmp_path, url, {"post": {"kind": "webhook", "url": address}}) as relay:
        for number in range(5):
            assert relay.post(overdue(number)) == 200
        relay.stop(signal.SIGKILL)
        with Receiver(port=port) as back:
            relay.start()
            until(lambda: len(back.arrivals) >= 5)
            assert relay.post(overdue(4)) == 200
            assert relay.post(overdue(5)) == 200
            until(lambda: len(back.arrivals) >= 6)
            cases = [one.notice["alerts"][0]["labels"]["case_id"] for one in back.arrivals]
            assert cases == [f"SZ-{number}" for number in range(6)]
            assert relay.stop() == 0


def test_a_relay_that_is_killed_at_any_moment_loses_nothing_it_accepted(url: str, tmp_path: Path) -> None:
    with Receiver() as receiver, Relay(tmp_path, url, {"post": {"kind": "webhook", "url": receiver.url}}) as relay:
        accepted: set[str] = set()
        for number in range(40):
            if relay.post(overdue(number)) == 200:
                accepted.add(f"SZ-{number}")
            if number % 15 == 14:
                relay.stop(signal.SIGKILL)
                relay.start()
        with closing(Store.open(url)) as store:
            until(lambda: store.undelivered()[0] == 0)
        arrived = [one.notice["alerts"][0]["labels"]["case_id"] for one in receiver.arrivals]
        assert len(accepted) == 40
        assert set(arrived) == accepted
        assert len(arrived) <= 40 + 2  # in flight when it was killed


def test_a_notice_that_is_refused_for_ever_holds_up_nobody_and_is_sent_again_once_the_channel_is_mended(
    url: str, tmp_path: Path
) -> None:
    broken = {"SZ-1"}

    def fate(case: str) -> str:
        return "poison" if case in broken else "ok"

    with (
        CaseReceiver(fate) as receiver,
        Relay(tmp_path, url, {"post": {"kind": "webhook", "url": receiver.url}}) as relay,
    ):
        for number in range(4):
            assert relay.post(overdue(number)) == 200
        until(lambda: len(receiver.arrivals) >= 4)
        with closing(Store.open(url)) as store:
            until(lambda: store.undelivered()[0] == 0)
            [refused] = store.tellings(REFUSED)
            assert [(a.outcome, a.error) for a in refused.attempts] == [("refused", "status-422")]
            assert receiver.cases == ["SZ-0", "SZ-1", "SZ-2", "SZ-3"]
            broken.clear()
            said = relay.command("tellings", "--refused", "--send-again", "--json")
            assert [one["id"] for one in json.loads(said)] == [refused.id]
            until(lambda: store.undelivered()[0] == 0 and receiver.cases[-1] == "SZ-1")
            assert store.tellings(REFUSED) == []
            assert [a.outcome for a in store.tellings(EVERYTHING)[1].attempts] == ["refused", "delivered"]
        metrics = httpx2.get(f"{relay.url}/metrics", trust_env=False).text
        assert sums(metrics)["shixian_notification_refusals_total"] == 1


def test_a_channel_that_refuses_every_other_notice_gets_all_of_them_in_order(url: str, tmp_path: Path) -> None:
    def fate(case: str) -> str:
        return "poison" if int(case.removeprefix("SZ-")) % 2 else "ok"

    with (
        CaseReceiver(fate) as receiver,
        Relay(tmp_path, url, {"post": {"kind": "webhook", "url": receiver.url}}) as relay,
    ):
        for number in range(10):
            assert relay.post(overdue(number)) == 200
        with closing(Store.open(url)) as store:
            until(lambda: store.undelivered()[0] == 0)
            assert receiver.cases == [f"SZ-{number}" for number in range(10)]
            assert store.set_aside(datetime.min.replace(tzinfo=UTC)) == 5


def test_a_relay_that_is_killed_while_a_notice_is_refused_refuses_it_anew_and_loses_nothing(
    url: str, tmp_path: Path
) -> None:
    with (
        CaseReceiver(lambda case: "slow-poison" if case == "SZ-0" else "ok") as receiver,
        Relay(tmp_path, url, {"post": {"kind": "webhook", "url": receiver.url}}) as relay,
        closing(Store.open(url)) as store,
    ):
        for number in range(3):
            assert relay.post(overdue(number)) == 200
        until(lambda: receiver.arrivals)
        relay.stop(signal.SIGKILL)
        assert store.tellings(REFUSED) == []
        relay.start()
        until(lambda: store.undelivered()[0] == 0)
        assert [one.alerts[0].case for one in store.tellings(REFUSED)] == ["SZ-0"]
        assert [case for case in receiver.cases if case != "SZ-0"] == ["SZ-1", "SZ-2"]


def test_a_channel_that_hangs_delays_no_other(url: str, tmp_path: Path) -> None:
    with Receiver(lambda *_: "hung") as hanging, Receiver() as quick:
        channels = {"hangs": {"kind": "webhook", "url": hanging.url}, "quick": {"kind": "webhook", "url": quick.url}}
        with Relay(tmp_path, url, channels) as relay:
            for number in range(5):
                relay.post(overdue(number), "sz-water")  # by the one that hangs
                relay.post(overdue(number), "sz-approval")
            until(lambda: len(quick.arrivals) == 5)
            assert len(hanging.arrivals) <= 2  # of five, each of which takes as long as the relay waits


@pytest.fixture
def server() -> Iterator[PostgreSQL]:
    with tempfile.TemporaryDirectory(prefix="sx") as folder:
        Path(folder).chmod(0o755)
        made = PostgreSQL(Path(folder))
        yield made
        made.close()


def test_with_the_database_away_alertmanager_is_asked_to_come_again(server: PostgreSQL, tmp_path: Path) -> None:
    url = server.create()
    with Receiver() as receiver, Relay(tmp_path, url, {"post": {"kind": "webhook", "url": receiver.url}}) as relay:
        assert relay.post(overdue(1)) == 200
        until(lambda: len(receiver.arrivals) == 1)
        server.stop()
        assert relay.post(overdue(2)) == 503
        server.start()
        assert relay.post(overdue(2)) == 200
        until(lambda: len(receiver.arrivals) == 2)
        assert relay.stop() == 0


def test_a_bad_body_is_refused_over_http(url: str, tmp_path: Path) -> None:
    with Relay(tmp_path, url, {"log": {"kind": "log"}}) as relay:
        address = f"{relay.url}/v1/alerts/sz-water"

        def sent(content: bytes, kind: str = "application/json") -> httpx2.Response:
            return httpx2.post(address, content=content, headers={"Content-Type": kind}, trust_env=False)

        wrong = sent(b'{"version": "4", "alerts": [{"status": "firing"}]}')
        assert wrong.status_code == 422
        assert {"pointer": "#/alerts/0/fingerprint", "code": "missing"} in wrong.json()["errors"]
        assert wrong.headers["content-type"] == "application/problem+json"
        assert sent(b"{").status_code == 400
        assert sent(b"{}", "text/plain").status_code == 415
        assert sent(b" " * (LARGEST + 1)).status_code == 413
        assert relay.post(overdue(1), "nobody") == 404
        assert httpx2.get(address, trust_env=False).status_code == 405
        assert httpx2.get(f"{relay.url}/nowhere", trust_env=False).status_code == 404
        assert relay.post(overdue(1)) == 200


def test_a_relay_that_is_told_to_end_brings_what_is_under_way_to_its_end(url: str, tmp_path: Path) -> None:
    with (
        Receiver(lambda *_: "slow") as receiver,
        Relay(tmp_path, url, {"post": {"kind": "webhook", "url": receiver.url}}) as relay,
        closing(Store.open(url)) as store,
    ):
        for number in range(10):
            assert relay.post(overdue(number)) == 200
        until(lambda: receiver.arrivals)
        assert relay.stop() == 0
        left = store.undelivered()[0]
        assert left == 10 - len(receiver.arrivals)
        relay.start()
        until(lambda: store.undelivered()[0] == 0)
        assert set(receiver.taken().values()) == {1}
