"""A site of a few small pages, served on a port of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

PAGE = '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>页</title>{head}</head><body>{body}</body></html>'


class SmallSite:
    """Its pages by path; set them, then visit `origin`."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.pages: dict[str, tuple[str, Mapping[str, str]]] = {}

    def show(self, body: str, *, head: str = "", path: str = "/", **headers: str) -> None:
        """Put a page there."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (PAGE.format(head=head, body=body), named)


@contextmanager
def small_site() -> Iterator[SmallSite]:
    """With a site, empty at first."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text, headers = site.pages.get(self.path, ("", {}))
            content = text.encode()
            self.send_response(200 if content else 204)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        site = SmallSite(server.server_address[1])
        Thread(target=server.serve_forever, daemon=True).start()
        yield site
        server.shutdown()
