"""Fetch the provider before the tests, so that none of them waits for it."""

import sys

from api.demo.provider.running import NoProvider, fetched

if __name__ == "__main__":
    try:
        sys.stderr.write(f"OpenID provider: {fetched(sys.stderr.write)}\n")
    except NoProvider as missing:
        sys.exit(str(missing))
