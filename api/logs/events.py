"""What a log consists of, in whatever form it is written."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from api.logs.faults import LogFault

Value = str | int | float | bool | datetime
Values = Mapping[str, Value]
NOTHING: Values = MappingProxyType({})


class LogEvent(NamedTuple):
    """Something that happened in a case. What a log does not say is empty."""

    case: str
    line: int
    activity: str = ""
    transition: str = ""  # of the standard lifecycle: start, complete, suspend, resume ...
    instance: str = ""
    resource: str = ""
    at: datetime | None = None
    more: Values = NOTHING
    fault: LogFault | None = None  # of its time, which then is None


class LogTrace(NamedTuple):
    """A case of a log, told once all its events are."""

    case: str
    line: int
    more: Values = NOTHING
