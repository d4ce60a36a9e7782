"""What a validation found, as pointers and rules, without any value."""

from collections.abc import Iterable, Sequence
from typing import Any

from api.http.fields import Rule
from api.http.problems import Flaw
from api.http.strict_json import Names, pointer

CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown-field",
    "string_pattern_mismatch": "bad-form",
    "string_too_short": "too-short",
    "string_too_long": "too-long",
    "too_short": "too-few",
    "too_long": "too-many",
    "literal_error": "not-a-choice",
    "enum": "not-a-choice",
    "greater_than_equal": "too-small",
    "less_than_equal": "too-large",
    "string_type": "not-text",
    "int_type": "not-a-number",
    "int_parsing": "not-a-number",
    "int_from_float": "not-a-number",
    "bool_type": "not-a-boolean",
    "bool_parsing": "not-a-boolean",
    "dict_type": "not-an-object",
    "model_attributes_type": "not-an-object",
    "model_type": "not-an-object",
    "list_type": "not-a-list",
    "date_from_datetime_parsing": "not-a-date",
    "date_parsing": "not-a-date",
    "json_invalid": "malformed",
}
PLACES = {"query": "query", "header": "header", "path": "path"}


def flaws_of(errors: Iterable[Any], names: Names, *, in_request: bool = False) -> list[Flaw]:
    """List each error of pydantic once, by `names` alone. `in_request`: places begin with body, query, header or path."""
    found: dict[Flaw, None] = {}
    for error in errors:
        found.setdefault(Flaw(_where(error["loc"], names, in_request=in_request), _code(error)))
    return list(found)


def _code(error: Any) -> str:  # noqa: ANN401  # pydantic's own
    broken = error.get("ctx", {}).get("error")
    return str(broken) if isinstance(broken, Rule) else CODES.get(error["type"], "invalid")


def _where(loc: Sequence[str | int], names: Names, *, in_request: bool) -> str:
    if not in_request:
        return pointer(tuple(loc), names)
    first, *rest = loc or ("body",)
    if first in PLACES:
        return f"{first}/{rest[0]}" if rest else str(first)
    return pointer(tuple(rest), names)
