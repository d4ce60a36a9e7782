"""A typed client of Shixian 时限 for utilities."""

from shixian_client.calls import UnsafeAddress
from shixian_client.client import Feed, ShixianClient
from shixian_client.errors import ApiProblem, BadSignature, NoAnswer, ShixianError, UnexpectedAnswer
from shixian_client.retries import Retries
from shixian_client.types import (
    BatchItem,
    CaseAnswer,
    CloudEvent,
    DeskLineShown,
    EventShown,
    FlawShown,
    ItemAnswer,
    Receipt,
)
from shixian_client.webhooks import verify_webhook

__all__ = [
    "ApiProblem",
    "BadSignature",
    "BatchItem",
    "CaseAnswer",
    "CloudEvent",
    "DeskLineShown",
    "EventShown",
    "Feed",
    "FlawShown",
    "ItemAnswer",
    "NoAnswer",
    "Receipt",
    "Retries",
    "ShixianClient",
    "ShixianError",
    "UnexpectedAnswer",
    "UnsafeAddress",
    "verify_webhook",
]
