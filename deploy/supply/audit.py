"""Asks pip-audit for the known faults of every locked package; what could not be audited is a failure."""

import json
import subprocess  # nosec B404  # its commands are lists of our own words
import sys
import tempfile
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from deploy.supply.locks import DEV, RUN, Package, python_packages

LONGEST = 900  # seconds, for one list
FOUND, COULD_NOT = 1, 2


class Findings(NamedTuple):
    """What an audit said: faults by package, and packages that it could not tell about."""

    faults: tuple[str, ...]
    unaudited: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 without findings, 1 with a fault, 2 where something could not be audited."""
        if self.unaudited:
            return COULD_NOT
        return FOUND if self.faults else 0


def lists(*locks: Path) -> tuple[str, ...]:
    """Return locks as lists with one version a name and without markers: what is for other systems is audited too."""
    found: list[list[str]] = []
    seen: Counter[str] = Counter()
    for one in sorted({one._replace(marker="") for lock in locks for one in python_packages(lock)}):
        if len(found) == seen[one.name]:
            found.append([])
        found[seen[one.name]].append(_line(one))
        seen[one.name] += 1
    return tuple("".join(lines) for lines in found)


def _line(package: Package) -> str:
    return " ".join([f"{package.name}=={package.version}", *(f"--hash=sha256:{one}" for one in package.digests)]) + "\n"


def findings(report: str) -> Findings:
    """Read a report of pip-audit in JSON; ValueError where it is none."""
    packages = json.loads(report)["dependencies"]
    return Findings(
        tuple(
            f"{one['name']} {one['version']}: {fault['id']}, cured in {', '.join(fault['fix_versions']) or 'no version'}"
            for one in packages
            for fault in one.get("vulns", ())
        ),
        tuple(f"{one['name']}: {one['skip_reason']}" for one in packages if "skip_reason" in one),
    )


def audit(listed: str, *options: str) -> Findings:
    """Have pip-audit look up a list."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "listed.txt")
        path.write_text(listed, encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(path), "--require-hashes", "--no-deps"]
        command += ["--disable-pip", "--format", "json", "--progress-spinner", "off", *options]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)  # noqa: S603
            return findings(done.stdout)
        except subprocess.TimeoutExpired:
            return Findings((), (f"no answer within {LONGEST} s",))
        except ValueError:
            return Findings((), (done.stderr.strip().rpartition("\n")[2] or "pip-audit said nothing",))


def main() -> None:
    """Audit both locks and end with 1 where there is a fault, 2 where something could not be audited."""
    said = [audit(listed, *sys.argv[1:]) for listed in lists(RUN, DEV)]
    whole = Findings(tuple(chain(*(one.faults for one in said))), tuple(chain(*(one.unaudited for one in said))))
    for name in whole.faults:
        print(f"Known fault: {name}")  # noqa: T201
    for name in whole.unaudited:
        print(f"Not audited: {name}")  # noqa: T201
    if whole.unaudited:
        print("Could not audit every locked package, and so nothing is known of these: that is a failure.")  # noqa: T201
    if whole.exit_code == 0:
        print("Every locked package was audited; none has a known fault.")  # noqa: T201
    sys.exit(whole.exit_code)


if __name__ == "__main__":
    main()
