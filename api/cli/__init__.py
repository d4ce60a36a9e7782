"""The command line `shixian`: everything that the API does, and running it."""

import traceback
from collections.abc import Callable, Sequence

import typer

from activities.store.errors import StoreError
from api.cli import counting, keys, running
from api.cli.output import Failure, print_json, warn
from api.processes import StartFailed
from api.temporal_binary import TemporalMissing
from api.temporal_server import DataInUse, TemporalFailed

app = typer.Typer(
    name="shixian",
    help="时限 Shixian：行政审批时限监测 · watches administrative time limits.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
RUN, CASES, COUNT, KEEP = "运行 Running", "办件 Cases", "计算与登记 Counting, registers", "维护 Upkeep"

COMMANDS: dict[str, list[Callable[..., None]]] = {
    RUN: [running.serve, running.worker, running.api, running.migrate],
    COUNT: [counting.due, counting.vectors],
}

for panel, commands in COMMANDS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
app.add_typer(keys.app, name="keys", rich_help_panel=RUN)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command: 0 done, 1 refused or failed, 2 asked wrongly."""
    try:
        app(None if arguments is None else list(arguments))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except Failure as failure:
        if failure.problem is not None:
            print_json(failure.problem)
        else:
            warn(failure.message)
        return failure.code
    except (StoreError, TemporalMissing, TemporalFailed, DataInUse, StartFailed, OSError) as error:
        warn(str(error))
        return 1
    except Exception as error:  # noqa: BLE001  # whatever it is, a person sees one line
        place = traceback.extract_tb(error.__traceback__)[-1]
        warn(f"内部错误 Internal error: {type(error).__name__}: {error} ({place.filename}:{place.lineno})")
        return 1
    return 0
