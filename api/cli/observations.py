"""Observations of promises that no case measures: told by one, confirmed by another, corrected."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from api.cli.client import announce, get, new_idempotency_key, path, post
from api.cli.commands import Key, Reason
from api.cli.output import Json, print_facts, print_json, print_table, say
from api.cli.reading import maybe_day
from api.cli.shared_options import then
from api.cli.words import when
from api.figures.promise_standings import CommitmentStanding
from api.figures.standing_words import KINDS, STOOD, rests_on, target
from sla.observations import IndicatorKind

app = typer.Typer(
    help="承诺观测 · observations of promises that no case measures", no_args_is_help=True, rich_markup_mode=None
)

Commitment = Annotated[str, typer.Argument(metavar="COMMITMENT", help="承诺 · its id: `shixian commitments`")]
Number = Annotated[
    int, typer.Argument(min=1, metavar="NUMBER", help="编号 · the observation's number: `observations list`")
]
First = Annotated[str, typer.Option(help="起 · first day of the period; of evidence: in place since")]
Last = Annotated[str, typer.Option(help="止 · last day of the period; of evidence: the day it was seen")]
Source = Annotated[str, typer.Option(help="来源 · who counted or saw it")]
Evidence = Annotated[str, typer.Option(help="依据 · reference of the document that shows it")]
Digest = Annotated[str | None, typer.Option("--sha256", help="依据摘要 · SHA-256 of that document")]
File = Annotated[Path | None, typer.Option(help="依据文件 · the document itself, of which the digest is taken")]
Numerator = Annotated[int | None, typer.Option(help="分子 · of a share")]
Denominator = Annotated[int | None, typer.Option(help="分母 · of a share")]
Value = Annotated[float | None, typer.Option(help="数值 · hours, a number, or what is compared with a base")]
Base = Annotated[float | None, typer.Option(help="基数 · of a reduction")]
BaseOf = Annotated[str | None, typer.Option(help="基数口径 · what the base is of")]
InPlace = Annotated[
    bool | None, typer.Option("--in-place/--not-in-place", help="落实 · of evidence: it was there, or not")
]


@app.command(name="list")
def list_observations(
    commitment: Commitment,
    until: Annotated[str | None, typer.Option(help="截止日 · as it stood on this day; today where left out")] = None,
    json: Json = False,
) -> None:
    """列出观测 · Show how a promise stands, and all that was ever observed of it."""
    found = get(path("commitments", commitment, "observations"), {"until": maybe_day(until, "--until")}, json=json)
    if json:
        print_json(found)
        return
    standing = CommitmentStanding.model_validate(found["standing"])
    print_facts(
        f"{standing.commitment}  {standing.title_zh} {standing.title_en}",
        [
            ("口径 kind", " ".join(KINDS[IndicatorKind(found["kind"])])),
            ("承诺 promised", target(standing) or None),
            ("状态 standing", " ".join(STOOD[standing.standing])),
            ("观测 rests on", " ".join(rests_on(standing)) or None),
            ("下次应报 next due", standing.next_due),
        ],
    )
    columns = (
        "编号",
        "起 first",
        "止 last",
        "数值 value",
        "来源 source",
        "依据 evidence",
        "录入 recorded",
        "确认 confirmed",
        "",
    )
    rows = [
        (
            one["number"], one["first"], one["last"], _value(one), one["source"], one["evidence"],
            f"{one['recorded_by']} {when(one['recorded_at'])}",
            one["confirmed_by"] and f"{one['confirmed_by']} {when(one['confirmed_at'])}", _fate(one),
        )
        for one in found["observations"]
    ]  # fmt: skip
    print_table("观测 observations", columns, rows)


class ObservationPost(NamedTuple):
    """What is posted about an observation, and where."""

    commitment: str
    where: tuple[str | int, ...]
    body: Mapping[str, object]


def send_observation(command: ObservationPost, key: Key = None, json: Json = False) -> None:
    """Send what is told about an observation, and say what became of it."""
    name = key or new_idempotency_key()
    announce(name, made=key is None, json=json)
    where = path("commitments", command.commitment, "observations", *command.where)
    done = post(where, command.body, name, json=json)
    if json:
        print_json(done.body)
        return
    again = "（此前已办 done before）" if done.repeated else ""
    say(f"{done.body['commitment']} #{done.body['number']} {done.body['kind']}{again}")


def send_observed(  # one parameter for each option
    command: ObservationPost,
    first: First,
    last: Last,
    source: Source,
    evidence: Evidence,
    numerator: Numerator = None,
    denominator: Denominator = None,
    value: Value = None,
    base: Base = None,
    base_of: BaseOf = None,
    in_place: InPlace = None,
    digest: Digest = None,
    file: File = None,
    key: Key = None,
    json: Json = False,
) -> None:
    """Send it with what was observed."""
    observed = {
        "first": first,
        "last": last,
        "source": source,
        "evidence": evidence,
        "numerator": numerator,
        "denominator": denominator,
        "value": value,
        "base": base,
        "base_of": base_of,
        "in_place": in_place,
        "evidence_sha256": digest if file is None else sha256(file.read_bytes()).hexdigest(),
    }
    send_observation(command._replace(body={**observed, **command.body}), key, json)


@app.command()
@then(send_observed)
def record(commitment: Commitment) -> ObservationPost:
    """录入观测 · Record an observation; it counts once another actor has confirmed it."""
    return ObservationPost(commitment, (), {})


@app.command()
@then(send_observation)
def confirm(commitment: Commitment, number: Number) -> ObservationPost:
    """确认观测 · Confirm an observation that another actor recorded."""
    return ObservationPost(commitment, (number, "confirm"), {})


@app.command()
@then(send_observed)
def correct(commitment: Commitment, number: Number, reason: Reason) -> ObservationPost:
    """更正观测 · Put another observation in one's place; what was stays on record."""
    return ObservationPost(commitment, (number, "correct"), {"reason": reason})


@app.command()
@then(send_observation)
def withdraw(commitment: Commitment, number: Number, reason: Reason) -> ObservationPost:
    """撤下观测 · Withdraw an observation that nobody has confirmed."""
    return ObservationPost(commitment, (number, "withdraw"), {"reason": reason})


def _value(one: dict[str, object]) -> str:
    if one["in_place"] is not None:
        return "落实 in place" if one["in_place"] else "未落实 not in place"
    if one["denominator"] is not None:
        return f"{one['numerator']} ÷ {one['denominator']}"
    return f"{one['value']}" if one["base"] is None else f"{one['value']} / {one['base']}（{one['base_of']}）"


def _fate(one: dict[str, object]) -> str | None:
    if one["withdrawn"]:
        return f"已撤下 withdrawn：{one['reason']}"
    if one["replaced_by"] is not None:
        return f"由 #{one['replaced_by']} 更正 corrected by it"
    if one["waits"]:
        return "待确认 to be confirmed"
    return None if one["replaces"] is None else f"更正 #{one['replaces']}：{one['reason']}"
