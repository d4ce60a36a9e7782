"""Which Temporal command is taken. `temporal` and `go` are small scripts here; the real ones run in the other tests."""

import os
import threading
from pathlib import Path

import pytest

from api.temporal_binary import Binary, TemporalMissing, _built_now, find

NEW = "temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)"
OLD = "temporal version 1.1.0 (Server 1.24.2, UI 2.28.0)"
GO = """case "$1" in
  version) echo "go version go{version} linux/amd64" ;;
  install) echo "$CGO_ENABLED $(test -f go.mod && echo pinned)" >> "{calls}"; {then} ;;
esac"""
BUILDS = 'sleep 0.3; echo "#!/bin/sh" > "$GOBIN/temporal"; chmod +x "$GOBIN/temporal"'


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that comes first on a path where there is neither a temporal nor a go."""
    folder = tmp_path / "path"
    folder.mkdir()
    clean = [
        p for p in os.environ["PATH"].split(os.pathsep) if not any((Path(p) / c).exists() for c in ("go", "temporal"))
    ]
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), *clean]))
    monkeypatch.delenv("SHIXIAN_TEMPORAL", raising=False)
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


def _find(tools: Path) -> tuple[Binary, str]:
    said: list[str] = []
    binary = find(said.append, tools)
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
    with pytest.raises(TemporalMissing, match="no-such-command"):
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
    assert _built_now(tools, lambda _: None) is None
    assert sorted(file.name for file in tools.iterdir()) == ["build.log", "lock"]
