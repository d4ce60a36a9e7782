"""Many connections to one API process: none is refused, limits hold, and memory is bounded."""

import sys
from pathlib import Path

from api.processes.temporal_server import DevServer
from tests.bench import connections
from tests.bench.figures import Sheet


def test_f_15_many_who_wait_and_one_who_asks_too_often_are_answered_as_they_should_be(
    temporal_server: DevServer, tmp_path: Path, nightly: bool
) -> None:
    many, seconds = (2000, 60) if nightly else (100, 5)
    found = connections.measure(Sheet(), temporal_server, tmp_path, connections=many, seconds=seconds)
    sys.stdout.write(f"{found}\n")
    assert (found["refused"], found["otherwise"]) == (0, 0)
    assert found["answered"] >= 2 * many, "each was let in, and waited"
    assert found["let_in"] <= found["allowed"]
    assert found["let_in"] < found["asked"], "some were refused"
    assert found["memory"] < connections.MOST
