"""What Alertmanager posts (webhook version 4), read strictly. Names that a later version adds are left unread."""

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from api.http import strict_json
from api.http.fields import Rule
from api.http.problems import Problem
from api.http.validation import flaws_of
from sla.model import Model

MOST_ALERTS = 20_000
LARGEST = 32 * 2**20  # bytes; a refusal would lose the alerts, and so many of them have less
CONFIRMED = frozenset({"step", "case"})  # scopes of which the read model knows whether an alert holds
NEVER = 1  # the year of an end that has not come
INSTANT = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
NAMES = frozenset({
    "version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels", "commonLabels", "commonAnnotations",
    "externalURL", "alerts", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint", "alertname",
})  # fmt: skip


def _instant(value: object) -> datetime:
    """Nanoseconds are cut to microseconds."""
    if isinstance(value, datetime):
        return value
    found = INSTANT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Rule("not-an-instant")
    try:
        read = datetime.fromisoformat(f"{found[1]}{(found[2] or '')[:7]}{found[3].upper().replace('Z', '+00:00')}")
        return read if read.year == NEVER else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Rule("not-an-instant") from None


def _named(value: object) -> object:
    if isinstance(value, dict) and not value.get("alertname"):
        raise Rule("no-alertname")
    return value


Text = Annotated[str, StringConstraints(max_length=16_384, strict=True)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strict=True)]
Texts = Annotated[dict[Name, Text], Field(max_length=100)]
Instant = Annotated[datetime, BeforeValidator(_instant)]


class _Lenient(Model):
    model_config = ConfigDict(extra="ignore")


class PostedAlert(_Lenient):
    """One alert of a group, as it is now."""

    status: Literal["firing", "resolved"]
    labels: Annotated[Texts, BeforeValidator(_named)]
    annotations: Texts
    starts_at: Annotated[Instant, Field(alias="startsAt")]
    ends_at: Annotated[Instant, Field(alias="endsAt")]
    fingerprint: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$", strict=True)]

    @property
    def name(self) -> str:
        """The alert's name."""
        return self.labels["alertname"]

    @property
    def firing(self) -> bool:
        """Whether it fires."""
        return self.status == "firing"

    @property
    def severity(self) -> str:
        """How severe it is."""
        return self.labels.get("severity", "none")

    @property
    def scope(self) -> str:
        """What it is about."""
        return self.labels.get("scope", "platform")

    @property
    def subject(self) -> str:
        """What it says of what, however severe that is: of a case or a step its number and key say all."""
        left_out = (
            {"severity"} if self.scope not in CONFIRMED else self.labels.keys() - {"alertname", "case_id", "step"}
        )
        named = {name: value for name, value in self.labels.items() if name not in left_out}
        return json.dumps(named, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Webhook(_Lenient):
    """A group of alerts. Of what Alertmanager adds for templates nothing is used."""

    version: Literal["4"]
    group_key: Annotated[Text, Field(alias="groupKey")]
    status: Literal["firing", "resolved"]
    receiver: Text
    truncated: Annotated[int, Field(alias="truncatedAlerts", strict=True, ge=0)] = 0
    alerts: Annotated[list[PostedAlert], Field(min_length=1, max_length=MOST_ALERTS)]


def read(body: bytes) -> Webhook:
    """Read the webhook in a body, or the Problem that names field and rule."""
    value = strict_json.read(body, NAMES)
    if not isinstance(value, dict):
        raise Problem("invalid", flaws=flaws_of([{"loc": (), "type": "dict_type"}], NAMES))
    try:
        return Webhook.model_validate(value)
    except ValidationError as error:
        raise Problem("invalid", flaws=flaws_of(error.errors(include_url=False, include_input=False), NAMES)) from None
