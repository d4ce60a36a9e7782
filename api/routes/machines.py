"""The machines that the issuer of access tokens vouches for: whose they are, and what they may do here."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from activities.store.errors import Conflict
from activities.store.machines import Machine
from api.access.api_keys import CallerRole, UnknownCompany
from api.access.key_route import KeyRoute
from api.access.machines import NoIssuer, new_machine
from api.access.networks import BadNetwork
from api.access.request_context import KEEPERS, Visiting, only
from api.http.access_bodies import MachineBody
from api.http.problems import Flaw, Problem
from api.http.responses import answer
from sla.model import Model

router = APIRouter(
    route_class=KeyRoute, prefix="/v1/machines", tags=["machines"], dependencies=[Depends(only(*KEEPERS))]
)

WRONG = {UnknownCompany: ("company", "unknown-company"), BadNetwork: ("networks", "bad-network")}


class MachineShown(Model):
    """A machine. `last_used`: to the hour; `made_by`, `ended_by`: an actor, none at the command line."""

    id: str
    issuer: str
    client: str
    actor: str
    role: CallerRole
    company: str | None
    steps: tuple[str, ...]
    networks: tuple[str, ...]
    created: datetime
    made_by: str | None
    last_used: datetime | None
    ended: datetime | None
    ended_by: str | None


class MachineList(Model):
    """Machines, oldest first."""

    machines: tuple[MachineShown, ...]


@router.get("", response_model=MachineList)
async def list_machines(visit: Visiting) -> Response:
    """List the machines, those that have ended as well."""
    found = await visit.read(visit.services.store.machines)
    return answer(MachineList(machines=tuple(map(machine_shown, found))))


@router.post("", response_model=MachineShown, status_code=201)
async def add_machine(visit: Visiting, said: MachineBody) -> Response:
    """Let a client of the issuer in, as a program of a company or of the bureau."""
    try:
        made = new_machine(
            issuer=visit.services.settings.machine_issuer,
            client=said.client,
            actor=said.actor,
            role=CallerRole(said.role),
            company=said.company,
            steps=said.steps,
            networks=said.networks,
            now=visit.arrived,
            made_by=visit.caller.actor,
        )
    except NoIssuer as error:
        raise Problem("no-issuer", str(error)) from None
    except (UnknownCompany, BadNetwork) as error:
        field, code = WRONG[type(error)]
        raise Problem("invalid", flaws=[Flaw(f"#/{field}", code)]) from None
    try:
        await visit.read(visit.services.store.add_machine, made)
    except Conflict:
        raise Problem("machine-exists", flaws=[Flaw("#/client", "machine-exists")]) from None
    return answer(machine_shown(made), 201, {"Location": f"/v1/machines/{made.id}"})


@router.post("/{id}/end", response_model=MachineShown)
async def end_machine(visit: Visiting, id: Annotated[str, Path(pattern="^[0-9a-f]{1,32}$")]) -> Response:
    """End a machine: within seconds no token of its client opens anything."""
    ended = await visit.read(visit.services.store.end_machine, id, visit.arrived, visit.caller.actor)
    if not ended:
        raise Problem("unknown-machine", flaws=[Flaw("path/id", "unknown-machine")])
    [found] = [one for one in await visit.read(visit.services.store.machines) if one.id == id]
    return answer(machine_shown(found))


def machine_shown(machine: Machine) -> MachineShown:
    """Return a machine as it is shown."""
    return MachineShown(**machine.model_dump(exclude={"used"}), last_used=machine.used)
