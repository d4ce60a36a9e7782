"""What was observed in the city: promises that stand by it, one that waits for somebody else, one that was corrected."""

from typing import Any

import httpx2

from tests.api.office import Person
from tests.browser.hostile import packed

SHARE, RULE = "sz-19-finance-access", "sz-21-one-drawing-review"
MOST = 400  # of a text
SAID = {"source": "市金融监管局", "evidence": "2026年上半年统计公报，第 3 页", "evidence_sha256": "5e" * 32}


async def observe(officer: Person, supervisor: Person) -> None:
    """Tell them, each as the office would."""
    early = _share("2026-03-31", 14_100)
    await _told(officer, supervisor, SHARE, early)
    await _told(officer, supervisor, SHARE, {**early, "numerator": 15_100, "reason": "漏计 1 000 家"}, "/1/correct")
    await _told(officer, None, SHARE, _share("2026-09-30", 16_000))
    await _told(officer, supervisor, RULE, {"first": "2020-03-02", "last": "2026-06-30", "in_place": True, **SAID})
    for number, text in enumerate(packed(MOST)):
        hostile = {"first": "2026-01-01", "last": f"2026-0{number + 1}-28", "in_place": False}
        await _told(officer, None, "sz-24-anytime", {**hostile, "source": text, "evidence": text})


def _share(day: str, numerator: int) -> dict[str, Any]:
    return {"first": day, "last": day, "numerator": numerator, "denominator": 98_231, **SAID}


async def _told(officer: Person, confirmer: Person | None, name: str, body: dict[str, Any], where: str = "") -> None:
    path = f"/v1/commitments/{name}/observations"
    told = await officer.post(path + where, body)
    assert told.status_code == httpx2.codes.CREATED, told.text
    if confirmer is not None:
        done = await confirmer.post(f"{path}/{told.json()['number']}/confirm")
        assert done.status_code == httpx2.codes.CREATED, done.text
