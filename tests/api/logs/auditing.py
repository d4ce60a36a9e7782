"""Audits of small logs, through the command line."""

from pathlib import Path
from typing import Any, NamedTuple

from tests.api.serving import CommandLine, Said

HEAD = "case,activity,timestamp\n"
DUTCH = ("--unit", "day", "--zone", "Europe/Amsterdam", "--from", "Receive", "--to", "Decide")


class AuditSaid(NamedTuple):
    """What an audit answered, its cases by number."""

    said: Said
    verdicts: dict[str, str]
    cases: dict[str, dict[str, Any]]


def audited(shixian: CommandLine, file: Path, *options: str) -> AuditSaid:
    said = shixian("audit", str(file), *options, "--json")
    assert said.out, said.err
    cases = {case["case"]: case for case in said.json["cases"]}
    return AuditSaid(said, {number: case["verdict"] for number, case in cases.items()}, cases)


def text(folder: Path, content: str, name: str = "log.csv") -> Path:
    file = folder / name
    file.write_text(content, encoding="utf-8", newline="")
    return file


def trace(*events: tuple[str, str], name: str | None = "1", more: str = "") -> str:
    """A case in XES; events are an activity and its time."""
    own = "" if name is None else f'<string key="concept:name" value="{name}"/>'
    told = "".join(
        f'<event><string key="concept:name" value="{activity}"/><date key="time:timestamp" value="{at}"/></event>\n'
        for activity, at in events
    )
    return f"<trace>{own}{more}\n{told}</trace>\n"


def xes(
    folder: Path, *traces: str, name: str = "log.xes", head: str = '<?xml version="1.0" encoding="UTF-8"?>\n'
) -> Path:
    return text(
        folder, f'{head}<log xes.version="1.0" xmlns="http://code.deckfour.org/xes">\n{"".join(traces)}</log>\n', name
    )
