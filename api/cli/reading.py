"""What is typed on the command line, read: instants, days, stretches. Whatever is wrong is named with its rule."""

import json
import sys
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import typer

from sla.axis import SHANGHAI, local


def instant(text: str, option: str) -> datetime:
    """Read `2026-03-02 10:00`, in China's time where no offset is given."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(
            "a date and time such as '2026-03-02 10:00' (China's time) or '2026-03-02T10:00:00+08:00' [bad-instant]",
            param_hint=option,
        ) from None
    if len(text.strip()) <= len("2026-03-02"):
        raise typer.BadParameter("a time of day is missing: '2026-03-02 10:00' [bad-instant]", param_hint=option)
    return read.replace(tzinfo=SHANGHAI) if read.tzinfo is None else local(read)


def maybe_instant(text: str | None, option: str) -> datetime | None:
    """Do as `instant`, where it may be left out."""
    return None if text is None else instant(text, option)


def day(text: str, option: str) -> date:
    """Read `2026-03-02`."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter("a date such as '2026-03-02' [bad-date]", param_hint=option) from None


def maybe_day(text: str | None, option: str) -> date | None:
    """Do as `day`, where it may be left out."""
    return None if text is None else day(text, option)


def stretch(text: str, option: str) -> tuple[datetime, datetime | None]:
    """Read `from..until`; `from..` where it has not ended."""
    begin, dots, end = text.partition("..")
    if not dots:
        raise typer.BadParameter("'from..until', or 'from..' where it is still open [bad-stretch]", param_hint=option)
    first, last = instant(begin, option), instant(end, option) if end.strip() else None
    if last is not None and last < first:
        raise typer.BadParameter("it ends before it begins [bad-stretch]", param_hint=option)
    return first, last


def grant(text: str, option: str) -> tuple[Decimal, datetime]:
    """Read `5@2026-03-04 10:00`: five more, granted then."""
    amount, mark, when = text.partition("@")
    if not mark:
        raise typer.BadParameter("'amount@instant' such as '5@2026-03-04 10:00' [bad-extension]", param_hint=option)
    return positive(amount, option), instant(when, option)


def positive(text: str, option: str) -> Decimal:
    """Return a number that is not negative."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number <= Decimal(10000):
        raise typer.BadParameter("a number from 0 to 10000 [bad-number]", param_hint=option)
    return number


def fact(text: str, option: str) -> tuple[str, bool | str]:
    """Read `key=value`; `true` and `false` are what they say."""
    key, mark, value = text.partition("=")
    if not mark or not key.strip():
        raise typer.BadParameter("'key=value' such as 'major_project=true' [bad-fact]", param_hint=option)
    said = {"true": True, "false": False}.get(value.strip().lower())
    return key.strip(), value.strip() if said is None else said


def rule(text: str, option: str) -> tuple[str, bool | int | str]:
    """Read `key=value` of a policy: a number, true or false, or a time of day."""
    key, value = pair(text, option)
    if value.isdecimal():
        return key, int(value)
    said = {"true": True, "false": False}.get(value.lower())
    return key, value if said is None else said


def read_subjects(file: Path) -> list[object]:
    """Read a list of subjects from a file of JSON, or from the input where it is named `-`: names are no arguments."""
    try:
        found = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{type(error).__name__} [not-json]", param_hint=str(file)) from None
    if not isinstance(found, list):
        raise typer.BadParameter("a list [not-a-list]", param_hint=str(file))
    return found


def pair(text: str, option: str) -> tuple[str, str]:
    """Read `key=text`."""
    key, mark, value = text.partition("=")
    if not mark or not key.strip():
        raise typer.BadParameter("'key=text' [bad-pair]", param_hint=option)
    return key.strip(), value.strip()
