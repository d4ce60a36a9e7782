"""How open words are read for one case: the grounds on which its promise stands still."""

from sla.commitments.register import Readings
from workflows.drafting.grounds import EXPERT_REVIEW, PUBLIC_NOTICE
from workflows.procedure import Ground, Procedure

PROMISED = ("promise", "stage")


def as_read(procedure: Procedure, readings: Readings) -> Procedure:
    """Return the procedure of a case that is opened under these readings; it keeps them for ever."""
    stopping = {
        ground.key
        for ground, stops in (
            (EXPERT_REVIEW, readings.expert_review_stops_promise),
            (PUBLIC_NOTICE, readings.public_notice_stops_promise),
        )
        if stops
    }
    if not stopping:
        return procedure
    return procedure.model_copy(
        update={
            "grounds": tuple(_stopping(one) if one.key in stopping else one for one in procedure.grounds),
            "steps": tuple(
                step.model_copy(update={"counts": False}) if step.ground in stopping else step
                for step in procedure.steps
            ),
        }
    )


def as_read_before(procedure: Procedure, before: Procedure, readings: Readings) -> Procedure:
    """Return another procedure for a case that goes on under the readings with which it was opened."""
    stops = {ground.key: PROMISED[0] in ground.stops for ground in before.grounds}
    kept = {
        "expert_review_stops_promise": stops.get(EXPERT_REVIEW.key, readings.expert_review_stops_promise),
        "public_notice_stops_promise": stops.get(PUBLIC_NOTICE.key, readings.public_notice_stops_promise),
    }
    return as_read(procedure, readings.model_copy(update=kept))


def _stopping(ground: Ground) -> Ground:
    return ground.model_copy(update={"stops": (*PROMISED, *ground.stops)})
