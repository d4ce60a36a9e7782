"""Spreadsheets written by hand, as small as they can be, so that hostile ones can be written too."""

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    "</Types>"
)
STYLES = (
    f'<styleSheet xmlns="{NS}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm"/></numFmts>'
    '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


class Formula(str):
    """The text of a formula; its value is 1."""


class DatedSerial(float):
    """A serial number that is shown as a date."""


def write_sheet(
    path: Path, rows: Sequence[Sequence[object]], *, merged: str = "", sheet: str = "办件", first: int = 1
) -> Path:
    """Write one sheet; `first`: the number of its first row."""
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", TYPES)
        packed.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        packed.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{NS}" xmlns:r="{REL}"><sheets><sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        packed.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{REL}/styles" Target="styles.xml"/></Relationships>',
        )
        packed.writestr("xl/styles.xml", STYLES)
        packed.writestr("xl/worksheets/sheet1.xml", _sheet(rows, merged, first))
    return path


def _sheet(rows: Sequence[Sequence[object]], merged: str, first: int) -> str:
    lines = "".join(
        f'<row r="{line}">{"".join(_cell(_name(place, line), cell) for place, cell in enumerate(row))}</row>'
        for line, row in enumerate(rows, first)
    )
    merges = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    return f'<worksheet xmlns="{NS}"><sheetData>{lines}</sheetData>{merges}</worksheet>'


def _name(place: int, line: int) -> str:
    return f"{chr(ord('A') + place)}{line}"


def _cell(name: str, value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, Formula):
        return f'<c r="{name}"><f>{escape(value)}</f><v>1</v></c>'
    if isinstance(value, DatedSerial):
        return f'<c r="{name}" s="1"><v>{float(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{name}"><v>{value}</v></c>'
    return f'<c r="{name}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
