"""What libraries log, said as a process says everything: a line each, or a JSON object. Texts of errors may hold values."""

import logging

from activities.store.errors import StoreError
from api.process_notes import Say, note

PLACES = 6  # of an error


class _Noted(logging.Handler):
    """Says each record as a note."""

    def __init__(self, name: str, said: Say) -> None:
        super().__init__()
        self._name = name
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            message = f"{message}: {error if isinstance(error, StoreError) else where(error)}"
        text = "{name}: {level} {logger}: {message}"
        self._said(
            note("log", text, name=self._name, level=record.levelname, logger=record.name, message=message.strip())
        )


def log_as(name: str, said: Say) -> None:
    """Say warnings and errors of all loggers of this process, under its name."""
    logging.basicConfig(level=logging.WARNING, handlers=[_Noted(name, said)])


def where(error: BaseException) -> str:
    """Name the kind of an error and the places it came through, not its text: that may hold what a client sent."""
    places: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(error).__name__} at {' > '.join(places[-PLACES:])}"
