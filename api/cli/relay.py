"""Commands of the relay: `relay` runs it, `tellings` lists who was told what."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import closing
from typing import Annotated

import typer

from activities.store.store import Store
from activities.store.tellings import Telling, TellingFilter
from api.alerting.recipients import Recipients
from api.cli.alerting import read_recipients
from api.cli.output import Json, print_json, print_table, warn
from api.cli.process_life import API_GRACE, WithParent, as_process, stored_almanac, stored_timeline
from api.cli.reading import instant
from api.cli.serving import serve_until_told
from api.cli.words import when
from api.http.bearer import Tokens
from api.process_notes import Say
from api.processes.almanac_watch import AlmanacWatch
from api.processes.embedded import open_store, refuse_open_door, refuse_unguarded, tokens_of
from api.real_clock import real_now
from api.relay.outcome import DeliveryOutcome
from api.relay.server import Parts, create_app
from api.relay.wording import KINDS
from api.settings import Settings, read_settings
from api.webhooks.of_settings import box_of, guard_of
from api.webhooks.posting import Poster
from api.webhooks.sender import SenderParts, WebhookSender
from sla.release import RELEASE

WAITING = "待送 waiting"
STATES = {
    DeliveryOutcome.DELIVERED: "送达 delivered",
    DeliveryOutcome.HANDED_OVER: "已交付 handed over",
    DeliveryOutcome.REFUSED: "被拒 refused",
    DeliveryOutcome.FAILED: WAITING,
    DeliveryOutcome.GIVEN_UP: "放弃 given up",
}
DONE = (DeliveryOutcome.DELIVERED, DeliveryOutcome.HANDED_OVER)
SHOWN = 3  # alerts of a notice in the table


def relay(with_parent: WithParent = False, json: Json = False) -> None:
    """转发告警 · Run the relay: Alertmanager's webhooks become notices, each told once and kept on record."""
    settings = read_settings()
    refuse_open_door("RELAY_HOST", settings.relay_host, behind_proxy=settings.behind_proxy)
    recipients = read_recipients(settings.recipients_file)
    said = as_process("relay", json=json, with_parent=with_parent)
    posting, scraping = tokens_of(settings, "relay_token_file"), tokens_of(settings, "scrape_token_file")
    guards = {"relay_token_file": posting, "scrape_token_file": scraping}
    refuse_unguarded("RELAY_HOST", settings.relay_host, guards, said)
    asyncio.run(_relay(settings, recipients, said, posting, scraping))


def tellings(
    case: Annotated[str | None, typer.Option(help="案件 · notices that name or count this case")] = None,
    receiver: Annotated[str | None, typer.Option(help="接收者 · a department's id, operators, supervisors")] = None,
    since: Annotated[str | None, typer.Option(help="起始 · from this instant on, in real time")] = None,
    reminders: Annotated[
        bool, typer.Option("--reminders", help="含值守心跳 · also those that only say that all is alive")
    ] = False,
    refused: Annotated[
        bool, typer.Option("--refused", help="被拒 · only those that their channel refused, or that were given up")
    ] = False,
    send_again: Annotated[
        bool,
        typer.Option(
            "--send-again", help="重发 · with --refused: what is listed is sent again, once the channel is mended"
        ),
    ] = False,
    json: Json = False,
) -> None:
    """告知记录 · List who was told what, when and over which channel, with every attempt; send again what was refused."""
    if send_again and not refused:
        raise typer.BadParameter(
            "only what was refused can be sent again: add --refused [missing]", param_hint="--send-again"
        )
    wanted = TellingFilter(
        case=case,
        receiver=receiver,
        since=None if since is None else instant(since, "--since"),
        reminders=reminders or refused,
        set_aside=refused,
    )
    settings = read_settings()
    with closing(open_store(settings)) as store:
        found = list(_all(store, wanted))
        if send_again:
            found = _send_again(store, found, read_recipients(settings.recipients_file))
    if json:
        print_json(found)
        return
    columns = (
        "编号 number",
        "时间 at",
        "接收 receiver",
        "渠道 channel",
        "类别 kind",
        "告警 alerts",
        "状态 state",
        "次数 attempts",
        "错误 last error",
    )
    print_table(f"告知 notices（{len(found)}）", columns, [_row(one, case) for one in found])


def _all(store: Store, wanted: TellingFilter) -> Iterator[Telling]:
    after = 0
    while page := store.tellings(wanted, after=after):
        yield from page
        after = page[-1].number


def _send_again(store: Store, found: Sequence[Telling], recipients: Recipients) -> list[Telling]:
    """Those that were put into the outbox: a channel that the file has no more takes nothing."""
    gone = sorted({one.channel for one in found} - set(recipients.channels))
    for channel in gone:
        warn(
            f"渠道 {channel}：收件人文件中已没有 the file of recipients has no such channel any more [unknown-channel]"
        )
    again = set(store.send_again((one.number for one in found if one.channel not in gone), real_now()))
    return [one for one in found if one.number in again]


def _row(one: Telling, case: str | None) -> tuple[object, ...]:
    """With the alerts of the case that was asked for, else the first."""
    alerts = [alert for alert in one.alerts if case in {None, alert.case}]
    named = [" ".join(filter(None, (a.alertname, a.severity, a.case, a.step, a.reason))) for a in alerts[:SHOWN]]
    more = len(alerts) - SHOWN
    last = one.attempts[-1] if one.attempts else None
    state = WAITING if last is None else STATES[DeliveryOutcome(last.outcome)]
    if last is not None and last.outcome in DONE:
        state = f"{state}\n{when(last.at)}"
    error = next((a.error for a in reversed(one.attempts) if a.error), None)
    return (
        one.number,
        when(one.at),
        one.receiver,
        one.channel,
        KINDS.get(one.kind, one.kind),
        "\n".join([*named, *([f"… {more} 项 more"] if more > 0 else [])]),
        state,
        len(one.attempts),
        error,
    )


async def _relay(
    settings: Settings, recipients: Recipients, said: Say, posting: Tokens | None, scraping: Tokens | None
) -> None:
    with closing(open_store(settings)) as store:
        held = await stored_almanac(store, RELEASE, said, "relay")
        parts = Parts(
            store=store,
            recipients=recipients,
            link=settings.public_url,
            timeline=await stored_timeline(store, said, "relay"),
            alarm_grace=settings.alarm_grace,
            policy=settings.policy,
            almanac=held.almanac,
            now=real_now,
            say=said,
            taken_over=settings.taken_over_cases,
            posting=posting,
            scraping=scraping,
        )
        app, host, port = create_app(parts), settings.relay_host, settings.relay_port
        watch = AlmanacWatch("relay", held, app.state.relay.renew, said)
        webhooks = WebhookSender(
            SenderParts(store, box_of(settings), Poster(guard_of(settings)), settings.public_url, real_now, said)
        )
        beside = _together(watch.watch(), webhooks.run())
        await serve_until_told("relay", app, host, port, said, grace=API_GRACE, beside=beside)


async def _together(*parts: Coroutine[object, object, None]) -> None:
    await asyncio.gather(*parts)
