"""Files of an invented system: cases in both shapes, and faults planted in them."""

import csv
import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from api.imports.dry_runs import ImportTotals, ReadFiles, dry_run
from api.imports.import_map import ImportMap
from api.imports.trials import ImportWorld
from sla.axis import SHANGHAI
from sla.clock import Policy
from sla.commitments.register import Readings
from sla.release import RELEASE

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=SHANGHAI)
CALENDAR = RELEASE.calendar_for("suzhou", NOW.date())
Row = dict[str, Any]

CASES_MAP: Mapping[str, Any] = {
    "source": "旧系统",
    "shape": "cases",
    "constants": {"jurisdiction": "suzhou", "procedure": "water-connection"},
    "columns": {
        "case": "办件编号", "variant": "情形", "due": "到期", "received": "接件", "accepted": "受理", "decided": "办结",
        "outcome": "结果",
    },
    "steps": {
        "joint-site-survey": {"done": "踏勘"}, "inspection-and-meter": {"done": "验收"}, "water-on": {"done": "通水"},
    },
    "suspensions": [{"ground": "hearing", "since": "听证始", "until": "听证止"}],
}  # fmt: skip
EVENTS_MAP: Mapping[str, Any] = {
    "source": "旧系统",
    "shape": "events",
    "ground": "hearing",
    "constants": {"jurisdiction": "suzhou", "procedure": "water-connection", "variant": "no-new-pipe"},
    "columns": {
        "case": "办件编号", "state": "状态", "at": "时间", "step": "环节", "instance": "实例", "opinion": "意见",
        "due": "到期",
    },
}  # fmt: skip


def import_map(base: Mapping[str, Any] = CASES_MAP, **more: Any) -> ImportMap:
    return ImportMap.model_validate({**base, **more})


def world(now: datetime = NOW) -> ImportWorld:
    return ImportWorld.at(now, RELEASE, Readings(), Policy(), {})


def dry(paths: Sequence[Path] | Path, wanted: ImportMap | None = None, now: datetime = NOW) -> ImportTotals:
    """What a dry run of files comes to."""
    read = ReadFiles([paths] if isinstance(paths, Path) else paths, wanted or import_map(), world(now))
    for _ in dry_run(read, world(now)):
        pass
    return read.totals


def case_rows(number: int, seed: int = 1) -> list[Row]:
    """Rows of the shape `cases`; everything in them is good."""
    chance = random.Random(seed)  # noqa: S311  # the same every time
    return [_row(f"A-{place:05}", chance) for place in range(1, number + 1)]


def _row(case: str, chance: random.Random) -> Row:
    day = CALENDAR.day(CALENDAR.count(date(2026, 1, 5)) + chance.randrange(190))
    received = datetime.combine(day, time(chance.randrange(9, 12), chance.randrange(60)))
    row: Row = dict.fromkeys(("情形", "踏勘", "验收", "通水", "办结", "结果", "听证始", "听证止"), "")
    row |= {"办件编号": case, "情形": "no-new-pipe", "接件": f"{received:%Y-%m-%d %H:%M}"}
    row["受理"] = f"{received + timedelta(minutes=20):%Y-%m-%d %H:%M}"
    row["到期"] = f"{CALENDAR.add(day, 4):%Y/%m/%d}"
    done = [CALENDAR.add(day, 1), CALENDAR.add(day, 2), CALENDAR.add(day, 3)]
    if chance.random() < 0.9:
        for column, when in zip(("踏勘", "验收", "通水"), done, strict=True):
            row[column] = f"{when:%Y-%m-%d} 1{chance.randrange(4, 7)}:00"
        row["办结"] = f"{done[-1]:%Y-%m-%d} 17:00"
        row["结果"] = "通过"
    return row


def event_rows(rows: Iterable[Row]) -> list[Row]:
    """The same cases in the shape `events`: eight rows for one that was decided."""
    found = []
    for row in rows:
        states = [(1, "", row["接件"]), (3, "", row["受理"])]
        for step, column in (("踏勘", "踏勘"), ("验收装表", "验收"), ("通水", "通水")):
            if row[column]:
                title = {"踏勘": "联合踏勘"}.get(step, step)
                states += [(8, title, row[column]), (11, title, row[column])]
        if row["办结"]:
            states.append((11, "", row["办结"]))
        found += [
            {
                "办件编号": row["办件编号"],
                "状态": state,
                "时间": at,
                "环节": step,
                "实例": "",
                "意见": "",
                "到期": row["到期"],
            }
            for state, step, at in states
        ]
    return found


def write_csv(path: Path, rows: Sequence[Row], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_lines(path: Path, rows: Sequence[Row]) -> Path:
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return path


# A fault, what it does to a row, the column that is to be named, and the rule.
Plant = tuple[Callable[[Row, list[Row]], None], str, str]


def _set(column: str, value: str) -> Callable[[Row, list[Row]], None]:
    def change(row: Row, _: list[Row]) -> None:
        row[column] = value

    return change


def _same_number(row: Row, rows: list[Row]) -> None:
    row["办件编号"] = rows[0]["办件编号"]


def _day_before(row: Row, _: list[Row]) -> None:
    at = datetime.fromisoformat(row["接件"]) - timedelta(days=1)
    row["受理"] = f"{at:%Y-%m-%d %H:%M}"


def _survey_late(row: Row, _: list[Row]) -> None:
    row["踏勘"] = "2026-11-20 10:00"
    row["验收"] = row["通水"] = "2026-11-19 10:00"
    row["办结"] = ""


PLANTS: Sequence[Plant] = (
    (_set("办件编号", ""), "办件编号", "missing"),
    (_set("办件编号", "苏水〔2026〕1号"), "办件编号", "bad-case-number"),
    (_same_number, "办件编号", "case-twice"),
    (_set("接件", ""), "接件", "missing"),
    (_set("接件", "2026-02-30"), "接件", "not-an-instant"),
    (_set("受理", "三月二日"), "受理", "not-an-instant"),
    (_set("受理", "=B2"), "受理", "formula"),
    (_set("通水", "2027-01-04 10:00"), "通水", "in-future"),
    (_set("踏勘", "1026-03-02"), "踏勘", "not-plausible"),
    (_set("到期", "下周"), "到期", "not-an-instant"),
    (_set("情形", "新管线"), "情形", "not-a-choice"),
    (_set("情形", ""), "情形", "missing"),
    (_day_before, "受理", "before-case"),
    (_survey_late, "验收", "step-not-open"),
)


def planted(rows: list[Row], number: int, seed: int = 2) -> list[tuple[int, str, str]]:
    """Plant faults in that many rows; returns line, column and rule of each, in order."""
    chance = random.Random(seed)  # noqa: S311  # the same every time
    found = []
    for turn, place in enumerate(sorted(chance.sample(range(1, len(rows)), number))):
        change, column, rule = PLANTS[turn % len(PLANTS)]
        change(rows[place], rows)
        found.append((place + 2, column, rule))
    return found
