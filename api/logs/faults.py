"""What is wrong with a log, by file, line, column and the rule that is broken; a value is never repeated."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from api.failures import Failure

RULES: Mapping[str, str] = MappingProxyType(
    {
        "ambiguous-column": "不止一列可用 more than one column could be meant: name one",
        "ambiguous-delimiter": "分隔符不明 more than one delimiter could be meant: --delimiter",
        "ambiguous-encoding": "编码不明 not UTF-8, and GB18030 is not certain: --encoding says which",
        "bomb": "压缩比异常 it grows beyond all measure when it is unpacked",
        "columns": "列数与表头不符 not as many cells as the head has",
        "cut-short": "文件不完整 the file ends in the middle",
        "duplicate-column": "列名重复 the head has this column twice",
        "empty": "没有内容 nothing is in it",
        "missing": "缺值 a value is missing",
        "missing-column": "没有此列 there is no such column",
        "not-a-boolean": "不是真假值 neither true nor false",
        "not-a-limit": "不是时限 no number from 0 to 10000; months are whole",
        "not-a-number": "不是数 no number",
        "not-an-instant": "不是时间 no date and time such as 2026-03-02 10:00",
        "not-csv": "不是 CSV not a table: a quote stands where none can",
        "not-plausible": "年份不可信 no year from 1900 to 2199",
        "not-unpacked": "请先解压 unpack it first",
        "not-xes": "不是 XES an element that XES does not have, or not there",
        "not-xml": "不是 XML no well-formed XML",
        "null": "含空字符 a character NUL",
        "several-values": "同一办件取值不一 one case with several values",
        "too-deep": "嵌套过深 nested too deep",
        "too-large": "文件过大 larger than 1 GiB",
        "too-long": "过长 a line, a value or a case is too long",
        "wrong-encoding": "编码不符 not in that encoding",
        "xml-dtd": "不得有 DTD 或实体 a document type or an entity, which no log needs",
    }
)


class LogRule(ValueError):
    """A rule that a value of a log breaks; its text is the rule's code."""

    def __init__(self, rule: str, column: str = "") -> None:
        super().__init__(rule)
        self.column = column


class LogFault(NamedTuple):
    """A value that cannot be taken; `line` counts from 1, `case` is empty where none is named."""

    file: str
    line: int
    column: str
    rule: str
    case: str = ""

    def __str__(self) -> str:
        """Name the place and the rule."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}{f' {self.column}' if self.column else ''}: {RULES[self.rule]} [{self.rule}]"


class LogRefused(Failure):
    """A log that cannot be read as a whole: nothing of it was judged."""

    def __init__(self, fault: LogFault) -> None:
        super().__init__(str(fault))
        self.fault = fault
