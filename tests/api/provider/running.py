"""The provider as a process: its packages fetched once beside the servers, started in seconds, ended with its test."""

import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey

from api.processes.builds import Builder, kept_tools, locked
from tests.browser.chromium import Fetching

HERE = Path(__file__).parent
PINNED = ("package.json", "package-lock.json")
PROGRAM = "provider.mjs"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class NoProvider(Exception):
    """The provider's packages could not be fetched, or it did not start."""


class Node(NamedTuple):
    """The commands of Node.js."""

    node: Sequence[str]
    npm: Sequence[str]


def fetched(tools: Path | None = None) -> Path:
    """Return the folder in which the provider can be run, fetched where it is not there; npm holds all to their hashes."""
    tools = tools or kept_tools()
    tools.mkdir(parents=True, exist_ok=True)
    digest = sha256(b"".join((HERE / name).read_bytes() for name in PINNED)).hexdigest()[:12]
    folder = tools / f"oidc-provider-{digest}"
    with locked(tools / "lock-oidc-provider"):
        if not folder.exists():
            with tempfile.TemporaryDirectory(prefix="fetch-", dir=tools) as scratch:
                made = Path(scratch) / "made"
                made.mkdir()
                for name in PINNED:
                    shutil.copy(HERE / name, made)
                _install(made, tools)
                made.replace(folder)
        shutil.copy(HERE / PROGRAM, folder)
    return folder


def _install(folder: Path, tools: Path) -> None:
    npm = [*node_of(tools).npm, "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"]
    env = {**os.environ, "npm_config_cache": str(folder / "cache"), "npm_config_update_notifier": "false"}
    log = tools / "npm-oidc-provider.log"
    if not Builder(tools, lambda _: None, threading.Event()).run(npm, log, env=env, cwd=folder):
        raise NoProvider(f"npm did not bring the provider: look at {log}")
    shutil.rmtree(folder / "cache", ignore_errors=True)


def node_of(tools: Path) -> Node:
    """Return Node.js: the one on the path, else that of a wheel, whose hash is pinned."""
    npm = Fetching(tools, lambda _: None).npm()
    on_path = shutil.which("node")
    return Node([on_path] if on_path and len(npm) == 1 else npm[:1], npm)


class Provider:
    """A provider that runs, and one client of it that signs its own requests (`private_key_jwt`)."""

    def __init__(self, issuer: str, client: str, key: ECKey) -> None:
        self.issuer = issuer
        self.client = client
        self._key = key

    @property
    def keys_url(self) -> str:
        """Where its public keys are."""
        return f"{self.issuer}/jwks"

    def token(self, now: float, *, audience: str | None = None) -> str:
        """An access token for the client; `now` is real time, in seconds."""
        said = {"iss": self.client, "sub": self.client, "aud": self.issuer, "iat": int(now), "exp": int(now) + 60}
        assertion = jwt.encode({"alg": "ES256"}, said | {"jti": os.urandom(8).hex()}, self._key)
        form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": assertion}
        form |= {} if audience is None else {"resource": audience}
        answer = httpx2.post(f"{self.issuer}/token", data=form, trust_env=False, timeout=60)
        assert answer.status_code == httpx2.codes.OK, answer.text
        return str(answer.json()["access_token"])


@contextmanager
def providing(
    audience: str, *, client: str = "water-posting", lifetime: int = 300, more: Sequence[Mapping[str, Any]] = ()
) -> Iterator[Provider]:
    """Run a provider that vouches for a client to an audience; `more` are further clients, as the provider has them."""
    key = ECKey.generate_key("P-256", {"kid": client})
    machine = {
        "client_id": client,
        "grant_types": ["client_credentials"],
        "redirect_uris": [],
        "response_types": [],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "jwks": {"keys": [key.as_dict(private=False)]},
    }
    folder = fetched()
    command = [*node_of(folder.parent).node, PROGRAM]
    log = folder / "provider.log"
    with (
        log.open("w") as err,
        subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err, text=True
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            asked = {"clients": [machine, *more], "audience": audience, "lifetime": lifetime}
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            issuer = process.stdout.readline().strip()
            if not issuer:
                raise NoProvider(f"The provider did not start: look at {log}")
            yield Provider(issuer, client, key)
        finally:
            process.terminate()
