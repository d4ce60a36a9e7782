"""Bankruptcy and deregistration, which no document describes step by step."""

from workflows.procedure import Party
from workflows.procedures import resolve


def test_a_simplified_deregistration_has_the_shorter_notice_and_both_ways_end_with_the_entry() -> None:
    for simplified, there, absent in (
        (True, "simplified-notice", "liquidation-notice"),
        (False, "liquidation-notice", "simplified-notice"),
    ):
        for variant in ("on-platform", "off-platform"):
            procedure = resolve("deregistration", "taicang", variant, {"simplified": simplified})
            keys = {step.key for step in procedure.steps}
            assert there in keys
            assert absent not in keys
            assert ("social-insurance-clearance" in keys) is not simplified
            assert procedure.steps[-1].key == procedure.ends[0] == procedure.decided_by == "deregistration-approval"


def test_nothing_stops_the_months_of_a_bankruptcy() -> None:
    procedure = resolve("bankruptcy", "suzhou", "simple-case", {})
    assert all(step.counts for step in procedure.steps if step.party is not Party.APPLICANT)
    assert not {kind for ground in procedure.grounds for kind in ground.stops} & {"promise", "statutory", "stage"}
