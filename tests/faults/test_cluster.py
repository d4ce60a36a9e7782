"""A host of history is killed under load in a cluster on PostgreSQL; nothing acknowledged is lost and nothing happens twice."""

import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.processes.binaries import TEMPORAL_SERVER, TEMPORAL_SQL_TOOL, find
from tests.faults.checker import run
from tests.faults.city import City
from tests.faults.cluster import Cluster, FullPostgreSQL

COMMANDS, KILLS = 1000, 12


@pytest.fixture
def database() -> Iterator[FullPostgreSQL]:
    with tempfile.TemporaryDirectory(prefix="sx", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # it runs as another user where the tests run as root
        server = FullPostgreSQL(Path(folder) / "postgresql")
        yield server
        server.close()


@pytest.mark.nightly
@pytest.mark.slow
def test_a_cluster_whose_hosts_are_killed_loses_nothing_and_does_nothing_twice(
    database: FullPostgreSQL, tmp_path: Path
) -> None:
    server, sql_tool = find(TEMPORAL_SERVER).path, find(TEMPORAL_SQL_TOOL).path
    cluster = Cluster(server, sql_tool, database, tmp_path / "cluster")
    cluster.make_tables()
    with City(cluster, tmp_path / "city", database.create("shixian")) as city:
        report = run(city, commands=COMMANDS, kills=KILLS, seed=random.SystemRandom().randrange(10**9))
    sys.stdout.write(f"{report}\n")
    assert not report.wrong, report
    assert report.figures["commands"] >= COMMANDS, report
    assert report.kills["temporal"] > 0, report
