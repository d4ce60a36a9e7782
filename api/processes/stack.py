"""Everything over one data directory: the Temporal server, a worker and an API process, kept alive and stopped together."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from api.process_notes import Say, bracketed, note, say_json
from api.processes.children import LONGEST_PAUSE, Children, of_shixian
from api.processes.temporal_server import DevServer, TemporalFailed

STOP_WITHIN = 10.0  # seconds, all of them
WORKER_GRACE = 8.0  # of these
KILL_AFTER = 8.7
SERVER_WITHIN = 15.0  # seconds for a server that is started again


@dataclass(frozen=True, slots=True)
class Site:
    """Where everything runs."""

    temporal: Path  # the command
    data_dir: Path
    host: str
    port: int
    temporal_port: int
    namespace: str
    env: Mapping[str, str]  # of the worker and the API: the settings


class Stack:
    """The embedded Shixian: `with` starts it and ends it; `tend` keeps it alive. The tables are there before it starts.

    `prepare` is called once the Temporal server is up, before the other processes start; it answers the monotonic second
    before which it is not called ready.
    """

    def __init__(self, place: Site, say: Say, prepare: Callable[[], float] = float) -> None:
        self.url = f"http://{bracketed(place.host)}:{place.port}"
        self._place = place
        self._say = say
        self._prepare = prepare
        self._server: DevServer | None = None
        options = ["--json"] if say is say_json else []
        children = [of_shixian(name, options, place.env) for name in ("worker", "api")]
        self._children = Children(children, [f"{self.url}/readyz"], say)
        self._server_again_at = 0.0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def pids(self) -> dict[str, int | None]:
        """The processes by name."""
        return {"temporal": self._server.pid if self._server is not None else None, **self._children.pids}

    def start(self) -> None:
        """Start everything; returns once the API answers that it is ready."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        place = self._place
        self._server = DevServer(place.temporal, place.data_dir, port=place.temporal_port, namespace=place.namespace)
        self._server.start()
        said = note(
            "temporal-started",
            "Temporal: {address}, pid {pid}, state in {file}",
            address=self._server.address,
            pid=self._server.pid or 0,
            file=str(self._server.database),
        )
        self._say(said)
        not_before = self._prepare()
        self._children.start()
        time.sleep(max(0.0, not_before - time.monotonic()))

    def tend(self) -> None:
        """Look once: what ended is started again."""
        if self._server is not None and self._server.pid is None and time.monotonic() >= self._server_again_at:
            self._say(note("process-ended", "{name}: ended, is started again", name="temporal"))
            try:
                self._server.start(SERVER_WITHIN)
            except TemporalFailed as error:
                self._say(note("process-failed", "{name}: {why}", name="temporal", why=str(error)))
                self._server_again_at = time.monotonic() + LONGEST_PAUSE
        self._children.tend()

    def stop(self) -> None:
        """End everything within ten seconds: worker and API at once, the server after them."""
        begun = time.monotonic()
        self._children.stop(begun + KILL_AFTER)
        if self._server is not None:
            self._server.stop(grace=max(0.5, begun + STOP_WITHIN - 0.3 - time.monotonic()))
            self._server = None
