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
    """A command: what it is built from, from which version on one on the path will do, and how it is called there."""

    package: Package
    at_least: tuple[int, ...]
    version: str = r"version (\d+)\.(\d+)"  # a pattern for what it says of itself
    also_called: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The command, as its module names it."""
        return self.package.command

    @property
    def called(self) -> tuple[str, ...]:
        """Its names on a path, the likelier first."""
        return (self.name, *self.also_called)

    @property
    def setting(self) -> str:
        """The environment variable that names the module's server."""
        return f"SHIXIAN_{self.package.module.name.upper()}"


class Binary(NamedTuple):
    """A command and in which of the ways it was found."""

    path: Path
    how: str


_TEMPORAL = Module("temporal")
# Discovery of services in thirty clouds, of which static addresses need none, is two thirds of its build.
_PROMETHEUS = Module("prometheus", emptied=("github.com/prometheus/prometheus", "plugins/plugins.go"))
_ALERTMANAGER = Module("alertmanager")

_CLI, _SERVER = "github.com/temporalio/cli/cmd", "go.temporal.io/server/cmd"
_PROMETHEUS_CMD, _ALERTMANAGER_CMD = (f"github.com/prometheus/{one.name}/cmd" for one in (_PROMETHEUS, _ALERTMANAGER))
_TEMPORAL_SINCE, _PROMETHEUS_SINCE, _ALERTMANAGER_SINCE = (1, 29), (2, 42), (0, 25)
_LONG, _SHORT = "about three minutes", "about half a minute"

TEMPORAL = Program(
    Package(_TEMPORAL, "temporal", f"{_CLI}/temporal", "the Temporal server", _LONG),
    _TEMPORAL_SINCE,
    version=r"Server (\d+)\.(\d+)",
)
PROMETHEUS = Program(
    Package(_PROMETHEUS, "prometheus", f"{_PROMETHEUS_CMD}/prometheus", "Prometheus", "about two minutes"),
    _PROMETHEUS_SINCE,
)
PROMTOOL = Program(
    Package(_PROMETHEUS, "promtool", f"{_PROMETHEUS_CMD}/promtool", "promtool", "about two minutes"), _PROMETHEUS_SINCE
)
ALERTMANAGER = Program(
    Package(_ALERTMANAGER, "alertmanager", f"{_ALERTMANAGER_CMD}/alertmanager", "Alertmanager", _SHORT),
    _ALERTMANAGER_SINCE,
    also_called=("prometheus-alertmanager",),  # by Debian
)
AMTOOL = Program(Package(_ALERTMANAGER, "amtool", f"{_ALERTMANAGER_CMD}/amtool", "amtool", _SHORT), _ALERTMANAGER_SINCE)
ALL = (TEMPORAL, PROMETHEUS, PROMTOOL, ALERTMANAGER, AMTOOL)

# For those who run a cluster of their own (docs/running.md); nothing here starts them.
TEMPORAL_SERVER = Program(
    Package(_TEMPORAL, "temporal-server", f"{_SERVER}/server", "a cluster's server", _LONG), _TEMPORAL_SINCE
)
TEMPORAL_SQL_TOOL = Program(
    Package(_TEMPORAL, "temporal-sql-tool", f"{_SERVER}/tools/sql", "its tool for tables", "about a minute"),
    _TEMPORAL_SINCE,
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
        binary = _named(program) or _on_path(program) or self._made_earlier(program)
        binary = binary or self._made(program, yielding=yielding)
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

    def _made(self, program: Program, *, yielding: bool) -> Binary | None:
        self._tools.mkdir(parents=True, exist_ok=True)
        with locked(self._tools / f"lock-{program.name}"):
            if earlier := self._made_earlier(program):  # by whoever held the lock
                return earlier
            own = go_on_path()
            if own is None and (binary := self._downloaded(program)):  # far quicker than a Go that has to be fetched
                return binary
            go = own or self._builder.fetched_go()
            if go is not None and self._builder.build(program.package, go, yielding=yielding):
                return Binary(self._builder.target(program.package), f"built now with {go}")
            return self._downloaded(program) if own is not None else None

    def _downloaded(self, program: Program) -> Binary | None:
        """The Temporal server that the SDK downloads, which is no more than a try; nothing else comes that way."""
        if program is not TEMPORAL:
            return None
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
