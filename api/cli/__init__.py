"""The command line `shixian`: everything that the API does, and running it."""

import contextlib
import gc
import sys
import traceback
from collections.abc import Iterator, Sequence
from importlib import import_module
from io import TextIOWrapper

import typer

from activities.store.errors import StoreError
from api.cli.output import print_json, warn
from api.failures import Failure

# each in its module, which is loaded when it is asked for: all of them together take a second
COMMANDS = {
    "serve": "serve:serve",
    "worker": "worker:worker",
    "api": "api:api",
    "migrate": "upkeep:migrate",
    "demo": "demo:demo",
    "metrics": "exporter:metrics",
    "monitor": "monitor:monitor",
    "receiver": "monitor:receiver",
    "open": "commands:open_case",
    "case": "cases:case",
    "cases": "lists:cases",
    "desk": "lists:desk",
    "desks": "lists:desks",
    "events": "lists:events",
    "look-up-code": "cases:look_up_code",
    "receipt": "receipts:receipt",
    "explain": "cases:explain",
    "accept": "commands:accept",
    "supply": "commands:supply",
    "reclassify": "commands:reclassify",
    "hand-over": "commands:hand_over",
    "refuse": "commands:refuse",
    "start": "commands:start",
    "complete": "commands:complete",
    "post": "postings:post_file",
    "confirm": "commands:confirm",
    "return": "commands:return_case",
    "resubmit": "commands:resubmit",
    "suspend": "commands:suspend",
    "resume": "commands:resume",
    "extend": "commands:extend",
    "fee": "commands:fee",
    "withdraw": "commands:withdraw",
    "decide": "commands:decide",
    "terminate": "commands:terminate",
    "revoke": "commands:revoke",
    "correct": "commands:correct",
    "requests": "requests:requests",
    "grant": "requests:grant",
    "refuse-request": "requests:refuse_request",
    "take-back": "requests:take_back",
    "link": "commands:link",
    "recalculate": "commands:recalculate",
    "due": "counting:due",
    "vectors": "counting:vectors",
    "audit": "audit:audit_log",
    "audit-log": "audit_log:audit_log",
    "export": "export:export_log",
    "import": "imports:import_cases",
    "commitments": "registers:commitments",
    "observations": "observations:app",
    "procedures": "registers:procedures",
    "calendar": "calendars:app",
    "averages": "reports:averages",
    "report": "reports:report",
    "told-late": "cases:told_late",
    "faults": "cases:faults",
    "rules": "alerting:rules",
    "alertmanager-config": "alerting:alertmanager_config",
    "relay": "relay:relay",
    "tellings": "relay:tellings",
    "rebuild": "upkeep:rebuild",
    "verify": "upkeep:verify",
    "checkpoint-key": "upkeep:checkpoint_key",
    "subjects": "subjects:app",
    "keys": "keys:app",
    "machines": "machines:app",
    "people": "people:app",
    "webhooks": "webhooks:app",
}


def _app(asked: Sequence[str]) -> typer.Typer:
    """The command that is asked for, or all of them."""
    app = typer.Typer(
        name="shixian",
        help="时限 Shixian：行政审批时限监测 · watches administrative time limits.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(lambda: None)  # one command alone has a name too
    for name in asked[:1] if asked and asked[0] in COMMANDS else COMMANDS:
        module, _, command = COMMANDS[name].partition(":")
        with _uncollected():
            found = getattr(import_module(f"api.cli.{module}"), command)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Importing makes much and drops little: looking for garbage meanwhile takes an eighth of a command's start."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: 0 done, 1 refused or failed, 2 asked wrongly."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Chinese shows question marks
    asked = list(sys.argv[1:] if arguments is None else arguments)
    try:
        _app(asked)(asked, prog_name="shixian")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except Failure as failure:
        if failure.problem is not None:
            print_json(failure.problem)
        else:
            warn(str(failure))
        return failure.code
    except (StoreError, OSError) as error:
        warn(str(error))
        return 1
    except Exception as error:  # noqa: BLE001  # whatever it is, a person sees one line
        place = traceback.extract_tb(error.__traceback__)[-1]
        warn(f"内部错误 Internal error: {type(error).__name__}: {error} ({place.filename}:{place.lineno})")
        return 1
    return 0
