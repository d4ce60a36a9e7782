"""The names that a problem may repeat: those of the fields of all bodies."""

from pydantic import BaseModel

from api.http import access_bodies, bodies, subject_bodies  # noqa: F401  # so that all are known
from api.http.body import Body
from api.policies import PolicyPart


def _fields(kind: type[BaseModel]) -> set[str]:
    return set(kind.model_fields).union(*(_fields(one) for one in kind.__subclasses__()))


NAMES = frozenset(_fields(Body) | PolicyPart.model_fields.keys())  # the only names that a problem repeats
