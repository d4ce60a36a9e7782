"""Commands that print what Prometheus and Alertmanager are configured with."""

from typing import Annotated

import typer
import yaml

from api.alerting.rules import RUNBOOKS, render
from api.cli.output import Json, print_json, say
from workflows.procedures import ALL


def rules(
    scale: Annotated[
        float,
        typer.Option(min=0.001, help="倍速 · how many times as fast a rehearsal runs; durations are that much shorter"),
    ] = 1,
    red_card: Annotated[
        list[str] | None,
        typer.Option(
            help="红牌 · PROCEDURE=N: working days over until the red card; repeatable", metavar="PROCEDURE=N"
        ),
    ] = None,
    runbooks: Annotated[str, typer.Option(help="处置手册 · where the runbooks are, as people reach them")] = RUNBOOKS,
    json: Json = False,
) -> None:
    """预警规则 · Prints the rules for Prometheus."""
    rendered = render(scale, dict(_threshold(one) for one in red_card or ()), runbooks=runbooks)
    if json:
        print_json(yaml.safe_load(rendered))
    else:
        say(rendered.rstrip("\n"))


def _threshold(given: str) -> tuple[str, int]:
    procedure, _, days = given.partition("=")
    if procedure not in ALL:
        raise typer.BadParameter(
            f"{given!r}: 有 there are: {', '.join(ALL)} [unknown-procedure]", param_hint="--red-card"
        )
    if not days.isascii() or not days.isdigit():
        raise typer.BadParameter(f"{given!r}: 整数 a whole number is wanted [not-a-number]", param_hint="--red-card")
    return procedure, int(days)
