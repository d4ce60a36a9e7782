"""The command `serve`: everything over one folder."""

import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import Json
from api.cli.process_life import LOOK, heed_signals
from api.cli.reading import instant
from api.private_files import write_privately
from api.process_notes import Say, note, say_json, say_line
from api.processes.embedded import embedded, refuse_open_door
from api.settings import read_settings

DAY_A_SECOND = 86_400


def serve(  # one parameter for each option
    data_dir: Annotated[Path | None, typer.Option(help="数据目录 · folder of everything that is kept")] = None,
    host: Annotated[str | None, typer.Option(help="监听地址 · address that the API listens on")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="端口 · port of the API; 0: any free one")] = None,
    temporal_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Temporal 端口 · port of the Temporal server; 0: any free one")
    ] = None,
    behind_proxy: Annotated[
        bool | None, typer.Option("--behind-proxy", help="前有代理 · a proxy with TLS stands before the API")
    ] = None,
    rehearsal: Annotated[bool, typer.Option("--rehearsal", help="演练 · business time of its own")] = False,
    start: Annotated[
        str, typer.Option(help="演练起点 · the business time at which a rehearsal starts")
    ] = "2021-01-04 08:00",
    rate: Annotated[
        int, typer.Option(min=1, max=10_000_000, help="演练倍速 · business seconds in a real one")
    ] = DAY_A_SECOND,
    json: Json = False,
) -> None:
    """运行全部 · Run the Temporal server, a worker and the API over one folder, until Ctrl-C."""
    write_privately()
    said: Say = say_json if json else say_line
    settings = read_settings(data_dir=data_dir, host=host, port=port, behind_proxy=behind_proxy)
    refuse_open_door("HOST", settings.host, behind_proxy=settings.behind_proxy)
    begins = instant(start, "--start") if rehearsal else None
    heed_signals()
    try:
        with embedded(
            settings, said, begins=begins, rate=rate, temporal_port=temporal_port, first_key=partial(_show, said)
        ) as stack:
            said(note("ready", "Shixian: {url}  for browsers and the API (Ctrl-C ends it)", url=stack.url))
            while True:
                stack.tend()
                time.sleep(LOOK)
    except KeyboardInterrupt:
        said(note("stopped", "Shixian: stopped; started again over {data}, it goes on", data=str(settings.data_dir)))


def _show(said: Say, key: str) -> None:
    text = "第一把密钥，只显示一次 The first key, an officer's, shown only now; it signs in to the pages as well:\n\n  export SHIXIAN_KEY={key}\n"
    said(note("first-key", text, key=key))
