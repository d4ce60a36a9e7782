"""Webhooks: what is posted to a utility is believed where its signature holds."""

from collections.abc import Iterable, Mapping

from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from shixian_client.errors import BadSignature
from shixian_client.types import CloudEvent


def verify_webhook(headers: Mapping[str, str], body: bytes, secrets: str | Iterable[str]) -> CloudEvent:
    """Return the announcement that was posted; BadSignature where none of the secrets signed it, or not lately.

    `body` is exactly what came, byte for byte. Of `secrets` (`whsec_...`) any may hold: two while one is being rotated.
    """
    named = {name.lower(): value for name, value in headers.items()}
    for secret in (secrets,) if isinstance(secrets, str) else secrets:
        webhook = Webhook(secret)
        try:
            webhook.verify(body, named, json_parse=False)
        except (
            WebhookVerificationError,
            ValueError,
            OverflowError,
        ):  # the library lets some of what is not well formed through
            continue
        try:
            return CloudEvent.model_validate_json(body)
        except ValidationError:
            raise BadSignature("It is signed, but it is no announcement of Shixian's.") from None
    raise BadSignature(BadSignature.__doc__)
