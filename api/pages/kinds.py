"""What kinds of cases a procedure has, in words: its variants, and the facts that choose among its steps."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from api.pages.case_words import CAUSES, CaseNames
from api.pages.words import PageWords, message
from sla.departments import DEPARTMENTS
from workflows.procedure import Fact
from workflows.procedures import ALL

YES, NO = message("yes"), message("no")


def variants_of(words: PageWords, procedure: str) -> Sequence[tuple[str, str]]:
    """Return the variants of a procedure, by key with their titles."""
    definition = ALL.get(procedure)
    return [(one.key, words.title(one.title_zh, one.title_en)) for one in definition.variants] if definition else []


def facts_of(procedure: str) -> Sequence[Fact]:
    """Return the facts of a procedure, of whichever variant."""
    definition = ALL.get(procedure)
    return definition.facts if definition else ()


def variant_title(words: PageWords, procedure: str, variant: str) -> str:
    """Return what a variant is called."""
    return dict(variants_of(words, procedure)).get(variant, variant)


def fact_title(words: PageWords, procedure: str, key: str) -> str:
    """Return what a fact is called."""
    found = next((one for one in facts_of(procedure) if one.key == key), None)
    return key if found is None else words.title(found.title_zh, found.title_en)


def answer(words: PageWords, value: object) -> str:
    """Return the answer to a fact."""
    return words.say(YES if value else NO) if isinstance(value, bool) else str(value)


def fact_changes(
    words: PageWords, procedure: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[str]:
    """Say which facts of a case are others."""
    for key, value in after.items():
        if key in before and before[key] != value:
            yield words.labelled(
                fact_title(words, procedure, key), f"{answer(words, before[key])} → {answer(words, value)}"
            )


def _departments(names: CaseNames) -> list[tuple[str, str]]:
    place = names.view.case.jurisdiction
    own = [one for one in DEPARTMENTS.values() if one.jurisdiction == place]
    return [(one.id, names.words.title(one.title_zh, one.title_en)) for one in own]


# what may be chosen of however the case stands
OF_ANY_CASE: Mapping[str, Callable[[CaseNames], Sequence[tuple[str, str]]]] = {
    "departments": _departments,
    "causes": lambda names: [(key, names.words.say(title)) for key, title in CAUSES.items()],
}
