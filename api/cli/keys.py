"""Commands on API keys: made, listed and revoked where the database is."""

from contextlib import closing
from functools import partial
from typing import Annotated

import typer

from activities.store.errors import Conflict
from activities.store.keys import ApiKey
from api.access.api_keys import (
    DEFAULT_DAYS,
    LONGEST_DAYS,
    LONGEST_OVERLAP,
    CallerRole,
    KeyState,
    LifeTooLong,
    NotRenewable,
    UnknownCompany,
    key_state,
    new_key,
    renewed,
)
from api.access.networks import BadNetwork
from api.cli.output import Json, print_json, print_table, say, warn
from api.cli.words import when
from api.failures import Failure
from api.processes.embedded import open_store
from api.real_clock import real_now
from api.settings import read_settings

app = typer.Typer(help="接口密钥 · API keys", no_args_is_help=True, rich_markup_mode=None)

Days = Annotated[int, typer.Option(min=1, max=LONGEST_DAYS, help="有效天数 · how long it lives")]
KeyId = Annotated[str, typer.Argument(metavar="ID", help="编号 · its id, as `keys list` shows it")]
NO_KEY = "ID: 没有这把有效的密钥 There is no such key, or it is revoked already. [unknown-key]"
STATES = {
    KeyState.LIVE: "有效 live",
    KeyState.REVOKED: "已撤销 revoked",
    KeyState.EXPIRED: "已到期 expired",
    KeyState.DISUSED: "久未使用 disused",
}


@app.command()
def new(
    role: Annotated[CallerRole, typer.Option(help="角色 · what it may do")],
    actor: Annotated[str, typer.Option(help="使用者 · who uses it, as events name it: window-3; no person's name")],
    company: Annotated[str | None, typer.Option(help="单位 · the company of a utility's key")] = None,
    step: Annotated[list[str] | None, typer.Option(help="限定环节 · only these steps of it; repeatable")] = None,
    days: Days = DEFAULT_DAYS,
    network: Annotated[
        list[str] | None, typer.Option(help="限定网段 · only from this network, 192.0.2.0/24; repeatable")
    ] = None,
    sandbox: Annotated[
        bool | None,
        typer.Option("--sandbox/--live", help="演练密钥 · opens rehearsals alone; left out: as this database is one"),
    ] = None,
    json: Json = False,
) -> None:
    """新建密钥 · Make a key; its text is printed once, on standard output, and kept nowhere."""
    wanted = partial(
        new_key,
        actor=actor,
        role=role,
        company=company,
        steps=tuple(step or ()),
        networks=network or (),
        days=days,
        now=real_now(),
    )
    try:
        text, kept = wanted(sandbox=bool(sandbox))
    except UnknownCompany as error:
        raise typer.BadParameter(f"{error} [unknown-company]", param_hint="--company") from None
    except LifeTooLong as error:
        raise typer.BadParameter(f"{error} [life-too-long]", param_hint="--days") from None
    except BadNetwork as error:
        raise typer.BadParameter(f"{error} [bad-network]", param_hint="--network") from None
    with closing(open_store(read_settings())) as store:
        if sandbox is None and not store.timeline().identity:
            text, kept = wanted(sandbox=True)
        store.add_key(kept)
    _say_key(text, kept, json=json)


@app.command()
def renew(
    key: KeyId,
    overlap: Annotated[
        int, typer.Option(min=0, max=LONGEST_OVERLAP, help="并行天数 · days that the old one goes on beside it")
    ] = LONGEST_OVERLAP,
    days: Days = DEFAULT_DAYS,
    json: Json = False,
) -> None:
    """更换密钥 · Make the key that takes another's place, for the same caller; the old one ends after the overlap."""
    with closing(open_store(read_settings())) as store:
        old = store.key(key)
        if old is None:
            raise Failure(NO_KEY)
        before = None if old.renews is None else store.key(old.renews)
        try:
            text, kept, ends = renewed(old, now=real_now(), before=before, overlap=overlap, days=days)
            done = store.renew_key(kept, ends)
        except (NotRenewable, Conflict):
            raise Failure(f"ID: 不能更换 {NotRenewable.__doc__} [not-renewable]") from None
        if not done:
            raise Failure(NO_KEY)
    if not json:
        warn(f"{old.id}：至 until {when(ends)}")
    _say_key(text, kept, json=json)


def _say_key(text: str, kept: ApiKey, *, json: bool) -> None:
    if json:
        print_json({"key": text, **_shown(kept)})
        return
    warn(f"{kept.id}：{kept.role}，{kept.actor}，至 until {when(kept.expires)}。只显示一次 shown only now:")
    say(text)


@app.command(name="list")
def list_keys(json: Json = False) -> None:
    """列出密钥 · List the keys, without their text."""
    with closing(open_store(read_settings())) as store:
        kept = store.keys()
    now = real_now()
    if json:
        print_json([{**_shown(key), "state": key_state(key, now)} for key in kept])
        return
    columns = (
        "编号 id",
        "前缀 prefix",
        "角色 role",
        "使用者 actor",
        "单位 company",
        "环节 steps",
        "网段 networks",
        "状态 state",
        "至 until",
        "最近使用 last used",
        "撤销 revoked",
    )
    rows = [
        (
            *(k.id, k.prefix, k.role, k.actor, k.company, ", ".join(k.steps), ", ".join(k.networks)),
            *(STATES[key_state(k, now)], when(k.expires), when(k.used), when(k.revoked)),
        )
        for k in kept
    ]
    print_table("密钥 API keys", columns, rows)


@app.command()
def revoke(key: KeyId, json: Json = False) -> None:
    """撤销密钥 · Revoke a key; within seconds no process takes it any more."""
    with closing(open_store(read_settings())) as store:
        revoked = store.revoke(key, real_now())
    if not revoked:
        raise Failure(NO_KEY)
    if json:
        print_json({"id": key, "revoked": True})
    else:
        say(f"已撤销 Revoked: {key}")


def _shown(key: ApiKey) -> dict[str, object]:
    return {name: value for name, value in key.model_dump(mode="json").items() if name != "hash"}
