"""Commands on machines: clients of the issuer of access tokens, let in and ended where the database is."""

from contextlib import closing
from typing import Annotated

import typer

from activities.store.errors import Conflict
from activities.store.machines import Machine
from api.access.api_keys import BadActor, CallerRole, UnknownCompany
from api.access.machines import BadClient, NoIssuer, NotForMachines, new_machine
from api.access.networks import BadNetwork
from api.cli.output import Json, print_json, print_table, say
from api.cli.words import when
from api.failures import Failure, WrongSetting
from api.processes.embedded import open_store
from api.real_clock import real_now
from api.settings import read_settings

app = typer.Typer(help="程序身份 · machines with access tokens", no_args_is_help=True, rich_markup_mode=None)

WRONG = {
    BadClient: ("--client", "bad-client"),
    BadActor: ("--actor", "bad-actor"),
    NotForMachines: ("--role", "not-for-machines"),
    UnknownCompany: ("--company", "unknown-company"),
    BadNetwork: ("--network", "bad-network"),
}


@app.command()
def add(
    client: Annotated[str, typer.Option(help="客户端 · its client_id at the issuer")],
    role: Annotated[CallerRole, typer.Option(help="角色 · what it may do: utility, importer, auditor")],
    actor: Annotated[str, typer.Option(help="使用者 · who it is, as events name it: water-posting")],
    company: Annotated[str | None, typer.Option(help="单位 · the company of a utility's machine")] = None,
    step: Annotated[list[str] | None, typer.Option(help="限定环节 · only these steps of it; repeatable")] = None,
    network: Annotated[
        list[str] | None, typer.Option(help="限定网段 · only from this network, 192.0.2.0/24; repeatable")
    ] = None,
    json: Json = False,
) -> None:
    """新增程序身份 · Let a client of the issuer in, which SHIXIAN_MACHINE_ISSUER names."""
    settings = read_settings()
    try:
        made = new_machine(
            issuer=settings.machine_issuer,
            client=client,
            actor=actor,
            role=role,
            company=company,
            steps=tuple(step or ()),
            networks=network or (),
            now=real_now(),
        )
    except NoIssuer as error:
        raise WrongSetting("MACHINE_ISSUER", f"{error} [no-issuer]") from None
    except (BadClient, BadActor, NotForMachines, UnknownCompany, BadNetwork) as error:
        option, code = WRONG[type(error)]
        raise typer.BadParameter(f"{error} [{code}]", param_hint=option) from None
    with closing(open_store(settings)) as store:
        try:
            store.add_machine(made)
        except Conflict:
            raise Failure("--client: 已有此程序身份 The client is a machine already. [machine-exists]") from None
    if json:
        print_json(made.model_dump(mode="json"))
    else:
        say(f"已新增 Added: {made.id}（{made.client}，{made.actor}）")


@app.command(name="list")
def list_machines(json: Json = False) -> None:
    """列出程序身份 · List the machines, those that have ended as well."""
    with closing(open_store(read_settings())) as store:
        kept = store.machines()
    if json:
        print_json([machine.model_dump(mode="json") for machine in kept])
        return
    columns = (
        *("编号 id", "发行者 issuer", "客户端 client", "角色 role", "使用者 actor", "单位 company", "环节 steps"),
        *("网段 networks", "最近使用 last used", "终止 ended"),
    )
    print_table("程序身份 Machines", columns, [_row(machine) for machine in kept])


@app.command()
def end(
    machine: Annotated[str, typer.Argument(metavar="ID", help="编号 · its id, as `machines list` shows it")],
    json: Json = False,
) -> None:
    """终止程序身份 · End a machine; within seconds no token of its client opens anything."""
    with closing(open_store(read_settings())) as store:
        ended = store.end_machine(machine, real_now())
    if not ended:
        raise Failure("ID: 没有这个有效的程序身份 There is no such machine, or it has ended. [unknown-machine]")
    if json:
        print_json({"id": machine, "ended": True})
    else:
        say(f"已终止 Ended: {machine}")


def _row(machine: Machine) -> tuple[str | None, ...]:
    return (
        *(machine.id, machine.issuer, machine.client, machine.role, machine.actor, machine.company),
        *(", ".join(machine.steps), ", ".join(machine.networks), when(machine.used), when(machine.ended)),
    )
