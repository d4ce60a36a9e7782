"""Writes the client's types from the description of the API: `python -m deploy.client.make_types`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from datamodel_code_generator import Formatter, InputFileType, generate
from datamodel_code_generator.config import GenerateConfig
from datamodel_code_generator.enums import DataModelType
from datamodel_code_generator.format import PythonVersion

DESCRIPTION = Path(__file__).resolve().parents[2] / "api" / "openapi.json"
TYPES = Path(__file__).parent / "shixian_client" / "types.py"
HEAD = '"""What the API takes and answers. Made by `python -m deploy.client.make_types`; not to be changed by hand."""'
# What a utility sends and is answered; what these hold follows. Whatever a problem holds is in `errors`.
WANTED = ("StepList", "EventFeed", "CaseAnswer", "EventList", "Receipt", "BatchItem", "BatchAnswer", "ProblemShown")
# Asked for by no method of the client, so they are whatever they are.
NOT_ASKED = frozenset({"DryRun", "Projection"})
# The API judges what it is sent, and says where it is wrong; the client does not know better.
RULES = frozenset(
    {
        *("pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "maxProperties"),
        *("propertyNames", "additionalProperties"),
    }
)
LONGEST_CHOICE = 30  # values that are listed
REF = "#/components/schemas/"
Schemas: TypeAlias = Mapping[str, Any]


def types() -> str:
    """Return the text of the client's types, as api/openapi.json says them."""
    described = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    schemas = described["components"]["schemas"]
    wanted = {name: _object(schemas[name], schemas) for name in _reached(schemas)}
    document = {**described, "paths": {}, "components": {"schemas": dict(sorted(wanted.items()))}}
    config = GenerateConfig(
        input_file_type=InputFileType.OpenAPI,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        custom_file_header=HEAD,
        base_class="shixian_client.model.Model",
        use_schema_description=True,
        use_annotated=True,
        use_field_description=True,
        use_standard_collections=True,
        use_union_operator=True,
        use_double_quotes=True,
        strict_nullable=True,
        formatters=[Formatter.BUILTIN],
    )
    made = generate(json.dumps(document), config=config)
    if not isinstance(made, str):
        raise TypeError("the types are one module")
    return made.rstrip() + "\n"


def _reached(schemas: Schemas) -> set[str]:
    todo, reached = set(WANTED), set[str]()
    while todo:
        name = todo.pop()
        reached.add(name)
        held = set(_refs(_object(schemas[name], schemas)))
        todo |= held - reached
    return reached


def _refs(schema: Any) -> Iterator[str]:  # noqa: ANN401  # a schema is any JSON
    if isinstance(schema, dict) and "$ref" in schema:
        yield str(schema["$ref"]).removeprefix(REF)
    for one in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _refs(one)


def _object(schema: dict[str, Any], schemas: Schemas) -> dict[str, Any]:
    fields = {name: _opened(one, schemas) for name, one in schema.get("properties", {}).items()}
    kept = {name: value for name, value in schema.items() if name in {"type", "description", "required"}}
    return {**kept, "properties": fields}


def _opened(schema: Any, schemas: Schemas) -> Any:  # noqa: ANN401  # a schema is any JSON
    """A field that a later API still fits: values that this one does not know are let through."""
    if isinstance(schema, list):
        return [_opened(one, schemas) for one in schema]
    if not isinstance(schema, dict):
        return schema
    name = str(schema.get("$ref", "")).removeprefix(REF)
    if name in NOT_ASKED:
        return {"type": "object"}
    if "enum" in schemas.get(name, schema):
        known = schemas.get(name, schema)["enum"]
        listed = f"Today one of: {', '.join(known)}."
        return {"type": "string", **({"description": listed} if len(known) <= LONGEST_CHOICE else {})}
    rules = RULES if not schema.get("additionalProperties") else RULES - {"additionalProperties"}
    return {key: _opened(value, schemas) for key, value in schema.items() if key not in rules | {"title"}}


def main() -> None:
    """Write deploy/client/shixian_client/types.py."""
    TYPES.write_text(types(), encoding="utf-8")


if __name__ == "__main__":
    main()
