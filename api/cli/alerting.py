"""Commands that print what Prometheus and Alertmanager are configured with."""

from pathlib import Path
from typing import Annotated

import typer
import yaml

from api.alerting import alertmanager
from api.alerting.prometheus import render
from api.alerting.recipients import Recipients, RecipientsError, chosen, is_http
from api.cli.almanac_in_force import almanac_in_force
from api.cli.output import Json, print_json, say
from api.failures import Failure
from api.real_clock import real_now
from api.settings import read_settings
from sla.axis import local_day


def rules(
    scale: Annotated[
        float,
        typer.Option(min=0.001, help="倍速 · how many times as fast a rehearsal runs; durations are that much shorter"),
    ] = 1,
    runbooks: Annotated[
        str | None, typer.Option(help="处置手册 · where the runbooks are, as people reach them")
    ] = None,
    json: Json = False,
) -> None:
    """预警规则 · Print the rules for Prometheus."""
    settings = read_settings()
    rendered = render(scale, settings.red_cards, runbooks=runbooks or settings.runbooks_url)
    if json:
        print_json(yaml.safe_load(rendered))
    else:
        say(rendered.rstrip("\n"))


def alertmanager_config(
    recipients: Annotated[
        Path | None, typer.Option(help="名单 · file of recipients, in place of SHIXIAN_RECIPIENTS_FILE")
    ] = None,
    relay: Annotated[str | None, typer.Option(help="转发 · address of `shixian relay`, where it is another")] = None,
    output: Annotated[Path | None, typer.Option(help="文件 · writes it there in place of printing it")] = None,
    json: Json = False,
) -> None:
    """告警分发 · Print Alertmanager's configuration: who is told, and the working days as they are known today."""
    settings = read_settings()
    told = read_recipients(recipients or settings.recipients_file)
    address = relay or f"http://{settings.relay_host}:{settings.relay_port}"
    if not is_http(address):
        raise typer.BadParameter("http:// 或 or https:// [bad-url]", param_hint="--relay")
    today, almanac = local_day(real_now()), almanac_in_force(settings)
    token = settings.secrets_of("relay_token_file")
    rendered = alertmanager.render(
        told,
        address,
        today=today,
        almanac=almanac,
        policy=settings.policy,
        token_file=None if token is None else str(token.absolute()),
    )
    if output is not None:
        output.write_text(rendered, encoding="utf-8")
    elif json:
        print_json(yaml.safe_load(rendered))
    else:
        say(rendered.rstrip("\n"))


def read_recipients(file: Path | None) -> Recipients:
    """Say who is told; a file that cannot be used ends the command with 2 and everything that is wrong with it."""
    try:
        return chosen(file)
    except RecipientsError as error:
        raise Failure(str(error), code=2) from None
