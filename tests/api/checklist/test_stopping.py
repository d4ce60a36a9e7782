"""Told to end, it answers what it has begun, and is gone within half a minute."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx2
import pytest

from tests.api.serving import Serving
from tests.waiting import WITHIN

MANY = 20


def test_c_32_whoever_has_asked_is_answered_and_nobody_is_cut_off(temporal_binary: Path, tmp_path: Path) -> None:
    with Serving(tmp_path, temporal_binary) as serving, ThreadPoolExecutor(MANY) as people:
        url, headers = serving.url, {"Authorization": f"Bearer {serving.key}", "Connection": "close"}
        begin = Barrier(MANY + 1)

        def ask(_: int) -> int:
            """Asks what there is and waits for it, which takes four seconds, for nothing happens."""
            with httpx2.Client(trust_env=False, timeout=WITHIN) as client:
                client.get(f"{url}/livez")
                begin.wait(WITHIN)
                return client.get(f"{url}/v1/events", params={"wait": 4}, headers=headers).status_code

        asked = [people.submit(ask, number) for number in range(MANY)]
        begin.wait(WITHIN)
        time.sleep(1.5)  # until all of them are on their way, and none has its answer
        assert not any(one.done() for one in asked)
        code, seconds = serving.stop()
        assert [one.result(WITHIN) for one in asked] == [200] * MANY
        assert (code, seconds < 30) == (0, True)
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(f"{url}/livez", trust_env=False)
