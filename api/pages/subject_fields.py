"""The fields of a form that say whom a case is about: its project, its applicant and whoever acts for that."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from activities.subjects.subject import SubjectKind, SubjectPart
from api.http.problems import Flaw
from api.pages.actions import FieldKind
from api.pages.do_command import FieldShown
from api.pages.words import PageWords, message

LABELS: Mapping[SubjectPart, Mapping[str, str]] = {
    SubjectPart.PROJECT: {"name": message("Project"), "code": message("Project code")},
    SubjectPart.APPLICANT: {
        "kind": message("The applicant is"),
        "name": message("Applicant"),
        "code": message("Applicant's credit code"),
        "contact": message("Applicant's contact"),
    },
    SubjectPart.AGENT: {
        "kind": message("Whoever acts for the applicant is"),
        "name": message("Acts for the applicant"),
        "code": message("Their credit code"),
        "contact": message("Their contact"),
    },
}
KINDS: Mapping[str, str] = {
    SubjectKind.ORGANISATION: message("an organisation"),
    SubjectKind.PERSON: message("a person"),
}
PARTS: Mapping[SubjectPart, str] = {
    SubjectPart.PROJECT: message("Project"),
    SubjectPart.APPLICANT: message("Applicant"),
    SubjectPart.AGENT: message("Acts for the applicant"),
}
SUBJECT_FIELDS = tuple(f"{part}-{name}" for part, labels in LABELS.items() for name in labels)


def subject_fields(words: PageWords, given: Mapping[str, str]) -> Iterator[FieldShown]:
    """Return the fields as they are filled in."""
    for part, labels in LABELS.items():
        for name, label in labels.items():
            field = f"{part}-{name}"
            choice = name == "kind"
            yield FieldShown(
                field,
                words.say(label),
                FieldKind.CHOICE.value if choice else FieldKind.TEXT.value,
                required=choice,
                value=given.get(field) or (SubjectKind.ORGANISATION.value if choice else ""),
                choices=[(kind, words.say(text)) for kind, text in KINDS.items()] if choice else (),
            )


def subjects_given(given: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the subjects that a form names, as the API is told of them; a part without a word is none."""
    found = []
    for part, labels in LABELS.items():
        said = {name: text for name in labels if name != "kind" and (text := given.get(f"{part}-{name}", "").strip())}
        kind = given.get(f"{part}-kind", "") if "kind" in labels else SubjectKind.PROJECT.value
        if said:
            found.append({"part": part.value, "kind": kind, **said})
    return found


def in_form(flaw: Flaw, parts: Sequence[str]) -> Flaw:
    """Return a flaw of `#/subjects/1/name` at the field of the form; `parts`: of the subjects that were said."""
    place, _, name = flaw.pointer.removeprefix("#/subjects/").partition("/")
    if flaw.pointer.startswith("#/subjects/") and place.isdigit() and int(place) < len(parts):
        return Flaw(f"#/{parts[int(place)]}-{name or 'name'}", flaw.code)
    return flaw
