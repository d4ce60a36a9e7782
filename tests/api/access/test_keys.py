"""What a key opens, from where and how long; and how another takes its place (C-14, C-15)."""

from contextlib import closing
from datetime import timedelta
from ipaddress import ip_address, ip_network
from math import log2
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from activities.store.errors import Conflict
from activities.store.keys import ApiKey
from activities.store.store import Store
from api.access.api_keys import (
    ALPHABET,
    DISUSED,
    RANDOM,
    CallerRole,
    KeyState,
    NotRenewable,
    OverlapTooLong,
    hashed,
    key_state,
    new_key,
    renewed,
    valid_key,
)
from api.access.networks import BadNetwork, lies_within
from api.http.problems import Problem
from tests.desk import at

NOW = at("2026-03-02 09:00")
DAY = timedelta(days=1)


def a_key(**more: Any) -> tuple[str, ApiKey]:
    return new_key(**{"actor": "meter-1", "role": CallerRole.AUDITOR, "now": NOW, **more})


def opens(text: str, kept: ApiKey, *, days: float = 0, address: str | None = "127.0.0.1") -> bool:
    try:
        valid_key(text, {kept.hash: kept}.get, NOW + timedelta(days=days), address=address)
    except Problem as problem:
        return problem.code != "unauthenticated"
    return True


def test_c_14_a_key_cannot_be_guessed_and_none_is_like_another() -> None:
    """C-14."""
    assert RANDOM * log2(len(ALPHABET)) > 128
    texts = [a_key()[0] for _ in range(1000)]
    assert len({text[:20] for text in texts}) == len(texts)


@given(st.ip_addresses(), st.ip_addresses(), st.integers(0, 128))
def test_c_15_a_key_opens_from_its_networks_and_from_nowhere_else(home: Any, away: Any, bits: int) -> None:
    assume(getattr(away, "ipv4_mapped", None) is None)
    network = ip_network((home, min(bits, home.max_prefixlen)), strict=False)
    text, kept = a_key(networks=[str(network)])
    assert opens(text, kept, address=str(home))
    assert opens(text, kept, address=str(away)) is (away in network)
    for nowhere in (None, "", "testclient", "unix:"):
        assert not opens(text, kept, address=nowhere)


def test_an_address_of_ipv4_is_the_same_where_the_server_listens_on_ipv6() -> None:
    assert lies_within(f"::ffff:{ip_address('192.0.2.7')}", ("192.0.2.0/24",))
    assert not lies_within("::ffff:192.0.3.7", ("192.0.2.0/24",))


@pytest.mark.parametrize("network", ["", "x", "192.0.2.1/24", "192.0.2.0/33", "10.0.0.0/8 ", "::/129"])
def test_what_is_no_network_is_refused(network: str) -> None:
    with pytest.raises(BadNetwork):
        a_key(networks=[network])


def test_a_key_names_twenty_networks_at_most() -> None:
    networks = [f"10.{n}.0.0/16" for n in range(21)]
    assert a_key(networks=networks[:20])[1].networks == tuple(networks[:20])
    with pytest.raises(BadNetwork):
        a_key(networks=networks)


def test_c_15_a_key_opens_until_it_ends() -> None:
    text, kept = a_key(days=30)
    assert [opens(text, kept, days=days) for days in (29.999, 30, 31)] == [True, False, False]


def test_a_key_that_nobody_used_for_ninety_days_opens_nothing() -> None:
    text, kept = a_key(days=365)
    assert [opens(text, kept, days=days) for days in (89.9, 90)] == [True, False]
    used = kept.model_copy(update={"used": NOW + 80 * DAY})
    assert [opens(text, used, days=days) for days in (90, 169.9, 170)] == [True, True, False]
    assert key_state(kept, NOW + DISUSED) is KeyState.DISUSED
    assert key_state(kept, NOW + 365 * DAY) is KeyState.EXPIRED
    assert key_state(kept.model_copy(update={"revoked": NOW}), NOW + DISUSED) is KeyState.REVOKED


def test_c_15_a_successor_is_the_same_callers_and_the_old_key_goes_on_for_the_overlap(store: Store) -> None:
    text, old = a_key(role=CallerRole.UTILITY, company="suzhou-water", steps=("water-on",), networks=["192.0.2.0/24"])
    store.add_key(old)
    other, new, ends = renewed(old, now=NOW + 80 * DAY, before=None, overlap=3)
    assert store.renew_key(new, ends)
    same = {"actor", "role", "company", "steps", "networks"}
    assert new.model_dump(include=same) == old.model_dump(include=same)
    assert store.key(new.id) == new
    shorter = store.key_by_hash(hashed(text))
    assert shorter is not None
    assert shorter.expires == NOW + 83 * DAY
    assert [opens(text, shorter, days=days, address="192.0.2.1") for days in (82.9, 83)] == [True, False]
    assert [opens(other, new, days=days, address="192.0.2.1") for days in (82.9, 83)] == [True, True]


def test_an_overlap_makes_no_key_live_longer() -> None:
    _, old = a_key(days=30)
    assert renewed(old, now=NOW + 29 * DAY, before=None)[2] == old.expires


@pytest.mark.parametrize("overlap", [-1, 8])
def test_an_overlap_has_seven_days_at_most(overlap: int) -> None:
    with pytest.raises(OverlapTooLong):
        renewed(a_key()[1], now=NOW, before=None, overlap=overlap)


def test_there_are_never_three_keys_that_took_each_others_place(store: Store) -> None:
    _, first = a_key()
    store.add_key(first)
    _, second, ends = renewed(first, now=NOW, before=None)
    assert store.renew_key(second, ends)
    _, twin, _ = renewed(first, now=NOW, before=None)
    with pytest.raises(Conflict):
        store.renew_key(twin, ends)
    shortened = store.key(first.id)
    assert shortened is not None
    with pytest.raises(NotRenewable):
        renewed(second, now=NOW + 6 * DAY, before=shortened)
    assert renewed(second, now=NOW + 7 * DAY, before=shortened)[1].renews == second.id
    assert len(store.keys()) == 2


def test_a_key_that_opens_nothing_is_not_renewed(store: Store) -> None:
    _, kept = a_key(days=30)
    store.add_key(kept)
    _, new, ends = renewed(kept, now=NOW, before=None)
    assert store.revoke(kept.id, NOW)
    assert not store.renew_key(new, ends)
    revoked = store.key(kept.id)
    assert revoked is not None
    assert revoked.expires == kept.expires
    for over, now in ((revoked, NOW), (kept, NOW + 31 * DAY)):
        with pytest.raises(NotRenewable):
            renewed(over, now=now, before=None)


def test_keys_that_end_soon_are_told_once_their_place_is_not_taken(store: Store) -> None:
    made = {days: a_key(days=days)[1] for days in (5, 20, 31, 40)}
    for key in made.values():
        store.add_key(key)
    _, new, ends = renewed(made[20], now=NOW, before=None)
    assert store.renew_key(new, ends)
    store.revoke(made[31].id, NOW)

    def ending(after: int, before: int) -> list[str]:
        return [key.id for key in store.expiring_keys(NOW + after * DAY, NOW + before * DAY, 10)]

    assert ending(0, 30) == [made[5].id]
    assert ending(5, 50) == [made[40].id]


def test_c_14_a_store_that_is_read_again_holds_no_keys_text(tmp_path: Any) -> None:
    """C-14: the whole file is searched."""
    text, old = a_key()
    with closing(Store.open(f"sqlite:///{tmp_path}/l.sqlite")) as store:
        store.migrate()
        store.add_key(old)
        other, new, ends = renewed(old, now=NOW, before=None)
        store.renew_key(new, ends)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert old.hash.encode() in kept
    for one in (text, other):
        assert one.encode() not in kept
        assert one[-20:].encode() not in kept
