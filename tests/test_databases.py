"""The tests' own PostgreSQL starts on a machine where several processes want it at once for the first time."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

from tests.databases import alone


def test_the_servers_user_is_never_made_twice_at_once() -> None:
    inside: list[int] = []
    seen: list[int] = []

    def make_user() -> None:
        inside.append(1)
        time.sleep(0.05)
        seen.append(len(inside))
        inside.pop()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: alone(make_user), range(4)))
    assert seen == ([1, 1, 1, 1] if os.geteuid() == 0 else [])  # only root runs it as another user
