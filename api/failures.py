"""What ends a command with a line for a person instead of a traceback."""

from collections.abc import Mapping
from typing import Any


class Failure(Exception):
    """The command could not do what it was asked. `code` is its status: 2 where the asking was wrong, else 1."""

    def __init__(self, message: str, *, code: int = 1, problem: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.problem = problem  # printed as it is where JSON was asked for


class WrongSetting(Failure):
    """A setting that cannot be."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"SHIXIAN_{name}: {message}", code=2)
