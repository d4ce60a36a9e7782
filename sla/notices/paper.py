"""A text that was brought, without its blanks and with one form of each mark, read from its beginning on."""

import re
import unicodedata
from typing import NamedTuple

from sla.errors import UnreadableNoticeError
from sla.notices.rules import NoticeRule

MOST = 20_000  # characters; the longest notice has a tenth
SHOWN = 100  # characters of a sentence that an error quotes
# After compatibility folding, which takes care of full-width digits, letters, brackets and marks.
FOLDED = str.maketrans(
    {
        **dict.fromkeys("〔【[［", "("),
        **dict.fromkeys("〕】]］", ")"),
        **dict.fromkeys("〈《＜", "<"),
        **dict.fromkeys("〉》＞", ">"),
        **dict.fromkeys("“”„‟「」『』‘’'", '"'),
        **dict.fromkeys("—–―─－~～〜‐‑−", "-"),
        **dict.fromkeys("○◯零", "〇"),
        "∶": ":",
    }
)


class Passage(NamedTuple):
    """Where something was said: the sentence, and its line in a text or its field in a file."""

    quote: str
    line: int | None = None
    field: str | None = None

    def fault(self, rule: NoticeRule, detail: str) -> UnreadableNoticeError:
        """Return the error that says so of this place."""
        return UnreadableNoticeError(rule, detail, self.quote, line=self.line, field=self.field)


class Paper:
    """What is left of a text to be read, from `pos` on. Blanks count for nothing, but between two digits they part them."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > MOST:
            raise Passage("").fault(NoticeRule.TEXT, f"超过 {MOST} 字：more than {MOST} characters")
        self.said, self._places = _folded(self._text)
        if not self.said:
            raise Passage("").fault(NoticeRule.TEXT, "没有内容：nothing is written")
        self.pos = 0
        self.begun = 0  # where the sentence or item begins that is being read

    @property
    def ended(self) -> bool:
        """Tell whether all of it was read."""
        return self.pos == len(self.said)

    def at(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match what comes next."""
        return pattern.match(self.said, self.pos)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match what comes next, and read on after it; without a match nothing moves."""
        found = self.at(pattern)
        if found:
            self.pos = found.end()
        return found

    def mark(self, pos: int) -> Passage:
        """Return the sentence that a place lies in, from what is being read up to its full stop."""
        start = max(self.said.rfind("。", 0, pos) + 1, self.begun if self.begun <= pos else 0)
        stop = self.said.find("。", pos) + 1 or len(self.said)
        if stop - start > SHOWN:
            start = max(start, min(pos - SHOWN // 3, stop - SHOWN))
            stop = min(stop, start + SHOWN)
        last = len(self.said) - 1
        return self._marked(min(start, last), stop, min(pos, last))

    def words(self, found: re.Match[str]) -> Passage:
        """Return words that were matched, where they are no sentence with a full stop."""
        return self._marked(found.start(), found.end(), found.start())

    def fault(self, rule: NoticeRule, detail: str, pos: int | None = None) -> UnreadableNoticeError:
        """Return the error that says so of a place, or of what comes next."""
        return self.mark(self.pos if pos is None else pos).fault(rule, detail)

    def not_understood(self, pos: int | None = None) -> UnreadableNoticeError:
        """Return the error for a sentence that is none of those known."""
        return self.fault(
            NoticeRule.UNKNOWN, "这一句读不懂，不作猜测：this is not understood, and nothing is guessed", pos
        )

    def _marked(self, start: int, stop: int, place: int) -> Passage:
        first, last = self._places[start], self._places[stop - 1]
        return Passage(shown(self._text[first : last + 1]), self._text.count("\n", 0, self._places[place]) + 1)


def shown(text: str) -> str:
    """Return a text as an error may quote it: on one line, and not too long."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def folded(text: str) -> str:
    """Return a text without blanks and with one form of each mark, as patterns expect it."""
    return _folded(text)[0]


def _folded(text: str) -> tuple[str, list[int]]:
    signs: list[str] = []
    places: list[int] = []
    parted = False
    for place, original in enumerate(text):
        for sign in unicodedata.normalize("NFKC", original).translate(FOLDED):
            if sign.isspace() or unicodedata.category(sign) in {"Cf", "Cc"}:
                parted = True
                continue
            if parted and signs and signs[-1].isdigit() and sign.isdigit():
                signs.append(" ")
                places.append(place)
            parted = False
            signs.append(sign)
            places.append(place)
    return "".join(signs), places
