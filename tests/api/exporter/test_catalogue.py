"""The catalogue of metrics."""

import re
from pathlib import Path

from api.exporter.catalogue import CATALOGUE, Job, Kind, names

ROOT = Path(__file__).resolve().parents[3]


def test_a_name_says_what_it_is() -> None:
    for name, entry in CATALOGUE.items():
        assert re.fullmatch(r"shixian(_[a-z]+)+", name), name
        assert (entry.kind is Kind.COUNTER) is name.endswith("_total"), name
        assert (entry.kind is Kind.INFO) is name.endswith("_info"), name
        assert name == entry.name


def test_what_counts_days_names_the_calendar_and_what_is_an_instant_says_of_which_time() -> None:
    for name, entry in CATALOGUE.items():
        if name.endswith("_workdays"):
            assert "State Council's calendar" in entry.help, name
        if name.endswith("_timestamp_seconds"):
            assert re.search(r"in (business|real) time", entry.help), name


def test_no_label_is_one_that_prometheus_or_its_users_need_themselves() -> None:
    taken = {"job", "instance", "type", "stage", "service", "env", "region", "owner", "cluster", "le", "alertname"}
    for entry in CATALOGUE.values():
        assert not taken & set(entry.labels), entry.name
        assert len(set(entry.labels)) == len(entry.labels)


def test_a_histogram_is_asked_for_by_its_parts() -> None:
    assert "shixian_http_request_duration_seconds_bucket" in names(Job.API)
    assert "shixian_http_request_duration_seconds" not in names()
    assert names(Job.EXPORTER) < names()


def table() -> str:
    """The catalogue as the document has it."""
    lines = ["| metric | job | kind | labels | |", "|---|---|---|---|---|"]
    lines += [
        f"| `{name}` | {one.job} | {one.kind} | {', '.join(one.labels)} | {one.help} |"
        for name, one in CATALOGUE.items()
    ]
    return "\n".join(lines) + "\n"


def test_the_document_lists_exactly_what_is_exported() -> None:
    assert (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8").endswith(table())
