"""Commands that run what watches: `monitor` and `receiver`."""

import asyncio
import json as json_text
import signal
import sys
import threading
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.cli.alerting import read_recipients
from api.cli.output import Json, say
from api.cli.process_life import LOOK, WithParent, heed_signals, stored_timeline
from api.private_files import write_privately
from api.process_notes import Say, note, say_json, say_line
from api.processes.embedded import LOOPBACK, open_store
from api.processes.monitor import Ports, monitoring
from api.processes.receiver import Arrival, Receiver
from api.processes.run_tethered import end_with_parent
from api.settings import read_settings

DEFAULT = Ports()


def monitor(  # one parameter for each option
    data_dir: Annotated[Path | None, typer.Option(help="数据目录 · folder over which `serve` runs")] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="接口端口 · port at which `serve` has the API")
    ] = None,
    metrics_port: Annotated[int | None, typer.Option(min=0, max=65535, help="指标端口 · port of the exporter")] = None,
    relay_port: Annotated[int | None, typer.Option(min=0, max=65535, help="转发端口 · port of the relay")] = None,
    prometheus_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Prometheus 端口 · its port; 0: any free one")
    ] = DEFAULT.prometheus,
    alertmanager_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Alertmanager 端口 · its port; 0: any free one")
    ] = DEFAULT.alertmanager,
    receiver_port: Annotated[
        int, typer.Option(min=0, max=65535, help="接收端口 · port of the receiver, where no recipients are set")
    ] = DEFAULT.receiver,
    recipients: Annotated[Path | None, typer.Option(help="告警接收人文件 · file of who is told")] = None,
    json: Json = False,
) -> None:
    """监测告警 · Run exporter, Prometheus, Alertmanager and relay beside `serve`, until Ctrl-C."""
    write_privately()
    said: Say = say_json if json else say_line
    settings = read_settings(
        data_dir=data_dir, port=port, metrics_port=metrics_port, relay_port=relay_port, recipients_file=recipients
    )
    read_recipients(settings.recipients_file)
    ports = Ports(prometheus_port, alertmanager_port, receiver_port)
    heed_signals()
    try:
        with closing(open_store(settings)) as store:
            timeline = asyncio.run(stored_timeline(store, said, "monitor"))
        with monitoring(settings, timeline, said, ports=ports) as running:
            where = {part: f"http://{address}" for part, address in asdict(running.addresses).items() if address}
            text = "monitor: Prometheus {prometheus}, Alertmanager {alertmanager}, metrics {exporter}, relay {relay}"
            said(note("ready", f"{text}  (Ctrl-C ends it)", **where))
            while True:
                running.tend()
                time.sleep(LOOK)
    except KeyboardInterrupt:
        said(note("stopped", "monitor: stopped; the cases go on"))


def receiver(
    host: Annotated[str, typer.Option(help="监听地址 · address to listen on")] = LOOPBACK,
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口 · port; 0: any free one")] = DEFAULT.receiver,
    with_parent: WithParent = False,
    json: Json = False,
) -> None:
    """接收告警 · Print each notice that arrives, until Ctrl-C: to see alerts without a channel of one's own."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    if with_parent:
        end_with_parent()
    with Receiver(host, port, _print_json if json else _print) as listening:
        (say_json if json else say_line)(note("receiver-started", "receiver: {url}", url=listening.url))
        ended.wait()


def _print(arrival: Arrival) -> None:
    for line in arrival.lines:
        say(line)
    sys.stdout.flush()


def _print_json(arrival: Arrival) -> None:
    told = {"at": arrival.at.isoformat(), "again": arrival.again, "notice": arrival.notice}
    say(json_text.dumps(told, ensure_ascii=False))
    sys.stdout.flush()
