"""One attempt: signed as Standard Webhooks says, to the certificate's own name, and judged by the status alone."""

import ssl
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook, WebhookVerificationError

from api.real_clock import real_now
from api.webhooks.address_guard import AddressGuard, Rules
from api.webhooks.posting import Attempted, Poster, signatures
from tests.api.webhooks.receiver import Receiver
from tests.waiting import PROMPT

# The vector of the specification's reference libraries.
SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), '{"test": 2432232314}'
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
LOCAL = AddressGuard(Rules(loopback=True))


def test_a_signature_is_the_one_of_the_standard() -> None:
    """C-35."""
    assert signatures([SECRET], ID, AT, BODY) == SIGNED
    assert signatures([f"whsec_{SECRET}"], ID, AT + timedelta(microseconds=1), BODY) == SIGNED
    assert signatures([SECRET], ID, AT.astimezone(), BODY) == SIGNED


def test_while_a_secret_is_rotated_each_of_the_two_verifies() -> None:
    now, other = real_now(), "whsec_" + "A" * 40
    header = signatures([other, SECRET], ID, now, BODY)
    headers = {"webhook-id": ID, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": header}
    for secret in (other, SECRET):
        assert Webhook(secret).verify(BODY, headers) == {"test": 2432232314}
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "B" * 40).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY + " ", headers)


@pytest.mark.parametrize(
    ("fate", "came"),
    [
        ("ok", Attempted()),
        ("500", Attempted("status-500")),
        ("302", Attempted("status-302")),
        ("308", Attempted("status-308")),
        ("410", Attempted("status-410", gone=True)),
        ("404", Attempted("status-404")),
        ("reset", Attempted("no-reply")),
        ("hung", Attempted("timeout")),
    ],
)
async def test_a_status_of_two_hundred_alone_is_success(fate: str, came: Attempted) -> None:
    with Receiver(lambda *_: fate) as receiver:
        receiver.secret = SECRET
        poster = Poster(LOCAL, patience=1.0 if fate == "hung" else PROMPT)
        assert await poster.post(receiver.url, [SECRET], ID, f'{{"id":"{ID}"}}', real_now()) == came
        assert len(receiver.arrivals) == 1


async def test_nobody_there_is_no_connection() -> None:
    with Receiver() as receiver:
        url = receiver.url
    assert await Poster(LOCAL).post(url, [SECRET], ID, "{}", real_now()) == Attempted("no-connection")


async def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with Receiver() as receiver:
        receiver.secret = SECRET
        assert await Poster(LOCAL).post(receiver.url, [SECRET], ID, f'{{"id":"{ID}"}}', real_now()) == Attempted()


async def test_a_forbidden_address_is_never_connected_to() -> None:
    with Receiver() as receiver:
        came = await Poster(AddressGuard(Rules())).post(receiver.url, [SECRET], ID, "{}", real_now())
        assert came == Attempted("not-https")
        assert receiver.arrivals == []


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate of a name, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(real_now() - timedelta(days=1))
        .not_valid_after(real_now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return files


async def test_the_certificate_is_that_of_the_name_though_the_address_is_connected_to(tmp_path: Path) -> None:
    hosts: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hosts.append(self.headers["Host"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    cert, key = certificate(tmp_path, "hooks.example.com")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(cert, key)
    server.socket = served.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    port = server.server_address[1]

    async def resolved(host: str, _: int) -> list[str]:
        assert host.endswith("example.com")
        return [str(ip_address("127.0.0.1"))]

    trusting = ssl.create_default_context(cafile=str(cert))
    poster = Poster(AddressGuard(Rules(ports=(port,), loopback=True), resolved), trusting)
    own = await poster.post(f"https://hooks.example.com:{port}/", [SECRET], ID, "{}", real_now())
    other = await poster.post(f"https://other.example.com:{port}/", [SECRET], ID, "{}", real_now())
    server.shutdown()
    server.server_close()
    assert (own, other) == (Attempted(), Attempted("no-connection"))
    assert hosts == [f"hooks.example.com:{port}"]
