"""What tests share: their sizes, their order, an environment without settings, and one Temporal server a process."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from api.processes.binaries import ALERTMANAGER, AMTOOL, PROMETHEUS, PROMTOOL, TEMPORAL, find
from api.processes.claims import free_port
from api.processes.temporal_server import DevServer

USUAL_START = 8.0  # seconds that one of our processes takes at most to start on two cores, beside three other tests
KEPT = {"SHIXIAN_TEMPORAL", "SHIXIAN_PROMETHEUS", "SHIXIAN_ALERTMANAGER", "SHIXIAN_CHROMIUM"}
# A history is deleted once these queues have moved on, which they note every half minute.
QUICK_DELETION = {
    "history.transferProcessorUpdateAckInterval": '"1s"',
    "history.visibilityProcessorUpdateAckInterval": '"1s"',
}

# A machine that is busy with other things draws slowly: that is no fault.
hypothesis_settings.register_profile(
    "usual", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile("nightly", hypothesis_settings.get_profile("usual"), max_examples=1000)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="everything in its whole size, which takes an hour")


def pytest_configure(config: pytest.Config) -> None:
    hypothesis_settings.load_profile("nightly" if config.getoption("--nightly") else "usual")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files with a slow test begin first, so that none of them is what everybody waits for in the end."""
    if not config.getoption("--nightly"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("nightly")])
        items[:] = [item for item in items if not item.get_closest_marker("nightly")]
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


class FailuresAtOnce:
    """Names a failed test when it fails, not an hour later: with several processes pytest says only that one did."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            terminal.ensure_newline()
            terminal.write_line(f"FAILED {report.nodeid} ({report.when})", red=True)


def pytest_sessionstart(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.register(FailuresAtOnce(session.config))


@pytest.fixture(scope="session")
def nightly(pytestconfig: pytest.Config) -> bool:
    """Whether what is made smaller for every day runs in its whole size."""
    return bool(pytestconfig.getoption("--nightly"))


@pytest.fixture
def pace() -> float:
    """How many times as long as usual things take now; 1 at least. What a test bounds in real time is stretched by it."""
    begun = time.monotonic()
    subprocess.run([sys.executable, "-m", "api.cli", "serve", "--help"], capture_output=True, check=True)
    return max(1.0, (time.monotonic() - begun) / USUAL_START)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """What a test writes others may read, as usual, whatever a command that ran in this process before has set."""
    os.umask(0o022)


@pytest.fixture(autouse=True, scope="session")
def no_settings() -> Iterator[None]:
    """Settings of whoever runs the tests do not reach them; which servers to use is theirs to say."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("SHIXIAN_") and name not in KEPT]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def temporal_binary() -> Path:
    return find(TEMPORAL).path


@pytest.fixture(scope="session")
def prometheus_binary() -> Path:
    return find(PROMETHEUS).path


@pytest.fixture(scope="session")
def promtool() -> Path:
    return find(PROMTOOL).path


@pytest.fixture(scope="session")
def alertmanager_binary() -> Path:
    return find(ALERTMANAGER).path


@pytest.fixture(scope="session")
def amtool() -> Path:
    return find(AMTOOL).path


@pytest.fixture(scope="session")
def temporal_server(temporal_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    data = tmp_path_factory.mktemp("temporal")
    with DevServer(temporal_binary, data, port=free_port(), dynamic_config=QUICK_DELETION) as server:
        yield server
