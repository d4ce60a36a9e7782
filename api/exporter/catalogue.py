"""Every metric that Shixian exports, as data: its name, kind, labels and what it says. Names are as in a query."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

PREFIX = "shixian_"
WORKDAYS = "working days of the State Council's calendar"
BUSINESS = "seconds since 1970 in business time"
REAL = "seconds since 1970 in real time"

DEPARTMENT, PROCEDURE, STEP, CASE = "department", "procedure", "step", "case_id"
COMMITMENT, WINDOW, CALENDAR = "commitment", "window", "calendar"
OF_STEPS = (DEPARTMENT, PROCEDURE, STEP)
OF_CASES = (DEPARTMENT, PROCEDURE)
OF_ONE_STEP = (DEPARTMENT, PROCEDURE, STEP, CASE, COMMITMENT)
OF_ONE_CASE = (DEPARTMENT, PROCEDURE, CASE, COMMITMENT)


class Kind(StrEnum):
    """What a metric is to Prometheus; an info is a gauge that is always 1."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    INFO = "info"


class Job(StrEnum):
    """Which process exports it, as its job label says."""

    EXPORTER = "shixian"
    API = "shixian-api"
    WORKER = "shixian-worker"
    RELAY = "shixian-relay"


class Light(StrEnum):
    """Where an open case or step stands, as the label `standing` says it."""

    ON_TIME = "on_time"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    SUSPENDED = "suspended"


class Entry(NamedTuple):
    """A metric. A per-case series leaves the label `commitment` out where the case has no promise."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    job: Job = Job.EXPORTER

    @property
    def family(self) -> str:
        """The name without what its kind adds to it."""
        return self.name.removesuffix("_total").removesuffix("_info")


GAUGE, COUNTER, INFO = Kind.GAUGE, Kind.COUNTER, Kind.INFO

_STANDING = (
    Entry("open_steps", GAUGE, "Open steps by how their planning target stands", (*OF_STEPS, "standing")),
    Entry("open_cases", GAUGE, "Open cases by how their main clock stands", (*OF_CASES, "standing")),
    Entry(
        "oldest_overdue_step_due_timestamp_seconds",
        GAUGE,
        f"When the step that is overdue longest was due, {BUSINESS}",
        OF_CASES,
    ),
    Entry("overdue_steps_unmarked", GAUGE, "Overdue clocks whose case has not recorded it a while after the grace"),
    Entry("case_step_due_timestamp_seconds", GAUGE, f"When the open step is due, {BUSINESS}", OF_ONE_STEP),
    Entry(
        "case_step_elapsed_ratio",
        GAUGE,
        "Working time that the open step has used, without suspensions, as a part of its planning target",
        OF_ONE_STEP,
    ),
    Entry(
        "case_step_overdue_workdays",
        GAUGE,
        f"By how much the open step is overdue: days after its due date up to today, {WORKDAYS}; 0 on the due date",
        OF_ONE_STEP,
    ),
    Entry("case_due_timestamp_seconds", GAUGE, f"When the open case's main clock is due, {BUSINESS}", OF_ONE_CASE),
    Entry(
        "case_elapsed_ratio",
        GAUGE,
        "Working time that the open case has used, without suspensions, as a part of its main clock's limit",
        OF_ONE_CASE,
    ),
    Entry(
        "case_overdue_workdays",
        GAUGE,
        f"By how much the open case is over a promise or limit that judges it: days after the due date, {WORKDAYS}",
        OF_ONE_CASE,
    ),
    Entry(
        "case_detail_omitted", GAUGE, "Open steps or cases with a due date that have no series of their own", ("level",)
    ),
)

_DONE = (
    Entry("steps_completed_total", COUNTER, "Steps completed", OF_STEPS),
    Entry(
        "steps_completed_late_total",
        COUNTER,
        "Steps completed after the due instant of their planning target",
        OF_STEPS,
    ),
    Entry("cases_accepted_total", COUNTER, "Cases accepted", OF_CASES),
    Entry("cases_completed_total", COUNTER, "Cases decided", OF_CASES),
    Entry("cases_completed_late_total", COUNTER, "Cases decided after the due instant of their main clock", OF_CASES),
    Entry(
        "commitment_completed_workdays",
        GAUGE,
        f"Sum of what the cases used that were decided in the window, {WORKDAYS}",
        (COMMITMENT, DEPARTMENT, WINDOW),
    ),
    Entry(
        "commitment_completed_cases",
        GAUGE,
        "Cases that were decided in the window: month, year to date, or rolling 90 days",
        (COMMITMENT, DEPARTMENT, WINDOW),
    ),
    Entry(
        "commitment_completed_on_time_cases",
        GAUGE,
        "Of the cases that were decided in the window, those within the commitment's limit by the day it happened",
        (COMMITMENT, DEPARTMENT, WINDOW),
    ),
    Entry(
        "commitment_taken_over_workdays",
        GAUGE,
        f"Sum of what those cases used that ran in another system before, counted above or left out, {WORKDAYS}",
        (COMMITMENT, DEPARTMENT, WINDOW),
    ),
    Entry(
        "commitment_taken_over_cases",
        GAUGE,
        "Cases that were decided in the window and ran in another system before, counted above or left out",
        (COMMITMENT, DEPARTMENT, WINDOW),
    ),
    Entry(
        "commitment_forecast_workdays",
        GAUGE,
        f"The same sum with open cases as if each finished today (elapsed) or on its due date (due), {WORKDAYS}",
        (COMMITMENT, DEPARTMENT, WINDOW, "basis"),
    ),
    Entry(
        "commitment_forecast_cases",
        GAUGE,
        "Cases that the forecast counts: decided in the window, and open",
        (COMMITMENT, DEPARTMENT, WINDOW, "basis"),
    ),
    Entry(
        "indicator_standing",
        GAUGE,
        "A promise that no case measures: 1 with how it stands by what was observed of it",
        (COMMITMENT, "standing"),
    ),
    Entry(
        "indicator_measured", GAUGE, "What the latest observation comes to, in the promise's own unit", (COMMITMENT,)
    ),
    Entry("indicator_target", GAUGE, "What is promised, in the promise's own unit", (COMMITMENT,)),
    Entry(
        "indicator_expected",
        GAUGE,
        "What it will be at this pace on the day it binds, or a year after the latest observation, in its own unit",
        (COMMITMENT,),
    ),
    Entry("indicator_in_danger", GAUGE, "1 where a promise is not short, and will be at this pace", (COMMITMENT,)),
    Entry(
        "indicator_observation_overdue_seconds",
        GAUGE,
        "For how long the next observation of a promise is overdue, in whole days; 0 where it is not",
        (COMMITMENT,),
    ),
    Entry("observations_awaiting_confirmation", GAUGE, "Observations that nobody has confirmed yet"),
    Entry("commitment_target_workdays", GAUGE, f"What the commitment promises at most, {WORKDAYS}", (COMMITMENT,)),
)

_NAMES = (
    Entry(
        "commitment_info",
        INFO,
        "A commitment: its titles, what it promises (mean of a cohort, or at most for each case), its sentence",
        (COMMITMENT, "title_zh", "title_en", "statistic", "document", "item"),
    ),
    Entry(
        "department_info",
        INFO,
        "A department: its titles and jurisdiction",
        (DEPARTMENT, "title_zh", "title_en", "jurisdiction"),
    ),
    Entry("procedure_info", INFO, "A procedure: its titles", (PROCEDURE, "title_zh", "title_en")),
    Entry("step_info", INFO, "A step of a procedure: its titles", (PROCEDURE, STEP, "title_zh", "title_en")),
    Entry("calendar_info", INFO, "The calendar of a place: its version", (CALENDAR, "version")),
    Entry("build_info", INFO, "This program: its version", ("version", "revision")),
)

_CALENDAR = (
    Entry(
        "calendar_coverage_end_timestamp_seconds",
        GAUGE,
        f"When the last published day of the State Council's calendar ends, {BUSINESS}",
        (CALENDAR,),
    ),
    Entry("calendar_workday", GAUGE, "1 where today is a working day of the State Council's calendar", (CALENDAR,)),
    Entry(
        "open_steps_due_beyond_calendar",
        GAUGE,
        "Open steps and cases without a due date, because it lies beyond the published calendar",
        (CALENDAR,),
    ),
    Entry(
        "calendar_moved_cases",
        GAUGE,
        f"Open cases of which a changed calendar has moved a due date within the last 7 {WORKDAYS}",
        (CALENDAR,),
    ),
)

OF_WEBHOOK = ("webhook", "company")
_WEBHOOKS = (
    Entry("webhook_waiting_events", GAUGE, "Events that wait to be posted to a company's webhook", OF_WEBHOOK),
    Entry(
        "webhook_oldest_waiting_event_timestamp_seconds",
        GAUGE,
        f"Since when the oldest event that is not posted to a webhook waits, {REAL}",
        OF_WEBHOOK,
    ),
    Entry("webhook_dead_letters", GAUGE, "Events that could not be posted to a webhook in three days", OF_WEBHOOK),
    Entry("webhook_failures_total", COUNTER, "Attempts to post to a webhook that failed", OF_WEBHOOK),
    Entry(
        "webhook_unreached",
        GAUGE,
        "1 where every attempt of an hour has failed, or the address said that it is gone",
        OF_WEBHOOK,
    ),
)

_UPKEEP = (
    Entry("requests_open", GAUGE, "Commands that one has asked for and another is to grant or refuse", ("command",)),
    Entry("requests_overdue", GAUGE, "Such requests past their own due time", ("command",)),
    Entry("postings_awaiting_confirmation", GAUGE, "Completions told too late to count until an officer confirms them"),
    Entry("ledger_faults", GAUGE, "Open faults of the ledger", ("kind",)),
    Entry(
        "worker_heartbeat_timestamp_seconds",
        GAUGE,
        f"When the workflow of each minute last ran through server, queue, worker and database, {REAL}",
        ("task_queue",),
    ),
    Entry(
        "checkpoint_age_seconds",
        GAUGE,
        "Real seconds since a checkpoint was last kept, and posted outside where a URL is set",
    ),
    Entry("undelivered_notices", GAUGE, "Notices that the relay has taken and not delivered yet"),
    Entry(
        "api_key_expiry_timestamp_seconds",
        GAUGE,
        f"When an API key ends that ends within 30 days and is not renewed, {REAL}",
        ("actor", "key"),
    ),
    Entry(
        "refused_notices",
        GAUGE,
        "Notices of the last day that a channel refused, or that were given up, and that were not sent again",
    ),
    Entry(
        "oldest_undelivered_notice_timestamp_seconds",
        GAUGE,
        f"When the oldest notice that is not delivered was taken, {REAL}",
    ),
    *_WEBHOOKS,
    Entry("read_model_snapshot_timestamp_seconds", GAUGE, f"When the rows behind these metrics were read, {REAL}"),
    Entry("read_model_last_event_timestamp_seconds", GAUGE, f"When the last event was told, {BUSINESS}"),
    Entry("business_timestamp_seconds", GAUGE, f"Now, {BUSINESS}: in a rehearsal not the time of the machine"),
    Entry("scrape_collector_success", GAUGE, "1 where the last look of this collector succeeded", ("collector",)),
    Entry("scrape_collector_duration_seconds", GAUGE, "How long the last look of this collector took", ("collector",)),
    Entry("scrape_errors_total", COUNTER, "Looks that failed, by the class of the error", ("collector", "error")),
)

_OTHERS = (
    Entry("http_requests_total", COUNTER, "Requests answered", ("method", "route", "code"), Job.API),
    Entry(
        "http_request_duration_seconds",
        Kind.HISTOGRAM,
        "Time from the first byte to the answer",
        ("method", "route"),
        Job.API,
    ),
    Entry("events_received_total", COUNTER, "Commands that came in, by what they say happened", ("event",), Job.API),
    Entry(
        "events_rejected_total",
        COUNTER,
        "Commands that were refused or not answered, by the code of the problem",
        ("reason",),
        Job.API,
    ),
    Entry(
        "notifications_total",
        COUNTER,
        "Notices that a channel was given, tries again included",
        ("channel",),
        Job.RELAY,
    ),
    Entry("notification_failures_total", COUNTER, "Tries of a channel that failed", ("channel",), Job.RELAY),
    Entry(
        "notification_refusals_total",
        COUNTER,
        "Notices that a channel refused, and that were set aside",
        ("channel",),
        Job.RELAY,
    ),
)

ENTRIES = (*_STANDING, *_DONE, *_NAMES, *_CALENDAR, *_UPKEEP, *_OTHERS)
CATALOGUE: Mapping[str, Entry] = MappingProxyType(
    {f"{PREFIX}{entry.name}": entry._replace(name=f"{PREFIX}{entry.name}") for entry in ENTRIES}
)


def names(job: Job | None = None) -> frozenset[str]:
    """Return every name of a series that a query may use, of one job or of all."""
    found = [entry for entry in CATALOGUE.values() if job in {None, entry.job}]
    parts = ("_bucket", "_sum", "_count")
    return frozenset(
        name
        for entry in found
        for name in ([entry.name + part for part in parts] if entry.kind is Kind.HISTOGRAM else [entry.name])
    )
