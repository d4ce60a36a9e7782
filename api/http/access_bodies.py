"""The bodies of requests about doors: machines and webhooks."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.http.body import Body
from api.http.fields import Count, EventId, Key, Name
from workflows.announcing import AnnouncementKind


class WebhookBody(Body):
    """Names an address that announcements are posted to. `kinds`: which; none given: all. `company`: an officer says whose."""

    url: Annotated[str, StringConstraints(min_length=1, max_length=500, strict=True)]
    kinds: Annotated[tuple[AnnouncementKind, ...], Field(max_length=len(AnnouncementKind))] = ()
    company: Key | None = None


class WebhookRotationBody(Body):
    """Makes another secret. The one before signs as well for some hours."""

    overlap_hours: Annotated[Count, Field(ge=0, le=168)] = 24


class WebhookResendBody(Body):
    """Says which dead letters are sent again, by the ids of their events; none given: all."""

    ids: Annotated[tuple[EventId, ...], Field(max_length=100)] = ()


class MachineBody(Body):
    """Lets a client of the issuer of access tokens in. `networks`: from which alone, as 192.0.2.0/24."""

    client: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$", strict=True)]
    actor: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", strict=True)]
    role: Literal["utility", "importer", "auditor"]
    company: Key | None = None
    steps: Annotated[tuple[Key, ...], Field(max_length=100)] = ()
    networks: Annotated[tuple[Name, ...], Field(max_length=20)] = ()


class PersonBody(Body):
    """Lets somebody in that the provider of identities vouches for. `subject`: what it calls them, its `sub`."""

    subject: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$", strict=True)]
    actor: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", strict=True)]
    role: Literal["clerk", "supervisor", "sysadmin", "secadmin", "auditor"]


class PersonRoleBody(Body):
    """Gives a person another role."""

    role: Literal["clerk", "supervisor", "sysadmin", "secadmin", "auditor"]
