"""Values as JSON has them: what answers, digests and cursors are written from."""

from datetime import datetime
from typing import Any

from sla.axis import SHANGHAI


def plain(value: Any) -> Any:  # noqa: ANN401  # any part of any answer
    """Return a value as JSON has it: instants in China's time, decimal numbers as numbers."""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat()
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:  # noqa: ANN401
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return int(value) if value == int(value) else round(float(value), 6)
