"""The base of every value that crosses a process."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen value object; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
