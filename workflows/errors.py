"""What may be wrong with a definition, and with what a case asks of one. The docstring is the message."""

import re
from inspect import cleandoc

KEBAB = re.compile(r"(?<=[a-z])(?=[A-Z])")


class ProcedureError(ValueError):
    """This is not valid."""

    def __init__(self, field: str, **named: str) -> None:
        self.field = field
        self.rule = KEBAB.sub("-", type(self).__name__).lower()
        self.message = cleandoc(type(self).__doc__ or "").format(**named)
        super().__init__(f"{field}: {self.message} [{self.rule}]")


class ChoiceError(ProcedureError):
    """This cannot be chosen."""


class UnknownProcedure(ChoiceError):
    """There is no such procedure; there are: {known}."""


class UnknownJurisdiction(ChoiceError):
    """The procedure {procedure} is not defined for this jurisdiction; it is for: {known}."""


class UnknownVariant(ChoiceError):
    """The procedure {procedure} has no such variant; it has: {known}."""


class UnknownFact(ChoiceError):
    """The variant {variant} of {procedure} has no such fact; it has: {known}."""


class BadFact(ChoiceError):
    """The fact must be one of: {allowed}."""


class DefinitionError(ProcedureError):
    """This definition cannot be followed."""


class UnknownReference(DefinitionError):
    """There is no {what} {key!r} in this procedure."""


class DuplicateKey(DefinitionError):
    """The key {key!r} stands more than once."""


class CyclicSteps(DefinitionError):
    """The steps wait for each other: {steps}."""


class UnownedStep(DefinitionError):
    """Nobody owns this step."""


class DeadEnd(DefinitionError):
    """Nothing follows from this: {why}."""


class SelfCorrection(DefinitionError):
    """The outcome {outcome!r} asks the applicant for correction, but the step is the applicant's own."""
