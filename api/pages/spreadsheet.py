"""Tables as files for spreadsheets: UTF-8 with the mark that they read Chinese by, raw values, no formulas."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from fastapi import Response

from api.pages.answers import HEADERS
from api.views.cells import MARK, table


def spreadsheet(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a table under a file's name."""
    named = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}.csv"}
    text = MARK + table([heads, *rows])
    return Response(text.encode(), 200, {**HEADERS, **named}, "text/csv; charset=utf-8")
