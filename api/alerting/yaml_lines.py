"""YAML read with the line of everything in it, so that whatever is wrong is said by line and rule, all at once."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

STRING, WHOLE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:int"
FLAG = "tag:yaml.org,2002:bool"


class Wrong(NamedTuple):
    """One thing wrong with a file; never the value, which may be a secret."""

    line: int
    field: str
    text: str
    rule: str


class FileError(ValueError):
    """A file that cannot be used; its message has a line for each thing wrong with it."""

    def __init__(self, file: Path, wrong: Sequence[Wrong]) -> None:
        self.file = file
        self.wrong = tuple(sorted(wrong))
        super().__init__("\n".join(f"{file}:{one.line}: {one.field}: {one.text} [{one.rule}]" for one in self.wrong))


class YamlEntry(NamedTuple):
    """What stands in a mapping under a name, or as a name in a list."""

    name: str
    line: int  # of the name
    node: yaml.Node


def compose(file: Path) -> yaml.Node | None:
    """Return the file's one document; None where nothing is in it."""
    try:
        text = file.read_text(encoding="utf-8")
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        wrong = Wrong(line, "file", "not UTF-8", "not-utf-8")
    except OSError as error:
        wrong = Wrong(1, "file", error.strerror or "cannot be read", "unreadable")
    except RecursionError:
        wrong = Wrong(1, "file", "nested too deeply", "too-deep")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        wrong = Wrong(mark.line + 1 if mark else 1, "file", error.problem or "not YAML", "not-yaml")
    except yaml.YAMLError:
        wrong = Wrong(1, "file", "has characters that YAML does not allow", "not-yaml")
    raise FileError(file, [wrong])


class Reader:
    """Reads nodes as what they have to be, and keeps what is wrong. Where a node is something else, the answer is empty."""

    def __init__(self) -> None:
        self.wrong: list[Wrong] = []

    def refuse(self, where: yaml.Node | int, field: str, text: str, rule: str) -> None:
        """Note one thing wrong."""
        line = where if isinstance(where, int) else where.start_mark.line + 1
        self.wrong.append(Wrong(line, field, text, rule))

    def mapping(
        self, node: yaml.Node, field: str, *, known: Collection[str] | None = None, needed: Sequence[str] = ()
    ) -> Mapping[str, YamlEntry]:
        """Return the entries by name; `known` None where any name will do."""
        if not isinstance(node, yaml.MappingNode):
            self.refuse(node, field or "file", "must be a mapping", "not-a-mapping")
            return {}
        found: dict[str, YamlEntry] = {}
        for key, value in node.value:
            inner = self._inner(field, key)
            if not _is(key, STRING):
                self.refuse(key, field or "file", "a name must be text", "not-text")
            elif known is not None and key.value not in known:
                self.refuse(key, inner, f"unknown; known are {', '.join(known)}", "unknown-key")
            elif key.value in found:
                self.refuse(key, inner, f"stands already in line {found[key.value].line}", "duplicate-key")
            else:
                found[key.value] = YamlEntry(key.value, key.start_mark.line + 1, value)
        for name in needed:
            if name not in found:
                self.refuse(node, f"{field}.{name}" if field else name, "is missing", "missing")
        return found

    def text(self, node: yaml.Node, field: str) -> str:
        """Text that is not empty."""
        if not _is(node, STRING) or not node.value.strip():
            self.refuse(node, field, "must be text", "not-text")
            return ""
        return str(node.value)

    def number(self, node: yaml.Node, field: str, highest: int) -> int | None:
        """Return a whole number from 1 on."""
        value = node.value if _is(node, WHOLE) else ""
        if not (value.isascii() and value.isdecimal() and 1 <= int(value) <= highest):
            self.refuse(node, field, f"must be a whole number from 1 to {highest}", "not-a-number")
            return None
        return int(value)

    def flag(self, node: yaml.Node, field: str) -> bool:
        """Read true or false."""
        if not _is(node, FLAG):
            self.refuse(node, field, "must be true or false", "not-a-flag")
        return str(getattr(node, "value", "")).lower() == "true"

    def names(self, node: yaml.Node, field: str) -> tuple[YamlEntry, ...]:
        """Return a list of names, one at least and none twice."""
        if not isinstance(node, yaml.SequenceNode):
            self.refuse(node, field, "must be a list", "not-a-list")
            return ()
        if not node.value:
            self.refuse(node, field, "must name one at least", "empty")
        found: dict[str, YamlEntry] = {}
        for each in node.value:
            name = self.text(each, field)
            if name in found:
                self.refuse(each, field, f"names {name} twice", "twice")
            elif name:
                found[name] = YamlEntry(name, each.start_mark.line + 1, each)
        return tuple(found.values())

    @staticmethod
    def _inner(field: str, key: yaml.Node) -> str:
        return f"{field}.{key.value}" if field else str(key.value)


def _is(node: yaml.Node, tag: str) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == tag
