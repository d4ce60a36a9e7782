"""The city that the demo leaves to be looked at stands on its morning, its cases open in every state."""

from collections import Counter
from pathlib import Path

import httpx2
import pytest
from rich.console import Console

from api.demo.morning import LOOKED_AT, morning
from api.demo.players import OFFICER
from api.demo.progress import RehearsalProgress
from api.demo.stories import case_of, last_instant, stories
from sla.axis import local


@pytest.mark.slow
@pytest.mark.nightly
def test_the_city_is_open_in_every_state_and_time_goes_by_slowly(tmp_path: Path) -> None:
    told = stories()
    with (
        RehearsalProgress(Console(stderr=True), "morning", len(told)) as progress,
        morning(tmp_path, progress) as (stack, keys),
        httpx2.Client(
            base_url=stack.url, headers={"Authorization": f"Bearer {keys[OFFICER]}"}, trust_env=False
        ) as http,
    ):
        stands = Counter(case["standing"] for case in http.get("/v1/cases?open=true&limit=200").json()["cases"])
        assert {"overdue", "due-soon", "on-time", "suspended", "not-started"} <= set(stands)
        case = http.get(f"/v1/cases/{case_of('suspended')}").json()
        assert case["rehearsal_rate"] == LOOKED_AT
        assert case["counted_at"][:10] == f"{local(last_instant()):%Y-%m-%d}"
        assert http.get("/v1/faults", headers={"Authorization": f"Bearer {keys['supervisor']}"}).json()["faults"] == []
