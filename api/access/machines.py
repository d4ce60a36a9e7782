"""Machines: clients of the issuer of access tokens, and what they may do here."""

import re
import secrets
from collections.abc import Iterable
from datetime import datetime

from activities.store.machines import Machine
from api.access.access_tokens import ROLES
from api.access.api_keys import ACTOR, BadActor, CallerRole, UnknownCompany
from api.access.networks import written_networks
from sla.companies import COMPANIES

CLIENT = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)


class BadClient(ValueError):
    """A client is named as its issuer names it: 1 to 200 letters, digits and signs without blanks."""


class NotForMachines(ValueError):
    """A machine is a utility, an importer or an auditor: what an officer does, people do."""


class NoIssuer(ValueError):
    """No issuer of access tokens is set: SHIXIAN_MACHINE_ISSUER, and what belongs to it."""


def new_machine(
    *,
    issuer: str,
    client: str,
    actor: str,
    role: CallerRole,
    now: datetime,
    company: str | None = None,
    steps: tuple[str, ...] = (),
    networks: Iterable[str] = (),
    made_by: str | None = None,
) -> Machine:
    """Return a machine to be kept (`Store.add_machine`). `now` is real time."""
    if not issuer:
        raise NoIssuer(NoIssuer.__doc__)
    if not CLIENT.fullmatch(client):
        raise BadClient(BadClient.__doc__)
    if not ACTOR.fullmatch(actor):
        raise BadActor(BadActor.__doc__)
    if role not in ROLES:
        raise NotForMachines(NotForMachines.__doc__)
    if (company in COMPANIES) is not (role is CallerRole.UTILITY):
        raise UnknownCompany(f"{UnknownCompany.__doc__} Known: {', '.join(COMPANIES)}.")
    return Machine(
        id=secrets.token_hex(6),
        issuer=issuer,
        client=client,
        actor=actor,
        company=company,
        role=role,
        steps=steps,
        networks=written_networks(networks),
        created=now,
        made_by=made_by,
    )
