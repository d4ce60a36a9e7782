"""The map from another system's columns and words to ours: strict, and written as an example with what each field means."""

from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from api.failures import Failure
from sla.model import Model

MOST_MAP = 1 << 20  # bytes
MOST_WORKDAYS, MOST_MONTHS = 60, 24  # of an extension; of the term for what was missing the former
Column = Annotated[str, Field(min_length=1, max_length=200)]
MapKey = Annotated[str, Field(min_length=1, max_length=64)]


class ImportColumns(Model):
    """Which column has what."""

    case: Column
    procedure: Column | None = None
    variant: Column | None = None
    jurisdiction: Column | None = None
    due: Column | None = None
    project_name: Column | None = None
    project_code: Column | None = None
    applicant: Column | None = None
    credit_code: Column | None = None
    contact: Column | None = None
    received: Column | None = None
    accepted: Column | None = None
    decided: Column | None = None
    outcome: Column | None = None
    withdrawn: Column | None = None
    state: Column | None = None
    at: Column | None = None
    step: Column | None = None
    instance: Column | None = None
    office: Column | None = None
    opinion: Column | None = None
    ground: Column | None = None


class StepColumns(Model):
    """Which columns of a row say when a step was taken up and done, and how it ended."""

    done: Column
    started: Column | None = None
    outcome: Column | None = None


class SuspensionColumns(Model):
    """Which columns of a row say when the case stood still, and on which ground."""

    ground: MapKey
    since: Column
    until: Column | None = None


class ToleranceColumns(Model):
    """Which columns say what was missing at acceptance, in how many working days it was to come, and when it did."""

    lacking: Column
    workdays: Column | Annotated[int, Field(ge=1, le=MOST_WORKDAYS)]  # a column, or the same for all
    supplied: Column | None = None
    rule: Annotated[str, Field(min_length=1, max_length=200)]  # what applies where it is not brought; the same for all


class ExtensionColumns(Model):
    """Which columns of a row say that a limit was extended, when, by how much and by whom."""

    clock: Annotated[str, Field(pattern=r"^(statutory|promise/[a-z0-9-]{1,64})$")]
    granted: Column
    workdays: Column | None = None
    months: Column | None = None
    approved_by: Column
    reason: Column | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> "ExtensionColumns":
        if (self.workdays is None) is (self.months is None):
            raise ValueError("either workdays or months, as its limit is")
        return self

    @property
    def columns(self) -> list[Column]:
        """Name its columns."""
        every = (self.granted, self.workdays, self.months, self.approved_by, self.reason)
        return [name for name in every if name is not None]


class ImportConstants(Model):
    """What is the same for every case of the files."""

    procedure: MapKey | None = None
    variant: MapKey | None = None
    jurisdiction: MapKey | None = None


SUBJECT_COLUMNS = ("project_name", "project_code", "applicant", "credit_code", "contact")
EVENT_COLUMNS = ("state", "at", "step", "instance", "office", "opinion", "ground")
CASE_COLUMNS = ("received", "accepted", "decided", "outcome", "withdrawn")


class ImportMap(Model):
    """How files of another system are read. An unknown field is an error."""

    source: Annotated[str, Field(min_length=1, max_length=100)]
    shape: Literal["cases", "events"]
    head: Annotated[int, Field(ge=1, le=100)] = 1
    sheet: str | None = None
    encoding: Literal["utf-8", "gb18030"] | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    time_of_day: time = time(9, 0)
    fill_steps: bool = False
    constants: ImportConstants = ImportConstants()
    columns: ImportColumns
    facts: dict[MapKey, Column] = {}
    steps: dict[MapKey, StepColumns] = {}
    suspensions: tuple[SuspensionColumns, ...] = ()
    tolerance: ToleranceColumns | None = None
    extensions: tuple[ExtensionColumns, ...] = ()
    ground: MapKey | None = None
    values: dict[MapKey, dict[str, bool | str]] = {}

    @model_validator(mode="after")
    def _fits_its_shape(self) -> "ImportMap":
        columns, constants = self.columns, self.constants
        for what in ("procedure", "variant", "jurisdiction"):
            if (getattr(columns, what) is None) is (getattr(constants, what) is None):
                raise ValueError(f"{what}: either a column or a constant")
        needed, foreign = (("received",), EVENT_COLUMNS) if self.shape == "cases" else (("state", "at"), CASE_COLUMNS)
        for what in needed:
            if getattr(columns, what) is None:
                raise ValueError(f"columns.{what}: needed for the shape {self.shape}")
        for name, others in (("project_name", ("project_code",)), ("applicant", ("credit_code", "contact"))):
            if getattr(columns, name) is None and any(getattr(columns, other) is not None for other in others):
                raise ValueError(f"columns.{name}: needed with {' or '.join(others)}")
        for what in foreign:
            if getattr(columns, what) is not None:
                raise ValueError(f"columns.{what}: not of the shape {self.shape}")
        if self.shape == "events" and (self.steps or self.suspensions or self.extensions):
            raise ValueError("steps, suspensions and extensions are columns of the shape cases")
        return self

    @property
    def named(self) -> tuple[str, ...]:
        """Name every column that is read, each once."""
        found = [name for name in self.columns.model_dump().values() if name is not None]
        found += self.facts.values()
        for step in self.steps.values():
            found += [name for name in (step.done, step.started, step.outcome) if name is not None]
        for halt in self.suspensions:
            found += [name for name in (halt.since, halt.until) if name is not None]
        if (missing := self.tolerance) is not None:
            told = (missing.lacking, missing.workdays, missing.supplied)
            found += [name for name in told if isinstance(name, str)]
        for extension in self.extensions:
            found += extension.columns
        return tuple(dict.fromkeys(found))


class _Strict(yaml.SafeLoader):
    """Refuses a key that stands twice; the last one would count without a word."""


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    names = [key.value for key, _ in node.value]
    if len(names) != len(set(map(str, names))):
        raise yaml.MarkedYAMLError(problem="a key stands twice", problem_mark=node.start_mark)
    return loader.construct_mapping(node, deep=True)


_Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_map(path: Path) -> ImportMap:
    """Read a map; a Failure names the fields that are wrong, never their values."""
    try:
        if path.stat().st_size > MOST_MAP:
            raise Failure(f"{path.name}: 过大 larger than 1 MiB [too-large]", code=2)
        text = path.read_text(encoding="utf-8-sig")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise Failure(f"{path.name}: 不得有别名 no aliases, which a map does not need [alias]", code=2)
        found = yaml.load(text, _Strict)  # noqa: S506  # a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise Failure(f"{path.name}:{line}: 不是 YAML [not-yaml]", code=2) from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise Failure(f"{path.name}: 不是 YAML [not-yaml]", code=2) from None
    if not isinstance(found, Mapping):
        raise Failure(f"{path.name}: 不是映射 not a mapping [not-a-map]", code=2)
    try:
        return ImportMap.model_validate(found)
    except ValidationError as error:
        lines = []
        for one in error.errors(include_input=False, include_url=False):
            where = ".".join(str(part) for part in one["loc"] if part != "function-after")
            lines.append(f"{path.name}: {where}{': ' if where else ''}{one['msg'].removeprefix('Value error, ')}")
        raise Failure("\n".join([*lines, "[bad-map]"]), code=2) from None
