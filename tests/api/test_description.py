"""What the OpenAPI description says of problems and examples is so."""

from typing import Any

import jsonschema_rs
import pytest

from api.app import describe
from api.description.document import examples
from api.description.problem_codes import codes_of
from api.http.advice import BY_CODE, advice
from api.http.problems import PROBLEMS
from tests.api.examples import shape, take, unique
from tests.api.office import Office
from workflows.answers import CODES

DESCRIBED = describe()
OPERATIONS = {
    operation["operationId"]: (method, operation)
    for operations in DESCRIBED["paths"].values()
    for method, operation in operations.items()
}
OF_PAGES = {"bad-parameter", "foreign-form", "not-a-form", "sign-in-refused", "too-many-views", "unsafe-place"} | {
    *("unknown-account", "account-locked", "account-disused", "factor-missing", "sign-in-over", "sign-in-given-up")
}
OF_NO_OPERATION = {"method-not-allowed", "no-request"}


def test_every_problem_is_named_with_its_status_its_title_and_what_to_do() -> None:
    said = DESCRIBED["info"]["description"]
    for code, (status, title) in PROBLEMS.items():
        assert f"| `{code}` | {status} | {title} | {advice(code)} |" in said
    assert BY_CODE.keys() <= PROBLEMS.keys()


def test_every_problem_is_one_that_an_operation_declares_or_a_page_says() -> None:
    declared = {code for method, operation in OPERATIONS.values() for code in codes_of(operation, method)}
    assert declared | OF_PAGES | OF_NO_OPERATION == set(PROBLEMS)
    assert declared >= CODES.keys()


def test_an_answer_with_a_problem_s_status_lists_its_codes() -> None:
    for method, operation in OPERATIONS.values():
        for code in codes_of(operation, method):
            content = operation["responses"][str(PROBLEMS[code][0])]["content"]["application/problem+json"]
            assert f"urn:shixian:problem:{code}" in content["schema"]["allOf"][1]["properties"]["type"]["enum"]


def test_what_a_utility_asks_for_has_examples() -> None:
    """All that a utility may send, and what it reads."""
    sent = {"complete", "complete_many", "complete_survey", "start", "return_for_correction", "resubmit"}
    read = {"list_steps", "list_cases", "show_case", "list_events", "show_event", "show_days", "list_tellings", "list_desks",
            "list_procedures", "show_procedure", "show_commitment"}  # fmt: skip
    assert sent | read <= examples().keys() <= OPERATIONS.keys()


@pytest.mark.parametrize(("operation", "name"), [(key, name) for key, group in examples().items() for name in group])
def test_an_example_has_the_form_that_is_described(operation: str, name: str) -> None:
    example, (_, described) = examples()[operation][name], OPERATIONS[operation]
    kind = "application/json" if example["status"] < 400 else "application/problem+json"
    assert matches(described["responses"][str(example["status"])]["content"][kind]["schema"], example["answer"])
    if example["body"] is not None:
        assert matches(described["requestBody"]["content"]["application/json"]["schema"], example["body"])
    assert set(example["parameters"]) <= {one["name"] for one in described.get("parameters", ())}


async def test_the_examples_are_what_an_office_takes_and_answers(office: Office) -> None:
    taken = await take(office, unique())
    assert [*taken] == [*dict.fromkeys([*taken, *examples()])]
    for operation, group in taken.items():
        for name, one in group.items():
            kept = examples()[operation][name]
            assert one["status"] == kept["status"], one
            if operation not in {"list_cases", "list_desks", "list_steps"}:  # others have been at this office
                assert shape(one["answer"]) == shape(kept["answer"]), f"{operation}: python -m tests.api.examples"


def matches(schema: dict[str, Any], value: Any) -> bool:
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "components": DESCRIBED["components"]}
    validator = jsonschema_rs.validator_for(whole)
    assert [error.message for error in validator.iter_errors(value)] == []
    return True
