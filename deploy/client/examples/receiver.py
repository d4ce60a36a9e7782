"""Receives webhooks: what is signed is taken, once each, and everything else is refused.

    PORT=8443 python receiver.py

WEBHOOK_SECRETS has the secrets of the webhook (whsec_...) with a blank between them: two while one is being rotated. TLS is
a proxy's in front of it; the work itself is done after the answer, here none.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from shixian_client import BadSignature, verify_webhook

SECRETS = os.environ["WEBHOOK_SECRETS"].split()
LARGEST = 65_536  # bytes; an announcement has far fewer
seen: set[str] = set()  # it may come twice: keep these where they outlive the program


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what is signed, 401 to what is not."""

    def do_POST(self) -> None:
        """Take an announcement."""
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > LARGEST:
            self.send_error(413)
            return
        try:
            event = verify_webhook(dict(self.headers), self.rfile.read(int(length)), SECRETS)
        except BadSignature:
            self.send_error(401)
            return
        if event.id not in seen:
            seen.add(event.id)
            sys.stdout.write(f"{event.type} {event.data.case} {event.data.step}\n")
            sys.stdout.flush()
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # the base class's name
        """Say nothing: what came is on standard output."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Receiver).serve_forever()
