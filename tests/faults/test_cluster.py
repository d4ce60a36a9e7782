"""A host of history is killed under load in a cluster on PostgreSQL; nothing acknowledged is lost and nothing happens twice."""

import random
import sys
from pathlib import Path

import pytest

from api.processes.binaries import TEMPORAL_SERVER, TEMPORAL_SQL_TOOL, find
from tests.databases import PostgreSQL
from tests.faults.checker import run
from tests.faults.city import City
from tests.faults.cluster import Cluster

COMMANDS, KILLS = 1000, 12


@pytest.mark.nightly
@pytest.mark.slow
def test_a_cluster_whose_hosts_are_killed_loses_nothing_and_does_nothing_twice(
    postgresql: PostgreSQL, tmp_path: Path
) -> None:
    url = postgresql.create()
    server, sql_tool = find(TEMPORAL_SERVER).path, find(TEMPORAL_SQL_TOOL).path
    cluster = Cluster(server, sql_tool, url, tmp_path / "cluster")
    cluster.make_tables()
    with City(cluster, tmp_path / "city", url) as city:
        report = run(city, commands=COMMANDS, kills=KILLS, seed=random.SystemRandom().randrange(10**9))
    sys.stdout.write(f"{report}\n")
    assert not report.wrong, report
    assert report.figures["commands"] >= COMMANDS, report
    assert report.kills["temporal"] > 0, report
