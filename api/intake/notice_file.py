"""A file that somebody brings: the text of a notice, or an arrangement in YAML or JSON, in the encodings that offices write."""

import json
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import yaml

LARGEST = 60_000  # bytes; a notice has a few thousand
STRUCTURED = (".json", ".yaml", ".yml")


class NoticeFileError(ValueError):
    """A file that is none; `code` names the rule."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{message} [{code}]")
        self.code = code


def notice_file(name: str, data: bytes) -> dict[str, Any]:
    """Return what a file is to a proposal: its `text`, or an `arrangement` in fields; NoticeFileError."""
    if len(data) > LARGEST:
        raise NoticeFileError("too-large", f"至多 at most {LARGEST} bytes")
    text = _decoded(data)
    suffix = PurePath(name).suffix.lower()
    if suffix not in STRUCTURED:
        return {"text": text}
    load: Callable[[str], object] = json.loads if suffix == ".json" else _yaml
    try:
        fields = load(text)
    except (ValueError, yaml.YAMLError, RecursionError):
        raise NoticeFileError("malformed", "不是 YAML 或 JSON it is neither YAML nor JSON") from None
    if not isinstance(fields, dict):
        raise NoticeFileError("not-an-object", "应为字段 fields are wanted")
    return {"arrangement": _plain(fields)}


def _decoded(data: bytes) -> str:
    """UTF-8 with or without mark, else what older programs write."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise NoticeFileError("not-text", "不是文本 it is no text")


def _yaml(text: str) -> object:
    """YAML without anchors: a few bytes of them could stand for more than fits into memory."""
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
            raise ValueError("no anchors")
    return yaml.safe_load(text)


def _plain(value: object) -> object:
    """Dates as text, as JSON has them."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
