"""Alertmanager's configuration: who is told of an alert by its scope, department and severity, and when."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import yaml

from api.alerting import hours
from api.alerting.model import PREFIX, WATCHDOG, Scope, Severity
from api.alerting.recipients import DEAD_MAN, OPERATORS, SUPERVISORS, Recipients
from sla.almanac import CODES, Almanac
from sla.calendar import Calendar
from sla.clock import Policy
from sla.departments import DEPARTMENTS, UNLISTED, told_for
from sla.model import Model

PLACE = "suzhou"  # whose days everybody keeps who belongs to no place that has days of its own
FOR_OFFICERS = (
    "PostingsAwaitConfirmation",
    "RequestOverdue",
    "CasesMoved",
)  # of the platform, but it is officers who have to act
ONE_BY_ONE = (Scope.STEP, Scope.CASE)
CAN_WAIT = (Severity.INFO, Severity.WARNING)
SHORTEST = timedelta(seconds=1)
HEAD = """\
# Written by `shixian alertmanager-config`: change the recipients, the policy or the notices, not this file.
"""
DAYS = "# Working days of {version}, from {since} to {until}; afterwards every Monday to Friday counts as one.\n"

Route = dict[str, Any]
OwnDays = Mapping[str, hours.Exceptions]  # by place


class Timing(Model):
    """How long Alertmanager waits; a group is what it tells in one notice."""

    one_by_one_wait: timedelta  # before the first notice of a group of steps or cases
    one_by_one_interval: timedelta  # before a notice of what joined or left that group
    wait: timedelta  # the same for all other groups
    interval: timedelta
    repeat: timedelta
    platform_repeat: timedelta
    refresh: timedelta  # the repeat of routes with office hours: see `_hours`
    heartbeat: timedelta  # of the dead-man switch

    def scaled(self, scale: float) -> "Timing":
        """Shorten every wait for a rehearsal, to a second at least; machines keep their real time."""
        real = {"platform_repeat", "heartbeat"}
        waits = {name: max(SHORTEST, value / scale) for name, value in self if name not in real}
        return self.model_copy(update=waits)


SHIPPED = Timing(
    one_by_one_wait=timedelta(seconds=10),
    one_by_one_interval=timedelta(seconds=30),
    wait=timedelta(seconds=30),
    interval=timedelta(minutes=5),
    repeat=timedelta(hours=24),
    platform_repeat=timedelta(hours=4),
    refresh=timedelta(minutes=5),
    heartbeat=timedelta(minutes=1),
)
FAST = SHIPPED.model_copy(
    update=dict.fromkeys(("one_by_one_wait", "one_by_one_interval", "wait", "interval"), SHORTEST)
)


def render(
    recipients: Recipients,
    relay: str,
    *,
    today: date,
    almanac: Almanac,
    timing: Timing = SHIPPED,
    office_hours: bool = True,
    policy: Policy | None = None,
    token_file: str | None = None,
) -> str:
    """Return the configuration as YAML; without office hours for a rehearsal, since Alertmanager knows only real time.

    `token_file` is where Alertmanager finds what it has to send to the relay.
    """
    calendar = almanac.calendar_for(PLACE, today)
    own = _own_days(almanac, today) if office_hours else {}
    document: dict[str, Any] = {
        "route": _tree(recipients, timing, own, office_hours=office_hours),
        "inhibit_rules": _inhibitions(),
        "receivers": [_receiver(name, relay, token_file) for name in recipients.receivers],
    }
    head = HEAD
    if office_hours:
        head += DAYS.format(version=calendar.version, since=today, until=calendar.known_until)
        document["time_intervals"] = _intervals(calendar, today, own, policy or Policy())
    return head + yaml.dump(document, Dumper=_Plain, default_flow_style=None, sort_keys=False, width=120)


def _own_days(almanac: Almanac, today: date) -> OwnDays:
    """The places whose days off are not everybody's, by overlays of theirs."""
    days = {place: hours.exceptions(almanac.calendar_for(place, today), today) for place in CODES}
    return {place: own for place, own in days.items() if own != days[PLACE]}


def _intervals(calendar: Calendar, today: date, own: OwnDays, policy: Policy) -> list[hours.Interval]:
    open_at = hours.office_hours(policy)
    return [
        *hours.time_intervals(hours.exceptions(calendar, today), open_at),
        *(each for place, days in own.items() for each in hours.place_intervals(place, days, open_at)),
    ]


def _receiver(name: str, relay: str, token_file: str | None) -> dict[str, Any]:
    """Everything goes to the relay, whole: it knows the channels, what was told before, and how to shorten."""
    url = f"{relay.rstrip('/')}/v1/alerts/{name}"
    secret = {} if token_file is None else {"http_config": {"authorization": {"credentials_file": token_file}}}
    return {"name": name, "webhook_configs": [{"url": url, "send_resolved": True, "max_alerts": 0, **secret}]}


def _tree(recipients: Recipients, timing: Timing, own: OwnDays, *, office_hours: bool) -> Route:
    """The first route that matches is taken, and after one that says `continue` the next ones are looked at too."""
    muting = _hours(timing) if office_hours else {}
    mutings = {place: _hours(timing, place) for place in own}
    departments = [
        _department(recipients, name, timing, mutings.get(DEPARTMENTS[name].jurisdiction, muting))
        for name in recipients.departments
    ]
    return {
        "receiver": OPERATORS,  # what no route knows is a fault of the configuration
        "group_by": ["alertname", "department"],
        "group_wait": _length(timing.wait),
        "group_interval": _length(timing.interval),
        "repeat_interval": _length(timing.repeat),
        "routes": [
            _dead_man(timing),
            _officers(muting),
            _platform(timing),
            *_supervisors(timing, muting),
            *departments,
        ],
    }


def _hours(timing: Timing, place: str | None = None) -> Route:
    """Working hours alone. An end that comes while they are over is forgotten, and then the same alert, firing again,
    counts as told until it is repeated: so repeats are frequent here. The relay tells nobody what he knows.
    """
    return {
        "repeat_interval": _length(timing.refresh),
        "active_time_intervals": [hours.WORKING_HOURS, _named(hours.MAKE_UP_WORKDAYS, place)],
        "mute_time_intervals": [_named(hours.PUBLIC_HOLIDAYS, place)],
    }


def _named(interval: str, place: str | None) -> str:
    return interval if place is None else hours.of_place(interval, place)


def _dead_man(timing: Timing) -> Route:
    """Half the interval and three quarters of the repeat: it then comes once in each heartbeat, neither late nor twice."""
    return {
        "receiver": DEAD_MAN,
        "matchers": [_is("alertname", WATCHDOG)],
        "group_wait": "0s",
        "group_interval": _length(timing.heartbeat / 2),
        "repeat_interval": _length(timing.heartbeat * 3 / 4),
    }


def _officers(muting: Route) -> Route:
    return {
        "receiver": SUPERVISORS,
        "matchers": [_among("alertname", [PREFIX + name for name in FOR_OFFICERS])],
        **muting,
    }


def _platform(timing: Timing) -> Route:
    return {
        "receiver": OPERATORS,
        "matchers": [_is("scope", Scope.PLATFORM)],
        "repeat_interval": _length(timing.platform_repeat),
    }


def _supervisors(timing: Timing, muting: Route) -> list[Route]:
    """Promises of the city, every red card, and the yellow ones that no department of the register answers for."""
    promises: Route = {
        "receiver": SUPERVISORS,
        "matchers": [_is("scope", Scope.COMMITMENT)],
        "continue": True,
        "routes": [_can_wait(muting)],
    }
    red = {
        "receiver": SUPERVISORS,
        "matchers": [_is("severity", Severity.CRITICAL), _among("scope", (*ONE_BY_ONE, Scope.DEPARTMENT))],
        "continue": True,
        "routes": [_one_by_one(timing)],
    }
    nobody = {
        "receiver": SUPERVISORS,
        "matchers": [_is("department", UNLISTED), _among("severity", CAN_WAIT)],
        **muting,
        "routes": [_one_by_one(timing, muting)],
    }
    return [promises, red, nobody]


def _department(recipients: Recipients, name: str, timing: Timing, muting: Route) -> Route:
    """What is its own, and what is of the joint desks that it is a member of; the other members are told after it."""
    own = [one for one in DEPARTMENTS if name in told_for(one)]
    return {
        "receiver": name,
        "matchers": [_among("department", own)],
        "continue": True,
        "routes": [{**_one_by_one(timing), "routes": [_can_wait(muting)]}, _can_wait(muting)],
    }


def _one_by_one(timing: Timing, muting: Route | None = None) -> Route:
    """Steps and cases: a minute has room for scrape, evaluation and one of these waits."""
    return {
        "matchers": [_among("scope", ONE_BY_ONE)],
        "group_wait": _length(timing.one_by_one_wait),
        "group_interval": _length(timing.one_by_one_interval),
        **(muting or {}),
    }


def _can_wait(muting: Route) -> Route:
    """Reminders and yellow cards keep office hours; a red card never comes here. Intervals are not inherited."""
    return {"matchers": [_among("severity", CAN_WAIT)], **muting}


def _inhibitions() -> list[dict[str, Any]]:
    """What need not be told beside a graver thing. Labels that both lack are equal: so each label has to be there."""
    step, case = ("case_id", "step"), ("case_id",)
    return [
        _inhibition(("StepOverdue", Severity.CRITICAL), ("StepOverdue", Severity.WARNING), step),
        _inhibition(("StepOverdue", None), ("StepDueSoon", None), step),
        _inhibition(("CaseOverdue", None), ("CaseDueSoon", None), case),
        _inhibition(("TargetMissed", Severity.CRITICAL), ("TargetMissed", Severity.WARNING), ("commitment",)),
        _inhibition(("AverageCommitmentExceeded", None), ("AverageCommitmentForecastBreach", None), ("commitment",)),
        *(
            _inhibition((name, Severity.CRITICAL), (name, Severity.INFO), ("calendar",))
            for name in ("CalendarEnding", "DueDateBeyondCalendar")
        ),
        *(
            _inhibition(("ExporterDown", None), (name, None), ())
            for name in ("CollectorFailing", "ReadModelMissing", "WorkerStuck")
        ),
    ]


def _inhibition(
    graver: tuple[str, Severity | None], lesser: tuple[str, Severity | None], equal: tuple[str, ...]
) -> dict[str, Any]:
    present = [f'{label}!=""' for label in equal]
    return {
        "source_matchers": [*_alert(*graver), *present],
        "target_matchers": [*_alert(*lesser), *present],
        "equal": list(equal),
    }


def _alert(name: str, severity: Severity | None) -> list[str]:
    return [_is("alertname", PREFIX + name), *([_is("severity", severity)] if severity else [])]


def _is(label: str, value: str) -> str:
    return f'{label}="{value}"'


def _among(label: str, values: Iterable[str]) -> str:
    return f'{label}=~"{"|".join(values)}"'


def _length(length: timedelta) -> str:
    milliseconds = round(length / timedelta(milliseconds=1))
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


class _Plain(yaml.SafeDumper):
    """Without anchors: what stands twice is written twice."""

    def ignore_aliases(self, data: object) -> bool:
        return True
