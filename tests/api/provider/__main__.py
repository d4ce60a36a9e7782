"""Fetch the provider before the tests, so that none of them waits for it."""

import sys

from api.demo.provider.running import NoProvider, fetched


def say(text: str) -> None:
    """Says on standard error."""
    sys.stderr.write(text)


if __name__ == "__main__":
    try:
        sys.stderr.write(f"OpenID provider: {fetched(say)}\n")
    except NoProvider as missing:
        sys.exit(str(missing))
