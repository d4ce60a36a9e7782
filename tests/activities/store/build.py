"""Cases, steps, clocks and events to store."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from activities.record import CasePicture, ClockPicture, Event, NewEvent, Role, StepPicture
from activities.store.hashing import chain
from activities.store.rows import CaseRows, ClockRow
from activities.store.store import Store
from sla.clock import Clock, Interval, Limit, Standing, Suspension

T = datetime(2021, 3, 1, 1, 30, tzinfo=UTC)  # a Monday, 09:30 in Suzhou
DAY = timedelta(days=1)


def new(kind: str = "noted", request_id: str | None = None, **body: Any) -> NewEvent:
    return NewEvent(kind=kind, at=T, told=T, actor="key:water", request_id=request_id, body=body)


def completed(step: str, occurrence: int = 1, request_id: str | None = None) -> NewEvent:
    return new("completed", request_id, step=step, occurrence=occurrence, outcome="done")


def append(store: Store, case: str, *events: NewEvent, calendar: str = "CN:base") -> list[Event]:
    with store.append(case) as appending:
        added = chain(case, appending.head, events, calendar)
        appending.add(added)
    return added


def put(store: Store, rows: CaseRows) -> None:
    with store.append(rows.case.case) as appending:
        appending.put(rows)


def a_step(key: str = "acceptance", owner: str = "water-group", status: str = "open", **more: Any) -> StepPicture:
    return StepPicture(
        key=key, title_zh="受理", title_en="Acceptance", party="utility", owner=owner, status=status, **more
    )


def a_clock(
    key: str = "promise",
    role: Role = Role.PROMISE,
    owner: str = "water-group",
    *,
    stop: datetime | None = None,
    **more: Any,
) -> ClockPicture:
    suspension = Suspension(id="s1", ground="correction", start=T + DAY, end=T + 2 * DAY)
    clock = Clock(
        key=key,
        limit=Limit(amount=Decimal(4)),
        start=T,
        running=(Interval(start=T, end=stop),),
        suspensions=(suspension,),
        stop=stop,
    )
    return ClockPicture(clock=clock, role=role, owner=owner, **more)


def a_row(picture: ClockPicture | None = None, due_at: datetime | None = T + 5 * DAY, **more: Any) -> ClockRow:
    values: dict[str, Any] = {
        "calendar": "CN:base",
        "limit": Decimal(4),
        "start_day": T.date(),
        "due_at": due_at,
        "due_date": None if due_at is None else due_at.date(),
        "due_soon_at": None if due_at is None else due_at - DAY,
    }
    return ClockRow(picture=picture or a_clock(), **values | more)


def decided(commitment: str, on: date, standing: Standing, used: str = "3", **more: Any) -> ClockRow:
    stop = datetime(on.year, on.month, on.day, 2, tzinfo=UTC)
    picture = a_clock(stop=stop, commitment=commitment, **more)
    return a_row(picture, standing=standing, used=Decimal(used), suspended=Decimal(1))


def a_case(case: str, *clocks: ClockRow, steps: tuple[StepPicture, ...] = (), **more: Any) -> CaseRows:
    values: dict[str, Any] = {
        "procedure": "water-connection",
        "version": "1",
        "variant": "standard",
        "jurisdiction": "taicang",
        "title_zh": "用水报装",
        "title_en": "Water connection",
        "owner": "water-group",
        "facts": {"b": 1, "a": {"d": [1, 2], "c": True}},
        "status": "open",
        "national_state": 3,
        "received_at": T,
    }
    return CaseRows(case=CasePicture(case=case, **values | more), steps=steps, clocks=clocks)
