"""Commands over the database itself: `migrate`, `rebuild` and `verify`."""

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from temporalio.client import Client
from temporalio.service import RPCError

from activities.evidence.checking import AUDIT, CheckpointCheck
from activities.evidence.manifests import FOLDER, CheckpointFiles
from activities.evidence.notes import NoteBroken, PublicKey, SigningKey
from activities.store.store import Store
from api.cli.almanac_in_force import almanac_of
from api.cli.output import Json, print_json, print_table, say
from api.failures import Failure
from api.processes.embedded import REBUILD, open_store
from api.processes.temporal_access import connected
from api.real_clock import real_now
from api.settings import Settings, read_settings
from workflows import rebuild as ledger
from workflows.rebuild import Finding


def migrate(json: Json = False) -> None:
    """建立或升级数据表 · Create or upgrade the tables of the database."""
    with closing(open_store(read_settings())) as store:
        unfilled = store.migrate()
    if json:
        print_json({"migrated": True, "rebuild": unfilled})
        return
    say("数据表已是最新 The tables are up to date.")
    if unfilled:
        say(REBUILD)


def rebuild(json: Json = False) -> None:
    """重建读模型 · Drop the rows of the read model and make them anew from the events."""
    with closing(open_store(read_settings())) as store:
        cases = ledger.rebuild(store, almanac_of(store))
    if json:
        print_json({"cases": cases})
    else:
        say(f"已重建 Rebuilt: {cases} 个办件 cases")


def verify(
    repair: Annotated[
        bool, typer.Option("--repair", help="修复 · re-exports from Temporal's histories what the ledger lacks")
    ] = False,
    ledger_only: Annotated[
        bool, typer.Option("--ledger-only", help="只验账本 · chains and rows alone; Temporal is not asked")
    ] = False,
    checkpoints: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoints",
            help="检查点文件或文件夹，可多次 · a file of checkpoints, or the folder of all; may be given again",
        ),
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option("--key", help="公钥，可多次 · public key; the data folder's where none is given")
    ] = None,
    json: Json = False,
) -> None:
    """核验 · Check every hash chain, those of observations and of subjects too, every row, and the ledger against Temporal's histories; 1 where something is wrong.

    The histories are asked of a worker, so one must be running.
    """
    if repair and ledger_only:
        raise typer.BadParameter("修复需要历史 a repair needs the histories [contradiction]", param_hint="--repair")
    found = asyncio.run(_verify(repair=repair, ledger_only=ledger_only, checkpoints=checkpoints or [], keys=key or []))
    if json:
        print_json(
            [{"case": f.case, "problem": f.problem, "missing": len(f.missing), "repaired": done} for f, done in found]
        )
    elif found:
        rows = [(f.case, f.problem, len(f.missing), done if repair else None) for f, done in found]
        print_table("不符 findings", ("编号 case", "问题 problem", "缺事件 missing", "已修复 repaired"), rows)
    else:
        say("无不符 Everything holds.")
    if not all(done for _, done in found):
        raise typer.Exit(1)


async def _verify(
    *, repair: bool, ledger_only: bool, checkpoints: list[Path], keys: list[str]
) -> list[tuple[Finding, bool]]:
    settings = read_settings()
    with closing(open_store(settings)) as store:
        client = None if ledger_only else await _connected(settings)
        try:
            found = [finding async for finding in ledger.verify(store, almanac_of(store), client)]
            told = [(one, bool(repair and client and await _repair(store, client, one))) for one in found]
            chains = [*_observations(store), *_subjects(store), *_audit(store)]
            more = [*chains, *_checkpoints(store, settings, checkpoints, keys)]
            return [*told, *((one, False) for one in more)]
        except RPCError as error:
            raise Failure(f"Temporal: {error.message} [no-answer]") from None


def _observations(store: Store) -> list[Finding]:
    """Records of observations that do not follow; nothing else has them, so nothing repairs them."""
    broken = store.broken_observations()
    return [
        Finding(f"observations/{name}", f"entry {seq} does not follow from what is before it") for name, seq in broken
    ]


def _subjects(store: Store) -> list[Finding]:
    """Where the record of subjects does not follow; nothing else has it, so nothing repairs it."""
    broken = store.broken_subject_event()
    said = f"event {broken} does not follow from what is before it"
    return [] if broken is None else [Finding("subjects", said)]


def _audit(store: Store) -> list[Finding]:
    broken = store.broken_audit()
    return [] if broken is None else [Finding(AUDIT, f"row {broken} does not follow from what is before it")]


def _checkpoints(store: Store, settings: Settings, paths: list[Path], keys: list[str]) -> list[Finding]:
    """What does not agree with the checkpoints of files; of a folder all that were made have to be there."""
    if not paths:
        return []
    texts = keys or [SigningKey.of(settings.data_dir / FOLDER).public]
    try:
        check = CheckpointCheck([PublicKey(text) for text in texts])
    except NoteBroken as error:
        raise typer.BadParameter(f"{error} [bad-key]", param_hint="--key") from None
    for path in paths:
        if not path.exists():
            raise typer.BadParameter(
                f"{path}: 没有这个文件 there is no such file [no-file]", param_hint="--checkpoints"
            )
        for file in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
            check.read(file)
    complete = any(path.is_dir() for path in paths)
    return [Finding(one.about, one.problem) for one in check.against(store, complete=complete)]


def checkpoint_key(json: Json = False) -> None:
    """检查点公钥 · Print the public key that checkpoints are checked with; keep it outside this house."""
    public = SigningKey.of(CheckpointFiles(read_settings().data_dir).folder).public
    if json:
        print_json({"key": public})
    else:
        say(public)


async def _connected(settings: Settings) -> Client:
    try:
        return await connected(settings)
    except RuntimeError:
        where = settings.temporal_address
        raise Failure(
            f"SHIXIAN_TEMPORAL_ADDRESS: {where} 没有应答 does not answer; --ledger-only 不需要它 needs none [no-answer]"
        ) from None


async def _repair(store: Store, client: Client, finding: Finding) -> bool:
    now = store.timeline().business(real_now())
    return await ledger.repair(store, almanac_of(store), client, finding, now)
