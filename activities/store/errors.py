"""What the store can answer besides rows. The docstring is the message."""


class StoreError(Exception):
    """The store refused."""

    def __init__(self, detail: str = "") -> None:
        message = (type(self).__doc__ or "").strip()
        super().__init__(f"{message} {detail}" if detail else message)


class StoreUnavailable(StoreError):
    """The database is away, full, locked or read-only; what was asked may be asked again."""


class TablesMissing(StoreUnavailable):
    """The database lacks tables of this release; `shixian migrate` makes them."""


class AuditUnavailable(StoreUnavailable):
    """The audit log cannot be written, and nothing is done that it does not hold."""


class Conflict(StoreError):
    """The ledger holds this number, request id or natural key already; compare again."""


class AlmanacLogBroken(StoreError):
    """The log of notices does not hold together: a row of it was changed or is missing."""


class TimelineRefused(StoreError):
    """The store holds cases of another timeline."""
