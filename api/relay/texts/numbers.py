"""Numbers and instants as texts have them."""

import math
from datetime import datetime

from api.relay.texts.words import Words
from sla.axis import due_day, due_time

DAY, HOUR, MINUTE = 86_400, 3600, 60  # seconds


def number(written: str) -> float:
    """Return a number as Prometheus writes it; not a number where it is none."""
    try:
        return float(written)
    except ValueError:
        return math.nan


def plain(value: float) -> str:
    """Return a count, without a decimal point where it is whole."""
    return f"{value:.0f}" if value.is_integer() else f"{value:g}"


def percentage(ratio: float) -> str:
    """Return a part of a whole in per cent, to four digits: 0.8553 is 85.53%."""
    return f"{100 * ratio:.4g}%"


def duration(seconds: float) -> str:
    """Write days, hours, minutes and whole seconds, from the first that is not 0 on."""
    if not math.isfinite(seconds) or abs(seconds) < MINUTE:
        return f"{seconds:.4g}s"
    sign, whole = "-" if seconds < 0 else "", int(abs(seconds))
    parts = {"d": whole // DAY, "h": whole % DAY // HOUR, "m": whole % HOUR // MINUTE, "s": whole % MINUTE}
    first = next(pos for pos, amount in enumerate(parts.values()) if amount)
    return sign + " ".join(f"{amount}{unit}" for unit, amount in list(parts.items())[first:])


def days_over(days: float) -> Words:
    """By how much something is overdue; 0 on the due date and on days off that follow it."""
    if days == 0:
        return Words("逾期不足 1 个工作日", "overdue by less than a working day")
    plural = "" if days == 1 else "s"
    return Words(f"已逾期 {plain(days)} 个工作日", f"overdue by {plain(days)} working day{plural}")


def used(ratio: float) -> Words:
    """Say how much of its time something has used."""
    return Words(f"已用时限的 {percentage(ratio)}", f"{percentage(ratio)} of its time used")


def due(at: datetime | None) -> Words:
    """Say when something is due, in Beijing time."""
    if at is None:
        return Words("到期日：见案件页", "Due date: see the case")
    shown = f"{due_day(at)} {due_time(at)}"
    return Words(f"到期：{shown}（北京时间）", f"Due: {shown} Beijing time")
