"""The bare client: as many series as a text on standard input has, kept as gauges and shown by the library's own server."""

import sys

from prometheus_client import CollectorRegistry, Gauge, start_http_server
from prometheus_client.parser import text_string_to_metric_families


def serve(port: int, text: str) -> None:
    """Serves until standard input, of which the text was the beginning, is closed."""
    registry = CollectorRegistry()
    for family in text_string_to_metric_families(text):
        if not family.samples:
            continue
        names = max((list(sample.labels) for sample in family.samples), key=len)
        gauge = Gauge(f"{family.name}_bare", family.documentation, names, registry=registry)
        for sample in family.samples:
            (gauge.labels(*(sample.labels.get(name, "") for name in names)) if names else gauge).set(sample.value)
    server, thread = start_http_server(port, "127.0.0.1", registry)
    print("ready", flush=True)  # whoever started it waits for this line
    sys.stdin.read()
    server.shutdown()
    thread.join()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.stdin.read(int(sys.argv[2])))
