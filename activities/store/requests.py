"""Reading what is asked for: the requests of all cases, in the order in which they were asked."""

from datetime import datetime

from sqlalchemy import func, literal, select, tuple_

from activities.record import CasePicture, RequestPicture
from activities.store import tables
from activities.store.database import Database
from activities.store.instants import micros
from activities.store.request_tables import IS_OPEN, request
from sla.model import Model

CASE, REQUEST = tables.case.c, request.c
OPEN = "open"
Place = tuple[int, str, int]  # when it was asked for (microseconds), case and number


class ListedRequest(Model):
    """A request with its case."""

    case: CasePicture
    request: RequestPicture

    @property
    def place(self) -> Place:
        """Its place in the list."""
        return micros(self.request.asked_at), self.case.case, self.request.number


class RequestCount(Model):
    """How many requests for a kind of command are open in a place, and how many of them past their due time."""

    jurisdiction: str
    kind: str
    open: int
    overdue: int


class CaseRequests(Database):
    """What is asked for in all cases."""

    def requests(
        self, *, status: str | None = OPEN, kind: str | None = None, after: Place | None = None, limit: int = 50
    ) -> list[ListedRequest]:
        """Read requests after a place, the oldest first; None: of every status, for every kind of command."""
        query = select(CASE.picture, REQUEST.picture).join(request, REQUEST.case == CASE.case)
        if status is not None:
            query = query.where(IS_OPEN if status == OPEN else REQUEST.status == status)
        if kind is not None:
            query = query.where(REQUEST.kind == kind)
        order = (REQUEST.asked_at, REQUEST.case, REQUEST.number)
        if after is not None:
            query = query.where(tuple_(*order) > tuple_(*map(literal, after)))
        with self.reading() as connection:
            found = connection.execute(query.order_by(*order).limit(limit)).all()
        return [
            ListedRequest(case=CasePicture.model_validate_json(case), request=RequestPicture.model_validate_json(asked))
            for case, asked in found
        ]

    def count_requests(self, now: datetime) -> list[RequestCount]:
        """Count the open requests of each place and kind at a business instant."""
        late = func.count().filter(REQUEST.due_at < micros(now))
        query = select(REQUEST.jurisdiction, REQUEST.kind, func.count(), late).where(IS_OPEN)
        query = query.group_by(REQUEST.jurisdiction, REQUEST.kind).order_by(REQUEST.jurisdiction, REQUEST.kind)
        with self.reading() as connection:
            found = connection.execute(query).all()
        return [RequestCount(jurisdiction=row[0], kind=row[1], open=row[2], overdue=row[3]) for row in found]
