"""What the relay has told is append-only; what waits goes out in order."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from activities.record import Role, StepPicture
from activities.store.errors import Conflict
from activities.store.outbox import Attempt
from activities.store.rows import ClockRow
from activities.store.store import Store
from activities.store.tellings import REMINDER, AlertLine, NewTelling, State, TellingFilter, Told
from sla.clock import Standing
from tests.activities.store.build import DAY, T, a_case, a_clock, a_row, put

SECOND = timedelta(seconds=1)
ALL = TellingFilter(reminders=True)


def tell(store: Store, number: int, receiver: str = "water", channel: str = "post", kind: str = "raised") -> int:
    line = AlertLine(alertname="Overdue", severity="warning", case=f"c{number}", step="survey", named=False, reason="x")
    telling = NewTelling(
        id=f"id-{number}",
        receiver=receiver,
        channel=channel,
        kind=kind,
        at=T + number * SECOND,
        body="{}",
        alerts=(line,),
    )
    with store.remembering(receiver) as memory:
        memory.tell(telling)
    return store.tellings(ALL)[-1].number


def deliver(store: Store, number: int, at: datetime = T) -> None:
    store.attempted(number, Attempt(nth=1, at=at, outcome="delivered"), None)


def told(subject: str, receiver: str = "water", state: State = State.TOLD, since: datetime = T) -> Told:
    return Told(
        receiver=receiver,
        subject=subject,
        state=state,
        since=since,
        case="c1",
        severity="warning",
        scope="step",
        labels={"alertname": "Overdue"},
        annotations={"summary_zh": "逾期"},
        started_at=T,
        due_at=T + DAY,
    )


def test_what_is_remembered_is_each_receivers_own(store: Store) -> None:
    with store.remembering("water") as memory:
        memory.put([told("a"), told("b", state=State.HELD)])
        assert memory.known(["a", "b", "c"]) == {"a": told("a"), "b": told("b", state=State.HELD)}
        memory.put([told("a", state=State.HELD, since=T + DAY)])
    with store.remembering("gas") as memory:
        assert memory.known(["a"]) == {}
    held = store.remembered(State.HELD, limit=1)
    assert [one.subject for one in held] == ["a"]
    assert [one.subject for one in store.remembered(State.HELD, after=("water", "a"))] == ["b"]
    assert store.remembered(State.TOLD) == []


def test_a_notice_and_what_is_remembered_are_written_together_or_not_at_all(store: Store) -> None:
    def told_twice() -> None:
        with store.remembering("water") as memory:
            memory.put([told("a")])
            for _ in range(2):
                memory.tell(
                    NewTelling(id="same", receiver="water", channel="c", kind="raised", at=T, body="", alerts=())
                )

    with pytest.raises(Conflict):
        told_twice()
    assert store.tellings(ALL) == []
    assert store.remembered(State.TOLD) == []
    assert store.undelivered() == (0, None)


def test_a_receiver_hears_things_in_order_and_no_receiver_waits_for_another(store: Store) -> None:
    first, second = tell(store, 1), tell(store, 2)
    gas = tell(store, 3, receiver="gas")
    assert store.undelivered() == (3, T + SECOND)
    now = T + DAY
    waiting = store.pending("post", now)
    assert waiting is not None
    assert (waiting.number, waiting.id, waiting.receiver, waiting.attempts) == (first, "id-1", "water", 0)
    store.attempted(first, Attempt(nth=1, at=now, outcome="failed", error="status-500"), now + SECOND)
    other = store.pending("post", now)
    assert other is not None
    assert other.number == gas
    deliver(store, gas)
    assert store.pending("post", now) is None
    again = store.pending("post", now + SECOND)
    assert again is not None
    assert (again.number, again.attempts) == (first, 1)
    store.attempted(first, Attempt(nth=2, at=now + SECOND, outcome="delivered"), None)
    last = store.pending("post", now)
    assert last is not None
    assert last.number == second
    assert store.pending("other", now) is None


def test_the_log_has_every_attempt(store: Store) -> None:
    number = tell(store, 1)
    tries = (
        Attempt(nth=1, at=T, outcome="failed", error="timeout"),
        Attempt(nth=2, at=T + SECOND, outcome="delivered"),
    )
    store.attempted(number, tries[0], T + SECOND)
    store.attempted(number, tries[1], None)
    [found] = store.tellings(ALL)
    assert found.attempts == tries
    assert (found.id, found.receiver, found.channel, found.kind, found.at) == (
        "id-1",
        "water",
        "post",
        "raised",
        T + SECOND,
    )
    assert [(a.case, a.step, a.named, a.reason) for a in found.alerts] == [("c1", "survey", False, "x")]


def test_the_log_is_asked_by_case_receiver_and_instant(store: Store) -> None:
    for number, receiver in ((1, "water"), (2, "gas"), (3, "water")):
        tell(store, number, receiver)
    tell(store, 4, kind=REMINDER)

    def ids(**wanted: Any) -> list[str]:
        return [one.id for one in store.tellings(TellingFilter(**wanted))]

    assert ids() == ["id-1", "id-2", "id-3"]
    assert ids(case="c2") == ["id-2"]
    assert ids(receiver="water") == ["id-1", "id-3"]
    assert ids(since=T + 3 * SECOND) == ["id-3"]
    assert ids(receiver="water", reminders=True) == ["id-1", "id-3", "id-4"]
    first = store.tellings(TellingFilter(), limit=2)
    assert [one.id for one in store.tellings(TellingFilter(), after=first[-1].number)] == ["id-3"]


@pytest.mark.parametrize("table", ["telling", "telling_alert", "delivery"])
@pytest.mark.parametrize("change", ["UPDATE {} SET number = number + 100", "DELETE FROM {}"])
def test_what_was_told_cannot_be_changed(store: Store, table: str, change: str) -> None:
    deliver(store, tell(store, 1))
    before = store.tellings(ALL)
    with pytest.raises((DBAPIError, Conflict)), store.writing() as connection:
        connection.exec_driver_sql(change.format(table))
    assert store.tellings(ALL) == before


def test_reminders_are_cleared_once_they_are_old_and_delivered(store: Store) -> None:
    old, waiting, evidence = tell(store, 1, kind=REMINDER), tell(store, 2, kind=REMINDER), tell(store, 3)
    deliver(store, old)
    deliver(store, evidence)
    with store.remembering("water") as memory:
        memory.put([told("a", state=State.WITHDRAWN), told("b"), told("c", state=State.WITHDRAWN, since=T + 2 * DAY)])
    store.clear(T + DAY)
    assert [one.number for one in store.tellings(ALL)] == [waiting, evidence]
    with store.remembering("water") as memory:
        assert memory.known("abc").keys() == {"b", "c"}
        assert memory.waits("post", REMINDER)
        assert not memory.waits("other", REMINDER)


def test_what_is_given_up_leaves_the_outbox_and_stays_in_the_log(store: Store) -> None:
    old, _ = tell(store, 1), tell(store, 100)
    assert store.give_up(T + 50 * SECOND, T + DAY) == 1
    assert store.undelivered() == (1, T + 100 * SECOND)
    assert store.tellings(ALL)[0].attempts == (Attempt(nth=1, at=T + DAY, outcome="given-up"),)
    assert store.tellings(ALL)[0].number == old


def test_clocks_are_read_without_their_pictures(store: Store) -> None:
    step = a_clock("step/survey#1", Role.STEP, step="survey")
    stopped = a_row(a_clock("step/old#1", Role.STEP, step="old", stop=T + DAY), standing=Standing.MET)
    put(store, a_case("c1", a_row(), a_row(step, T + 2 * DAY), stopped, steps=(StepPicture.model_validate(STEP),)))
    put(store, a_case("c2", a_row(), open=False))
    put(store, a_case("c3"))
    found = store.bare_clocks(["c1", "c2", "c3", "c4"])
    assert [(c.main, c.step, c.live, c.due_at) for c in found["c1"]] == [
        (True, None, True, T + 5 * DAY),
        (False, "survey", True, T + 2 * DAY),
        (False, "old", False, T + 5 * DAY),
    ]
    assert [c.live for c in found["c2"]] == [False]
    assert found["c3"] == []
    assert "c4" not in found


STEP = {
    "key": "survey",
    "title_zh": "踏勘",
    "title_en": "Survey",
    "party": "utility",
    "owner": "water-group",
    "status": "open",
}


def test_steps_are_counted_by_owner(store: Store) -> None:
    def steps(*dues: datetime | None, **more: Any) -> tuple[ClockRow, ...]:
        return tuple(a_row(a_clock(f"step/s{n}#1", Role.STEP, step=f"s{n}"), due, **more) for n, due in enumerate(dues))

    put(store, a_case("c1", *steps(T, T + DAY, T + 2 * DAY)))
    put(store, a_case("c2", *steps(None, standing=Standing.SUSPENDED)))
    put(store, a_case("c3", *steps(T), open=False))
    [found] = store.step_counts(T + DAY)
    assert found == ("taicang", "water-group", 3, 2)
