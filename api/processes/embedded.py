"""The embedded Shixian made of its settings: tables, timeline, first key, and the processes over one folder."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from activities.store.store import Store
from api.access.api_keys import CallerRole, is_sandbox, new_key
from api.failures import WrongSetting
from api.http.bearer import Tokens
from api.private_files import private_file, private_folder, tighten
from api.process_notes import Say, note, say_line
from api.processes.binaries import TEMPORAL, Program, find
from api.processes.claims import free_port
from api.processes.stack import Site, Stack
from api.processes.temporal_access import without_access
from api.real_clock import real_now
from api.secret_files import SecretFile, made, new_token, tokens
from api.settings import SECRETS, Settings
from sla.timeline import Timeline
from workflows.keys import new_keys

FIRST_OFFICER = "first-officer"
LOOPBACK = "127.0.0.1"
HEAD_START = timedelta(seconds=3)  # that the processes need: a rehearsal begins when they are there
FILE = "sqlite:///"
MADE: Mapping[str, Callable[[], str]] = {  # by setting
    "relay_token_file": new_token,
    "scrape_token_file": new_token,
    "command_keys_file": new_keys,
}

REBUILD = "请运行 Run `shixian rebuild`：标记和中止所余须重建 marks, and what is left at a standstill, come with it."


def open_store(settings: Settings) -> Store:
    """Return the store of the settings; the folder of a file is made, and the file, for this user alone."""
    file = _database_file(settings)
    if file is not None:
        private_file(file)
    try:
        return Store.open(settings.database, durable=settings.durable)
    except ValueError as error:
        raise WrongSetting("DATABASE_URL", f"{error} [bad-url]") from None


def keep_private(settings: Settings, said: Say) -> None:
    """Make the data folder, or take from other users what they may read of it, and say so; else raise NotPrivate."""
    private_folder(settings.data_dir)
    opened = tighten(settings.data_dir, _database_file(settings))
    if opened:
        text = "{folder}: {number} 个文件或文件夹原可由他人读取，现仅限本用户 files or folders were open to other users, and are not any more"
        said(note("made-private", text, folder=str(settings.data_dir), number=opened))


def _database_file(settings: Settings) -> Path | None:
    """The file of a SQLite database; None of another one, or of one in memory."""
    name = settings.database.removeprefix(FILE).partition("?")[0]
    return Path(name) if settings.database.startswith(FILE) and name not in {"", ":memory:"} else None


def secret(settings: Settings, name: str) -> Path:
    """Return the file of secrets that a setting is for: made in the data folder, where neither names one nor has one."""
    return (settings.secrets_of(name) or made(settings.data_dir / SECRETS[name], MADE[name])).absolute()


def with_secrets(settings: Settings, *names: str) -> Settings:
    """Return the settings with these files of secrets named, and made."""
    return settings.model_copy(update={name: secret(settings, name) for name in names})


def tokens_of(settings: Settings, name: str) -> SecretFile[tuple[bytes, ...]] | None:
    """Return the tokens of a setting's file; None where there is no file, WrongSetting where it cannot be used."""
    file = settings.secrets_of(name)
    return None if file is None else SecretFile(name.upper(), file, tokens)


def is_loopback(host: str) -> bool:
    """Tell whether an address is reached from this machine alone."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_unguarded(name: str, host: str, guards: Mapping[str, Tokens | None], said: Say) -> None:
    """Refuse other addresses than loopback where a setting in `guards` has no token; on loopback only say so.

    `name` is the setting of the address.
    """
    missing = ", ".join(f"SHIXIAN_{guard.upper()}" for guard, tokens in guards.items() if tokens is None)
    if missing and not is_loopback(host):
        raise WrongSetting(name, f"{host} is no loopback address: that needs {missing} [no-token]")
    if missing:
        text = "本机任何程序均可访问 Open to every program on this machine: there is no {missing}"
        said(note("unguarded", text, missing=missing))


def refuse_open_door(name: str, host: str, *, behind_proxy: bool) -> None:
    """Other addresses than loopback only behind a proxy that has TLS; `name` is the setting's."""
    if not (is_loopback(host) or behind_proxy):
        raise WrongSetting(name, f"{host} is no loopback address: that needs SHIXIAN_BEHIND_PROXY [open-door]")


def embedded(
    settings: Settings,
    said: Say,
    *,
    begins: datetime | None = None,
    rate: int = 1,
    temporal_port: int | None = None,
    first_key: Callable[[str], None] | None = None,
) -> Stack:
    """Make everything over the data folder, ready to start (`with`). The tables are there then.

    `begins` makes it a rehearsal that starts at that business instant (TimelineRefused over cases of another timeline).
    Port 0 is any free one. `first_key` is told the officer's key that is made where there is none.
    """
    refuse_open_door("HOST", settings.host, behind_proxy=settings.behind_proxy)
    keep_private(settings, said)
    settings = with_secrets(without_access(settings), "scrape_token_file", "command_keys_file")
    chosen = _configured_port(settings) if temporal_port is None else temporal_port
    settings = settings.model_copy(
        update={"port": settings.port or free_port(), "temporal_address": f"{LOOPBACK}:{chosen or free_port()}"}
    )
    place = Site(
        temporal=located(TEMPORAL, said),
        data_dir=settings.data_dir,
        host=settings.host,
        port=settings.port,
        temporal_port=_configured_port(settings),
        namespace=settings.temporal_namespace,
        env=environment(settings),
    )
    with closing(open_store(settings)) as store:
        if store.migrate():
            said(note("rebuild-needed", REBUILD))
        sandbox = begins is not None or not store.timeline().identity
        every = store.keys()
        known = [key for key in every if is_sandbox(key) is sandbox]
        if first_key is not None and not any(key.role == CallerRole.OFFICER for key in known):
            text, kept = new_key(actor=FIRST_OFFICER, role=CallerRole.OFFICER, now=real_now(), sandbox=sandbox)
            store.add_key(kept)
            first_key(text)
    return Stack(place, said, lambda: _set_timeline(settings, said, begins, rate))


def environment(settings: Settings) -> dict[str, str]:
    """Return the settings as environment variables, for a process that reads them."""
    dumped = settings.model_copy(update={"data_dir": settings.data_dir.absolute()}).model_dump(mode="json")
    return {
        f"SHIXIAN_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in dumped.items()
    }


def _configured_port(settings: Settings) -> int:
    port = settings.temporal_address.rpartition(":")[2]
    if not port.isdigit():
        raise WrongSetting("TEMPORAL_ADDRESS", "it has no port [bad-address]")
    return int(port)


def located(program: Program, said: Say) -> Path:
    """Return a server's command; that it has to be built is said."""
    return (find(program) if said is say_line else find(program, _as_note(said))).path


def _as_note(said: Say) -> Callable[[str], None]:
    return lambda line: said(note("command", "{line}", line=line.strip()))


def _set_timeline(settings: Settings, said: Say, begins: datetime | None, rate: int) -> float:
    """The monotonic second at which a rehearsal begins; 0 where none does."""
    begun = 0.0
    with closing(open_store(settings)) as store:
        timeline = store.timeline()
        going_on = not timeline.identity and (timeline.anchor_business, timeline.rate) == (begins, rate)
        if begins is not None and not going_on:
            timeline = Timeline(anchor_real=real_now() + HEAD_START, anchor_business=begins, rate=rate)
            store.set_timeline_once(timeline)
            begun = time.monotonic() + HEAD_START.total_seconds()
    if not timeline.identity:
        text = "演练 Rehearsal: {rate} business seconds in a real one, from {start} on"
        said(note("rehearsal", text, rate=timeline.rate, start=timeline.anchor_business.isoformat(sep=" ")))
    return begun
