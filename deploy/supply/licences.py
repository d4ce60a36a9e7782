"""Finds the licence of each locked Python package, and writes docs/licences.md."""

import re
from collections import defaultdict
from importlib import metadata
from types import MappingProxyType

from license_expression import get_spdx_licensing

from deploy.supply.locks import DEV, ROOT, RUN, Package, python_packages

PAGE = ROOT / "docs" / "licences.md"
# Packages that do not say it in a form that is read, or that are not installed on every system; read in their files.
READ = MappingProxyType(
    {
        "axe-playwright-python": "MIT",
        "colorama": "BSD-3-Clause",
        "httpx2-jsfetch": "BSD-3-Clause",
        "jinja2": "BSD-3-Clause",
        "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
        "requests-oauthlib": "ISC",
        "rfc3987-syntax": "MIT",
    }
)
# How packages say it that do not say it in SPDX.
SPOKEN = MappingProxyType(
    {
        "3-Clause BSD License": "BSD-3-Clause",
        "Apache 2.0": "Apache-2.0",
        "Apache License 2.0": "Apache-2.0",
        "Apache Software License": "Apache-2.0",
        "BSD 2-Clause License": "BSD-2-Clause",
        "ISC License": "ISC",
        "ISC License (ISCL)": "ISC",
        "MIT License": "MIT",
        "MIT license": "MIT",
        "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
        "PSFL": "PSF-2.0",
        "Python Software Foundation License": "PSF-2.0",
    }
)
LICENSING = get_spdx_licensing()
EXPRESSION = re.compile(r"[\w.+-]+(?: (?:AND|OR) [\w.+-]+)*")
PERMISSIVE = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "PSF-2.0", "Zlib"}
)
# What else is used, and why an office may use it so.
ACCEPTED = MappingProxyType(
    {
        "LGPL-3.0-only": "Imported unchanged as a library of its own, which an office may replace; the product stays under its own licence.",
        "MPL-2.0": "Holds file by file; none of its files is changed.",
    }
)
HEAD = """# Licences

Written by `make licences` from the locks; a test holds it equal to them. What each package says of itself, in SPDX. The product is
installed beside these packages and contains none of them. Nothing here forbids an office to run, change or hand on the product.
The parts of the Go servers and of the browser in tests stand in the bill of materials (`make sbom`); their licences are not listed.

"""


class UnknownLicence(Exception):
    """A package says nothing of its licence that is understood: read its files, and add it to READ."""


def licence(name: str) -> str:
    """Return a package's licence as an SPDX expression; UnknownLicence where it cannot be told."""
    if name in READ:
        return READ[name]
    said = metadata.metadata(name)
    classifiers = [one.rpartition(" :: ")[2] for one in said.get_all("Classifier", []) if one.startswith("License")]
    for one in (*said.get_all("License-Expression", []), *said.get_all("License", []), *classifiers):
        expression: str = SPOKEN.get(one, one)
        if EXPRESSION.fullmatch(expression) and not LICENSING.validate(expression).errors:
            return expression
    raise UnknownLicence(name)


def judged(expression: str) -> str:
    """Return why a licence may be used where it is not permissive, else nothing; UnknownLicence where nobody has judged it."""
    reasons = []
    for alternative in expression.split(" OR "):
        parts = set(alternative.strip("()").split(" AND "))
        if parts <= PERMISSIVE:
            return ""
        if parts <= PERMISSIVE | ACCEPTED.keys():
            reasons += [ACCEPTED[part] for part in sorted(parts - PERMISSIVE)]
    if not reasons:
        raise UnknownLicence(expression)
    return " ".join(reasons)


def page() -> str:
    """Return the text of docs/licences.md."""
    run, dev = python_packages(RUN), python_packages(DEV)
    named = {one.name for one in run}
    return (
        HEAD
        + _table("What runs", run)
        + "\n"
        + _table("What builds, tests and checks alone", tuple(one for one in dev if one.name not in named))
    )


def _table(title: str, packages: tuple[Package, ...]) -> str:
    versions = defaultdict(list)
    for one in packages:
        versions[one.name].append(one.version)
    rows = [f"## {title}", "", "| package | version | licence | |", "|---|---|---|---|"]
    for name, found in versions.items():
        rows.append(f"| {name} | {', '.join(found)} | {licence(name)} | {judged(licence(name))} |")
    return "\n".join(rows) + "\n"


def main() -> None:
    """Write docs/licences.md."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
