"""Commands on webhooks: a company's own with its key, all with an officer's."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from api.cli.client import get, new_idempotency_key, path, post
from api.cli.output import Json, print_json, print_table, say, warn
from api.cli.words import when
from workflows.announcing import AnnouncementKind

app = typer.Typer(
    help="推送地址 · webhooks: what is announced to a company, posted to it",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Id = Annotated[str, typer.Argument(metavar="ID", help="编号 · its id, as `webhooks list` shows it")]
STATES = {"active": "推送中 active", "paused": "暂停 paused", "ended": "已结束 ended"}


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="地址 · https address that events are posted to")],
    company: Annotated[str | None, typer.Option(help="单位 · whose, with an officer's key")] = None,
    kind: Annotated[
        list[AnnouncementKind] | None,
        typer.Option(help="事件 · only events of this kind; repeatable; all where left out"),
    ] = None,
    json: Json = False,
) -> None:
    """新建推送地址 · Add a webhook; its secret is printed once, on standard output."""
    told = {"url": url, "company": company, "kinds": [one.value for one in kind or ()]}
    _secret(post(path("webhooks"), told, new_idempotency_key(), json=json).body, json=json)


@app.command(name="list")
def list_webhooks(json: Json = False) -> None:
    """列出推送地址 · List the webhooks that have not ended."""
    found = get(path("webhooks"), json=json)
    if json:
        print_json(found)
        return
    columns = (
        "编号 id", "单位 company", "地址 url", "状态 state", "事件 kinds", "失败 failures", "失败起 failing since",
        "最近送达 delivered",
    )  # fmt: skip
    rows = [
        (
            one["id"], one["company"], one["url"], " ".join(filter(None, (STATES[one["state"]], one["reason"]))),
            ", ".join(one["kinds"]) or "全部 all", one["failures"], when(one["failing_since"]), when(one["delivered_at"]),
        )
        for one in found["webhooks"]
    ]  # fmt: skip
    print_table("推送地址 webhooks", columns, rows)


@app.command()
def rotate(
    webhook: Id,
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=168, help="并用小时 · for how long the secret before signs as well")
    ] = 24,
    json: Json = False,
) -> None:
    """更换密钥 · Make another secret; it is printed once, on standard output."""
    where = path("webhooks", webhook, "rotate")
    _secret(post(where, {"overlap_hours": overlap_hours}, new_idempotency_key(), json=json).body, json=json)


@app.command()
def pause(webhook: Id, json: Json = False) -> None:
    """暂停 · Send nothing until it is resumed; events are kept."""
    _turn(webhook, "pause", json=json)


@app.command()
def resume(webhook: Id, json: Json = False) -> None:
    """恢复 · Go on where it was paused."""
    _turn(webhook, "resume", json=json)


@app.command()
def end(webhook: Id, json: Json = False) -> None:
    """结束 · End a webhook for good; what waits for it is dropped."""
    _turn(webhook, "end", json=json)


@app.command()
def dead(webhook: Id, json: Json = False) -> None:
    """未能送达 · List the events that could not be delivered in three days."""
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        page = get(path("webhooks", webhook, "dead"), {"after": after, "limit": 200}, json=json)
        found += page["dead"]
        if (after := page["next"]) is None:
            break
    if json:
        print_json(found)
        return
    columns = ("事件 event", "类别 type", "案件 case", "环节 step", "次数 attempts", "错误 last error")
    rows = [
        (
            one["event"]["id"], one["event"]["type"], one["event"]["data"]["case"], one["event"]["data"]["step"],
            one["attempts"], one["error"],
        )
        for one in found
    ]  # fmt: skip
    print_table(f"未能送达 dead letters（{len(found)}）", columns, rows)


@app.command(name="send-again")
def send_again(
    webhook: Id,
    event: Annotated[
        list[str] | None, typer.Option(help="事件 · only this one; repeatable; all where left out")
    ] = None,
    json: Json = False,
) -> None:
    """重新推送 · Send again what could not be delivered."""
    where = path("webhooks", webhook, "send-again")
    done = post(where, {"ids": list(event or ())}, new_idempotency_key(), json=json).body
    if json:
        print_json(done)
    else:
        say(f"重新推送 sent again: {done['number']}")


def _turn(webhook: str, how: str, *, json: bool) -> None:
    done = post(path("webhooks", webhook, how), {}, new_idempotency_key(), json=json).body
    if json:
        print_json(done)
    else:
        say(f"{done['id']}：{STATES[done['state']]}")


def _secret(made: Mapping[str, Any], *, json: bool) -> None:
    if json:
        print_json(dict(made))
        return
    warn(f"{made['id']}：{made['company']}，{made['url']}。只显示一次 shown only now:")
    say(made["secret"])
