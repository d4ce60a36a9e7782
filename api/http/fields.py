"""What a client may write: text, names, numbers of cases, instants. Anything else is named by its rule, never repeated."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from sla.axis import SHANGHAI
from workflows.messages import FIRST_YEAR, LAST_YEAR

INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(?P<offset>[Zz]|[+-]\d\d:\d\d)?", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# A resident's identity number 公民身份号码 and a mobile number are personal by their shape.
IDENTITY = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]{4}[0-9Xx](?![0-9A-Za-z])"
)
MOBILE = re.compile(r"(?<![0-9A-Za-z-])(?:\+?86[ -]?)?1[3-9][0-9](?:[0-9]{8}|([ -])[0-9]{4}\1[0-9]{4})(?![0-9A-Za-z])")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
LONGEST_TEXT = 500
LONGEST_NAME = 200  # of a subject
LONGEST_NOTICE = 12_000  # characters of a notice; the longest had a thousand
LARGEST_AMOUNT = 10**12
SMALLEST_AMOUNT = Decimal("0.0001")


class Rule(ValueError):
    """A rule that a value breaks; its text is the rule's code."""


def _readable(value: str) -> str:
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in value):
        raise Rule("control-character")
    return unicodedata.normalize("NFC", value)


def _impersonal(value: str) -> str:
    if IDENTITY.search(_narrow(value)) or MOBILE.search(_narrow(value)):
        raise Rule("personal-data")
    return value


def _without_identity(value: str) -> str:
    if IDENTITY.search(_narrow(value)):
        raise Rule("personal-data")
    return value


def _narrow(value: str) -> str:
    """Write wide digits as others: a number is as personal in either."""
    return unicodedata.normalize("NFKC", value)


def _no_person(value: str) -> str:
    """Numbers of cases may begin with a place and a day as identity numbers do: only their check sum tells them apart."""
    identity = IDENTITY.fullmatch(value)
    if identity:
        rest = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, value, strict=False)) % 11
        identity = None if "10X98765432"[rest] != value[-1].upper() else identity
    if identity or MOBILE.fullmatch(value):
        raise Rule("personal-data")
    return value


def instant_of(value: object) -> datetime:
    """Read an instant with its offset; Rule where it is none."""
    if isinstance(value, datetime):
        return value
    found = INSTANT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Rule("not-an-instant")
    if found["offset"] is None:
        raise Rule("no-offset")
    try:
        read = datetime.fromisoformat(found[0].upper().replace("Z", "+00:00")).astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        raise Rule("not-an-instant") from None
    if not FIRST_YEAR < read.year < LAST_YEAR:
        raise Rule("not-plausible")
    return read


def day_of(value: object) -> date:
    """Read a day as 2026-11-04; Rule where it is none."""
    if isinstance(value, date):
        return value
    try:
        read = date.fromisoformat(value) if isinstance(value, str) and DAY.fullmatch(value) else None
    except ValueError:
        read = None
    if read is None:
        raise Rule("not-a-date")
    if not FIRST_YEAR < read.year < LAST_YEAR:
        raise Rule("not-plausible")
    return read


def amount_of(value: object) -> Decimal:
    """Read a number that is not negative, with at most four decimal places; Rule where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Rule("not-a-decimal")
    read = Decimal(str(value))
    if not 0 <= read <= LARGEST_AMOUNT or read != read.quantize(SMALLEST_AMOUNT):
        raise Rule("not-a-decimal")
    return read.quantize(SMALLEST_AMOUNT).normalize() if read % 1 else Decimal(int(read))


Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_TEXT, strict=True),
    AfterValidator(_readable),
    AfterValidator(_impersonal),
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strict=True), AfterValidator(_readable)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", strict=True), AfterValidator(_no_person)]
FactKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", strict=True)]
ClockKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9/#-]{0,99}$", strict=True)]
CaseNumber = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", strict=True), AfterValidator(_no_person)
]
Instant = Annotated[
    datetime,
    BeforeValidator(instant_of),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "RFC 3339, with an offset"}),
]
NoticeText = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_NOTICE, strict=True), AfterValidator(_readable)
]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$", strict=True)]
Day = Annotated[
    date,
    BeforeValidator(day_of),
    WithJsonSchema({"type": "string", "format": "date", "description": "such as 2026-11-04"}),
]
Count = Annotated[int, Field(strict=True)]
# of subjects alone, which are kept apart: no other field takes a name
SubjectId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$", strict=True)]
SubjectName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_NAME, strict=True, strip_whitespace=True),
    AfterValidator(_readable),
    AfterValidator(_impersonal),
]
Contact = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, strict=True, strip_whitespace=True),
    AfterValidator(_readable),
    AfterValidator(_without_identity),
]
SubjectCode = Annotated[str, StringConstraints(min_length=1, max_length=40, strict=True), AfterValidator(_readable)]
SearchText = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_NAME, strict=True), AfterValidator(_readable)
]
Amount = Annotated[Decimal, BeforeValidator(amount_of), WithJsonSchema({"type": "number", "minimum": 0})]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", strict=True)]
EventId = Annotated[str, StringConstraints(pattern=r"^ev_[0-9a-f]{24}$", strict=True)]

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
CASE_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
