"""When children count as up: a full disk or a wrong clock keeps nobody from starting, since live cases must go on."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import unquote

import pytest

from api.processes.children import answers


class Answering(BaseHTTPRequestHandler):
    """Answers with the status and the body that its path names."""

    def do_GET(self) -> None:
        _, status, body = unquote(self.path).split("/", 2)
        self.send_response(int(status))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "up"),
    [
        ("200/ok", True),
        ('503/{"status":"degraded"}', True),
        ('503/{"status":"away"}', False),
        ("503/[]", False),
        ("503/null", False),
        ("503/", False),
    ],
)
def test_what_runs_is_up_though_its_machine_is_not_as_it_should_be(url: str, path: str, up: bool) -> None:
    assert answers(f"{url}/{path}") is up


def test_where_nobody_listens_nobody_is_up() -> None:
    assert not answers("http://127.0.0.1:1/readyz")
