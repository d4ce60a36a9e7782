"""Several cases settled in one transaction."""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.record import Event, Head, changes
from activities.settle import Settle, Settled, SettleOutcome, Settler
from activities.store.errors import Conflict, StoreUnavailable
from activities.store.ledger import LedgerGroup
from activities.store.store import Store
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.desk import Desk, at, water
from workflows.answers import Decision
from workflows.decide import decide
from workflows.fold import fold
from workflows.picture import picture

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
IDENTITY = Timeline(anchor_real=EPOCH, anchor_business=EPOCH)
NOW = at("2021-03-01 09:00")
KINDS = ("good", "known", "ahead", "behind", "broken")


def settler_over(store: Store) -> Settler:
    """A settler for which it is a morning of March 2021."""
    return Settler(store, IDENTITY, timedelta(seconds=5), lambda: NOW, RELEASE)


def opening(case: str, *, times: int = 1, expected: Head | None = None) -> Settle:
    """Asks to open a case; where its one request is appended more than once, the ledger refuses."""
    answer = decide(None, Desk(case).open(NOW, water()), {})
    assert isinstance(answer, Decision)
    state = fold(None, [Event(**dict(answer.event), seq=1, calendar="", hash="")], case)
    assert state is not None
    return Settle(
        case=case, expected=expected or Head(), events=(answer.event,) * times, changes=changes(None, picture(state))
    )


def asked(store: Store, kind: str) -> Settle:
    """A request of a case that nobody has heard of, and what it finds in the ledger."""
    case = f"{kind}-{uuid4().hex}"
    if kind in {"known", "ahead"}:
        settled = settler_over(store).settle(opening(case))
        return Settle(case=case, expected=settled.head) if kind == "known" else opening(case)
    if kind == "behind":
        return opening(case, expected=Head(seq=5, hash="f" * 64))
    return opening(case, times=2 if kind == "broken" else 1)


def together(settler: Settler, requests: Sequence[Settle]) -> list[Settled | Exception]:
    """The answers of one group."""
    return settler.settle_together([settler.prepare(request) for request in requests])


def outcome(answer: Settled | Exception) -> str:
    """What became of a request, in a word."""
    return answer.outcome.value if isinstance(answer, Settled) else type(answer).__name__


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=9))
def test_each_of_a_group_is_answered_as_if_it_had_been_settled_alone(store: Store, kinds: list[str]) -> None:
    requests = [asked(store, kind) for kind in kinds]
    answers = together(settler_over(store), requests)
    expected = {"good": "level", "known": "level", "ahead": "ahead", "behind": "fault", "broken": Conflict.__name__}
    assert [outcome(answer) for answer in answers] == [expected[kind] for kind in kinds]
    faults = {fault.case for fault in store.faults()}
    for kind, request, answer in zip(kinds, requests, answers, strict=True):
        recorded = kind in {"good", "known", "ahead"}
        assert [event.kind for event in store.events(request.case)] == ["opened"] * recorded
        assert (store.case(request.case) is not None) == recorded
        assert store.verify_chain(request.case) is None
        assert (request.case in faults) == (kind == "behind")
        if isinstance(answer, Settled):
            assert answer.head == store.head(request.case)


def test_what_a_group_writes_is_what_each_would_write_alone(store: Store) -> None:
    settler = settler_over(store)
    alone = [settler.settle(opening(f"#1-{number}")) for number in range(5)]
    joint = together(settler, [opening(f"#2-{number}") for number in range(5)])
    for number, (one, other) in enumerate(zip(alone, joint, strict=True)):
        assert isinstance(other, Settled)
        assert other.model_copy(update={"head": one.head, "hashes": one.hashes}) == one
        rows = (
            str(store.dump_rows(f"#2-{number}")).replace("#2", "#1").replace("2#", "1#")
        )  # backwards too, for searches
        assert str(store.dump_rows(f"#1-{number}")) == rows


class Failing(Store):
    """A store whose database goes away before it has committed."""

    @contextmanager
    def append_together(self, cases: Sequence[str]) -> Iterator[LedgerGroup]:  # type: ignore[override]
        with super().append_together(cases) as group:
            yield group
            raise StoreUnavailable


def test_where_the_database_goes_away_all_fail_and_nothing_is_written(store: Store, url: str) -> None:
    failing = Failing.open(url)
    requests = [asked(store, kind) for kind in ("good", "behind", "good")]
    answers = together(settler_over(failing), requests)
    failing.close()
    assert [outcome(answer) for answer in answers] == [StoreUnavailable.__name__] * 3
    assert [store.events(request.case) for request in requests] == [[]] * 3
    assert store.faults() == []
    assert [outcome(answer) for answer in together(settler_over(store), requests)] == ["level", "fault", "level"]


REFUSING = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'at commit' USING ERRCODE = '{code}'; END $$;
CREATE CONSTRAINT TRIGGER refused AFTER INSERT ON event DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW."case" = '{case}') EXECUTE FUNCTION refuse();
"""


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("code", "of_others"), [("53100", StoreUnavailable.__name__), ("P0001", "level")])
def test_a_commit_that_fails_for_want_of_space_fails_all_and_for_one_case_that_case_alone(
    store: Store, url: str, code: str, of_others: str
) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(REFUSING.format(code=code, case="bad").encode())
    good, bad, other = together(settler_over(store), [opening(case) for case in ("good", "bad", "other")])
    assert [outcome(good), outcome(other)] == [of_others] * 2
    assert isinstance(bad, Exception)
    assert store.events("bad") == []
    assert len(store.events("good")) == len(store.events("other")) == (of_others == "level")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_case_that_another_transaction_writes_to_holds_up_nobody(store: Store) -> None:
    settler = settler_over(store)
    held = [settler.settle(opening(case)) for case in ("held", "free")]
    requests = [Settle(case=case, expected=one.head) for case, one in zip(("held", "free"), held, strict=True)]
    with store.append("held"):
        assert [outcome(one) for one in together(settler, requests)] == [StoreUnavailable.__name__, "level"]
    assert [outcome(one) for one in together(settler, requests)] == ["level"] * 2


def opened_by_one_of_several(url: str, cases: Sequence[str], seed: int) -> int:
    """Settles the cases in groups of its own until each is answered; how many were opened here."""
    chance, waiting, opened = random.Random(seed), set(cases), 0  # noqa: S311
    own = Store.open(url, durable=False)
    while waiting:
        group = chance.sample(sorted(waiting), min(4, len(waiting)))
        for case, answer in zip(group, together(settler_over(own), [opening(case) for case in group]), strict=True):
            if isinstance(answer, StoreUnavailable):
                continue
            assert isinstance(answer, Settled)
            waiting.remove(case)
            opened += answer.outcome is SettleOutcome.LEVEL
    own.close()
    return opened


def test_groups_that_race_for_the_same_cases_write_each_once(store: Store, url: str) -> None:
    cases = [f"c{number}" for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda seed: opened_by_one_of_several(url, cases, seed), range(4)))
    assert sum(opened) == len(cases)
    assert [store.head(case).seq for case in cases] == [1] * len(cases)
    assert [store.verify_chain(case) for case in cases] == [None] * len(cases)


def test_a_single_request_raises_what_the_store_raises(store: Store) -> None:
    settler = settler_over(store)
    with pytest.raises(Conflict):
        settler.settle(opening("broken", times=2))
    assert settler.settle(opening("broken")).outcome is SettleOutcome.LEVEL
