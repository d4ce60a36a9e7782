"""The series of promises that no case measures."""

from datetime import date, timedelta

from activities.store.observation_log import NewEntry
from activities.store.store import Store
from api.exporter.indicator_series import indicators
from api.figures.promise_standings import CommitmentStanding, StandingRules, all_standings, of_observations
from sla.commitments import REGISTER
from sla.indicators import Cadence
from sla.observations import EntryKind, IndicatorKind, Observation
from tests.activities.store.build import T
from tests.sla.observing import BINDING, OBSERVED, found

SHARE = "sz-19-finance-access"


def told(store: Store, one: Observation, request: str = "r") -> None:
    for kind, of in ((EntryKind.RECORDED, None), (EntryKind.CONFIRMED, len(store.observations(SHARE)) * 2 + 1)):
        new = NewEntry(
            kind=kind,
            at=T,
            actor=kind.value,
            request_id=f"{request}-{kind}",
            digest="d",
            of=of,
            observation=one if of is None else None,
        )
        store.put_observation(SHARE, new, lambda _: None)


def shown(store: Store, until: date, cadence: Cadence | None = None) -> dict[tuple[str, str], float]:
    rules = StandingRules(cadence=cadence or Cadence(days=396))
    standings: list[CommitmentStanding] = [
        of_observations(REGISTER[name], one, rules) for name, one in all_standings(store, until, rules).items()
    ]
    return {
        (
            family.name.removeprefix("shixian_"),
            sample.labels.get("standing") or sample.labels.get("commitment", ""),
        ): sample.value
        for family in indicators(standings)
        for sample in family.samples
        if sample.labels.get("commitment", SHARE) == SHARE
    }


def test_every_promise_that_is_observed_has_a_standing_and_a_target_from_the_start(store: Store) -> None:
    rules = StandingRules()
    standings = [
        of_observations(REGISTER[name], one, rules) for name, one in all_standings(store, BINDING, rules).items()
    ]
    families = {family.name: family.samples for family in indicators(standings)}
    assert len(families["shixian_indicator_standing"]) == len(families["shixian_indicator_target"]) == len(OBSERVED)
    assert families["shixian_indicator_measured"] == []


def test_a_short_promise_says_what_it_came_to_and_one_at_a_bad_pace_what_it_will(store: Store) -> None:
    early = BINDING - timedelta(days=100)
    told(store, found(IndicatorKind.SHARE, early - timedelta(days=50), numerator=9), "a")
    told(store, found(IndicatorKind.SHARE, early, numerator=10), "b")
    before = shown(store, early)
    assert before["indicator_standing", "ramp-up"] == before["indicator_in_danger", SHARE] == 1
    assert before["indicator_expected", SHARE] == 12
    told(store, found(IndicatorKind.SHARE, BINDING, numerator=14), "c")
    after = shown(store, BINDING)
    assert ("indicator_standing", "ramp-up") not in after
    assert (after["indicator_standing", "short"], after["indicator_measured", SHARE]) == (1, 14)
    assert (after["indicator_target", SHARE], after["indicator_in_danger", SHARE]) == (15, 0)


def test_what_is_overdue_says_for_how_long(store: Store) -> None:
    told(store, found(IndicatorKind.SHARE))
    cadence = Cadence(days=30)
    on_time, late = (shown(store, BINDING + timedelta(days=days), cadence) for days in (30, 32))
    assert on_time["indicator_observation_overdue_seconds", SHARE] == 0
    assert late["indicator_observation_overdue_seconds", SHARE] == 2 * 86_400
