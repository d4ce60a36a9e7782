"""C-24, the inventory: every column and every field that could hold a text is listed with what stands in it.

A new one has to be listed in `docs/fields.csv` before the build passes, so that somebody says whether it may hold a name.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import LargeBinary, String

import activities.store.store  # noqa: F401  # every table
import api.app  # noqa: F401  # every body that a route takes
from activities.store.tables import metadata
from api.http.body import Body
from api.http.fields import Text
from api.routes.case_lists import ListQuery
from api.views.case_query import CaseQuery

LISTED = Path(__file__).parents[1] / "docs" / "fields.csv"
BOUNDED = {"pattern", "enum", "const", "format"}  # what leaves no room for a name
NUMBERS = (
    "张三 13812345678",
    "身份证11010519491231002X",
    "电话１３８１２３４５６７８",
    "138 1234 5678",
    "+86 13812345678",
)


def bodies(kind: type[BaseModel] = Body) -> Iterator[type[BaseModel]]:
    for one in kind.__subclasses__():
        yield one
        yield from bodies(one)


def free(schema: Any, definitions: dict[str, Any]) -> bool:
    """Whether a schema lets a text through that nothing bounds; another body is listed by itself."""
    if "$ref" in schema:
        known = definitions[schema["$ref"].rpartition("/")[2]]
        return known.get("type") != "object" and free(known, definitions)
    if schema.get("type") == "string":
        return not BOUNDED & schema.keys()
    if not {"type", "anyOf", "oneOf", "allOf", "enum", "const"} & schema.keys():
        return True  # anything
    if schema.get("additionalProperties") is True:
        return True
    parts = [
        *schema.get("anyOf", ()),
        *schema.get("oneOf", ()),
        *schema.get("allOf", ()),
        *schema.get("prefixItems", ()),
    ]
    parts += [part for name in ("items", "additionalProperties") if isinstance(part := schema.get(name), dict)]
    parts += schema.get("patternProperties", {}).values()
    parts += [] if schema.get("type") != "object" else [schema.get("propertyNames", {"type": "null"})]
    return any(free(part, definitions) for part in parts)


def field_adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(model, include_extras=True)[name])


def free_fields() -> set[str]:
    found = set()
    models: set[type[BaseModel]] = {*bodies(), CaseQuery, ListQuery}
    for model in models:
        for name in model.__annotations__:
            if name in model.model_fields:
                schema = field_adapter(model, name).json_schema()
                if free(schema, schema.get("$defs", {})):
                    found.add(f"{model.__name__}.{name}")
    return found


def text_columns() -> set[str]:
    kinds = (String, LargeBinary)  # Text is a String
    tables = metadata.sorted_tables
    return {f"{table.name}.{one.name}" for table in tables for one in table.c if isinstance(one.type, kinds)}


def listed() -> dict[str, dict[str, str]]:
    with LISTED.open(encoding="utf-8", newline="") as file:
        return {row["field"]: row for row in csv.DictReader(file)}


def test_c_24_every_column_and_field_that_may_hold_a_text_is_listed() -> None:
    assert sorted(listed()) == sorted(free_fields() | text_columns())


def test_names_stand_in_the_subjects_own_columns_alone() -> None:
    named = {field for field, row in listed().items() if row["holds"] == "names"}
    assert {field for field in named if field in text_columns()} == {"subject.ciphertext"}
    assert {field.partition(".")[0] for field in named - text_columns()} == {"SubjectBody", "SearchSubjectsBody"}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_of_a_person_is_refused_in_every_free_text_of_a_command(number: str) -> None:
    models = {model.__name__: model for model in bodies()}
    fields = [
        field for field, row in listed().items() if row["holds"] == "free text" and field.partition(".")[0] in models
    ]
    assert len(fields) > 15
    for field in fields:
        model, _, name = field.partition(".")
        adapter = field_adapter(models[model], name)
        with pytest.raises(ValidationError, match="personal-data"):
            adapter.validate_python({"消防": number} if name == "opinions" else number)


def test_what_is_no_number_of_a_person_is_no_reason_to_refuse() -> None:
    text: TypeAdapter[str] = TypeAdapter(Text)
    for fine in (
        "发文 2021-0304-1234",
        "苏审批〔2021〕13号",
        "金额 13812345678901 元",
        "代码 914403001922038216",
        "2103-320585-47-03-000123",
    ):
        assert text.validate_python(fine) == fine
