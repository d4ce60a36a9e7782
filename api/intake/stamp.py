"""What the API puts on a command: when, by whom, and a digest of its content."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import rfc8785

from activities.record import CommandOrigin
from api.access.request_context import Visit
from api.http.plain_json import plain
from api.http.problems import Flaw, Problem
from api.settings import Settings
from sla.axis import local_day
from sla.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Stamp:
    """The fields of every command (`workflows.messages.Message`)."""

    request_id: str
    digest: str
    actor: str
    at: datetime
    told: datetime
    owners: tuple[str, ...] | None
    seen: int | None
    origin: CommandOrigin

    @property
    def fields(self) -> dict[str, Any]:
        """By name."""
        return {name: getattr(self, name) for name in self.__slots__}


def stamp(visit: Visit, case: str, kind: str, content: Mapping[str, Any], key: str, seen: int | None) -> Stamp:
    """Return the stamp of a command; a Problem where it claims to happen later than now."""
    told = visit.told
    at = content.get("at") or told
    if at - told > _tolerance(visit):
        raise Problem("in-future", flaws=[Flaw("#/at", "in-future")])
    return Stamp(
        request_id=visit.caller.request_id(key),
        digest=digest(case, kind, content),
        actor=visit.caller.actor,
        at=at,
        told=told,
        owners=visit.caller.owners,
        seen=seen,
        origin=visit.origin(kind),
    )


def digest(case: str, kind: str, content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON (RFC 8785) of what is asked for, whatever its key."""
    return sha256(rfc8785.dumps({"case": case, "command": kind, "content": plain(dict(content))})).hexdigest()


def backdated(visit: Visit, at: datetime, calendar: Calendar) -> bool:
    """Tell whether a completion is told so late that an officer must confirm it."""
    settings: Settings = visit.services.settings
    told = visit.told
    if told - at <= settings.alarm_grace * visit.services.timeline.rate:
        return False
    happened, heard = local_day(at), local_day(told)
    return calendar.clipped(heard) - calendar.clipped(happened) > settings.backdating_workdays


def _tolerance(visit: Visit) -> timedelta:
    settings = visit.services.settings
    return visit.services.timeline.tolerance(settings.future_tolerance, settings.alarm_grace)
