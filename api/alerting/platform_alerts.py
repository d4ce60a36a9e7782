"""Alerts about Shixian itself: it cannot see, cannot tell, or knows something that a person must act on."""

from datetime import timedelta

from api.alerting.model import KEEP, NONE, WATCHDOG, Alert, Group, Scope, Severity
from api.alerting.records import newest

DAY = 86_400  # seconds
CALENDAR_SOON, CALENDAR_NOW = 45, 7  # days before its end
KEY_SOON = 14  # days before an API key ends, in which another should take its place
NO_HEARTBEAT = 300  # seconds of real time; the heart beats each minute

MINUTE = timedelta(minutes=1)

_COVERAGE = (
    f"{newest('shixian_calendar_coverage_end_timestamp_seconds')}\n- ignoring (calendar) group_left ()\n"
    f"{newest('shixian_business_timestamp_seconds')}"
)
_BEYOND = newest("shixian_open_steps_due_beyond_calendar")


def _platform(
    name: str,
    severity: Severity,
    expression: str,
    about: tuple[str, ...] = (),
    *,
    hold: timedelta = NONE,
    keep: timedelta = KEEP,
) -> Alert:
    return Alert(
        name=name,
        severity=severity,
        scope=Scope.PLATFORM,
        expression=expression,
        about=about,
        hold=hold,
        keep=keep,
    )


def _calendar_ending(severity: Severity, days: int) -> Alert:
    expression = f"{_COVERAGE}\n< {days} * {DAY}"
    return _platform("ShixianCalendarEnding", severity, expression, ("calendar",), hold=timedelta(hours=1))


def _due_beyond(severity: Severity, expression: str) -> Alert:
    return _platform("ShixianDueDateBeyondCalendar", severity, expression, ("calendar",), hold=10 * MINUTE)


_SIGHT = (
    _platform(
        "ShixianExporterDown",
        Severity.CRITICAL,
        'max by (job) (up{job="shixian"}) == 0\nor\nabsent(up{job="shixian"})',
        hold=5 * MINUTE,
        keep=NONE,
    ),
    _platform(
        "ShixianCollectorFailing",
        Severity.CRITICAL,
        f"{newest('shixian_scrape_collector_success')} == 0",
        ("collector",),
        hold=5 * MINUTE,
    ),
    _platform(
        "ShixianReadModelMissing",
        Severity.CRITICAL,
        'absent(shixian_open_steps{job="shixian"})\nand on ()\nmax(up{job="shixian"}) == 1',
        hold=10 * MINUTE,
    ),
    _platform(
        "ShixianCaseDetailTruncated",
        Severity.WARNING,
        f"{newest('shixian_case_detail_omitted')} > 0",
        ("level",),
        hold=15 * MINUTE,
    ),
)

_WORK = (
    _platform(
        "ShixianWorkerStuck",
        Severity.CRITICAL,
        f"time() - {newest('shixian_worker_heartbeat_timestamp_seconds')} > {NO_HEARTBEAT}",
        ("task_queue",),
        hold=2 * MINUTE,
    ),
    _platform(
        "ShixianOverdueNotMarked",
        Severity.WARNING,
        f"{newest('shixian_overdue_steps_unmarked')} > 0",
        hold=15 * MINUTE,
    ),
    _platform("ShixianLedgerFault", Severity.CRITICAL, f"{newest('shixian_ledger_faults')} > 0", ("kind",)),
    _platform("ShixianNoticesRefused", Severity.WARNING, f"{newest('shixian_refused_notices')} > 0"),
    _platform(
        "ShixianApiKeyExpiresSoon",
        Severity.WARNING,
        f"{newest('shixian_api_key_expiry_timestamp_seconds')} - time() < {KEY_SOON} * {DAY}",
        ("actor", "key"),
    ),
    _platform(
        "ShixianWebhookUnreached",
        Severity.WARNING,
        f"{newest('shixian_webhook_unreached')} > 0",
        ("webhook", "company"),
    ),
    _platform("ShixianCasesMoved", Severity.INFO, f"{newest('shixian_calendar_moved_cases')} > 0", ("calendar",)),
    _platform("ShixianRequestOverdue", Severity.WARNING, f"{newest('shixian_requests_overdue')} > 0", ("command",)),
    _platform(
        "ShixianPostingsAwaitConfirmation",
        Severity.INFO,
        f"{newest('shixian_postings_awaiting_confirmation')} > 0",
        hold=timedelta(hours=1),
    ),
)

PLATFORM = Group(
    name="shixian-platform",
    alerts=(
        *_SIGHT,
        *_WORK,
        _calendar_ending(Severity.INFO, CALENDAR_SOON),
        _calendar_ending(Severity.CRITICAL, CALENDAR_NOW),
        _due_beyond(Severity.INFO, f"{_BEYOND} > 0"),
        _due_beyond(Severity.CRITICAL, f"{_BEYOND} > 0\nand\n{_COVERAGE} < {CALENDAR_NOW * DAY}"),
        _platform(WATCHDOG, Severity.NONE, "vector(1)", keep=NONE),
    ),
)
