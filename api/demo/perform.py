"""Plays a rehearsal: every case by itself at its own instants, the incidents beside them, and a look at the processes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from api.demo.alarms import Alarm
from api.demo.arrivals import AlarmRow, Heard, alarm_rows, all_told, heard, surprises
from api.demo.cohorts import Mean
from api.demo.incidents import Incident
from api.demo.judging import Check, MeanRow, Row, mean_rows, rows
from api.demo.players import Cast, Turnout, Unplayed, play
from api.demo.progress import RehearsalProgress
from api.demo.script import Script
from api.demo.stage import House
from api.real_clock import real_now

LOOK = 0.5  # seconds between looks at the processes and at the clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What is played in a rehearsal."""

    name: str
    title: str
    first_day: datetime
    rate: int  # business seconds in a real one
    scripts: Sequence[Script]
    incidents: Sequence[Incident]
    means: Sequence[Mean] = ()
    alarms: Sequence[Alarm] = ()  # where there are any, everything that watches runs too

    @property
    def ends(self) -> datetime:
        """The instant of the last act."""
        return max(script.ends for script in self.scripts)


@dataclass(slots=True)
class Played:
    """What came of a rehearsal."""

    programme: Programme
    rows: list[Row] = field(default_factory=list)
    means: list[MeanRow] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    alarms: list[AlarmRow] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    arrived: list[Heard] = field(default_factory=list)
    tally: Turnout = field(default_factory=Turnout)
    seconds: float = 0.0

    @property
    def wrong(self) -> list[str]:
        """Everything that is not as expected, a line each."""
        return [
            *(f"{row.case} {row.commitment}: {row.wrong}" for row in self.rows if row.wrong),
            *(f"{mean.commitment} {mean.month}: {mean.wrong}" for mean in self.means if mean.wrong),
            *(f"{check.topic}, {check.what}: {check.wrong}" for check in self.checks if check.wrong),
            *(f"{row.what}, {row.alert} to {row.receiver}: {row.wrong}" for row in self.alarms if row.wrong),
            *self.surprises,
        ]


async def perform(house: House, programme: Programme, progress: RehearsalProgress) -> Played:
    """Play it to the end, then read every verdict."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    played = Played(programme)
    failed: dict[str, str] = {}
    async with Cast(house.stack.url, house.keys, house.timeline) as cast:
        played.tally = cast.tally
        watching = asyncio.create_task(_watch(house, cast, programme, progress))
        try:
            results, _ = await asyncio.gather(
                asyncio.gather(*(_incident(cast, incident) for incident in programme.incidents)),
                asyncio.gather(*(_case(cast, script, failed, progress) for script in programme.scripts)),
            )
            if programme.alarms:
                await all_told(programme.alarms, house.arrivals, house.timeline, real_now())
        finally:
            watching.cancel()
        played.arrived = heard(house.arrivals)
        played.alarms = alarm_rows(programme.alarms, played.arrived, house.timeline)
        played.surprises = surprises(programme.alarms, played.arrived)
        played.checks = [check for checks in results for check in checks]
        played.rows = await rows(cast, programme.scripts, failed)
        played.means = await mean_rows(cast, programme.means) if programme.means else []
    played.seconds = loop.time() - begun
    return played


async def _case(cast: Cast, script: Script, failed: dict[str, str], progress: RehearsalProgress) -> None:
    try:
        await play(cast, script)
    except Unplayed as error:
        failed[script.case] = str(error)
    progress.case_done()


async def _incident(cast: Cast, incident: Incident) -> list[Check]:
    try:
        return await incident(cast)
    except Unplayed as error:
        name = getattr(incident, "__name__", "incident").replace("_", " ")
        return [Check(topic=name, what="played to its end", expected="yes", got=str(error))]


async def _watch(house: House, cast: Cast, programme: Programme, progress: RehearsalProgress) -> None:
    """Keeps the processes alive and shows where the rehearsal stands."""
    begins, ends = programme.first_day, programme.ends
    while True:
        await asyncio.to_thread(house.tend)
        now = cast.now
        progress.at(now, (now - begins) / (ends - begins), cast.tally.requests)
        await asyncio.sleep(LOOK)
