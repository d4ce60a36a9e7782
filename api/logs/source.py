"""A log's bytes and text, bounded: plain or gzip, in an encoding that is told or that is certain."""

import gzip
import io
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from api.logs.faults import LogFault, LogRefused

MOST = 1 << 30  # bytes of a log, unpacked
CHUNK = 1 << 16
RATIO = 250  # more than text ever shrinks by
FREE = 1 << 22  # bytes from which on the ratio is looked at
LONGEST_LINE = 1 << 20  # characters
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"  # marks and white space
UTF_16 = {b"\xff\xfe", b"\xfe\xff"}
UTF_8, GB18030 = "utf-8", "gb18030"
COMMON = 0.9  # of the letters beyond ASCII that GB 2312 has, where it is taken to be Chinese


class Unpacked(io.RawIOBase):
    """A log's bytes as they are read, unpacked where it is gzip; LogRefused past a bound."""

    def __init__(self, path: Path) -> None:
        self.file = path.name
        self._raw = path.open("rb")
        head = self._raw.read(len(ZIP))
        size = self._raw.seek(0, io.SEEK_END)
        self._raw.seek(0)
        if head == ZIP or size > MOST:
            self._raw.close()
            raise self.refused("not-unpacked" if head == ZIP else "too-large")
        self._packed = head.startswith(GZIP)
        self._from: BinaryIO = cast("BinaryIO", gzip.GzipFile(fileobj=self._raw)) if self._packed else self._raw
        self._total = 0

    def readable(self) -> bool:
        """Tell that it is read."""
        return True

    def refused(self, rule: str) -> LogRefused:
        """Return the error that the whole log is refused with."""
        return LogRefused(LogFault(self.file, 0, "", rule))

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any writable buffer
        """Read the next bytes."""
        try:
            found = self._from.read(min(len(buffer), CHUNK))
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise self.refused("cut-short") from None
        self._total += len(found)
        if self._total > MOST:
            raise self.refused("too-large")
        if self._packed and self._total > FREE and self._total > RATIO * self._raw.tell():
            raise self.refused("bomb")
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        """Close the file."""
        self._raw.close()
        super().close()


@contextmanager
def opened(path: Path) -> Iterator[Unpacked]:
    """Open a log."""
    with Unpacked(path) as unpacked:
        yield unpacked


def chunks(unpacked: Unpacked) -> Iterator[bytes]:
    """Read a log's bytes, some at a time."""
    while found := unpacked.read(CHUNK):
        yield found


def is_xml(path: Path) -> bool:
    """Tell whether a log begins as XML does."""
    with opened(path) as unpacked:
        return unpacked.read(CHUNK).lstrip(BEFORE_XML).startswith(b"<")


class TextLook(NamedTuple):
    """What a look at all of a table says of it."""

    encoding: str
    size: int  # bytes, unpacked


def looked_at(path: Path, told: str | None) -> TextLook:
    """Look at all of a table: its encoding is UTF-8, or GB18030 where that is told or certain; else it is refused."""
    if told is not None:
        size, _ = _decode(path, told)
        return TextLook(_with_mark(told), size)
    with opened(path) as unpacked:
        head = unpacked.read(2)
        if head in UTF_16:
            raise unpacked.refused("wrong-encoding")
    try:
        size, _ = _decode(path, UTF_8)
    except LogRefused as refused:
        if refused.fault.rule != "wrong-encoding":
            raise
    else:
        return TextLook(_with_mark(UTF_8), size)
    size, common = _decode(path, GB18030)
    if common < COMMON:
        raise LogRefused(LogFault(path.name, 0, "", "ambiguous-encoding"))
    return TextLook(GB18030, size)


def _with_mark(encoding: str) -> str:
    return "utf-8-sig" if encoding == UTF_8 else encoding


def _decode(path: Path, encoding: str) -> tuple[int, float]:
    """Decode all of a table: its size, and the share of its letters beyond ASCII that GB 2312 has."""
    decoder = getincrementaldecoder(encoding)()
    size, line, beyond, common = 0, 1, 0, 0
    with opened(path) as unpacked:
        for chunk in chain(chunks(unpacked), [b""]):
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                line += chunk[: error.start].count(b"\n")
                raise LogRefused(LogFault(path.name, line, "", "wrong-encoding")) from None
            if "\0" in text:
                line += text[: text.index("\0")].count("\n")
                raise LogRefused(LogFault(path.name, line, "", "null"))
            size += len(chunk)
            line += text.count("\n")
            if encoding == GB18030 and not text.isascii():
                foreign = "".join(letter for letter in text if not letter.isascii())
                beyond += len(foreign)
                common += len(foreign.encode("gb2312", errors="ignore").decode("gb2312"))
    return size, common / beyond if beyond else 1.0


def lines(path: Path, encoding: str) -> Iterator[str]:
    """Read a table's lines with their ends; LogRefused where one is longer than any table's."""
    with opened(path) as unpacked, io.TextIOWrapper(io.BufferedReader(unpacked, CHUNK), encoding, newline="") as text:
        number = 0
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
                raise LogRefused(LogFault(path.name, number, "", "too-long"))
            yield line
