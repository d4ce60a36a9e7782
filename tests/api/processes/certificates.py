"""Certificates of the tests' own, for a day."""

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from api.real_clock import real_now


class Identity(NamedTuple):
    """A certificate and its key, as files."""

    certificate: Path
    key: Path
    private: EllipticCurvePrivateKey

    @property
    def settings(self) -> dict[str, Any]:
        """With which settings a client shows it."""
        return {"temporal_tls_certificate_file": self.certificate, "temporal_tls_key_file": self.key}


class Authority:
    """Vouches for whoever asks; `file` is its own certificate."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = generate_private_key(SECP256R1())
        self._name = _named("authority")
        self.file = folder / "ca.pem"
        own = self._certificate(self._name, self._key, x509.BasicConstraints(ca=True, path_length=None))
        self.file.write_bytes(own.public_bytes(Encoding.PEM))

    def identity(self, name: str) -> Identity:
        """Makes a certificate for a name, and for this machine."""
        key = generate_private_key(SECP256R1())
        places = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))])
        certificate = self._certificate(_named(name), key, places)
        made = Identity(self._folder / f"{name}.pem", self._folder / f"{name}.key", key)
        made.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
        made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return made

    def _certificate(
        self, name: x509.Name, key: EllipticCurvePrivateKey, extension: x509.ExtensionType
    ) -> x509.Certificate:
        now = real_now()
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(extension, critical=False)
            .sign(self._key, SHA256())
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
