"""Options that several commands have, told once: as the parameters of the function that they all end with."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Concatenate, TypeVar

R = TypeVar("R")


def then(finish: Callable[Concatenate[R, ...], None]) -> Callable[[Callable[..., R]], Callable[..., None]]:
    """End a command with a function: it gets what the command returns, and the options that are its own parameters."""
    [_, *shared] = signature(finish).parameters.values()

    def ended(command: Callable[..., R]) -> Callable[..., None]:
        own = signature(command)

        @wraps(command)
        def run(**given: object) -> None:
            rest = {one.name: given.pop(one.name) for one in shared}
            finish(command(**given), **rest)

        every = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in (*own.parameters.values(), *shared)]
        run.__annotations__ = {one.name: one.annotation for one in every}
        run.__signature__ = own.replace(parameters=every, return_annotation=None)  # type: ignore[attr-defined]
        return run

    return ended
