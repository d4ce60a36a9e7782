"""One command for each message to a case, over HTTP."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from api.cli.client import announce, new_idempotency_key, path, post
from api.cli.dry_run import show_dry_run
from api.cli.output import Json, print_json, say
from api.cli.reading import fact, maybe_instant, pair, read_subjects, rule
from api.cli.shared_options import then
from api.cli.words import when

CaseNumber = Annotated[str, typer.Argument(metavar="CASE", help="办件编号 · the case number")]
StepKey = Annotated[str, typer.Argument(metavar="STEP", help="环节 · the step's key")]
At = Annotated[
    str | None, typer.Option(help="发生时间 · when it happened: '2026-03-02 10:00', China's time; now where left out")
]
Key = Annotated[str | None, typer.Option(help="幂等键 · names this command; sent again with it, it is done only once")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="试算 · only say what it would come to; nothing is written")]
Reason = Annotated[str, typer.Option(help="理由 · the reason")]
MaybeReason = Annotated[str | None, typer.Option(help="理由 · the reason")]
MaybeStep = Annotated[str | None, typer.Option(help="环节 · only this step")]


class CaseCommand(NamedTuple):
    """What is posted to tell a case something, and where."""

    where: str
    body: Mapping[str, object]


def send(command: CaseCommand, key: Key = None, dry_run: DryRun = False, json: Json = False) -> None:
    """Send a command, or only try it, and say what became of it."""
    where, said = command
    name = key or new_idempotency_key()
    if dry_run:
        show_dry_run(post(f"{where}?dry_run=true", said, name, json=json).body, json=json)
        return
    announce(name, made=key is None, json=json)
    answer = post(where, said, name, json=json)
    receipt = answer.body
    if json:
        print_json(receipt | {"idempotency_key": name, "repeated": answer.repeated})
        return
    if "asked_by" in receipt:
        say(
            f"{receipt['case']} #{receipt['number']}：{receipt['kind']} 待复核，须由他人批准 asked for, another grants it: "
            f"`shixian grant {receipt['case']} {receipt['number']}`，复核期限 due {when(receipt['due_at']) or '—'}"
        )
        return
    about = "，".join(str(receipt[field]) for field in ("step", "outcome") if receipt.get(field))
    pending = "；待确认 waits for an officer's confirmation" if receipt.get("pending") else ""
    repeated = "；此前已办 done before" if answer.repeated else ""
    say(
        f"{receipt['case']} #{receipt['seq']} {receipt['kind']}{f'（{about}）' if about else ''}，"
        f"发生 at {when(receipt['at'])}，告知 told {when(receipt['told'])}{pending}{repeated}"
    )


def send_at(command: CaseCommand, at: At = None, key: Key = None, dry_run: DryRun = False, json: Json = False) -> None:
    """Send a command about what happened at an instant."""
    happened = maybe_instant(at, "--at")
    said = command._replace(body={**command.body, "at": happened and happened.isoformat()})
    send(said, key, dry_run, json)


@then(send_at)
def open_case(  # one parameter for each option
    procedure: Annotated[
        str, typer.Argument(metavar="PROCEDURE", help="流程 · the procedure's key: `shixian procedures`")
    ],
    jurisdiction: Annotated[str, typer.Option(help="地区 · suzhou or taicang")],
    variant: Annotated[str, typer.Option(help="类型 · the variant's key")],
    case: Annotated[str | None, typer.Option(help="办件编号 · the number; made of the key where left out")] = None,
    fact_: Annotated[
        list[str] | None, typer.Option("--fact", help="事实 · 'key=value', true or false or a word; repeatable")
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(help="计时规则 · 'key=value' such as close=24:00, where it is another one here; repeatable"),
    ] = None,
    survey: Annotated[str | None, typer.Option(help="联合踏勘 · the joint survey's reference")] = None,
    parent: Annotated[str | None, typer.Option(help="主项目 · the parent case")] = None,
    subjects: Annotated[
        Path | None,
        typer.Option(help="项目和申请人 · a file of JSON as `shixian subjects set` takes it, - for the input"),
    ] = None,
) -> CaseCommand:
    """接件 · Open a case."""
    facts = dict(fact(text, "--fact") for text in fact_ or ())
    body: dict[str, object] = {
        "case": case,
        "procedure": procedure,
        "jurisdiction": jurisdiction,
        "variant": variant,
        "facts": facts or None,
        "policy": dict(rule(text, "--policy") for text in policy or ()) or None,
        "survey": survey,
        "parent": parent,
        "subjects": None if subjects is None else read_subjects(subjects),
    }
    return CaseCommand(path("cases"), body)


@then(send_at)
def accept(
    case: CaseNumber,
    lacking: Annotated[str | None, typer.Option(help="容缺 · what minor thing is missing")] = None,
    within: Annotated[
        int | None, typer.Option(min=1, max=60, help="容缺 · in how many working days the applicant brings it")
    ] = None,
    rule: Annotated[str | None, typer.Option(help="容缺 · what applies where it is not brought")] = None,
) -> CaseCommand:
    """受理 · Accept the application; with --lacking, --within and --rule while something minor is missing."""
    said = (lacking, within, rule)
    if any(said) and not all(said):
        raise typer.BadParameter("--lacking、--within、--rule 须一并给出 go together [missing]", param_hint="--lacking")
    body = {"tolerance": {"lacking": lacking, "workdays": within, "rule": rule} if all(said) else None}
    return CaseCommand(path("cases", case, "accept"), body)


@then(send_at)
def supply(case: CaseNumber) -> CaseCommand:
    """容缺补齐 · Record that the applicant brought what was missing at acceptance."""
    return CaseCommand(path("cases", case, "supplies"), {})


@then(send_at)
def reclassify(
    case: CaseNumber,
    reason: Reason,
    variant: Annotated[str | None, typer.Option(help="类型 · the variant's key; as it is where left out")] = None,
    fact_: Annotated[
        list[str] | None, typer.Option("--fact", help="事实 · 'key=value' that is otherwise than known; repeatable")
    ] = None,
) -> CaseCommand:
    """改类 · Make the case one of another kind; number, events, used time and suspensions stay."""
    facts = dict(fact(text, "--fact") for text in fact_ or ())
    body = {"variant": variant, "facts": facts or None, "reason": reason}
    return CaseCommand(path("cases", case, "reclassify"), body)


@then(send_at)
def hand_over(
    case: CaseNumber,
    step: StepKey,
    department: Annotated[str, typer.Option(help="单位 · the office's key in the register, such as sz-housing")],
    reason: Reason,
) -> CaseCommand:
    """转办 · Give a step that is not done to another office."""
    body = {"department": department, "reason": reason}
    return CaseCommand(path("cases", case, "steps", step, "hand-over"), body)


@then(send_at)
def refuse(case: CaseNumber, reason: Reason) -> CaseCommand:
    """不予受理 · Refuse to accept the application."""
    return CaseCommand(path("cases", case, "refuse"), {"reason": reason})


@then(send_at)
def start(case: CaseNumber, step: StepKey) -> CaseCommand:
    """部门开始办理 · Take up a step."""
    return CaseCommand(path("cases", case, "steps", step, "start"), {})


@then(send_at)
def complete(
    case: CaseNumber,
    step: StepKey,
    outcome: Annotated[str, typer.Option(help="结果 · the outcome's key")] = "done",
    occurrence: Annotated[int | None, typer.Option(min=1, help="第几次 · which occurrence of the step")] = None,
    opinion: Annotated[
        list[str] | None, typer.Option(help="分项意见 · 'name=text', such as 消防=同意; repeatable")
    ] = None,
    note: Annotated[str | None, typer.Option(help="备注 · a note; no personal data")] = None,
) -> CaseCommand:
    """完成环节 · Complete a step."""
    opinions = dict(pair(text, "--opinion") for text in opinion or ())
    body = {"outcome": outcome, "occurrence": occurrence, "opinions": opinions or None, "note": note}
    return CaseCommand(path("cases", case, "steps", step, "completions"), body)


@then(send_at)
def confirm(
    case: CaseNumber,
    seq: Annotated[int, typer.Argument(min=1, metavar="SEQ", help="事件号 · number of the completion's event")],
) -> CaseCommand:
    """确认 · Confirm a completion that was told too late to count by itself; whoever posted it does not confirm it."""
    return CaseCommand(path("cases", case, "confirmations"), {"seq": seq})


@then(send_at)
def return_case(
    case: CaseNumber,
    reason: Reason,
    step: MaybeStep = None,
) -> CaseCommand:
    """补正告知 · Return the application, or one step, for correction."""
    return CaseCommand(path("cases", case, "return"), {"step": step, "reason": reason})


@then(send_at)
def resubmit(
    case: CaseNumber,
    step: MaybeStep = None,
) -> CaseCommand:
    """补正完成 · Record that the applicant handed in what was asked for."""
    return CaseCommand(path("cases", case, "resubmit"), {"step": step})


@then(send_at)
def suspend(
    case: CaseNumber,
    ground: Annotated[str, typer.Option(help="事由 · the ground's key")],
    suspension: Annotated[str | None, typer.Option(help="中止编号 · its id; made of the key where left out")] = None,
    step: MaybeStep = None,
    reason: MaybeReason = None,
) -> CaseCommand:
    """中止 · Suspend the case, or one step of it, on a ground."""
    body = {"suspension": suspension, "ground": ground, "step": step, "reason": reason}
    return CaseCommand(path("cases", case, "suspensions"), body)


@then(send_at)
def resume(
    case: CaseNumber,
    suspension: Annotated[str, typer.Argument(metavar="SUSPENSION", help="中止编号 · its id: `shixian case`")],
) -> CaseCommand:
    """恢复 · End a suspension."""
    return CaseCommand(path("cases", case, "suspensions", suspension, "resume"), {})


@then(send_at)
def extend(
    case: CaseNumber,
    clock: Annotated[str, typer.Option(help="时钟 · the clock's key: `shixian case`")],
    approved_by: Annotated[str, typer.Option(help="批准人 · by which office it was granted; no person's name")],
    reason: Reason,
    workdays: Annotated[int | None, typer.Option(min=1, max=60, help="工作日 · how many more working days")] = None,
    months: Annotated[int | None, typer.Option(min=1, max=24, help="月 · or months, of a limit in months")] = None,
) -> CaseCommand:
    """延长期限 · Grant more working days or months, before expiry."""
    body = {"clock": clock, "workdays": workdays, "months": months, "approved_by": approved_by, "reason": reason}
    return CaseCommand(path("cases", case, "extensions"), body)


@then(send_at)
def fee(
    case: CaseNumber,
    fen: Annotated[int, typer.Option(min=0, help="金额（分） · the amount in fen")],
    reason: Reason,
) -> CaseCommand:
    """收费 · Record a fee charged to the applicant."""
    return CaseCommand(path("cases", case, "fees"), {"fen": fen, "reason": reason})


@then(send_at)
def withdraw(
    case: CaseNumber,
    reason: MaybeReason = None,
) -> CaseCommand:
    """撤件 · Record that the applicant withdrew."""
    return CaseCommand(path("cases", case, "withdraw"), {"reason": reason})


@then(send_at)
def decide(
    case: CaseNumber,
    outcome: Annotated[str, typer.Option(help="决定 · approved, approved-with-tolerance or refused")],
    reason: MaybeReason = None,
) -> CaseCommand:
    """办结 · Decide the case."""
    return CaseCommand(path("cases", case, "decide"), {"outcome": outcome, "reason": reason})


@then(send_at)
def terminate(
    case: CaseNumber,
    cause: Annotated[str, typer.Option(help="原因 · matter-void, applicant-lost or other")],
    reason: Reason,
) -> CaseCommand:
    """终止 · Close the case without a decision."""
    return CaseCommand(path("cases", case, "terminate"), {"cause": cause, "reason": reason})


@then(send_at)
def revoke(case: CaseNumber, reason: Reason) -> CaseCommand:
    """撤销 · Revoke the decision."""
    return CaseCommand(path("cases", case, "revoke"), {"reason": reason})


@then(send_at)
def correct(
    case: CaseNumber,
    seq: Annotated[int, typer.Argument(min=1, metavar="SEQ", help="事件号 · number of the event")],
    reason: Reason,
    instant: Annotated[str | None, typer.Option(help="更正时间 · when it happened in truth")] = None,
    end: Annotated[
        str | None, typer.Option(help="更正中止结束 · when the suspension that began with it ended in truth")
    ] = None,
    workdays: Annotated[
        int | None, typer.Option(min=1, max=60, help="更正延长天数 · how many working days it granted in truth")
    ] = None,
    months: Annotated[
        int | None, typer.Option(min=1, max=24, help="更正延长月数 · how many months it granted in truth")
    ] = None,
    void: Annotated[
        bool, typer.Option("--void", help="作废 · it never was, for good: tell it anew if it was after all")
    ] = False,
) -> CaseCommand:
    """更正 · Correct an earlier fact; both stay on record."""
    truth, ended = maybe_instant(instant, "--instant"), maybe_instant(end, "--end")
    if void == any(one is not None for one in (truth, ended, workdays, months)):
        raise typer.BadParameter(
            "另给时间、结束、天数，或作废 either --instant, --end, --workdays, --months or --void [nothing-corrected]",
            param_hint="--instant",
        )
    body = {
        "seq": seq,
        "instant": truth and truth.isoformat(),
        "end": ended and ended.isoformat(),
        "workdays": workdays,
        "months": months,
        "void": void or None,
        "reason": reason,
    }
    return CaseCommand(path("cases", case, "corrections"), body)


@then(send_at)
def link(
    case: CaseNumber,
    child: Annotated[str, typer.Argument(metavar="CHILD", help="子办件 · number of the child case")],
) -> CaseCommand:
    """关联子办件 · Link a child case."""
    return CaseCommand(path("cases", case, "links"), {"child": child})


@then(send)
def recalculate(case: CaseNumber) -> CaseCommand:
    """重新计算 · Count the case anew with today's calendar."""
    return CaseCommand(path("cases", case, "recalculate"), {})
