"""The command `demo`: a rehearsal of everything."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import Json
from api.demo import main
from api.private_files import write_privately


def demo(
    folder: Annotated[Path, typer.Option(help="结果目录 · folder for the three rehearsals and demo.json")] = Path(
        "build"
    ),
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="演完即止 · ends after the table, also on a terminal")
    ] = False,
    oidc: Annotated[
        bool,
        typer.Option(
            "--oidc", help="单位账号 · a provider of identities beside the city, with accounts to sign in with"
        ),
    ] = False,
    json: Json = False,
) -> None:
    """演示 · Play every promise, kept and broken, through the real server; 1 where a verdict is not the expected one."""
    write_privately()
    raise typer.Exit(main(folder=folder, serve=not no_serve, json=json, oidc=oidc))
