"""The way to Temporal: over TLS, with a certificate of one's own, or not at all."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from api.failures import WrongSetting
from api.process_notes import Note
from api.processes.embedded import with_secrets
from api.processes.temporal_access import access_of, connected, say_unsigned, without_access
from api.processes.temporal_server import DevServer
from api.settings import Settings
from tests.api.processes.certificates import Authority, Identity
from workflows.keys import keys_of, new_keys
from workflows.worker import NO_ACCESS

SERVER = "temporal.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def client(authority: Authority) -> Identity:
    return authority.identity("worker-1")


@asynccontextmanager
async def behind_tls(server: DevServer, authority: Authority) -> AsyncIterator[str]:
    """The address of a proxy before the server that asks for certificates of the authority, and has one for SERVER."""
    own = authority.identity(SERVER)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.file))
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    context.load_cert_chain(own.certificate, own.key)

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = server.address.rpartition(":")
        there, back = await asyncio.open_connection(host, int(port))
        await asyncio.gather(copy(reader, back), copy(there, writer))

    proxy = await asyncio.start_server(carry, "127.0.0.1", 0, ssl=context)
    try:
        yield f"127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
    finally:
        proxy.close()


def settings(address: str, **more: Any) -> Settings:
    return Settings(temporal_address=address, temporal_tls_server_name=SERVER, **more)


async def test_a_client_with_a_certificate_is_let_in(
    temporal_server: DevServer, authority: Authority, client: Identity
) -> None:
    async with behind_tls(temporal_server, authority) as address:
        let_in = await connected(settings(address, **client.settings, temporal_tls_ca_file=authority.file))
        assert await let_in.service_client.check_health()
        assert let_in.namespace == temporal_server.namespace


async def test_without_a_certificate_or_trust_in_the_server_s_nobody_is_let_in(
    temporal_server: DevServer, authority: Authority, client: Identity, tmp_path: Path
) -> None:
    other = Authority(tmp_path)
    async with behind_tls(temporal_server, authority) as address:
        trusting = {"temporal_tls_ca_file": authority.file}
        tried = {
            "no TLS": Settings(temporal_address=address),
            "no certificate": settings(address, **trusting),
            "a certificate of somebody else's": settings(address, **trusting, **other.identity("x").settings),
            "a server that nobody vouches for": settings(address, temporal_tls_ca_file=other.file, **client.settings),
            "a server of another name": settings(address, **trusting, **client.settings).model_copy(
                update={"temporal_tls_server_name": "other.example"}
            ),
        }
        assert [why for why, one in tried.items() if await is_let_in(one)] == []


async def is_let_in(client: Settings) -> bool:
    try:
        await connected(client)
    except RuntimeError:
        return False
    return True


def test_a_key_of_temporal_cloud_brings_tls_and_is_one_line_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "cloud.key"
    file.write_text("  key-of-the-cloud\n")
    access = access_of(Settings(temporal_api_key_file=file))
    assert access.api_key == "key-of-the-cloud"
    assert access.tls is not None
    file.write_text("canary one\ncanary two\n")
    with pytest.raises(WrongSetting, match=r"^SHIXIAN_TEMPORAL_API_KEY_FILE: .*\[bad-key\]$") as refused:
        access_of(Settings(temporal_api_key_file=file))
    assert "canary" not in str(refused.value)


def test_a_server_of_one_s_own_is_asked_for_plainly(client: Identity) -> None:
    plain = access_of(without_access(settings("127.0.0.1:1", **client.settings)))
    assert plain == access_of(Settings()) == NO_ACCESS


@pytest.mark.parametrize(
    ("wrong", "setting", "rule"),
    [
        ({"temporal_tls_ca_file": "text"}, "TEMPORAL_TLS_CA_FILE", "bad-pem"),
        ({"temporal_tls_ca_file": "missing"}, "TEMPORAL_TLS_CA_FILE", "unreadable"),
        ({"temporal_tls_certificate_file": "text"}, "TEMPORAL_TLS_CERTIFICATE_FILE", "bad-pem"),
        ({"temporal_tls_key_file": "text"}, "TEMPORAL_TLS_KEY_FILE", "bad-pem"),
        ({"temporal_tls_key_file": "locked"}, "TEMPORAL_TLS_KEY_FILE", "bad-pem"),
        ({"temporal_tls_key_file": "other"}, "TEMPORAL_TLS_KEY_FILE", "mismatch"),
        ({"temporal_tls_key_file": None}, "TEMPORAL_TLS_KEY_FILE", "missing"),
        ({"temporal_tls_certificate_file": None}, "TEMPORAL_TLS_CERTIFICATE_FILE", "missing"),
        ({"temporal_api_key_file": "missing"}, "TEMPORAL_API_KEY_FILE", "unreadable"),
    ],
)
def test_a_wrong_file_names_its_setting_and_the_rule(
    authority: Authority, client: Identity, tmp_path: Path, wrong: dict[str, str | None], setting: str, rule: str
) -> None:
    (tmp_path / "text").write_text("canary")
    (tmp_path / "other").write_bytes(authority.identity("other").key.read_bytes())
    locked = client.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password"))
    (tmp_path / "locked").write_bytes(locked)
    files = {name: None if file is None else tmp_path / file for name, file in wrong.items()}
    with pytest.raises(WrongSetting, match=rf"^SHIXIAN_{setting}: .*\[{rule}\]$") as refused:
        access_of(settings("127.0.0.1:1", **{**client.settings, **files}))
    assert (refused.value.code, "canary" in str(refused.value)) == (2, False)


@pytest.mark.parametrize("name", ["command_keys_file", "payload_keys_file"])
def test_keys_are_read_from_the_file_of_their_setting_and_renewed(tmp_path: Path, name: str) -> None:
    file = tmp_path / "some.keys"
    file.write_text(new_keys())
    settings = Settings(data_dir=tmp_path).model_copy(update={name: file})
    access = access_of(settings)
    keys = access.sealing or (access.signing.keys if access.signing else None)
    assert keys is not None
    assert keys() == keys_of(file.read_text())
    newer = tmp_path / "newer.keys"
    newer.write_text(new_keys() + file.read_text())
    newer.replace(file)
    assert len(keys()) == 2
    file.write_text("canary")
    with pytest.raises(WrongSetting, match=rf"^SHIXIAN_{name.upper()}: .*\[bad-key\]$") as refused:
        access_of(settings)
    assert "canary" not in str(refused.value)


def test_only_commands_are_signed_by_what_the_data_folder_has(tmp_path: Path) -> None:
    """Beside a ledger that can be read, sealing with a key of the same folder would hide nothing."""
    access = access_of(with_secrets(Settings(data_dir=tmp_path), "command_keys_file"))
    assert access == access_of(Settings(data_dir=tmp_path))._replace(signing=access.signing)
    assert (access.signing is not None, access.sealing) == (True, None)
    said: list[Note] = []
    say_unsigned(access, "worker", said.append)
    assert said == []
    say_unsigned(access._replace(signing=None), "worker", said.append)
    assert [one.event for one in said] == ["unsigned"]
