"""How the command line says things: tables for a person, JSON for a program, one line for what went wrong."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

WIDTH = 160  # where the output is no terminal

Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 · print JSON")]
Cell = object


def say(text: str = "") -> None:
    """Print a line on standard output."""
    typer.echo(text)


def warn(text: str) -> None:
    """Print a line on standard error."""
    typer.echo(text, err=True)


def print_json(value: object) -> None:
    """Print a JSON document on standard output."""
    typer.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))


def plain(value: object) -> object:
    """Return the value in terms of JSON."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value if isinstance(value, bool | int | float | str) or value is None else str(value)
    return [plain(one) for one in value]


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print a table on standard output; None is an empty cell."""
    headers = [Column(Text(column), overflow="fold") for column in columns]
    table = Table(*headers, title=Text(title), title_justify="left", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(_cell(cell)) for cell in row))
    console().print(table)


def print_facts(title: str, facts: Iterable[tuple[str, Cell]]) -> None:
    """Print names and values, one a line; a value that is None is left out."""
    table = Table.grid(padding=(0, 2))
    for name, value in facts:
        if value is not None:
            table.add_row(Text(name), Text(_cell(value)))
    shown = console()
    if title:
        shown.print(Text(title))
    shown.print(table)


def console() -> Console:
    """Standard output."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else WIDTH, highlight=False, markup=False)


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    return str(value)
