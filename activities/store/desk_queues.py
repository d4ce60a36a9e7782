"""Steps of a desk that are not on it: those that come to it next, and those whose completion waits for an officer."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, TextClause, func, select, tuple_

from activities.record import CasePicture, StepPicture
from activities.store import tables
from activities.store.database import Database
from sla.model import Model

CASE, STEP = tables.case.c, tables.step.c


class Queue(StrEnum):
    """Beside a desk."""

    COMING = "coming"
    UNCONFIRMED = "unconfirmed"


WHICH = {Queue.COMING: tables.COMING, Queue.UNCONFIRMED: tables.PENDING}


class OfDesk(NamedTuple):
    """Whose desk; `keys`: only these steps of it, None: all."""

    jurisdiction: str
    owners: Collection[str]
    keys: Collection[str] | None = None


class QueueLine(Model):
    """A step in a queue, with its case."""

    case: CasePicture
    step: StepPicture
    cursor: tuple[str, int]


class DeskQueues(Database):
    """What is asked of the queues beside desks, each answer from one snapshot."""

    def queue_sizes(self, desk: OfDesk, most: int = 10_001) -> dict[Queue, int]:
        """Count the steps of each queue, up to `most`."""
        counts = {
            queue: select(func.count())
            .select_from(
                select(STEP.pos)
                .join(tables.case, CASE.case == STEP.case)
                .where(*_of(queue, desk))
                .limit(most)
                .subquery()
            )
            .scalar_subquery()
            for queue in Queue
        }
        with self.reading() as connection:
            row = connection.execute(select(*(count.label(queue.value) for queue, count in counts.items()))).one()
        return {queue: getattr(row, queue.value) for queue in Queue}

    def queued(
        self, queue: Queue, desk: OfDesk, after: tuple[str, int] | None = None, limit: int = 50
    ) -> list[QueueLine]:
        """Read the steps of a queue, by case and place in it."""
        columns = (STEP.case, STEP.pos, STEP.picture.label("of_step"), CASE.picture.label("of_case"))
        query = select(*columns).join(tables.case, CASE.case == STEP.case).where(*_of(queue, desk))
        if after is not None:
            query = query.where(tuple_(STEP.case, STEP.pos) > tuple_(*after))
        with self.reading() as connection:
            found = connection.execute(query.order_by(STEP.case, STEP.pos).limit(limit)).all()
        return [
            QueueLine(
                case=CasePicture.model_validate_json(row.of_case),
                step=StepPicture.model_validate_json(row.of_step),
                cursor=(row.case, row.pos),
            )
            for row in found
        ]

    def surveyed(self, surveys: Collection[str], step: str, owners: Collection[str] | None) -> dict[str, int]:
        """Count by survey the cases in which a step is on a desk; of `owners` alone, or of all."""
        query = (
            select(CASE.survey, func.count())
            .join(tables.step, STEP.case == CASE.case)
            .where(CASE.survey.in_(surveys), tables.ON_DESK, STEP.key == step)
            .group_by(CASE.survey)
        )
        if owners is not None:
            query = query.where(STEP.owner.in_(owners))
        with self.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}


def _of(queue: Queue, desk: OfDesk) -> list[ColumnElement[bool] | TextClause]:
    conditions: list[ColumnElement[bool] | TextClause] = [
        WHICH[queue],
        STEP.owner.in_(desk.owners),
        CASE.jurisdiction == desk.jurisdiction,
    ]
    return conditions if desk.keys is None else [*conditions, STEP.key.in_(desk.keys)]
