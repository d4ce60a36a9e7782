"""The policy of a case: the installation's, then what its channel changes, then what whoever opens it changes."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from sla.clock import Policy

TIME = r"([01]\d|2[0-3]):[0-5]\d"
MOST_WORKDAYS = 60
Switch = Annotated[bool, Field(strict=True)]


class PolicyPart(BaseModel):
    """What of a policy is another; a field that is left out stays as it was. Times are local, 17:30."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cutoff: Annotated[str, Field(strict=True, pattern=rf"^{TIME}$")] | None = None
    close: Annotated[str, Field(strict=True, pattern=rf"^({TIME}|24:00)$")] | None = None
    roll_accept: Switch | None = None
    roll_resume: Switch | None = None
    count_start_day: Switch | None = None
    due_soon: Annotated[int, Field(strict=True, ge=0, le=MOST_WORKDAYS)] | None = None
    due_soon_percent: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None


CHANNELS = {"online": PolicyPart(close="24:00")}  # where nobody has office hours


def changed(policy: Policy, *parts: PolicyPart | None) -> Policy:
    """Return the policy with all changes; of two of one field the later one."""
    said: dict[str, Any] = policy.model_dump()
    for part in parts:
        if part is not None:
            said |= part.model_dump(exclude_none=True)
    return Policy.model_validate(said)
