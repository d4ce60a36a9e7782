"""A provider that vouches for one machine."""

from collections.abc import Iterator

import pytest

from tests.api.provider.running import Provider, providing

AUDIENCE = "https://shixian.example"


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """One that runs; it starts in seconds."""
    with providing(AUDIENCE) as running:
        yield running
