"""The page of metrics says what the client library would say of the same series."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_plain
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from api.exporter.catalogue import ENTRIES
from api.exporter.exposition import Labels, page

PLAIN, OPENMETRICS = "text/plain;version=0.0.4", "application/openmetrics-text;version=1.0.0"
TITLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n"\\{},='), max_size=8)


class Shown(Collector):
    """Two families of single cases between two of others."""

    def __init__(self, labels: list[dict[str, str]], value: float) -> None:
        self._labels, self._value = labels, value

    def collect(self) -> Iterator[Metric]:
        for number in range(4):
            made = Metric(f"shixian_{number}", "What it is, in words of the catalogue's own", "gauge")
            of = [Labels(one) if number in {1, 2} else one for one in self._labels]
            made.samples = [Sample(made.name, one, self._value) for one in of]
            yield made


def series(body: bytes, accept: str) -> list[tuple[str, str, str, frozenset[tuple[str, str]], float]]:
    read = read_openmetrics if accept == OPENMETRICS else read_plain
    return sorted(
        (family.name, family.type, family.documentation, frozenset(sample.labels.items()), sample.value)
        for family in read(body.decode())
        for sample in family.samples
    )


@pytest.mark.parametrize("accept", [PLAIN, OPENMETRICS])
@given(
    labels=st.lists(st.fixed_dictionaries({"case_id": TITLE, "step": TITLE}), max_size=3, unique_by=repr),
    value=st.integers(0, 10**9) | st.floats(allow_nan=False),
)
def test_the_page_is_read_as_the_library_writes_it(accept: str, labels: list[dict[str, str]], value: float) -> None:
    encode, content_type = choose_encoder(accept)
    body, said = page(Shown(labels, value), accept)
    assert said == content_type
    assert series(body, accept) == series(encode(Shown(labels, value)), accept)


def test_help_of_single_cases_has_nothing_that_must_be_escaped() -> None:
    assert not any(set(entry.help) & set('\\"\n') for entry in ENTRIES if "case_id" in entry.labels)
