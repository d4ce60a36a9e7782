"""The log of notices as it is read: what did not arrive first, by case from its index, and no notice twice."""

from datetime import timedelta

import pytest
from sqlalchemy import event, text

from activities.store.notices import NoticeArrival, NoticeFilter, NoticePlace
from activities.store.outbox import Attempt
from activities.store.store import Store
from activities.store.tellings import REMINDER, AlertLine, NewTelling
from tests.activities.store.build import DAY, T

SECOND = timedelta(seconds=1)


def tell(
    store: Store,
    number: int,
    *cases: str,
    receiver: str = "sz-water",
    kind: str = "raised",
    outcomes: tuple[str, ...] = (),
    again: bool = False,
) -> int:
    """A notice of alerts of some cases, and what came of it: without outcomes, or with `again`, it waits."""
    lines = tuple(
        AlertLine(alertname="ShixianStepOverdue", severity="warning", case=case, step=f"step-{place}")
        for place, case in enumerate(cases)
    )
    at = T + number * SECOND
    with store.remembering(receiver) as memory:
        memory.tell(
            NewTelling(id=f"id-{number}", receiver=receiver, channel="post", kind=kind, at=at, body="{}", alerts=lines)
        )
    with store.reading() as connection:
        of = int(connection.execute(text("SELECT max(number) FROM telling")).scalar_one())
    for nth, outcome in enumerate(outcomes, 1):
        last = nth == len(outcomes) and not again
        store.attempted(of, Attempt(nth=nth, at=at, outcome=outcome, error="timeout"), None if last else at + DAY)
    return of


@pytest.fixture
def told(store: Store) -> dict[str, int]:
    """Notices of every kind of arrival, by it."""
    return {
        "delivered": tell(store, 1, "c1", outcomes=("failed", "delivered")),
        "refused": tell(store, 2, "c1", "c2", outcomes=("refused",)),
        "handed-over": tell(store, 3, "c3", receiver="sz-gas", outcomes=("handed-over",)),
        "failed": tell(store, 4, "c2", outcomes=("failed", "failed"), again=True),
        "given-up": tell(store, 5, "c4", outcomes=("failed", "given-up")),
        "new": tell(store, 6, "c1"),
        "reminder": tell(store, 7, kind=REMINDER, outcomes=("delivered",)),
    }


def numbers(store: Store, limit: int = 50, **wanted: object) -> list[int]:
    return [one.number for one in store.notices(NoticeFilter.model_validate(wanted), limit=limit)]


def test_what_did_not_arrive_stands_first_and_then_the_newest(store: Store, told: dict[str, int]) -> None:
    order = ("new", "given-up", "failed", "refused", "handed-over", "delivered")
    assert numbers(store) == [told[one] for one in order]


def test_how_a_notice_fared_is_its_last_attempt_and_when_the_next_is_due(store: Store, told: dict[str, int]) -> None:
    fared = {one.number: one.delivery for one in store.notices(NoticeFilter())}
    assert {name: fared[number].arrival for name, number in told.items() if name != "reminder"} == {
        "delivered": NoticeArrival.DELIVERED,
        "refused": NoticeArrival.REFUSED,
        "handed-over": NoticeArrival.HANDED_OVER,
        "failed": NoticeArrival.WAITING,
        "given-up": NoticeArrival.GIVEN_UP,
        "new": NoticeArrival.WAITING,
    }
    failed = fared[told["failed"]]
    assert (failed.attempts, failed.error, failed.at, failed.next_at) == (
        2,
        "timeout",
        T + 4 * SECOND,
        T + 4 * SECOND + DAY,
    )
    assert (fared[told["new"]].attempts, fared[told["new"]].at) == (0, None)


def test_what_was_refused_and_is_sent_again_waits_and_then_was_delivered(store: Store, told: dict[str, int]) -> None:
    refused = told["refused"]
    store.send_again([refused], T + DAY)
    assert numbers(store, arrival="refused") == []
    assert refused in numbers(store, arrival="waiting")
    store.attempted(refused, Attempt(nth=2, at=T + DAY, outcome="delivered"), None)
    assert numbers(store, arrival="delivered") == [refused, told["delivered"]]


def test_the_log_is_asked_by_case_receiver_arrival_and_instant(store: Store, told: dict[str, int]) -> None:
    assert numbers(store, case="c1") == [told["new"], told["refused"], told["delivered"]]
    assert numbers(store, receiver="sz-gas") == [told["handed-over"]]
    assert numbers(store, since=T + 5 * SECOND) == [told["new"], told["given-up"]]
    for arrival, expected in (
        ("waiting", ["new", "failed"]),
        ("refused", ["refused"]),
        ("given-up", ["given-up"]),
        ("delivered", ["delivered"]),
        ("handed-over", ["handed-over"]),
    ):
        assert numbers(store, arrival=arrival) == [told[one] for one in expected], arrival


def test_alerts_are_cut_counted_and_of_the_case_that_is_asked_for(store: Store, told: dict[str, int]) -> None:
    many = tell(store, 8, *(f"c{number}" for number in range(10, 15)))
    [newest, *_] = store.notices(NoticeFilter(), shown=2)
    assert (newest.number, newest.count, [line.case for line in newest.alerts]) == (many, 5, ["c10", "c11"])
    [of_case] = store.notices(NoticeFilter(case="c13"))
    assert (of_case.count, [line.case for line in of_case.alerts]) == (1, ["c13"])
    refused = next(one for one in store.notices(NoticeFilter(case="c1")) if one.number == told["refused"])
    assert [line.case for line in refused.alerts] == ["c1"]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_the_list_goes_on_without_gap_or_repetition(store: Store, told: dict[str, int], size: int) -> None:
    whole, parts, after = store.notices(NoticeFilter()), [], None
    while part := store.notices(NoticeFilter(), after, size):
        parts += part
        last = part[-1]
        after = NoticePlace(last.delivery.arrival in {"waiting", "refused", "given-up"}, last.number)
    assert parts == whole


def test_who_was_told_of_a_case_is_listed_for_receivers_and_steps_place_by_place(
    store: Store, told: dict[str, int]
) -> None:
    both = tell(store, 9, "c1", "c2", "c1", receiver="sz-gas")
    found = store.told_of_case("c1")
    assert [(one.number, one.pos) for one in found] == [
        (both, 2),
        (both, 0),
        (told["new"], 0),
        (told["refused"], 0),
        (told["delivered"], 0),
    ]
    assert {one.alert.case for one in found} == {"c1"}
    assert store.told_of_case("c1", (both, 0), 2) == found[2:4]
    assert [one.number for one in store.told_of_case("c1", receivers=["sz-gas"])] == [both, both]
    assert [one.pos for one in store.told_of_case("c1", receivers=["sz-gas"], steps=["step-2"])] == [2]
    assert store.told_of_case("c1", receivers=[]) == store.told_of_case("c1", steps=[]) == []


def test_a_case_is_found_by_the_index_of_its_alerts(store: Store) -> None:
    if not store.sqlite:
        pytest.skip("a plan of PostgreSQL depends on how much there is")
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        asked.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", note)
    store.told_of_case("c1")
    store.notices(NoticeFilter(case="c1"))
    event.remove(store.engine, "before_cursor_execute", note)
    with store.reading() as connection:
        plans = [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())  # type: ignore[arg-type]
            for statement, values in asked
            if statement.startswith("SELECT") and "telling_alert" in statement
        ]
    assert len(plans) >= 3
    assert all("telling_alert_case" in plan for plan in plans[:3]), plans
