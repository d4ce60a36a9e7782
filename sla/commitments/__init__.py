"""Every public commitment of the two documents as a typed constant."""

from sla.commitments.register import REGISTER

__all__ = ["REGISTER"]
