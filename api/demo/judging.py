"""What came of it, read over HTTP, beside what was expected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.demo.cohorts import Mean
from api.demo.players import AUDITOR, Cast, Unplayed
from api.demo.script import Expected, Script
from sla.axis import local


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A case against one promise."""

    commitment: str
    case: str
    what: str
    used: str
    limit: str
    due: str
    ended: str
    verdict: str
    expected: str
    wrong: str = ""  # what is not as expected


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanRow:
    """A cohort against its average."""

    commitment: str
    month: str
    what: str
    n: int
    mean: float | None
    limit: int
    verdict: str
    expected: str
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that happened, and what should have."""

    topic: str
    what: str
    expected: str
    got: str

    @property
    def wrong(self) -> str:
        """Empty where it is as it should be."""
        return "" if self.expected == self.got else f"expected {self.expected}, got {self.got}"


async def rows(cast: Cast, scripts: Iterable[Script], failed: Mapping[str, str]) -> list[Row]:
    """Return a row for each promise of each case."""
    found: list[Row] = []
    for script in scripts:
        try:
            shown = await cast.case(script.case, AUDITOR)
        except Unplayed as error:
            found += [_row(script, one, {}, {}, failed.get(script.case) or str(error)) for one in script.expected]
            continue
        for one in script.expected:
            read = _read(shown, one)
            found.append(_row(script, one, read, shown, failed.get(script.case) or _wrong(one, read)))
    return found


def _read(shown: Mapping[str, Any], expected: Expected) -> dict[str, Any]:
    """What the API says of a promise, in the words of `Expected`."""
    for fee in shown["fees"]:
        if fee["commitment"] == expected.commitment:
            return {"verdict": fee["verdict"], "used": fee["charged_fen"], "limit": fee["limit_fen"]}
    for clock in shown["clocks"]:
        if clock["commitment"] == expected.commitment:
            return {
                "verdict": clock["verdict"] or clock["standing"],
                "used": clock["used"],
                "limit": clock["limit"]["amount"],
                "due": clock["due_date"],
                "ended": clock["stopped_at"],
                "judged": clock["judged"],
                "ramp_up": clock["ramp_up"],
                "overdue": [rung["at"] for rung in clock["rungs"] if rung["kind"] == "overdue"],
            }
    return {}


def _wrong(expected: Expected, read: Mapping[str, Any]) -> str:
    wanted: dict[str, Any] = {"verdict": expected.verdict, "used": expected.used, "limit": expected.limit}
    if expected.due is not None:
        wanted |= {"due": expected.due.isoformat(), "judged": expected.judged, "ramp_up": expected.ramp_up}
    if expected.ramp_up:
        wanted["overdue"] = []
    return "; ".join(
        f"{name}: expected {value}, got {read.get(name)}" for name, value in wanted.items() if read.get(name) != value
    )


def _row(script: Script, expected: Expected, read: Mapping[str, Any], shown: Mapping[str, Any], wrong: str) -> Row:
    fee = expected.due is None
    ended = read.get("ended") or (shown.get("closed_at") if fee else None)
    unit = " 分 fen" if fee else ""
    return Row(
        commitment=expected.commitment,
        case=script.case,
        what=script.what,
        used=f"{read.get('used', '')}{unit}",
        limit=f"{expected.limit}{unit}",
        due=read.get("due") or "",
        ended=f"{local(datetime.fromisoformat(ended)):%Y-%m-%d %H:%M:%S}" if ended else "",
        verdict=_said(expected, str(read.get("verdict", "none"))),
        expected=_said(expected, expected.verdict),
        wrong=wrong,
    )


def _said(expected: Expected, verdict: str) -> str:
    if expected.ramp_up:
        return f"ramp-up, not judged ({verdict})"
    if expected.judged:
        return verdict
    return {"met": "within", "missed": "longer: a warning"}.get(verdict, verdict)


async def mean_rows(cast: Cast, means: Iterable[Mean]) -> list[MeanRow]:
    """Return a row for each cohort."""
    answer = await cast.send(AUDITOR, "/v1/averages")
    months = {
        (average["commitment"], month["month"]): month["of_month"]
        for average in answer.body["averages"]
        for month in average["months"]
    }
    return [_mean_row(mean, months.get((mean.commitment, mean.month), {})) for mean in means]


def _mean_row(mean: Mean, read: Mapping[str, Any]) -> MeanRow:
    words = {True: "kept", False: "broken", None: "none"}
    shown = read.get("mean")
    wanted = mean.total / mean.n
    wrong = []
    if read.get("kept") is not mean.kept:
        wrong.append(f"verdict: expected {words[mean.kept]}, got {words[read.get('kept')]}")
    if read.get("n") != mean.n:
        wrong.append(f"n: expected {mean.n}, got {read.get('n')}")
    if shown is None or round(shown, 4) != round(wanted, 4):
        wrong.append(f"mean: expected {wanted:.4f}, got {shown}")
    return MeanRow(
        commitment=mean.commitment,
        month=mean.month,
        what=mean.what,
        n=read.get("n", 0),
        mean=shown,
        limit=mean.limit,
        verdict=words[read.get("kept")],
        expected=words[mean.kept],
        wrong="; ".join(wrong),
    )
