"""The command `api`: one process that answers HTTP."""

import asyncio
from contextlib import closing

from api.app import create_app
from api.cli.output import Json
from api.cli.process_life import API_GRACE, WithParent, as_process, stored_almanac, stored_timeline
from api.cli.serving import serve_until_told
from api.process_notes import Say
from api.processes.embedded import open_store, refuse_open_door, tokens_of
from api.processes.temporal_access import access_of, connected, say_unsigned
from api.real_clock import real_now
from api.services import Services
from api.settings import Settings, read_settings
from sla.release import RELEASE
from workflows.dispatch import Dispatcher


def api(with_parent: WithParent = False, json: Json = False) -> None:
    """运行接口 · Run an API process for a Temporal server and a database; both are settings."""
    settings = read_settings()
    refuse_open_door("HOST", settings.host, behind_proxy=settings.behind_proxy)
    said = as_process("api", json=json, with_parent=with_parent)
    asyncio.run(_answer(settings, said))


async def _answer(settings: Settings, said: Say) -> None:
    access = access_of(settings)
    say_unsigned(access, "api", said)
    with closing(open_store(settings)) as store:
        timeline = await stored_timeline(store, said)
        client = await connected(settings, lazy=True, access=access)
        held = await stored_almanac(store, RELEASE, said)
        services = Services(
            store=store,
            dispatcher=Dispatcher(client, in_flight=settings.in_flight),
            timeline=timeline,
            settings=settings,
            almanac=held.almanac,
            now=real_now,
            almanacs=held,
            say=said,
            scraping=tokens_of(settings, "scrape_token_file"),
        )
        app, host, port = create_app(services), settings.host, settings.port
        await serve_until_told("api", app, host, port, said, grace=API_GRACE, behind_proxy=settings.behind_proxy)
