"""Webhooks of companies, and what is yet to be delivered to them. Instants are real ones."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, func, insert, literal_column, select, update

from activities.store.announcement_tables import announcement, announcement_head, webhook, webhook_delivery
from activities.store.announcements import Announcement, read_announcement
from activities.store.audit_log import AuditLog
from activities.store.instants import instant, maybe_instant, maybe_micros, micros
from sla.model import Model

HOOK, SENT, ROW = webhook.c, webhook_delivery.c, announcement.c
AT_A_TIME = 500  # announcements put into the outbox of one webhook at once
BY_HAND, GONE = "by-hand", "gone"  # why a webhook is paused
WAITING = SENT.state == literal_column("'waiting'")  # in these words the index serves
DEAD = SENT.state == "dead"


class WebhookState(StrEnum):
    """What becomes of announcements: delivered, kept until it is resumed, or nothing any more."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


TURNED = {
    WebhookState.ACTIVE: "resume-webhook",
    WebhookState.PAUSED: "pause-webhook",
    WebhookState.ENDED: "end-webhook",
}


class CompanyWebhook(Model):
    """An address of a company. `secret` is sealed; `old_secret` signs as well until `old_until`. `kinds`: empty for all."""

    id: str
    company: str
    url: str
    kinds: tuple[str, ...] = ()
    state: WebhookState = WebhookState.ACTIVE
    reason: str | None = None
    secret: str
    old_secret: str | None = None
    old_until: datetime | None = None
    taken: int = 0  # number of the last announcement that was looked at for it
    created: datetime
    made_by: str
    failures: int = 0
    failing_since: datetime | None = None
    delivered_at: datetime | None = None


class WebhookDelivery(NamedTuple):
    """An announcement that waits for its delivery, or that was given up."""

    announcement: Announcement
    attempts: int
    at: datetime  # since when
    error: str | None


class Backlog(NamedTuple):
    """A webhook with what it has yet to be told: how much waits and since when, and how much was given up."""

    webhook: CompanyWebhook
    waiting: int
    oldest: datetime | None
    dead: int


class Webhooks(AuditLog):
    """Webhooks and their outboxes."""

    def add_webhook(self, one: CompanyWebhook) -> None:
        """Keep a webhook, which is told what is announced from now on."""
        with self.writing() as connection:
            last = connection.execute(select(announcement_head.c.number)).scalar_one()
            connection.execute(insert(webhook), _columns(one) | {"taken": last})
            self.audited(connection, "add-webhook", f"webhook/{one.id}", one.created)

    def webhook(self, id: str) -> CompanyWebhook | None:
        """Read a webhook."""
        with self.reading() as connection:
            found = connection.execute(select(webhook).where(HOOK.id == id)).mappings().first()
        return None if found is None else _webhook(found)

    def webhooks(self, company: str | None = None, *, ended: bool = False) -> list[CompanyWebhook]:
        """Read webhooks, of one company or of all, by company and age; those that have ended only where asked for."""
        query = select(webhook).order_by(HOOK.company, HOOK.created, HOOK.id)
        if company is not None:
            query = query.where(HOOK.company == company)
        if not ended:
            query = query.where(HOOK.state != WebhookState.ENDED.value)
        with self.reading() as connection:
            return [_webhook(row) for row in connection.execute(query).mappings()]

    def turn_webhook(self, id: str, state: WebhookState, at: datetime, reason: str | None = None) -> bool:
        """Pause, resume or end a webhook; what waits for one that ends is dropped. False where it is so, or has ended."""
        may = and_(HOOK.id == id, HOOK.state != state.value, HOOK.state != WebhookState.ENDED.value)
        values: dict[str, Any] = {"state": state.value, "reason": reason}
        if state is WebhookState.ACTIVE:
            values["failing_since"] = None
        with self.writing() as connection:
            turned = connection.execute(update(webhook).where(may).values(values)).rowcount == 1
            if turned and state is WebhookState.ENDED:
                connection.execute(delete(webhook_delivery).where(SENT.webhook == id))
            if turned:
                self.audited(connection, TURNED[state], f"webhook/{id}", at)
        return turned

    def rotate_webhook(self, id: str, sealed: str, old_until: datetime, at: datetime) -> bool:
        """Give a webhook another secret; the one before signs as well until an instant."""
        change = update(webhook).where(HOOK.id == id, HOOK.state != WebhookState.ENDED.value)
        values = {"old_secret": HOOK.secret, "old_until": micros(old_until), "secret": sealed}
        with self.writing() as connection:
            rotated = connection.execute(change.values(values)).rowcount == 1
            if rotated:
                self.audited(connection, "rotate-webhook", f"webhook/{id}", at)
        return rotated

    def fill_outbox(self, one: CompanyWebhook, owners: Collection[str], at: datetime) -> int:
        """Let what was announced to owners since the last time wait for delivery; returns how many announcements came."""
        query = select(ROW.number, ROW.case).where(ROW.number > one.taken, ROW.owner.in_(owners))
        if one.kinds:
            query = query.where(ROW.kind.in_(one.kinds))
        with self.writing() as connection:
            last = connection.execute(select(announcement_head.c.number)).scalar_one()
            found = connection.execute(query.where(ROW.number <= last).order_by(ROW.number).limit(AT_A_TIME)).all()
            taken = found[-1].number if len(found) == AT_A_TIME else last
            same = and_(HOOK.id == one.id, HOOK.taken == one.taken, HOOK.state == WebhookState.ACTIVE.value)
            if taken == one.taken or connection.execute(update(webhook).where(same).values(taken=taken)).rowcount != 1:
                return 0
            waiting = {"webhook": one.id, "state": "waiting", "attempts": 0, "at": micros(at), "next_at": micros(at)}
            if found:
                connection.execute(
                    insert(webhook_delivery), [{**waiting, "number": n, "case": case} for n, case in found]
                )
        return len(found)

    def due_deliveries(self, id: str, now: datetime, *, but: Collection[str], limit: int) -> list[WebhookDelivery]:
        """Read what may be delivered now: of each case the oldest that waits, and none of the cases `but`."""
        oldest = select(func.min(SENT.number)).where(SENT.webhook == id, WAITING).group_by(SENT.case)
        query = (
            select(announcement, SENT.attempts, SENT.at.label("since"), SENT.error)
            .join(webhook_delivery, SENT.number == ROW.number)
            .where(SENT.webhook == id, SENT.number.in_(oldest), SENT.next_at <= micros(now), SENT.case.not_in(but))
            .order_by(SENT.next_at, SENT.number)
            .limit(limit)
        )
        with self.reading() as connection:
            return [_delivery(row) for row in connection.execute(query).mappings()]

    def delivered(self, id: str, number: int, now: datetime) -> None:
        """Note that an announcement arrived."""
        with self.writing() as connection:
            connection.execute(delete(webhook_delivery).where(SENT.webhook == id, SENT.number == number))
            values = {"failing_since": None, "delivered_at": micros(now)}
            connection.execute(update(webhook).where(HOOK.id == id).values(values))

    def failed(self, id: str, number: int, why: str, now: datetime, again_at: datetime | None) -> None:
        """Note that an attempt failed; without `again_at` it was the last, and the announcement is kept among the dead."""
        values: dict[str, Any] = {"attempts": SENT.attempts + 1, "error": why}
        values |= {"state": "dead"} if again_at is None else {"next_at": micros(again_at)}
        since = func.coalesce(HOOK.failing_since, micros(now))
        with self.writing() as connection:
            this = and_(SENT.webhook == id, SENT.number == number)
            connection.execute(update(webhook_delivery).where(this).values(values))
            failing = {"failures": HOOK.failures + 1, "failing_since": since}
            connection.execute(update(webhook).where(HOOK.id == id).values(failing))

    def dead_letters(self, id: str, after: int = 0, limit: int = 50) -> list[WebhookDelivery]:
        """Read what was given up, in order, after a number."""
        query = (
            select(announcement, SENT.attempts, SENT.at.label("since"), SENT.error)
            .join(webhook_delivery, SENT.number == ROW.number)
            .where(SENT.webhook == id, DEAD, SENT.number > after)
            .order_by(SENT.number)
            .limit(limit)
        )
        with self.reading() as connection:
            return [_delivery(row) for row in connection.execute(query).mappings()]

    def deliver_again(self, id: str, ids: Sequence[str], now: datetime) -> int:
        """Let dead letters wait once more: those with these ids, or all; returns how many."""
        change = update(webhook_delivery).where(SENT.webhook == id, DEAD)
        if ids:
            change = change.where(SENT.number.in_(select(ROW.number).where(ROW.id.in_(ids))))
        values = {"state": "waiting", "attempts": 0, "at": micros(now), "next_at": micros(now)}
        with self.writing() as connection:
            again = connection.execute(change.values(values)).rowcount
            if again:
                self.audited(connection, "send-again", f"webhook/{id}", now)
        return again

    def backlogs(self) -> list[Backlog]:
        """Read every webhook that has not ended, with what it has yet to be told."""
        count = select(SENT.webhook, SENT.state, func.count(), func.min(SENT.at)).group_by(SENT.webhook, SENT.state)
        with self.snapshot(), self.reading() as connection:
            found = {(id, state): (number, oldest) for id, state, number, oldest in connection.execute(count)}
            hooks = self.webhooks()
        nothing = (0, None)
        return [
            Backlog(
                one,
                found.get((one.id, "waiting"), nothing)[0],
                maybe_instant(found.get((one.id, "waiting"), nothing)[1]),
                found.get((one.id, "dead"), nothing)[0],
            )
            for one in hooks
        ]


def _columns(one: CompanyWebhook) -> dict[str, Any]:
    instants = {name: maybe_micros(getattr(one, name)) for name in ("old_until", "failing_since", "delivered_at")}
    plain = {"kinds": json.dumps(one.kinds), "created": micros(one.created), "state": one.state.value}
    return {**one.model_dump(), **instants, **plain}


def _webhook(row: Mapping[Any, Any]) -> CompanyWebhook:
    instants = {name: maybe_instant(row[name]) for name in ("old_until", "failing_since", "delivered_at")}
    plain = {"kinds": tuple(json.loads(row["kinds"])), "created": instant(row["created"])}
    return CompanyWebhook.model_validate({**row, **instants, **plain})


def _delivery(row: Mapping[Any, Any]) -> WebhookDelivery:
    told = read_announcement({name: row[name] for name in ROW.keys()})  # noqa: SIM118  # of columns, not a dict
    return WebhookDelivery(told, row["attempts"], instant(row["since"]), row["error"])
