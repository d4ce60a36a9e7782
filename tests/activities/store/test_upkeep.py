"""Keys, faults, heartbeats and the timeline."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from activities.store.errors import Conflict, TimelineRefused
from activities.store.keys import ApiKey
from activities.store.store import Store
from sla.timeline import REAL_TIME, Timeline
from tests.activities.store.build import DAY, T, append, new

KEY = ApiKey(
    id="k1",
    prefix="sx_live_ab",
    hash="a" * 64,
    actor="key:k1",
    company="water-group",
    role="utility",
    steps=("survey",),
    created=T,
    expires=T + 90 * DAY,
)
IDENTITY = Timeline(anchor_real=T, anchor_business=T)
FAST = Timeline(anchor_real=T, anchor_business=T - 300 * DAY, rate=10_000)


def test_a_key_is_found_by_its_hash(store: Store) -> None:
    officer = KEY.model_copy(update={"id": "k2", "hash": "b" * 64, "company": None, "steps": (), "expires": None})
    store.add_key(KEY)
    store.add_key(officer)
    assert store.key_by_hash("a" * 64) == KEY
    assert store.key_by_hash("b" * 64) == officer
    assert store.key_by_hash("c" * 64) is None
    assert store.keys() == [KEY, officer]


def test_a_key_is_revoked_once(store: Store) -> None:
    store.add_key(KEY)
    assert store.revoke("k1", T + DAY)
    assert not store.revoke("k1", T + 2 * DAY)
    assert not store.revoke("k2", T)
    assert store.key_by_hash("a" * 64) == KEY.model_copy(update={"revoked": T + DAY})


def test_a_key_says_who_made_it_who_revoked_it_and_when_it_was_used(store: Store) -> None:
    made = KEY.model_copy(update={"made_by": "supervisor"})
    store.add_key(made)
    assert store.key("k1") == made
    assert store.key("k2") is None
    hour = DAY / 24
    for at, used in ((T, T), (T + hour / 2, T), (T + 2 * hour, T + 2 * hour), (T, T + 2 * hour)):
        store.use_key("k1", at, unless_since=at - hour)
        assert store.key("k1") == made.model_copy(update={"used": used})
    assert store.revoke("k1", T + DAY, "another")
    found = store.key("k1")
    assert found is not None
    assert (found.revoked, found.revoked_by) == (T + DAY, "another")


def test_keys_are_read_on_from_one_and_without_those_that_ended_long_ago(store: Store) -> None:
    keys = [
        KEY.model_copy(update={"id": f"k{n}", "hash": f"{n}" * 64, "created": T + (n // 2) * DAY, "expires": end})
        for n, end in enumerate((T + DAY, None, T + 3 * DAY, T + 9 * DAY))
    ]
    for key in keys:
        store.add_key(key)
    assert store.keys(limit=2) == keys[:2]
    assert store.keys(after=(keys[1].created, "k1"), limit=5) == keys[2:]
    assert store.keys(after=(keys[2].created, "k2")) == keys[3:]
    assert store.keys(ended_after=T + DAY) == keys[1:]
    store.revoke("k1", T + DAY)
    assert store.keys(ended_after=T + 2 * DAY) == keys[2:]


@pytest.mark.parametrize("change", [{"id": "k2"}, {"hash": "b" * 64}])
def test_two_keys_have_neither_id_nor_hash_in_common(store: Store, change: dict[str, str]) -> None:
    store.add_key(KEY)
    with pytest.raises(Conflict):
        store.add_key(KEY.model_copy(update=change))


def test_a_fault_that_lasts_is_one_fault(store: Store) -> None:
    with store.append("c1") as appending:
        appending.fault("ledger-behind", "history 5, ledger 3", T)
        appending.fault("ledger-behind", "history 5, ledger 3", T + DAY)
    store.fault("c1", "ledger-behind", "again", T + DAY)
    store.fault("c2", "ledger-behind", "other", T + DAY)
    [first, second] = store.faults()
    assert (first.case, first.kind, first.detail, first.at) == ("c1", "ledger-behind", "history 5, ledger 3", T)
    assert second.case == "c2"
    assert store.resolve_fault("c1", "ledger-behind", T + 2 * DAY)
    assert not store.resolve_fault("c1", "ledger-behind", T + 2 * DAY)
    assert store.faults() == [second]
    assert store.faults(resolved=True)[0].resolved_at == T + 2 * DAY
    store.fault("c1", "ledger-behind", "anew", T + 3 * DAY)
    assert [fault.detail for fault in store.faults()] == ["other", "anew"]


def test_the_last_heartbeat_counts(store: Store) -> None:
    assert store.heartbeats() == {}
    store.heartbeat("worker", T)
    store.heartbeat("worker", T + DAY)
    store.heartbeat("api", T)
    assert store.heartbeats() == {"worker": T + DAY, "api": T}


def test_a_timeline_is_stored_until_the_first_event(store: Store) -> None:
    assert store.timeline() == REAL_TIME
    store.set_timeline_once(IDENTITY)
    store.set_timeline_once(FAST)
    assert store.timeline() == FAST
    append(store, "c1", new())
    store.set_timeline_once(FAST)
    for other in (IDENTITY, FAST.model_copy(update={"rate": 2})):
        with pytest.raises(TimelineRefused):
            store.set_timeline_once(other)
    assert store.timeline() == FAST


def test_a_store_with_cases_of_real_time_takes_no_rehearsal(store: Store) -> None:
    append(store, "c1", new())
    with pytest.raises(TimelineRefused):
        store.set_timeline_once(FAST)
    assert store.timeline() == REAL_TIME
    store.set_timeline_once(IDENTITY)
    store.set_timeline_once(Timeline(anchor_real=T + DAY, anchor_business=T + DAY))
    assert store.timeline() == IDENTITY


def test_a_store_whose_database_is_there_answers(store: Store) -> None:
    store.ping()
    assert store.faults() == []


def test_a_secret_is_made_once_and_no_two_are_alike(store: Store) -> None:
    made = store.secret("one")
    assert len(bytes.fromhex(made)) == 32
    assert store.secret("one") == made
    assert store.secret("two") != made


def test_of_processes_that_make_a_secret_at_once_all_have_the_same(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: store.secret("one"), range(8)))) == 1


def test_a_rehearsal_goes_on_at_another_rate_and_never_before_its_last_event(store: Store) -> None:
    store.set_timeline_once(FAST)
    append(store, "c1", new())
    last = store.events("c1")[-1].told
    later = store.go_on(last + DAY, T + DAY, 10)
    assert (later.business(T + DAY), later.rate) == (last + DAY, 10)
    assert store.go_on(last - DAY, T + DAY, 2).anchor_business == last
    assert store.timeline().rate == 2


def test_real_time_never_goes_on_at_another_rate(store: Store) -> None:
    with pytest.raises(TimelineRefused):
        store.go_on(T, T, 10)
    store.set_timeline_once(IDENTITY)
    with pytest.raises(TimelineRefused):
        store.go_on(T, T, 10)
    assert store.timeline() == IDENTITY
