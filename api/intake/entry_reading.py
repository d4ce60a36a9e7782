"""A notice as it was brought, read for an almanac: its text, or an arrangement in fields."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sla.almanac import Almanac
from sla.editions import Entry
from sla.notices.amending import read_amendment
from sla.notices.files import read_file
from sla.notices.reading import is_amendment, read_notice


def entry_of_text(text: str, published: date | None, almanac: Almanac) -> Entry:
    """Return what a text says; UnreadableNoticeError where it is not understood whole."""
    if is_amendment(text):
        return read_amendment(text, almanac.notices, almanac.amendments, published=published)
    return read_notice(text, published=published)


def entry_of_fields(fields: Mapping[str, Any], almanac: Almanac, *, replaces: bool = False) -> Entry:
    """Return what fields say; what is to give way is not held against what takes its place."""
    gives_way = fields.get("id") if replaces else None
    amendments, overlays = (
        [one for one in changes if gives_way is None or one.id != gives_way]
        for changes in (almanac.amendments, almanac.overlays)
    )
    return read_file(dict(fields), almanac.notices, amendments, overlays)
