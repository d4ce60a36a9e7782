"""What a commitment comes to for one case: the terms that its opening or acceptance writes into the ledger."""

from datetime import date
from enum import StrEnum

from sla.clock import Limit
from sla.model import Model


class Measure(StrEnum):
    """How a commitment is measured."""

    CASE = "per-case"
    CHAIN = "chain-total"
    AVERAGE = "average"
    FEE = "fee"


class Promise(Model):
    """A commitment as it binds one case."""

    commitment: str
    measure: Measure
    limit: Limit | None = None  # None for a fee
    fee_limit_fen: int | None = None
    owner: str
    ends: tuple[str, ...] = ()  # steps whose completion stops it; empty: the procedure's own
    binding_from: date | None = None
    judged: bool = True  # False: an average (the cohort is judged) or ramp-up before binding_from
    ramp_up: bool = False
    also: tuple[str, ...] = ()  # further cohorts the case belongs to (a Taicang case in Suzhou's average)
    superseded: tuple[str, ...] = ()  # commitments that a stricter one replaces (就高不重复)
    due_soon_at_first_close: bool = False
    added: bool = False  # of a chain: a day counts for each step that holds it
    parallel_lines: bool = False  # of a chain: its parallel lines count
    lengthened: bool = False  # an extension of the statutory limit lengthens it too
    by_completion: bool = False  # `binding_from` is compared with the day of completion

    def ramps_up(self, seen: date) -> bool:
        """Tell whether it does not bind yet, of a case completed on a day, or known to be open then."""
        if self.by_completion and self.binding_from is not None:
            return seen < self.binding_from
        return self.ramp_up
