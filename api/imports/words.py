"""The words of another system: a key or a Chinese title of ours is understood, and whatever the map says."""

from collections.abc import Iterable, Mapping
from functools import cache

from api.imports.cells import yes_or_no
from api.imports.faults import CellRule
from api.imports.import_map import ImportMap
from workflows.procedure import Definition, Fact, Procedure
from workflows.procedures import ALL

JURISDICTIONS = {"苏州": "suzhou", "苏州市": "suzhou", "太仓": "taicang", "太仓市": "taicang"}
OUTCOMES = {
    "approved": ("办结（通过）", "通过", "准予", "同意"),
    "approved-with-tolerance": ("办结（容缺通过）", "容缺通过"),
    "refused": ("办结（不通过）", "不通过", "不予", "不予通过", "不同意"),
}


class ImportWords:
    """Reads the words of one map."""

    def __init__(self, wanted: ImportMap) -> None:
        self._values = wanted.values
        self._outcomes = _known((key, (*also,)) for key, also in OUTCOMES.items())

    def procedure(self, word: str) -> str:
        """Read the key of a procedure. CellRule: missing, not-a-choice."""
        return self._read("procedure", word, _procedures())

    def variant(self, word: str, procedure: str) -> str:
        """Read the key of a variant."""
        return self._read("variant", word, _variants(procedure))

    def jurisdiction(self, word: str) -> str:
        """Read the key of a jurisdiction."""
        known = {key: key for one in ALL.values() for key in one.jurisdictions}
        return self._read("jurisdiction", word, known | JURISDICTIONS)

    def outcome(self, word: str) -> str:
        """Read how a case was decided."""
        return self._read("outcome", word, self._outcomes)

    def step(self, word: str, procedure: Procedure) -> str:
        """Read the key of a step."""
        return self._read("step", word, _known((one.key, (one.title_zh,)) for one in procedure.steps))

    def step_outcome(self, word: str, step: str, procedure: Procedure) -> str:
        """Read how a step ended."""
        found = next((one.outcomes for one in procedure.steps if one.key == step), ())
        return self._read("outcome", word, _known((one.key, (one.title_zh,)) for one in found))

    def ground(self, word: str, procedure: Procedure) -> str:
        """Read the key of a ground."""
        return self._read("ground", word, _known((one.key, (one.title_zh,)) for one in procedure.grounds))

    def fact(self, key: str, word: str, procedure: str) -> bool | str:
        """Read what a fact is. CellRule also: not-a-boolean."""
        mapped = self._values.get(key, {}).get(word)
        if mapped is not None:
            return mapped
        fact = _facts(procedure).get(key)
        if fact is not None and not isinstance(fact.default, bool):
            return self._read(key, word, {str(one): str(one) for one in fact.allowed})
        return yes_or_no(word)

    def has_fact(self, key: str, procedure: str, variant: str) -> bool:
        """Tell whether cases of a variant have a fact."""
        fact = _facts(procedure).get(key)
        return fact is not None and (not fact.variants or variant in fact.variants)

    def _read(self, what: str, word: str, known: Mapping[str, str]) -> str:
        if not word:
            raise CellRule("missing")
        mapped = self._values.get(what, {}).get(word)
        key = str(mapped) if mapped is not None else known.get(word)
        if key is None or key not in known.values():
            raise CellRule("not-a-choice")
        return key


def _known(pairs: Iterable[tuple[str, tuple[str, ...]]]) -> Mapping[str, str]:
    """Every word for a key; a title that two have is nobody's."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for key, titles in pairs:
        for word in {key, *titles}:
            if found.setdefault(word, key) != key:
                twice.add(word)
    return {word: key for word, key in found.items() if word not in twice or word == key}


@cache
def _procedures() -> Mapping[str, str]:
    return _known((one.key, (one.title_zh,)) for one in ALL.values())


@cache
def _variants(procedure: str) -> Mapping[str, str]:
    definition: Definition | None = ALL.get(procedure)
    return _known((one.key, (one.title_zh,)) for one in definition.variants) if definition else {}


@cache
def _facts(procedure: str) -> Mapping[str, Fact]:
    definition: Definition | None = ALL.get(procedure)
    return {one.key: one for one in definition.facts} if definition else {}
