"""Why something cannot be done as it was asked, in words: each code of the API has one sentence."""

from collections.abc import Mapping

from api.http.problems import PROBLEMS
from api.pages.words import PageWords, message

# what is wrong with one field; a code that is none of these is that of a whole problem
FLAWS: Mapping[str, str] = {
    "missing": message("has to be filled in"),
    "too-short": message("has to be filled in"),
    "too-long": message("is too long"),
    "too-few": message("has to be filled in"),
    "too-many": message("is too much"),
    "not-text": message("is not well formed"),
    "not-a-number": message("has to be a whole number"),
    "not-a-boolean": message("is not well formed"),
    "not-a-date": message("is no day"),
    "not-a-list": message("is not well formed"),
    "not-an-object": message("is not well formed"),
    "too-small": message("is too small"),
    "too-large": message("is too large"),
    "not-a-choice": message("cannot be chosen here"),
    "bad-form": message("is not well formed"),
    "unknown-field": message("is not asked for here"),
    "control-character": message("holds a character that cannot be read"),
    "no-offset": message("is no day with a time, such as 2026-03-02 14:30"),
    "not-an-instant": message("is no day with a time, such as 2026-03-02 14:30"),
    "not-plausible": message("is no year of a case"),
    "personal-data": message("holds a person's number: nothing personal belongs here"),
    "not-a-decimal": message("has to be a number, with at most four decimal places"),
    "not-of-this-kind": message("is not asked for of this promise"),
    "before-first": message("lies before the first day"),
    "in-the-future": message("is not over yet"),
    "zero": message("may not be zero"),
    "more-than-all": message("is more than there can be"),
    "not-a-calendar-year": message("has to be a calendar year"),
    "not-twelve-months": message("have to be twelve whole months"),
    "not-whole": message("has to be a whole number"),
    "not-of-this-subject": message("does not belong to such a subject"),
    "bad-code": message("is no such code: a digit is missing or mistyped"),
    "unknown-value": message("cannot be chosen here"),
    "unknown-parameter": message("is not asked for here"),
    "given-twice": message("is given twice"),
    "not-a-day": message("is no day"),
    "other-step": message("belongs to another step"),
}


def flaw_said(code: str) -> str:
    """Return the message of a flaw's code."""
    return FLAWS.get(code) or PROBLEMS.get(code, PROBLEMS["invalid"])[1]


def flaw_of(words: PageWords, label: str, code: str) -> str:
    """Say what is wrong with a field, behind its label."""
    return words.labelled(label, words.say(flaw_said(code)))
