"""Commands that watch: `metrics`."""

import asyncio
from contextlib import closing

from activities.store.store import Store
from api.cli.output import Json
from api.cli.process_life import WithParent, as_process, stored_almanac, stored_timeline
from api.cli.serving import serve_until_told
from api.exporter.collector import Exporter
from api.exporter.server import create_app
from api.failures import WrongSetting
from api.figures.promise_standings import rules_of
from api.http.bearer import Tokens
from api.process_notes import Say
from api.processes.almanac_watch import AlmanacWatch
from api.processes.embedded import refuse_unguarded, tokens_of
from api.real_clock import real_now
from api.settings import Settings, read_settings
from sla.release import RELEASE

GRACE = 2  # seconds for scrapes that are being answered


def metrics(with_parent: WithParent = False, json: Json = False) -> None:
    """运行指标导出 · Run the exporter of metrics over the database, which it only reads; address and port are settings."""
    settings = read_settings()
    said = as_process("metrics", json=json, with_parent=with_parent)
    scraping = tokens_of(settings, "scrape_token_file")
    refuse_unguarded("METRICS_HOST", settings.metrics_host, {"scrape_token_file": scraping}, said)
    asyncio.run(_export(settings, said, scraping))


async def _export(settings: Settings, said: Say, scraping: Tokens | None) -> None:
    with closing(_reading(settings)) as store:
        timeline = await stored_timeline(store, said, "metrics")
        series, host, port = settings.metrics_series, settings.metrics_host, settings.metrics_port
        held = await stored_almanac(store, RELEASE, said, "metrics")
        rules = rules_of(settings)
        exporter = Exporter(
            store, timeline, settings.alarm_grace, series=series, now=real_now, almanac=held.almanac, rules=rules
        )
        watch = AlmanacWatch("metrics", held, exporter.renew, said)
        with closing(exporter):
            app = create_app(exporter, scraping)
            await serve_until_told("metrics", app, host, port, said, grace=GRACE, beside=watch.watch())


def _reading(settings: Settings) -> Store:
    try:
        return Store.open(settings.database, read_only=True)
    except ValueError as error:
        raise WrongSetting("DATABASE_URL", f"{error} [bad-url]") from None
