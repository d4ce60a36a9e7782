"""Pages that hold lists as a test reads them: their rows from page to page; of the cases also groups and chips."""

import re
from collections.abc import Callable
from html import unescape
from typing import NamedTuple

from tests.api.pages.visitor import Visitor

ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
LINK = re.compile(r'<a id="case-([^"]+)" href="([^"]+)" data-row>')
CELL = re.compile(r'<td[^>]* data-label="([^"]+)">(.*?)</td>', re.DOTALL)
CHIP = re.compile(
    r'<li><a href="([^"]+)"( aria-current="page")?>(?:<span class="tone ([a-z-]+)">.*?</span>)?([^<]*) <b data-count="[^"]*">([^<]+)</b>'
)
GROUP = re.compile(r"<tbody>(.*?)</tbody>", re.DOTALL)
HEAD = re.compile(r'<tr class="group"><th scope="rowgroup" colspan="\d+">(.*?)　(?:(\d+) 件)?')
MORE = re.compile(r'href="([^"]*)" rel="next"')
BODY_ROW = re.compile(r"<tr>(?!<th)(.*?)</tr>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")


class Line(NamedTuple):
    """A row of the page."""

    case: str
    href: str
    html: str
    cells: dict[str, str]


def text(html: str) -> str:
    return " ".join(unescape(TAG.sub(" ", html)).split())


def lines(page: str) -> list[Line]:
    """The rows of a list."""
    found = []
    for row in ROW.findall(page.partition("<main")[2]):
        if link := LINK.search(row):
            cells = {label: text(cell) for label, cell in CELL.findall(row)}
            found.append(Line(link[1], unescape(link[2]), row, cells))
    return found


def text_rows(page: str) -> list[str]:
    """The rows of a table without row heads, as text."""
    return [text(row) for row in BODY_ROW.findall(page.partition("<tbody>")[2])]


def groups(page: str) -> list[tuple[str, int | None, list[Line]]]:
    """The heads of a list, with their numbers and their rows; one that goes on behind a page is one."""
    found: dict[str, tuple[str, int | None, list[Line]]] = {}
    for body in GROUP.findall(page):
        head = HEAD.search(body)
        title, number = (head[1] if head else "", int(head[2]) if head and head[2] else None)
        found.setdefault(title, (title, number, []))[2].extend(lines(f"<main>{body}"))
    return list(found.values())


async def whole_list(somebody: Visitor, path: str) -> str:
    """All pages of a list, one after another."""
    return "\n".join(await pages_of(somebody, path))


async def pages_of(somebody: Visitor, path: str, part: Callable[[str], str] = str) -> list[str]:
    """A part of each page of a list, which says by itself where it goes on."""
    pages = [part((await somebody.get(path)).text)]
    while more := MORE.search(pages[-1]):
        pages.append(part((await somebody.get(unescape(more[1]))).text))
    return pages


def chips(page: str) -> dict[str, tuple[str, int]]:
    return {title.strip(): (unescape(href), int(number)) for href, _, _, title, number in CHIP.findall(page)}
