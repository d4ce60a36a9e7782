"""The committed description is the generated one."""

from pathlib import Path

from api.app import describe
from api.http.problems import MEDIA_TYPE, PROBLEMS
from api.openapi import text

COMMITTED = Path(__file__).resolve().parents[2] / "api" / "openapi.json"


def test_c_10_the_committed_description_is_the_generated_one() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == text(), "python -m api.openapi > api/openapi.json"


def test_c_01_every_operation_may_answer_a_problem_and_none_the_framework_s_own() -> None:
    described = describe()
    for operations in described["paths"].values():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            assert [*operation["responses"].get("422", {"content": [MEDIA_TYPE]})["content"]] == [MEDIA_TYPE]
    assert "HTTPValidationError" not in described["components"]["schemas"]


def test_every_reference_leads_somewhere() -> None:
    described = describe()
    names = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                found.add(value["$ref"])
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)

    walk(described)
    assert found
    assert found - names == set()


def test_the_kinds_of_problems_are_listed() -> None:
    shown = describe()["components"]["schemas"]["ProblemShown"]["properties"]["type"]["enum"]
    assert shown == sorted(f"urn:shixian:problem:{code}" for code in PROBLEMS)


def test_no_number_is_described_as_text() -> None:
    """A decimal number would be described as text, with or without a pattern, where nobody says otherwise."""
    decimals = {"amount", "used", "total", "remaining", "overdue_by", "suspended", "workload", "mean", "maximum"}
    for name, schema in describe()["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            if field in decimals:
                kinds = {one.get("type") for one in described.get("anyOf", [described])}
                assert "string" not in kinds, f"{name}.{field}"
