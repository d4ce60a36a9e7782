"""How the settings have a client let in by the Temporal server."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates
from temporalio.client import Client
from temporalio.service import TLSConfig

from api.failures import WrongSetting
from api.process_notes import Say, note
from api.real_clock import real_now
from api.secret_files import SecretFile
from api.settings import Settings
from workflows.keys import keys_of
from workflows.signing import Signing
from workflows.worker import Access, connect

T = TypeVar("T")

CA, CERTIFICATE, KEY = "TEMPORAL_TLS_CA_FILE", "TEMPORAL_TLS_CERTIFICATE_FILE", "TEMPORAL_TLS_KEY_FILE"
API_KEY = "TEMPORAL_API_KEY_FILE"


def access_of(settings: Settings) -> Access:
    """Read what lets a client in; WrongSetting names the file that cannot be used, and quotes nothing of it."""
    keys, sealing = settings.secrets_of("command_keys_file"), settings.payload_keys_file
    return Access(
        tls=_tls(settings),
        api_key=_api_key(settings.temporal_api_key_file),
        signing=None if keys is None else Signing(SecretFile("COMMAND_KEYS_FILE", keys, keys_of), real_now),
        sealing=None if sealing is None else SecretFile("PAYLOAD_KEYS_FILE", sealing, keys_of),
    )


def say_unsigned(access: Access, name: str, said: Say) -> None:
    """Say of a process where commands are not signed."""
    if access.signing is None:
        text = "{name}: 指令未签名，能访问 Temporal 者即可变更办件 commands are not signed: whoever reaches Temporal changes cases (SHIXIAN_COMMAND_KEYS_FILE)"
        said(note("unsigned", text, name=name))


async def connected(settings: Settings, *, lazy: bool = False, access: Access | None = None) -> Client:
    """Make a client of the settings' server; raises RuntimeError with no server, if `lazy` at the first call."""
    return await connect(
        settings.temporal_address, settings.temporal_namespace, lazy=lazy, access=access or access_of(settings)
    )


def without_access(settings: Settings) -> Settings:
    """Return the settings for a server of one's own on loopback, which asks for nothing."""
    asked = ("temporal_tls_ca_file", "temporal_tls_certificate_file", "temporal_tls_key_file", "temporal_api_key_file")
    return settings.model_copy(update={**dict.fromkeys(asked), "temporal_tls": False, "temporal_tls_server_name": ""})


def _tls(settings: Settings) -> TLSConfig | None:
    files = settings.temporal_tls_ca_file, settings.temporal_tls_certificate_file, settings.temporal_tls_key_file
    name = settings.temporal_tls_server_name
    if not (settings.temporal_tls or any(files) or name or settings.temporal_api_key_file):
        return None
    ca, certificate, key = files
    if (certificate is None) != (key is None):
        missing = KEY if key is None else CERTIFICATE
        raise WrongSetting(missing, "a certificate and its key come together [missing]")
    trusted = None if ca is None else _pem(CA, ca, load_pem_x509_certificates)[0]
    shown, kept = (None, None) if certificate is None or key is None else _identity(certificate, key)
    return TLSConfig(server_root_ca_cert=trusted, domain=name or None, client_cert=shown, client_private_key=kept)


def _identity(certificate: Path, key: Path) -> tuple[bytes, bytes]:
    shown, chain = _pem(CERTIFICATE, certificate, load_pem_x509_certificates)
    kept, private = _pem(KEY, key, lambda text: load_pem_private_key(text, None))
    if private.public_key() != chain[0].public_key():
        raise WrongSetting(KEY, f"{key}: it is the key of another certificate [mismatch]")
    return shown, kept


def _api_key(file: Path | None) -> str | None:
    if file is None:
        return None
    text = _content(API_KEY, file).decode(errors="replace").strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise WrongSetting(API_KEY, f"{file}: an API key is one line without spaces [bad-key]")
    return text


def _pem(setting: str, file: Path, parse: Callable[[bytes], T]) -> tuple[bytes, T]:
    """The content as it is, and as it is understood; a key must not have a password, which nobody could be asked for."""
    content = _content(setting, file)
    try:
        return content, parse(content)
    except (ValueError, TypeError):
        raise WrongSetting(setting, f"{file}: it is no PEM of the kind, or has a password [bad-pem]") from None


def _content(setting: str, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise WrongSetting(setting, f"{file}: {error.strerror} [unreadable]") from None
