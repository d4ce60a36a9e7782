"""Which command of a server is taken. Commands and `go` are small scripts here; the real ones run in the other tests."""

import os
import threading
from pathlib import Path

import pytest

from api.processes.binaries import (
    ALERTMANAGER,
    ALL,
    AMTOOL,
    PROMETHEUS,
    PROMTOOL,
    TEMPORAL,
    Binary,
    Program,
    ProgramMissing,
    _built_now,
    find,
)

NEW = "temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)"
OLD = "temporal version 1.1.0 (Server 1.24.2, UI 2.28.0)"
GO = """case "$1" in
  version) echo "go version go{version} linux/amd64" ;;
  install) echo "$CGO_ENABLED $(test -f go.mod && echo pinned)" >> "{calls}"; {then} ;;
esac"""
BUILDS = """sleep 0.3; for tool in $(sed -n 's|.*/cmd/||p' go.mod); do
    echo "#!/bin/sh" > "$GOBIN/$tool"; chmod +x "$GOBIN/$tool"; done"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that comes first on a path where there is neither a server nor a go."""
    folder = tmp_path / "path"
    folder.mkdir()
    unwanted = ("go", *(name for program in ALL for name in program.called))
    clean = [p for p in os.environ["PATH"].split(os.pathsep) if not any((Path(p) / c).exists() for c in unwanted)]
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), *clean]))
    for program in ALL:
        monkeypatch.delenv(program.module.setting, raising=False)
    return folder


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    return tmp_path / "tools"


def _script(file: Path, body: str) -> Path:
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return file


def _go(path: Path, tools: Path, then: str, version: str = "1.26.4") -> Path:
    calls = tools.parent / "calls"
    _script(path / "go", GO.format(version=version, calls=calls, then=then))
    return calls


def _find(tools: Path, program: Program = TEMPORAL) -> tuple[Binary, str]:
    said: list[str] = []
    binary = find(program, said.append, tools)
    return binary, "".join(said)


def test_a_named_command_goes_before_one_on_the_path(
    path: Path, tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _script(path / "temporal", f'echo "{NEW}"')
    named = _script(tmp_path / "mine", f'echo "{NEW}"')
    monkeypatch.setenv("SHIXIAN_TEMPORAL", str(named))
    binary, said = _find(tools)
    assert binary == Binary(named, "named by SHIXIAN_TEMPORAL")
    assert said == f"Temporal: {named} (named by SHIXIAN_TEMPORAL)\n"


def test_a_named_command_that_cannot_be_run_is_an_error(
    path: Path, tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _script(path / "temporal", f'echo "{NEW}"')
    monkeypatch.setenv("SHIXIAN_TEMPORAL", "no-such-command")
    with pytest.raises(ProgramMissing, match="no-such-command"):
        _find(tools)


def test_a_command_on_the_path_is_taken(path: Path, tools: Path) -> None:
    command = _script(path / "temporal", f'echo "{NEW}"')
    assert _find(tools)[0] == Binary(command, "on the path")
    assert not tools.exists()


def test_a_command_on_the_path_that_is_too_old_is_passed_over(path: Path, tools: Path) -> None:
    _script(path / "temporal", f'echo "{OLD}"')
    _go(path, tools, BUILDS)
    assert _find(tools)[0].how.startswith("built now")


def test_a_build_says_that_it_takes_long_and_serves_the_next_time(path: Path, tools: Path) -> None:
    calls = _go(path, tools, BUILDS)
    first, said = _find(tools)
    assert first.how == f"built now with {path / 'go'}"
    assert "three minutes" in said
    assert calls.read_text() == "0 pinned\n"
    second, said = _find(tools)
    assert second == Binary(first.path, "built earlier")
    assert "three minutes" not in said
    assert os.access(second.path, os.X_OK)


def test_two_at_once_build_once(path: Path, tools: Path) -> None:
    calls = _go(path, tools, BUILDS)
    found: list[Binary] = []
    threads = [threading.Thread(target=lambda: found.append(_find(tools)[0])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({binary.path for binary in found}) == 1
    assert sorted(binary.how.split()[1] for binary in found) == ["earlier", "earlier", "earlier", "now"]
    assert calls.read_text().count("\n") == 1


def test_a_build_that_failed_leaves_nothing_that_looks_built(path: Path, tools: Path) -> None:
    _go(path, tools, 'echo half > "$GOBIN/temporal"; exit 3')
    assert _built_now(TEMPORAL, tools, lambda _: None) is None
    assert sorted(file.name for file in tools.iterdir()) == ["build.log", "lock"]


@pytest.mark.parametrize(("program", "beside"), [(PROMETHEUS, PROMTOOL), (ALERTMANAGER, AMTOOL)])
def test_both_commands_of_a_module_come_from_one_build(
    path: Path, tools: Path, program: Program, beside: Program
) -> None:
    calls = _go(path, tools, BUILDS)
    first, said = _find(tools, program)
    assert f"deploy/{program.module.name}/go.mod" in said
    second, said = _find(tools, beside)
    assert second.how == "built earlier"
    assert first.path.name.rpartition("-")[2] == second.path.name.rpartition("-")[2]
    assert calls.read_text().count("\n") == 1


def test_a_tool_is_taken_from_beside_the_server_that_is_named(
    path: Path, tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _script(path / "promtool", 'echo "promtool, version 3.5.1"')
    mine = tmp_path / "mine"
    mine.mkdir()
    server, tool = _script(mine / "prometheus", ""), _script(mine / "promtool", "")
    monkeypatch.setenv("SHIXIAN_PROMETHEUS", str(server))
    assert _find(tools, PROMETHEUS)[0].path == server
    assert _find(tools, PROMTOOL)[0].path == tool
    tool.unlink()
    assert _find(tools, PROMTOOL)[0] == Binary(path / "promtool", "on the path")


@pytest.mark.parametrize(
    ("version", "taken"), [("0.25.0+ds", True), ("0.28.1", True), ("1.0.0", True), ("0.24.0", False), ("", False)]
)
def test_the_server_of_debian_is_taken_by_its_own_name_where_it_is_new_enough(
    path: Path, tools: Path, version: str, *, taken: bool
) -> None:
    server = _script(path / "prometheus-alertmanager", f'echo "alertmanager, version {version} (branch: )" >&2')
    _go(path, tools, BUILDS)
    found = _find(tools, ALERTMANAGER)[0]
    assert (found == Binary(server, "on the path")) == taken
    assert found.how.startswith("built now") != taken


def test_what_cannot_be_built_names_the_setting_that_helps(path: Path, tools: Path) -> None:
    _go(path, tools, "exit 3")
    with pytest.raises(ProgramMissing, match=r"No amtool.*SHIXIAN_ALERTMANAGER.*build\.log"):
        _find(tools, AMTOOL)
