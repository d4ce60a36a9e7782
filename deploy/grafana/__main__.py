"""Writes the dashboards' files."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.pages import commitments, department, overview, platform
from deploy.grafana.parts import Page, dashboard

FOLDER = Path(__file__).parent / "dashboards"
PAGES: Mapping[str, Page] = MappingProxyType(
    {
        "overview": overview.PAGE,
        "department": department.PAGE,
        "commitments": commitments.PAGE,
        "platform": platform.PAGE,
    }
)


def text(page: Page) -> str:
    """Return the file of a page."""
    return json.dumps(dashboard(page), cls=JSONEncoder, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def main() -> None:
    """Write them all."""
    for name, page in PAGES.items():
        (FOLDER / f"{name}.json").write_text(text(page), encoding="utf-8")


if __name__ == "__main__":
    main()
