"""A provider that vouches for one machine and for some people."""

from collections.abc import Iterator

import pytest

from tests.api.provider.running import Provider, providing

AUDIENCE = "https://shixian.example"
BOARD, SECRET = "board", "a made-up secret of the board at the provider"
ORIGINS = ("http://office",)  # of boards in tests
PEOPLE = {
    name: {"acr": "urn:one-factor", "amr": ["pwd"], "second": {"acr": "urn:two-factors", "amr": ["pwd", "otp"]}}
    for name in ("chen", "lin", "wu", "zhao", "qian", "sun", "li", "zhou")
} | {"weak": {"acr": "urn:one-factor", "amr": ["pwd"]}}
CLIENT = {
    "client_id": BOARD,
    "client_secret": SECRET,
    "redirect_uris": [f"{origin}/sign-in/back" for origin in ORIGINS],
    "post_logout_redirect_uris": [f"{origin}/sign-in" for origin in ORIGINS],
    "response_types": ["code"],
    "grant_types": ["authorization_code"],
}


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """One that runs; it starts in seconds."""
    with providing(AUDIENCE, more=[CLIENT], people=PEOPLE) as running:
        yield running
