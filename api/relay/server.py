"""The relay's HTTP: Alertmanager posts, Prometheus scrapes."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from fastapi import FastAPI, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from activities.store.errors import StoreUnavailable
from activities.store.store import Store
from api.alerting.recipients import Recipients
from api.http.bare_app import bare_app
from api.http.bearer import Tokens, only_bearers
from api.http.json_body import json_body
from api.http.problems import Flaw, Problem
from api.process_notes import Say, note
from api.relay.delivery import Sender
from api.relay.metrics import DeliveryCounts
from api.relay.notifier import Desk
from api.relay.webhook import LARGEST, read
from sla.almanac import Almanac
from sla.clock import Policy
from sla.cohort import TakenOverCases
from sla.timeline import Timeline

log = logging.getLogger("shixian.relay")

CONFIRM = 2.0  # seconds between looks at what is held back
TIDY = 60.0
THREADS = 4


class Parts(NamedTuple):
    """What the relay is made of; whoever made it ends it."""

    store: Store
    recipients: Recipients
    link: str
    timeline: Timeline
    alarm_grace: timedelta
    policy: Policy
    now: Callable[[], datetime]
    almanac: Almanac
    say: Say
    taken_over: TakenOverCases = TakenOverCases.COUNTED  # in averages
    posting: Tokens | None = None  # of whoever may post alerts; None: everybody may
    scraping: Tokens | None = None  # of whoever may read metrics


class Relay:
    """The desk, the sender and what they do without being asked."""

    def __init__(self, parts: Parts) -> None:
        self.counts = DeliveryCounts(parts.recipients.channels)
        self.desk = Desk(
            parts.store,
            parts.recipients,
            link=parts.link,
            timeline=parts.timeline,
            alarm_grace=parts.alarm_grace,
            policy=parts.policy,
            now=parts.now,
            almanac=parts.almanac,
            taken_over=parts.taken_over,
        )
        self.sender = Sender(parts.store, parts.recipients.channels, self.counts, parts.now)
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="relay")
        self._say = parts.say
        self._ended = asyncio.Event()

    async def accept(self, receiver: str, body: bytes) -> None:
        """Put on record what a body says."""
        loop = asyncio.get_running_loop()
        webhook = await loop.run_in_executor(self.pool, read, body)
        await loop.run_in_executor(self.pool, self.desk.accept, receiver, webhook)
        self.sender.wake()
        if any(not alert.firing for alert in webhook.alerts):
            self._ended.set()

    async def run(self) -> None:
        """Deliver, confirm and tidy until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.sender.run(), name="sender")
            tasks.create_task(self._confirm(), name="confirm")
            tasks.create_task(self._tidy(), name="tidy")

    def renew(self, almanac: Almanac) -> None:
        """Keep the office hours of another almanac, and count by it, from now on."""
        self.desk.almanac = almanac

    async def _confirm(self) -> None:
        while True:
            self._ended.clear()
            if await self._try(self.desk.confirm, "confirm") is not None:
                self.sender.wake()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), CONFIRM)

    async def _tidy(self) -> None:
        while True:
            if await self._try(self.desk.forgotten, "forgotten") is not None:
                self.sender.wake()
            given_up = await self._try(self.desk.tidy, "tidy")
            if given_up:
                text = "relay: {number} notices could not be delivered within a day and were given up"
                self._say(note("given-up", text, number=given_up))
            await asyncio.sleep(TIDY)

    async def _try(self, work: Callable[[], int], name: str) -> int | None:
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pool, work)
        except StoreUnavailable:
            return None
        except Exception as error:  # noqa: BLE001  # one alert that cannot be judged must not end the delivery of others
            log.error("%s failed: %s", name, type(error).__name__)
            return None


def create_app(parts: Parts) -> FastAPI:
    """Return the application; its lifespan runs the relay."""
    relay = Relay(parts)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        running = asyncio.create_task(relay.run(), name="relay")
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            relay.pool.shutdown(wait=False, cancel_futures=True)

    app = bare_app(lifespan=lifespan)
    app.state.relay = relay
    posting, scraping = only_bearers(parts.posting), only_bearers(parts.scraping)
    app.add_api_route("/v1/alerts/{receiver}", _alerts, methods=["POST"], dependencies=posting)
    app.add_api_route("/metrics", _metrics, methods=["GET"], dependencies=scraping)
    return app


async def _alerts(request: Request, receiver: str) -> Response:
    relay: Relay = request.app.state.relay
    if not relay.desk.knows(receiver):
        raise Problem("not-found", "There is no such receiver.", flaws=[Flaw("path/receiver", "unknown-receiver")])
    body = await json_body(request, LARGEST)
    try:
        await relay.accept(receiver, body)
    except (Problem, StoreUnavailable):
        raise
    except Exception as error:  # noqa: BLE001  # Alertmanager sends it again; its text may hold what was sent
        log.error("a webhook failed: %s", type(error).__name__)
        raise Problem("internal") from None
    return Response(status_code=200)


async def _metrics(request: Request) -> Response:
    return Response(generate_latest(request.app.state.relay.counts.registry), media_type=CONTENT_TYPE_LATEST)
