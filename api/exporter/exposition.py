"""The page of metrics: the client library writes it, but for series of single steps and cases, of which there are thousands."""

from collections.abc import Iterator, Mapping

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

END = b"# EOF\n"  # of one of the two formats
_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Labels(dict[str, str]):
    """Labels that are written once, however often they are shown. Nobody changes them."""

    __slots__ = ("text",)

    def __init__(self, labels: Mapping[str, str]) -> None:
        super().__init__(labels)
        self.text = ",".join(f'{name}="{value.translate(_ESCAPED)}"' for name, value in labels.items())


def page(collector: Collector, accept: str) -> tuple[bytes, str]:
    """Write the page in the format that is asked for, and its content type."""
    encode, content_type = choose_encoder(accept)
    others = _Others(collector)
    body = encode(others)
    end = END if body.endswith(END) else b""
    return body.removesuffix(end) + "".join(others.lines).encode() + end, content_type


class _Others(Collector):
    """What the library writes; the lines of the rest are gathered meanwhile. They are gauges, which both formats write alike."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self.lines: list[str] = []

    def collect(self) -> Iterator[Metric]:
        for metric in self._collector.collect():
            mine = [(one.name, one.labels.text, one.value) for one in metric.samples if isinstance(one.labels, Labels)]
            if not mine:
                yield metric
                continue
            self.lines.append(f"# HELP {metric.name} {metric.documentation}\n# TYPE {metric.name} {metric.type}\n")
            self.lines += [f"{name}{{{labels}}} {float(value)!r}\n" for name, labels, value in mine]
