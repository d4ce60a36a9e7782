"""The provider as a process: its packages fetched once beside the servers, started in seconds, ended with its user."""

import json
import os
import shutil
import subprocess  # nosec B404  # its one command is found or fetched
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from api.failures import Failure
from api.processes.builds import Builder, Say, kept_tools, locked
from api.processes.node import NoNode, node_of

HERE = Path(__file__).parent
PINNED = ("package.json", "package-lock.json")
PROGRAM = "provider.mjs"


class NoProvider(Failure):
    """The provider's packages could not be fetched, or it did not start."""


class RunningProvider:
    """A provider that runs."""

    def __init__(self, issuer: str, process: subprocess.Popen[str]) -> None:
        self.issuer = issuer
        self._process = process

    @property
    def keys_url(self) -> str:
        """Where its public keys are."""
        return f"{self.issuer}/jwks"

    def tell(self, **what: object) -> None:
        """Tell it something (`rotate`, `wait`), and wait until it has heard."""
        asked, answered = _pipes(self._process)
        asked.write(json.dumps(what) + "\n")
        asked.flush()
        if not answered.readline():
            raise NoProvider("The provider has ended")


def fetched(say: Say, tools: Path | None = None) -> Path:
    """Return the program of the provider beside its packages, fetched where they are not there; npm holds all to their hashes."""
    tools = tools or kept_tools()
    tools.mkdir(parents=True, exist_ok=True)
    digest = sha256(b"".join((HERE / name).read_bytes() for name in PINNED)).hexdigest()[:12]
    folder = tools / f"oidc-provider-{digest}"
    with locked(tools / "lock-oidc-provider"):
        if not folder.exists():
            say("Fetching the OpenID provider of the rehearsal from the npm registry, once.\n")
            with tempfile.TemporaryDirectory(prefix="fetch-", dir=tools) as scratch:
                made = Path(scratch) / "made"
                made.mkdir()
                for name in PINNED:
                    shutil.copy(HERE / name, made)
                _install(made, tools, say)
                made.replace(folder)
        text = (HERE / PROGRAM).read_bytes()
        program = folder / f"{sha256(text).hexdigest()[:12]}-{PROGRAM}"  # versions stand beside each other
        if not program.exists():
            program.write_bytes(text)
    return program


def _install(folder: Path, tools: Path, say: Say) -> None:
    try:
        npm = [*node_of(tools, say).npm, "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"]
    except NoNode as missing:
        raise NoProvider(str(missing)) from None
    env = {**os.environ, "npm_config_cache": str(folder / "cache"), "npm_config_update_notifier": "false"}
    log = tools / "npm-oidc-provider.log"
    if not Builder(tools, say, threading.Event()).run(npm, log, env=env, cwd=folder):
        raise NoProvider(f"npm did not bring the provider: look at {log}")
    shutil.rmtree(folder / "cache", ignore_errors=True)


@contextmanager
def running(asked: Mapping[str, Any], say: Say) -> Iterator[RunningProvider]:
    """Run a provider of some clients and people, as `provider.mjs` has them."""
    program = fetched(say)
    command = [*node_of(program.parents[1], say).node, program.name]
    with (
        tempfile.TemporaryFile("w+") as err,
        subprocess.Popen(  # noqa: S603  # its one command is found or fetched
            command, cwd=program.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err, text=True
        ) as process,
    ):
        try:
            to, answered = _pipes(process)
            to.write(json.dumps(asked) + "\n")
            to.flush()
            issuer = answered.readline().strip()
            if not issuer:
                err.seek(0)
                raise NoProvider(f"The provider did not start: {err.read()[-500:]}")
            yield RunningProvider(issuer, process)
        finally:
            process.terminate()


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise NoProvider("The provider has no pipes")
    return process.stdin, process.stdout
