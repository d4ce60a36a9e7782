"""The command `post`: completions by file, each row tried first, and each answered."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from api.cli.client import new_idempotency_key, post
from api.cli.output import Json, print_json, print_table, say, warn
from api.http.bodies import BATCH
from api.imports.faults import RULES, ImportFault
from api.imports.postings import PostingRow, read_postings
from api.views.cells import MARK, table

BATCHES = "/v1/completions:batch"
KNOWN, UNAVAILABLE = 200, 503
ATTEMPTS = 5  # for items whose outcome is unknown
SUCCESS = range(200, 300)
POSTED, REPEATED, TRIED, REFUSED, LEFT = "posted", "repeated", "tried", "refused", "left"
WORDS = {
    POSTED: "已记录 posted",
    REPEATED: "此前已记录 on record before",
    TRIED: "可记录 can be posted",
    REFUSED: "未记录 refused",
    LEFT: "未发送 not sent",
}
HEAD = ("line", "case", "step", "result", "event", "waits", "rule", "detail", "key")


class RowAnswer(NamedTuple):
    """What became of a row. `event`: its number; `waits`: it counts once an officer has confirmed it."""

    line: int
    case: str
    step: str
    result: str
    event: int | None = None
    waits: bool = False
    rule: str = ""
    detail: str = ""
    key: str = ""


def post_file(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="文件 · CSV, UTF-8 or GB18030")
    ],
    result: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="结果文件 · where each row's answer goes; FILE.result.csv if left out"),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="试算 · only say what would come of it: nothing is written")
    ] = False,
    json: Json = False,
) -> None:
    """按表报送 · Post completions by file (case, step, outcome, occurred_at, occurrence, note); sent again, it posts nothing twice."""
    read = list(read_postings(file))
    rows = [one for one in read if isinstance(one, PostingRow)]
    answers = {one.line: _faulty(one) for one in read if isinstance(one, ImportFault)}
    tried = _sent(rows, dry_run=True, json=json)
    good = [row for row in rows if tried[row.line].result == TRIED or _may_follow(row, rows)]
    answers |= tried
    if not dry_run:
        answers |= _sent(good, dry_run=False, json=json)
    shown = [answers[line] for line in sorted(answers)]
    where = result or file.with_name(f"{file.name}.result.csv")
    where.write_text(MARK + table([HEAD, *shown]), encoding="utf-8", newline="")
    _say(shown, where, json=json)
    if any(one.result in {REFUSED, LEFT} for one in shown):
        raise typer.Exit(1)


def _may_follow(row: PostingRow, rows: Sequence[PostingRow]) -> bool:
    """Each row is tried against its case as it stands: one that follows another of its case may be in order after that."""
    return any(one.line < row.line and one.said["case"] == row.said["case"] for one in rows)


def _sent(rows: Sequence[PostingRow], *, dry_run: bool, json: bool) -> dict[int, RowAnswer]:
    answers: dict[int, RowAnswer] = {}
    for part in _parts(rows):
        left: Sequence[PostingRow] = part
        for _ in range(ATTEMPTS):
            where = f"{BATCHES}?dry_run=true" if dry_run else BATCHES
            body = {"items": [row.item for row in left]}
            found = post(where, body, new_idempotency_key(), json=json).body["items"]
            pairs = list(zip(left, found, strict=True))
            answers |= {row.line: _answer(row, one) for row, one in pairs}
            left = [row for row, one in pairs if one["status"] == UNAVAILABLE]
            if not left:
                break
    return answers


def _parts(rows: Sequence[PostingRow]) -> Iterator[Sequence[PostingRow]]:
    for first in range(0, len(rows), BATCH):
        yield rows[first : first + BATCH]


def _answer(row: PostingRow, answered: Mapping[str, Any]) -> RowAnswer:
    item, status = row.item, answered["status"]
    made = RowAnswer(row.line, str(item["case"]), str(item["step"]), TRIED, key=str(item["key"]))
    if status not in SUCCESS:
        problem = answered["problem"]
        rule = str(problem["type"]).rpartition(":")[2]
        result = LEFT if status == UNAVAILABLE else REFUSED
        return made._replace(result=result, rule=rule, detail=problem["detail"])
    receipt = answered.get("receipt")
    if receipt is None:
        return made
    result = REPEATED if status == KNOWN else POSTED
    return made._replace(result=result, event=receipt["seq"], waits=receipt["pending"])


def _faulty(fault: ImportFault) -> RowAnswer:
    said = RULES.get(fault.rule, fault.rule)
    detail = f"{fault.column}: {said}" if fault.column else said
    return RowAnswer(fault.line, fault.case, "", REFUSED, rule=fault.rule, detail=detail)


def _say(shown: Sequence[RowAnswer], where: Path, *, json: bool) -> None:
    if json:
        print_json([one._asdict() for one in shown])
        return
    wrong = [one for one in shown if one.rule]
    if wrong:
        columns = ("行 line", "案件 case", "环节 step", "规则 rule", "说明 detail")
        print_table("未记录 refused", columns, [(o.line, o.case, o.step, o.rule, o.detail) for o in wrong])
    for result, words in WORDS.items():
        number = sum(one.result == result for one in shown)
        if number:
            say(f"{words}: {number}")
    waiting = sum(one.waits for one in shown)
    if waiting:
        say(f"待确认 wait for an officer: {waiting}")
    warn(f"逐行结果 each row's answer: {where}")
