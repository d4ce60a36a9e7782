"""What is wrong with a file of another system: file, line, column and the rule that is broken; never the value."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from api.failures import Failure
from api.logs.faults import RULES as OF_LOGS

OF_IMPORTS: Mapping[str, str] = MappingProxyType(
    {
        "bad-code": "不是有效的项目代码或信用代码 no such project code, or no such credit code",
        "bad-case-number": "编号不合规 not 1 to 64 letters, digits, dots and hyphens",
        "before-acceptance": "早于受理 before the case was accepted",
        "before-case": "早于接件 before the case was received",
        "case-twice": "编号重复 the case stands in an earlier row",
        "control-character": "含控制字符 a control character",
        "empty-head": "表头有空列 a column between others has no name: merged cells?",
        "file-twice": "文件重名 two files of one name",
        "formula": "公式 a formula: paste its value",
        "in-future": "晚于当前 later than now",
        "instance-reused": "实例已用 the instance begins a second time",
        "merged": "合并单元格 merged with another cell, which has its value: part them",
        "merged-head": "表头有合并单元格 cells of the head are merged",
        "missing-end": "缺开始时间 an end without a beginning",
        "no-time-of-day": "缺时刻 a day without its time",
        "not-a-choice": "不在对照表中 neither a key, nor a title, nor in the map's values",
        "not-a-count": "不是整数天（月）数 no whole number from 1 to what is allowed: 60 working days, 24 months",
        "not-a-state": "不是办理状态 no state from 1 to 15",
        "not-json": "不是 JSON not a line of JSON with one object of plain values",
        "not-paired": "不成对 an end whose instance did not begin",
        "not-of-acceptance": "只与受理同行 told of an acceptance alone",
        "not-received": "未见接件 no state 1: when it was received is not told",
        "pairing-ambiguous": "配对不明 two are open at once: a column for the instance is needed",
        "received-twice": "重复接件 a second state 1",
        "sheet-missing": "没有此工作表 there is no such sheet",
        "personal-data": "疑为身份证号或手机号 reads like a number of a person",
        "unknown-column": "无此列名 a column of another name: is it misspelt?",
        "too-many-rows": "行数过多 more rows than are taken at once: part the file",
        "unreadable": "无法读取 no spreadsheet that can be read",
        "value-differs": "同一办件取值不一 the case has another value here in an earlier row",
    }
)
RULES: Mapping[str, str] = MappingProxyType({**OF_LOGS, **OF_IMPORTS})


class ImportFault(NamedTuple):
    """A value that cannot be taken. `line` counts from 1; `text` where the rule is one that a command breaks."""

    file: str
    line: int
    column: str
    rule: str
    case: str = ""
    text: str = ""

    def __str__(self) -> str:
        """Name the place and the rule."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        said = self.text or RULES.get(self.rule, self.rule)
        return f"{where}{f' {self.column}' if self.column else ''}: {said} [{self.rule}]"


class CellRule(ValueError):
    """A rule that a cell breaks; its text is the rule's code."""

    def __init__(self, rule: str, column: str = "", text: str = "", line: int | None = None) -> None:
        super().__init__(rule)
        self.rule, self.column, self.said = rule, column, text
        self.line = line  # where it is another than the one that is read


class ImportRefused(Failure):
    """A file that cannot be read as a whole: nothing of it is taken."""

    def __init__(self, fault: ImportFault) -> None:
        super().__init__(str(fault))
        self.fault = fault
