"""What a page asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from activities.store.store import Store

FRAME = 2  # what the frame of a page asks: who is there, and what its badges count
MOST = 6  # what a page asks beside it


@contextmanager
def reads_of(store: Store) -> Iterator[list[str]]:
    """The statements that read, while the block runs; not where the audit log stands, which is read to be written."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")) and "audit_head" not in statement:
            found.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
