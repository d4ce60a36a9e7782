"""The client's types are those of the API's description, and a later API breaks nothing."""

from datetime import UTC, datetime

import pytest

from deploy.client import make_types
from shixian_client import Receipt
from shixian_client.types import ProblemShown, StepList

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_the_committed_types_are_those_of_the_description() -> None:
    assert make_types.TYPES.read_text(encoding="utf-8") == make_types.types(), "python -m deploy.client.make_types"


def test_a_field_and_a_value_that_a_later_api_adds_are_let_through() -> None:
    told = {
        "case": "A",
        "seq": 1,
        "event": "e",
        "kind": "of-tomorrow",
        "at": AT,
        "told": AT,
        "hash": "h",
        "new": {"x": 1},
    }
    receipt = Receipt.model_validate(told)
    assert (receipt.kind, receipt.pending) == ("of-tomorrow", False)
    assert "new" not in receipt.model_dump()


def test_what_the_description_requires_is_required() -> None:
    with pytest.raises(ValueError, match=r"counted_at"):
        StepList.model_validate({"steps": [], "next": None})
    with pytest.raises(ValueError, match=r"request_id"):
        ProblemShown.model_validate({"type": "t", "title": "t", "status": 400, "detail": "d", "instance": "i"})


def test_an_instant_without_an_offset_is_none() -> None:
    told = {"case": "A", "seq": 1, "event": "e", "kind": "k", "at": "2026-11-02T09:00:00", "told": AT, "hash": "h"}
    with pytest.raises(ValueError, match="at"):
        Receipt.model_validate(told)
