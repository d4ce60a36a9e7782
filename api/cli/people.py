"""Commands on people: subjects of the provider of identities, let in, locked and ended where the database is."""

from contextlib import closing
from typing import Annotated

import typer

from activities.store.errors import Conflict
from activities.store.people import PersonAccount
from activities.store.sign_ins import NAMED
from activities.store.store import Store
from api.access.api_keys import BadActor
from api.access.people import BadSubject, NoProviderSet, PersonRole, new_person
from api.access.sessions import live_sessions
from api.cli.output import Json, print_json, print_table, say
from api.cli.words import when
from api.failures import Failure, WrongSetting
from api.processes.embedded import open_store
from api.real_clock import real_now
from api.settings import read_settings

app = typer.Typer(help="人员 · people who sign in with accounts", no_args_is_help=True, rich_markup_mode=None)

Id = Annotated[str, typer.Argument(metavar="ID", help="编号 · the id, as `people list` shows it")]
WRONG = {BadSubject: ("--subject", "bad-subject"), BadActor: ("--actor", "bad-actor")}
UNKNOWN = "ID: 没有这个有效的人员 There is no such person, or the account has ended. [unknown-person]"


@app.command()
def add(
    subject: Annotated[str, typer.Option(help="身份标识 · what the provider calls this person (`sub`)")],
    role: Annotated[PersonRole, typer.Option(help="角色 · clerk, supervisor, sysadmin, secadmin, auditor")],
    actor: Annotated[str, typer.Option(help="使用者 · who it is, as events name it: clerk-017, never a name")],
    json: Json = False,
) -> None:
    """新增人员 · Let somebody in that the provider vouches for, which SHIXIAN_PEOPLE_ISSUER names."""
    settings = read_settings()
    try:
        made = new_person(issuer=settings.people_issuer, subject=subject, actor=actor, role=role, now=real_now())
    except NoProviderSet as error:
        raise WrongSetting("PEOPLE_ISSUER", f"{error} [no-sign-in-provider]") from None
    except (BadSubject, BadActor) as error:
        option, code = WRONG[type(error)]
        raise typer.BadParameter(f"{error} [{code}]", param_hint=option) from None
    with closing(open_store(settings)) as store:
        try:
            store.add_person(made)
        except Conflict:
            raise Failure(
                "--subject, --actor: 已有此人员 The subject or the actor is a person already. [person-exists]"
            ) from None
    if json:
        print_json(made.model_dump(mode="json"))
    else:
        say(f"已新增 Added: {made.id}（{made.actor}，{made.role}）")


@app.command(name="list")
def list_people(json: Json = False) -> None:
    """列出人员 · List the people, those whose accounts have ended as well."""
    with closing(open_store(read_settings())) as store:
        kept = store.people()
    if json:
        print_json([person.model_dump(mode="json") for person in kept])
        return
    columns = (
        "编号 id",
        "身份标识 subject",
        "使用者 actor",
        "角色 role",
        "最近登录 signed in",
        "锁定 locked",
        "终止 ended",
    )
    print_table("人员 People", columns, [_row(person) for person in kept])


@app.command()
def role(
    person: Id,
    role: Annotated[PersonRole, typer.Option(help="新角色 · the new role")],
    json: Json = False,
) -> None:
    """变更角色 · Give a person another role, which ends the sessions."""
    with closing(open_store(read_settings())) as store:
        _known(store, person)
        if not store.change_role(person, role, real_now()):
            raise Failure("--role: 已是此角色 The person has that role already. [same-role]")
    _say(json, person, "已变更 Changed", role=role)


@app.command()
def lock(person: Id, json: Json = False) -> None:
    """锁定 · Let nobody sign in as a person until `people unlock`, and end the sessions."""
    with closing(open_store(read_settings())) as store:
        _done(store.lock_person(person, real_now()))
    _say(json, person, "已锁定 Locked", locked=True)


@app.command()
def unlock(person: Id, json: Json = False) -> None:
    """解锁 · Let a person sign in again, who was locked or did not sign in for 90 days."""
    with closing(open_store(read_settings())) as store:
        _done(store.unlock_person(person, real_now()))
    _say(json, person, "已解锁 Unlocked", locked=False)


@app.command()
def end(person: Id, json: Json = False) -> None:
    """终止 · End a person's account and sessions, within seconds and for good."""
    with closing(open_store(read_settings())) as store:
        _done(store.end_person(person, real_now()))
    _say(json, person, "已终止 Ended", ended=True)


@app.command()
def sessions(person: Id, json: Json = False) -> None:
    """列出会话 · List the sessions that a person has open."""
    with closing(open_store(read_settings())) as store:
        _known(store, person)
        found = live_sessions(store.sessions_of(person), real_now())
    if json:
        shown = [
            {"id": one.hash[:NAMED], "began": one.began.isoformat(), "seen": one.seen.isoformat()} for one in found
        ]
        print_json(shown)
        return
    rows = [(one.hash[:NAMED], when(one.began), when(one.seen)) for one in found]
    print_table("会话 Sessions", ("编号 id", "开始 began", "最近使用 last used"), rows)


@app.command(name="sign-out")
def sign_out(
    person: Id,
    session: Annotated[
        str | None, typer.Option(help="会话编号 · this session alone, as `people sessions` shows it")
    ] = None,
    json: Json = False,
) -> None:
    """结束会话 · End a person's sessions, or one of them, at once."""
    with closing(open_store(read_settings())) as store:
        _known(store, person)
        if session is not None and len(session) != NAMED:
            raise Failure("--session: 没有这个会话 There is no such session, or it has ended. [unknown-session]")
        number = store.end_sessions(person, real_now(), session)
    if session is not None and not number:
        raise Failure("--session: 没有这个会话 There is no such session, or it has ended. [unknown-session]")
    _say(json, person, f"已结束会话 Sessions ended: {number}", sessions=number)


def _known(store: Store, person: str) -> None:
    found = store.person_by_id(person)
    _done(found is not None and found.ended is None)


def _done(done: bool) -> None:
    if not done:
        raise Failure(UNKNOWN)


def _say(json: bool, person: str, words: str, **said: object) -> None:
    if json:
        print_json({"id": person, **said})
    else:
        say(f"{words}: {person}")


def _row(person: PersonAccount) -> tuple[str | None, ...]:
    locked = "" if not person.is_locked(real_now()) else when(person.locked_until) or "是 yes"
    return (*(person.id, person.subject, person.actor, person.role, when(person.used), locked, when(person.ended)),)
