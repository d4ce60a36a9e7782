"""Where a rehearsal stands: a bar on a terminal, a line now and then elsewhere. Both on standard error."""

import time
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

EVERY = 10.0  # seconds between lines
WHOLE = 1000


class RehearsalProgress:
    """The progress of one rehearsal."""

    def __init__(self, console: Console, title: str, cases: int) -> None:
        self._console = console
        self._title = title
        self._cases = cases
        self._done = 0
        self._said = 0.0
        self._bar: Bar | None = None
        if console.is_terminal:
            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[told]}"),
                TimeElapsedColumn(),
                console=console,
            )
            self._task = self._bar.add_task(title, total=WHOLE, told="")

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def end(self) -> None:
        """It is over: the bar says what it came to, and is drawn no more."""
        if self._bar is not None:
            self._bar.update(self._task, completed=WHOLE, told=f"{self._done}/{self._cases} cases")
            self._bar.stop()

    def case_done(self) -> None:
        """Count one more case that was played to its end."""
        self._done += 1

    def at(self, now: datetime, part: float, requests: int) -> None:
        """It is that business instant, and that part of the rehearsal is over."""
        part = min(1.0, max(0.0, part))
        told = f"{now:%Y-%m-%d}  {self._done}/{self._cases} cases  {requests} requests"
        if self._bar is not None:
            self._bar.update(self._task, completed=int(part * WHOLE), told=told)
        elif time.monotonic() - self._said >= EVERY:
            self._said = time.monotonic()
            self._console.print(f"{self._title}: {part:4.0%}  {told}", highlight=False, markup=False, soft_wrap=True)
