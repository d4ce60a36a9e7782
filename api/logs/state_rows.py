"""Logs written as rows of national state codes 办理状态: what a case did, one row each, as exchange platforms take it."""

from typing import TextIO

from api.logs.exported import OPINION, STATE, STEP, ExportedCase, coded
from api.logs.telling import text_of
from api.views.cells import MARK, table
from workflows.procedures import ALL

HALTED, RECEIVED = 9, 1
KIND = ("procedure", "variant", "jurisdiction")  # of the case, on the row of its receipt
FACTS = tuple(dict.fromkeys(fact.key for definition in ALL.values() for fact in definition.facts))
COLUMNS = ("case", "step", "code", "at", "office", "opinion", "instance", "ground", *KIND, *FACTS)


class StateWriter:
    """Writes rows to a stream. A row without a step is the case's own; `instance` pairs 6 with 7 and 9 with 10."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        stream.write(MARK + table([COLUMNS]))

    def case(self, one: ExportedCase) -> None:
        """Write the rows of a case, in order."""
        nothing = (None,) * len((*KIND, *FACTS))
        kind = (
            *(one.values[f"shixian:{name}"] for name in KIND),
            *(None if name not in one.facts else text_of(one.facts[name]) for name in FACTS),
        )
        rows = (
            (
                one.case,
                event.more.get(STEP),
                event.more[STATE],
                None if event.at is None else event.at.isoformat(),
                event.resource,
                event.more.get(OPINION),
                event.instance,
                event.activity if event.more[STATE] == HALTED else None,
                *(kind if event.more[STATE] == RECEIVED else nothing),
            )
            for event in coded(one.events)
        )
        self._stream.write(table(rows))

    def end(self) -> None:
        """Write nothing: a table has no end."""
