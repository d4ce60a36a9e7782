"""What every body of a request has: strict fields, and what a client said."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from api.http.fields import Instant

IDEMPOTENCY_KEY = r"^[\x21-\x7e]{1,100}$"


class Body(BaseModel):
    """A body; a field that is not named here is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def content(self) -> dict[str, Any]:
        """Return what the client said, and nothing that it left out: the same for the same meaning."""
        return self.model_dump(exclude_unset=True, exclude_none=True)


class Dated(Body):
    """A fact with the instant at which it happened; left out: now."""

    at: Instant | None = None
