"""What the tests tell the API of promises that no case measures."""

from typing import Any

from tests.api.office import Office, Person

SHARE = "sz-19-finance-access"
SAID = {"source": "市金融监管局年报", "evidence": "年报第 12 页", "evidence_sha256": "ab" * 32}


def path(commitment: str = SHARE) -> str:
    """Where the observations of a promise are."""
    return f"/v1/commitments/{commitment}/observations"


def share(numerator: int = 160, denominator: int = 1000, day: str = "2020-12-31", **more: Any) -> dict[str, Any]:
    """A share on a day."""
    return {"first": day, "last": day, "numerator": numerator, "denominator": denominator, **SAID, **more}


async def observed(office: Office, body: dict[str, Any], commitment: str = SHARE, by: Person | None = None) -> int:
    """The number of an observation that was recorded and confirmed."""
    told = await office.officer.post(path(commitment), body)
    assert told.status_code == 201, told.text
    number = int(told.json()["number"])
    done = await (by or office.supervisor).post(f"{path(commitment)}/{number}/confirm")
    assert done.status_code == 201, done.text
    return number


async def standing(office: Office, commitment: str = SHARE, **asked: Any) -> dict[str, Any]:
    """How a promise stands."""
    answer = await office.auditor.get(path(commitment), **asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["standing"]
    return found
