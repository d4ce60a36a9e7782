"""What the register of subjects refuses. The docstring is the message."""


class SubjectRefused(Exception):
    """Something that cannot be done with a subject; `rule` is the code that a client is answered."""

    rule = "refused"


class UnknownSubject(SubjectRefused):
    """There is no such subject, or it is erased."""

    rule = "unknown-subject"


class OtherPart(SubjectRefused):
    """A subject of this kind has no such part of a case."""

    rule = "other-part"


class ErasureAsked(SubjectRefused):
    """The erasure of this subject is asked for already."""

    rule = "erasure-asked"


class NoErasureAsked(SubjectRefused):
    """Nobody asks for the erasure of this subject."""

    rule = "no-erasure-asked"


class OwnErasure(SubjectRefused):
    """Whoever asked for an erasure does not grant it."""

    rule = "own-erasure"


class RequestReused(SubjectRefused):
    """The request's key was used for something else."""

    rule = "request-reused"
