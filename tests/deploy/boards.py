"""The committed dashboards as data, and their expressions as Prometheus would be asked them."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from deploy.grafana.__main__ import FOLDER, PAGES

Json = dict[str, Any]
BOARDS: Mapping[str, Json] = {name: json.loads((FOLDER / f"{name}.json").read_text("utf-8")) for name in PAGES}
FILES: Mapping[str, Path] = {name: FOLDER / f"{name}.json" for name in PAGES}
INTERVAL, RANGE = "7m", "11m"  # such as no expression writes itself

Selector = re.compile(r"([a-zA-Z_:][\w:]*)\{([^{}]*)\}")


class Asked(NamedTuple):
    """A query of a panel."""

    board: str
    panel: str
    ref: str
    expr: str

    def __str__(self) -> str:
        return f"{self.board}: {self.panel} {self.ref}"


def panels(board: Json) -> Iterator[Json]:
    """Those that show something: rows are headings."""
    return (panel for panel in board["panels"] if panel["type"] != "row")


def queries(name: str) -> list[Asked]:
    """Every query of every panel of a dashboard."""
    return [
        Asked(name, panel["title"], target["refId"], target["expr"])
        for panel in panels(BOARDS[name])
        for target in panel["targets"]
    ]


def variables(board: Json) -> Mapping[str, Json]:
    """What its reader chooses, by name."""
    return {one["name"]: one for one in board["templating"]["list"]}


def selectors(expr: str) -> list[tuple[str, dict[str, tuple[str, str]]]]:
    """The names that an expression asks for, each with its matchers: label, operator and value."""
    return [
        (name, {label: (mark, value) for label, mark, value in re.findall(r'(\w+)\s*(=~|!=|!~|=)\s*"([^"]*)"', inside)})
        for name, inside in Selector.findall(expr)
    ]


def replaced(expr: str, chosen: Mapping[str, str] | None = None, interval: str = INTERVAL, span: str = RANGE) -> str:
    """The expression as Grafana sends it, where everything is chosen unless a choice is given."""
    expr = expr.replace("$__rate_interval", interval).replace("$__range", span)
    return re.sub(r"\$([a-z]\w*)", lambda found: (chosen or {}).get(found[1], ".+"), expr)
