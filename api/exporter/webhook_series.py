"""Metrics of companies' webhooks: what waits, what failed, and whether they are reached."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from prometheus_client.metrics_core import Metric

from activities.store.webhooks import BY_HAND, Backlog, CompanyWebhook, WebhookState
from api.exporter.families import family

PATIENCE = timedelta(hours=1)  # of failures, until a webhook counts as not reached


def webhooks(found: Sequence[Backlog], now: datetime) -> Iterator[Metric]:
    """Return the series of webhooks that have not ended, at a real instant."""
    of = {one.webhook.id: (one.webhook.id, one.webhook.company) for one in found}
    yield family("webhook_waiting_events", ((of[one.webhook.id], one.waiting) for one in found))
    oldest = [(of[one.webhook.id], one.oldest.timestamp()) for one in found if one.oldest is not None]
    yield family("webhook_oldest_waiting_event_timestamp_seconds", oldest)
    yield family("webhook_dead_letters", ((of[one.webhook.id], one.dead) for one in found))
    yield family("webhook_failures_total", ((of[one.webhook.id], one.webhook.failures) for one in found))
    yield family("webhook_unreached", ((of[one.webhook.id], int(_unreached(one.webhook, now))) for one in found))


def _unreached(hook: CompanyWebhook, now: datetime) -> bool:
    if hook.state is WebhookState.PAUSED:
        return hook.reason != BY_HAND
    return hook.failing_since is not None and now - hook.failing_since > PATIENCE
