"""Files of notices and changes, as somebody fills them in from a document."""

from typing import Any

from sla.notices.joining import NATION
from sla.notices.notice import Change, Notice
from tests.sla.notices.texts import groups_of, owner_of


def file_of(notice: Notice) -> dict[str, Any]:
    """The data of a notice's file, with all its checks."""
    groups = groups_of(notice)
    owners = [owner_of(day, groups, notice.year) for day in notice.work_days]
    holidays: list[dict[str, Any]] = []
    for place, group in enumerate(groups):
        first, last = group[0].first, group[0].last
        holiday = {"name": group[0].name, "first": first, "last": last, "total": (last - first).days + 1}
        if len(group) > 1:
            holiday["substitute"] = group[1].first
        holiday["make_up"] = [day for day, owner in zip(notice.work_days, owners, strict=True) if owner == place]
        holidays.append(holiday)
    return {
        "kind": "notice",
        "year": notice.year,
        **_document(notice),
        "holidays": holidays,
        "working_days": notice.working_days,
    }


def file_of_change(change: Change) -> dict[str, Any]:
    """The data of an amendment's or an overlay's file."""
    place = {} if change.jurisdiction == NATION else {"jurisdiction": change.jurisdiction}
    return {
        "kind": "overlay" if place else "amendment",
        **place,
        **_document(change),
        "reason": change.reason,
        "checked": change.checked,
        "periods": [dict(period) for period in change.periods],
        "to_off": list(change.to_off),
        "to_work": list(change.to_work),
    }


def _document(entry: Notice | Change) -> dict[str, Any]:
    said = {"number": entry.number, "dated": entry.dated, "published": entry.published, "url": entry.url}
    return {field: value for field, value in said.items() if value is not None}
