"""The locks are whole sets: any pip, old or new, makes the same environment of them, on whatever day."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("run", "dev")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
OLDEST = "pip==23.2"  # what a Python 3.11 or 3.12 of then brings
NEWEST = "pip"


def pins(kind: str) -> Mapping[str, str]:
    """What a lock has for this machine, as name and version; fails where a line is not one pin with its hashes."""
    found: dict[str, str] = {}
    for line in (ROOT / "requirements" / f"{kind}.txt").read_text().replace("\\\n", "").splitlines():
        text, *hashes = re.split(r"\s+(?=--hash)", line.strip())
        pinned = Requirement(text)
        (version,) = pinned.specifier
        assert (version.operator, pinned.url) == ("==", None), line
        assert hashes, line
        assert [one for one in hashes if not HASH.fullmatch(one)] == [], line
        if pinned.marker is None or pinned.marker.evaluate():
            found[pinned.name] = version.version
    return found


@pytest.mark.parametrize("kind", LOCKS)
def test_a_lock_is_pins_and_hashes_and_no_address(kind: str) -> None:
    assert pins(kind)
    assert "://" not in (ROOT / "requirements" / f"{kind}.txt").read_text()


def test_what_runs_is_tested_in_the_same_versions() -> None:
    assert pins("run").items() <= pins("dev").items()


@pytest.mark.slow
@pytest.mark.parametrize(
    "pip",
    [
        # what runs this test was installed by the pip of its Python, mostly an old one
        pytest.param(OLDEST, marks=pytest.mark.nightly, id="oldest-pip"),
        pytest.param(NEWEST, id="newest-pip"),
    ],
)
def test_make_install_makes_an_environment_that_fits_together(pip: str, tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("activities", "api", "deploy", "requirements", "sla", "workflows"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    _run(tmp_path, sys.executable, "-m", "venv", ".venv")
    python = str(tmp_path / ".venv" / "bin" / "python")
    _run(tmp_path, python, "-m", "pip", "install", "--quiet", "--upgrade", pip)
    _run(tmp_path, "make", "install", PYTHON=sys.executable, PIP_NO_COMPILE="1")
    _run(tmp_path, python, "-m", "pip", "check")
    listed = json.loads(_run(tmp_path, python, "-m", "pip", "list", "--format=json"))
    installed = {one["name"].lower().replace("_", "-").replace(".", "-"): one["version"] for one in listed}
    assert pins("dev").items() <= installed.items()
    assert set(installed) - set(pins("dev")) <= {"pip", "setuptools", "shixian", "shixian-client"}


def _run(folder: Path, *command: str, **more: str) -> str:
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **more}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
