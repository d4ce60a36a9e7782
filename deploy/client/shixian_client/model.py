"""The base of what the API takes and answers."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A value that does not change. Fields that a later API adds are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")
