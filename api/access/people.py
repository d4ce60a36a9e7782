"""People: subjects of the provider of identities, and what each may do here. One person has one role."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from activities.store.people import PersonAccount
from api.access.api_keys import ACTOR, BadActor, CallerRole

SUBJECT = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


class PersonRole(StrEnum):
    """What a person may do; the three kinds of administrators are never one person, since nobody has two roles."""

    CLERK = "clerk"  # an officer: everything with cases
    SUPERVISOR = "supervisor"
    SYSADMIN = "sysadmin"
    SECADMIN = "secadmin"
    AUDITOR = "auditor"


ADMINISTRATORS = frozenset({PersonRole.SYSADMIN, PersonRole.SECADMIN, PersonRole.AUDITOR})
CALLERS: Mapping[PersonRole, CallerRole] = MappingProxyType(
    {
        PersonRole.CLERK: CallerRole.OFFICER,
        PersonRole.SUPERVISOR: CallerRole.SUPERVISOR,
        PersonRole.SYSADMIN: CallerRole.SYSADMIN,
        PersonRole.SECADMIN: CallerRole.SECADMIN,
        PersonRole.AUDITOR: CallerRole.AUDITOR,
    }
)


class BadSubject(ValueError):
    """A subject is what the provider calls a person: 1 to 255 ASCII characters without blanks."""


class NoProviderSet(ValueError):
    """No provider of identities is set: SHIXIAN_PEOPLE_ISSUER and SHIXIAN_PEOPLE_CLIENT."""


def caller_role(role: PersonRole) -> CallerRole:
    """Return as what a person of a role asks."""
    return CALLERS[role]


def new_person(
    *, issuer: str, subject: str, actor: str, role: PersonRole, now: datetime, made_by: str | None = None
) -> PersonAccount:
    """Return a person to be kept (`Store.add_person`). `now` is real time."""
    if not issuer:
        raise NoProviderSet(NoProviderSet.__doc__)
    if not is_subject(subject):
        raise BadSubject(BadSubject.__doc__)
    if not ACTOR.fullmatch(actor):
        raise BadActor(BadActor.__doc__)
    return PersonAccount(
        id=secrets.token_hex(6), issuer=issuer, subject=subject, actor=actor, role=role, created=now, made_by=made_by
    )


def is_subject(text: object) -> bool:
    """Tell whether something can be what a provider calls a person (OpenID Connect Core, 2: ASCII)."""
    return isinstance(text, str) and SUBJECT.fullmatch(text) is not None
