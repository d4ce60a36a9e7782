"""Records of observations: nothing of them changes, nothing is twice, and a changed byte shows."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import update

from activities.store.observation_log import NewEntry, observation
from activities.store.store import Store
from sla.observations import EntryKind, IndicatorKind, Noted, RecordRefused, confirm, record
from tests.activities.store.build import T, a_case, a_row, put
from tests.sla.observing import BINDING, found

SHARE = "sz-19-finance-access"


def entry(number: int, kind: EntryKind = EntryKind.RECORDED, of: int | None = None, digest: str = "d") -> NewEntry:
    told = found(IndicatorKind.SHARE, date(2021, 1, 1 + number)) if kind is EntryKind.RECORDED else None
    return NewEntry(
        kind=kind, at=T, actor=f"desk-{number}", request_id=f"r{number}", digest=digest, of=of, observation=told
    )


def whatever(seen: Sequence[Noted]) -> None:
    del seen


def test_what_is_put_on_record_is_read_as_it_was_told(store: Store) -> None:
    store.put_observation(SHARE, entry(1), whatever)
    store.put_observation(SHARE, entry(2, EntryKind.CONFIRMED, of=1), whatever)
    (one,) = store.observations(SHARE)
    assert one.observation == found(IndicatorKind.SHARE, date(2021, 1, 2))
    assert (one.number, one.recorded_by, one.recorded_at, one.confirmed_by) == (1, "desk-1", T, "desk-2")
    assert one.stands
    assert store.all_observations() == {SHARE: (one,)}
    assert store.observations("sz-19-first-loan") == ()
    assert store.broken_observations() == []


def test_a_request_sent_twice_is_put_on_record_once(store: Store) -> None:
    first = store.put_observation(SHARE, entry(1), whatever)
    again = store.put_observation(SHARE, entry(1, digest="another"), whatever)
    assert (first.repeated, again.repeated, again.digest) == (False, True, "d")
    assert again.entry == first.entry
    assert len(store.observations(SHARE)) == 1


def test_what_is_not_allowed_is_not_put_on_record(store: Store) -> None:
    store.put_observation(SHARE, entry(1), whatever)
    with pytest.raises(RecordRefused):
        store.put_observation(SHARE, entry(2), lambda seen: record(seen, found(IndicatorKind.SHARE, date(2021, 1, 2))))
    assert len(store.observations(SHARE)) == 1


def test_of_many_who_confirm_at_once_one_does(store: Store) -> None:
    store.put_observation(SHARE, entry(1), whatever)

    def try_it(number: int) -> bool:
        one = entry(number, EntryKind.CONFIRMED, of=1)
        try:
            store.put_observation(SHARE, one, lambda seen: confirm(seen, 1, one.actor, four_eyes=True))
        except RecordRefused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(try_it, range(2, 8))) == 1
    assert store.broken_observations() == []


@pytest.mark.parametrize("changed", [{"body": "{}"}, {"actor": "x"}, {"at": 1}, {"prev_hash": "0"}, {"seq": 9}])
def test_a_changed_row_shows(store: Store, changed: dict[str, object]) -> None:
    for number in (1, 2, 3):
        store.put_observation(SHARE, entry(number), whatever)
    with store.writing() as connection:
        connection.execute(update(observation).where(observation.c.seq == 2).values(**changed))
    broken = store.broken_observations()
    assert [commitment for commitment, _ in broken] == [SHARE]
    assert broken[0][1] in {2, 3, 9}


def test_approved_cases_are_counted_by_variant_within_their_time(store: Store) -> None:
    for number, (variant, outcome, at) in enumerate(
        [
            ("platform", "approved", T),
            ("platform", "refused", T),
            ("outside", "approved", T),
            ("platform", "approved", BINDING),
        ]
    ):
        decided = T if at is T else T.replace(year=2020)
        rows = a_case(
            f"c{number}", a_row(), variant=variant, status="decided", outcome=outcome, decided_at=decided, open=False
        )
        put(store, rows)
    procedure = a_case("x", a_row()).case.procedure
    place = a_case("x", a_row()).case.jurisdiction
    begin, turn, end = T.replace(year=2020, month=1), T.replace(month=1), T.replace(month=12)
    found = store.approved(procedure, place, begin, end, turn)
    assert (found.before, found.after) == ({"platform": 1}, {"platform": 1, "outside": 1})
    assert store.approved(procedure, place, turn, end, turn).before == {}
    assert store.approved(procedure, "elsewhere", begin, end, turn) == ({}, {})
