"""A small demo, played from end to end with real processes."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from api.demo import play_all, promises
from api.demo.days import at
from api.demo.observed import observations
from api.demo.perform import Programme
from api.demo.script import Script
from sla.commitments import REGISTER
from sla.indicators import kind_of
from sla.observations import IndicatorKind
from tests.api.figures.averages_oracle import differences

FEW = {
    "sz-21-company-setup-kept",
    "sz-21-property-registration-kept",
    "sz-22-gas-no-pipe-kept",
    "tc-56-company-setup-fee-broken",
    "tc-56-property-online-kept",
    "tc-60-water-no-pipe-kept",
    "tc-62-gas-pipe-no-approval-kept",
}
EXPECTED_WRONGLY = "sz-22-water-no-pipe-kept"


def _scripts() -> list[Script]:
    found = {script.case: script for script in promises.scripts()}
    wrong = found[EXPECTED_WRONGLY]
    lie = replace(wrong, expected=(replace(wrong.expected[0], verdict="missed"),))
    return [lie, *(found[case] for case in sorted(FEW))]


def _kinds_of_observations(checks: list[dict[str, str]]) -> None:
    """Each kind without evidence, short, late, kept and corrected; a year's share is late only a year later."""
    got: dict[IndicatorKind | None, set[str]] = {}
    for check in checks:
        commitment = REGISTER.get(check["what"].split()[0])
        if commitment is not None:
            got.setdefault(kind_of(commitment), set()).add(check["got"])
    every = {"no-evidence", "no-evidence, 1 waits", "short", "late", "kept, 1 corrected"}
    assert got.keys() == set(IndicatorKind)
    assert all(every - {"late"} <= said for said in got.values())
    assert all("late" in said for kind, said in got.items() if kind is not IndicatorKind.YEAR_SHARE)
    assert {check["got"] for check in checks} >= {"73 of 73", "ramp-up", "kept 75", "in-danger 60"}


@pytest.mark.slow
def test_a_small_demo_comes_out_as_expected_and_a_wrong_expectation_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    january = Programme(
        name="january",
        title="January",
        first_day=at(date(2021, 1, 4), 8),
        rate=2 * 86_400,
        scripts=_scripts(),
        incidents=(observations,),
    )
    assert play_all([january], tmp_path, serve=False, json=False) == 1
    out, err = capsys.readouterr()
    result = json.loads((tmp_path / "demo.json").read_text(encoding="utf-8"))
    assert result["wrong"] == [f"{EXPECTED_WRONGLY} sz-22-water-no-pipe: verdict: expected missed, got met"]
    assert "not as expected" in err
    assert "企业开办 2 个工作日" in out
    _kinds_of_observations(result["rehearsals"][0]["checks"])
    cases = result["rehearsals"][0]["cases"]
    assert len(cases) == 10  # a fee has its promise of time beside it, an application online two promises
    assert {case["verdict"] for case in cases} == {"met", "missed"}
    ledger = tmp_path / "demo" / january.name / "ledger.sqlite"
    assert differences(f"sqlite:///{ledger}") == []
