"""Prints the OpenAPI description: `python -m api.openapi > api/openapi.json`."""

import json
import sys

from api.app import describe


def text() -> str:
    """Return the description as it is committed."""
    return json.dumps(describe(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
