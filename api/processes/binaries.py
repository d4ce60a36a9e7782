"""The servers' commands: named, on the path, built from a pinned Go module, or (Temporal's) downloaded by its SDK."""

import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from api.failures import Failure
from api.processes.builds import Builder, Module, Package, Say, go_on_path, kept_tools, locked, said_version

STILL = 15.0  # seconds between lines about what is waited for
DOWNLOAD_WITHIN = 20.0  # seconds; where it comes it takes a few


class ProgramMissing(Failure):
    """A command is missing: none on the path, none could be built."""


class Program(NamedTuple):
    """A command: what it is built from, how it is called on a path, and from which version on it will do."""

    package: Package
    called: tuple[str, ...]
    version: str  # a pattern for what it says of itself
    at_least: tuple[int, ...]

    @property
    def name(self) -> str:
        """The command, as its module names it."""
        return self.package.command

    @property
    def setting(self) -> str:
        """The environment variable that names the module's server."""
        return f"SHIXIAN_{self.package.module.name.upper()}"


class Binary(NamedTuple):
    """A command and in which of the ways it was found."""

    path: Path
    how: str


_MODULES = {
    "temporal": Module("temporal"),
    # Discovery of services in thirty clouds, of which static addresses need none, is two thirds of its build.
    "prometheus": Module("prometheus", emptied=("github.com/prometheus/prometheus", "plugins/plugins.go")),
    "alertmanager": Module("alertmanager"),
}
_SERVER = "go.temporal.io/server/cmd"
_PROMETHEUS = "github.com/prometheus/prometheus/cmd"
_ALERTMANAGER = "github.com/prometheus/alertmanager/cmd"
_ANY_VERSION = r"version (\d+)\.(\d+)"


def _package(module: str, command: str, path: str, title: str, lasts: str) -> Package:
    return Package(_MODULES[module], command, path, title, lasts)


TEMPORAL = Program(
    _package(
        "temporal", "temporal", "github.com/temporalio/cli/cmd/temporal", "the Temporal server", "about three minutes"
    ),
    ("temporal",),
    r"Server (\d+)\.(\d+)",
    (1, 29),
)
PROMETHEUS = Program(
    _package("prometheus", "prometheus", f"{_PROMETHEUS}/prometheus", "Prometheus", "about two minutes"),
    ("prometheus",),
    _ANY_VERSION,
    (2, 42),
)
PROMTOOL = Program(
    _package("prometheus", "promtool", f"{_PROMETHEUS}/promtool", "promtool", "about two minutes"),
    ("promtool",),
    _ANY_VERSION,
    (2, 42),
)
ALERTMANAGER = Program(
    _package("alertmanager", "alertmanager", f"{_ALERTMANAGER}/alertmanager", "Alertmanager", "about half a minute"),
    ("alertmanager", "prometheus-alertmanager"),
    _ANY_VERSION,
    (0, 25),
)
AMTOOL = Program(
    _package("alertmanager", "amtool", f"{_ALERTMANAGER}/amtool", "amtool", "about half a minute"),
    ("amtool",),
    _ANY_VERSION,
    (0, 25),
)
ALL = (TEMPORAL, PROMETHEUS, PROMTOOL, ALERTMANAGER, AMTOOL)

# For those who run a cluster of their own (docs/running.md); nothing here starts them.
TEMPORAL_SERVER = Program(
    _package("temporal", "temporal-server", f"{_SERVER}/server", "a cluster's server", "about three minutes"),
    ("temporal-server",),
    _ANY_VERSION,
    (1, 29),
)
TEMPORAL_SQL_TOOL = Program(
    _package("temporal", "temporal-sql-tool", f"{_SERVER}/tools/sql", "its tool for tables", "about a minute"),
    ("temporal-sql-tool",),
    _ANY_VERSION,
    (1, 29),
)
CLUSTER = (TEMPORAL_SERVER, TEMPORAL_SQL_TOOL)


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


class Search:
    """A search for several commands at once. What is missing is built side by side, the first before the others.

    `with` begins it; on leaving, what is still being built is ended. All that is said are whole lines.
    """

    def __init__(self, programs: Iterable[Program], say: Say = _say, tools: Path | None = None) -> None:
        self._programs = tuple(programs)
        self._say = say
        self._tools = tools or kept_tools()
        self._ended = threading.Event()
        self._builder = Builder(self._tools, say, self._ended)
        self._found: dict[Program, Future[Binary]] = {}

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(len(self._programs), thread_name_prefix="build")
        for program in self._programs:
            yielding = program is not self._programs[0]
            self._found[program] = self._pool.submit(self._find, program, yielding=yielding)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._pool.shutdown(cancel_futures=True)

    def get(self, program: Program) -> Binary:
        """Wait for a command, saying so now and then; ProgramMissing where there is none and none can be built."""
        begun = time.monotonic()
        while True:
            try:
                return self._found[program].result(STILL)
            except TimeoutError:
                seconds = time.monotonic() - begun
                self._say(f"Still waiting for {program.package.title} ({seconds:.0f} s).\n")

    def _find(self, program: Program, *, yielding: bool) -> Binary:
        binary = _named(program) or _on_path(program) or self._made_earlier(program) or self._made(program, yielding)
        if binary is None:
            raise ProgramMissing(
                f"No {program.name}: none on the path, none could be built. "
                f"Set {program.setting} to such a command, or look at {self._builder.log(program.package)}."
            )
        self._say(f"{program.name.capitalize()}: {binary.path} ({binary.how})\n")
        return binary

    def _made_earlier(self, program: Program) -> Binary | None:
        target = self._builder.target(program.package)
        if os.access(target, os.X_OK):
            return Binary(target, "built earlier")
        downloaded = sorted(self._tools.glob("temporal-sdk-python-*")) if program is TEMPORAL else []
        return Binary(downloaded[-1], "downloaded earlier") if downloaded else None

    def _made(self, program: Program, yielding: bool) -> Binary | None:  # noqa: FBT001
        self._tools.mkdir(parents=True, exist_ok=True)
        with locked(self._tools / f"lock-{program.name}"):
            if earlier := self._made_earlier(program):  # by whoever held the lock
                return earlier
            go = go_on_path()
            downloads = [self._downloaded] if program is TEMPORAL else []
            if go is None and downloads and (binary := downloads.pop()()):
                return binary
            go = go or self._builder.fetched_go()
            if go is not None and self._builder.build(program.package, go, yielding=yielding):
                return Binary(self._builder.target(program.package), f"built now with {go}")
            return downloads.pop()() if downloads else None

    def _downloaded(self) -> Binary | None:
        """The Temporal server that the SDK downloads, which is no more than a try."""
        self._say(f"Asking the Temporal SDK for its server ({DOWNLOAD_WITHIN:.0f} s at most).\n")
        with tempfile.TemporaryDirectory(prefix="download-", dir=self._tools) as scratch:
            command = [sys.executable, "-P", "-m", "api.processes.sdk_server", scratch]
            self._builder.run(command, self._tools / "download.log", seconds=DOWNLOAD_WITHIN)
            for found in Path(scratch).glob("temporal-sdk-python-*"):
                if os.access(found, os.X_OK):
                    return Binary(found.replace(self._tools / found.name), "downloaded by the SDK")
        self._say("It did not come.\n")
        return None


def find(program: Program, say: Say = _say, tools: Path | None = None) -> Binary:
    """Look for a command, and build it where there is none; says which it is."""
    with Search([program], say, tools) as search:
        return search.get(program)


def _named(program: Program) -> Binary | None:
    """The server that the setting names; another tool of its module stands beside it."""
    named = os.environ.get(program.setting)
    if not named:
        return None
    server = shutil.which(named)
    if server is None:
        raise ProgramMissing(f"{program.setting} names {named}, which cannot be run.")
    if program.name == program.package.module.name:
        return Binary(Path(server).absolute(), f"named by {program.setting}")
    beside = Path(server).absolute().with_name(program.name)
    return Binary(beside, f"beside the one named by {program.setting}") if os.access(beside, os.X_OK) else None


def _on_path(program: Program) -> Binary | None:
    for name in program.called:
        found = shutil.which(name)
        if found is not None and said_version([found, "--version"], program.version) >= program.at_least:
            return Binary(Path(found).absolute(), "on the path")
    return None


def main(arguments: list[str]) -> int:
    """Find or build every command and say which; `--cluster`: what a Temporal cluster of one's own needs instead."""
    programs = CLUSTER if arguments == ["--cluster"] else ALL
    try:
        with Search(programs) as search:
            for program in programs:
                search.get(program)
    except ProgramMissing as missing:
        _say(f"{missing}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
