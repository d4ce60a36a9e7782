"""Platform: whether what watches is itself awake, and what of it fails."""

from deploy.grafana import limits, variables
from deploy.grafana.pages.shared import both, coverage, heartbeat
from deploy.grafana.parts import (
    GREEN,
    RATE,
    RATIO,
    RED,
    SECONDS,
    Column,
    Page,
    Panel,
    Query,
    Row,
    lines,
    number,
    rows,
)
from deploy.grafana.queries import of, one, since, since_business

UP = {"0": ("失联 down", RED), "1": ("在线 up", GREEN)}
GOOD = {"0": ("失败 failing", RED), "1": ("正常 well", GREEN)}
FIRES = {"0": ("无 silent", RED), "1": ("在 arriving", GREEN)}
OPEN = {"0": ("休息 day off", "text"), "1": ("工作日 working day", GREEN)}
SPAN = "$__rate_interval"
FAILED = 'code=~"5.."'


def _rate(metric: str, *matchers: str, by: str = "") -> str:
    return f"sum{by} (rate({of(metric, *matchers)}[{SPAN}]))"


def _latency(share: float) -> str:
    buckets = _rate("shixian_http_request_duration_seconds_bucket", by=" by (le)")
    return f"histogram_quantile({share}, {buckets})"


def _count(title: str, chinese: str, english: str, metric: str, by: str = "") -> Panel:
    """A figure that is 0 where all is well."""
    expr = one(metric)
    return number(
        title,
        both(chinese, english),
        f"sum by ({by}) ({expr})" if by else f"sum({expr}) or vector(0)",
        steps=limits.ANY,
        legend=f"{{{{{by}}}}}" if by else "",
        width=4,
    )


_SIGHT = Row(
    "看得见吗 Can it see",
    (
        number(
            "进程 Processes",
            both(
                "Prometheus 能否取到每个进程的指标。失联：重启该进程；导出进程失联即手册 ShixianExporterDown。",
                "Whether Prometheus reaches each process. Down: start it again; for the exporter see the runbook "
                "ShixianExporterDown.",
            ),
            f"max by (job) ({of('up')})",
            words=UP,
            legend="{{job}}",
        ),
        number(
            "告警心跳 Watchdog",
            both(
                "必须常在的告警；消失说明规则没有计算。",
                "The alert that must always fire; without it no rule is evaluated.",
            ),
            'count(ALERTS{alertname="Watchdog", alertstate="firing"}) or vector(0)',
            words=FIRES,
        ),
        heartbeat(width=4),
        number(
            "快照 Snapshot age",
            both(
                "导出进程上次读库距今多久（真实时间）。十分钟后业务指标撤下：检查数据库。",
                "How long ago the exporter read the database, in real time. After ten minutes it drops the cases: look at the "
                "database.",
            ),
            since(f"max({of('shixian_read_model_snapshot_timestamp_seconds')})"),
            unit=SECONDS,
            steps=limits.SNAPSHOT,
        ),
        number(
            "最近事件 Last event",
            both(
                "上一个事件距今多久（业务时间）。工作日里过久：检查接口和工作进程。",
                "How long ago the last event was told, in business time. Long on a working day: look at API and worker.",
            ),
            f"max({since_business(one('shixian_read_model_last_event_timestamp_seconds'))})",
            unit=SECONDS,
        ),
        number(
            "取数 Collectors",
            both(
                "导出进程的各项取数。失败：手册 ShixianCollectorFailing。",
                "What the exporter reads. Failing: the runbook ShixianCollectorFailing.",
            ),
            f"max by (collector) ({of('shixian_scrape_collector_success')})",
            words=GOOD,
            legend="{{collector}}",
        ),
        lines(
            "取数耗时 Collector duration",
            both(
                "各项取数的耗时；接近抓取超时则检查数据库。",
                "How long the exporter's reads take; near the scrape's timeout look at the database.",
            ),
            Query(one("shixian_scrape_collector_duration_seconds"), "{{collector}}"),
            unit=SECONDS,
            width=8,
        ),
        lines(
            "抓取耗时 Scrape duration",
            both(
                "Prometheus 抓取每个进程的耗时；应远小于抓取间隔。",
                "How long Prometheus's scrapes take; much less than their interval.",
            ),
            Query(f"max by (job) ({of('scrape_duration_seconds')})", "{{job}}"),
            unit=SECONDS,
            width=8,
        ),
        lines(
            "取数错误 Collector errors",
            both(
                "每秒取数错误，按取数和错误类别。应为零。",
                "Failed reads in a second, by collector and class of the error. Nought where all is well.",
            ),
            Query(f"{_rate('shixian_scrape_errors_total')} or vector(0)", "全部 all"),
            unit=RATE,
            width=8,
        ),
    ),
)
_TRUTH = Row(
    "说得准吗 Is it true",
    (
        _count(
            "账本故障 Ledger faults",
            "账本与历史不符的案件数。手册 ShixianLedgerFault。",
            "Cases whose ledger disagrees with its history. Runbook ShixianLedgerFault.",
            "shixian_ledger_faults",
            "kind",
        ),
        _count(
            "未记录的超期 Unmarked overdue",
            "已超期而案件流程尚未记录的时钟。手册 ShixianOverdueNotMarked。",
            "Overdue clocks that their case has not recorded. Runbook ShixianOverdueNotMarked.",
            "shixian_overdue_steps_unmarked",
        ),
        _count(
            "未逐件导出 Without series",
            "没有单独序列因而没有单独告警的环节和案件。手册 ShixianCaseDetailTruncated。",
            "Open steps and cases without series, and so without alerts, of their own. Runbook ShixianCaseDetailTruncated.",
            "shixian_case_detail_omitted",
            "level",
        ),
        _count(
            "待确认的补登 Awaiting confirmation",
            "补登过晚、等待人员确认的办结。用 shixian told-late 查看。",
            "Completions told too late to count until an officer confirms them: `shixian told-late` lists them.",
            "shixian_postings_awaiting_confirmation",
        ),
        _count(
            "日历之外 Beyond the calendar",
            "到期日超出已公布日历、因而没有到期日的环节和案件。手册 ShixianDueDateBeyondCalendar。",
            "Open steps and cases without a due date, as the calendar is not published. Runbook "
            "ShixianDueDateBeyondCalendar.",
            "shixian_open_steps_due_beyond_calendar",
            "calendar",
        ),
        _count(
            "日历变更移动的案件 Moved by a notice",
            "最近七个工作日内因新通知而改变到期日的在办案件。请告知承办部门。手册 ShixianCasesMoved。",
            "Open cases whose due date a new notice moved within 7 working days. Tell their departments. Runbook "
            "ShixianCasesMoved.",
            "shixian_calendar_moved_cases",
            "calendar",
        ),
    ),
)
_API = Row(
    "接口 API",
    (
        lines(
            "请求 Requests",
            both("每秒请求，按状态码。", "Requests in a second, by status code."),
            Query(_rate("shixian_http_requests_total", by=" by (code)"), "{{code}}"),
            unit=RATE,
            width=8,
        ),
        lines(
            "错误率 Errors",
            both(
                "请求中失败（5xx）的比例。升高：检查数据库和 Temporal。",
                "The share of requests that failed with 5xx. Where it rises look at database and Temporal.",
            ),
            Query(
                f"({_rate('shixian_http_requests_total', FAILED)} or vector(0))"
                f" / ({_rate('shixian_http_requests_total')} > 0)",
                "5xx",
            ),
            unit=RATIO,
            width=8,
        ),
        lines(
            "延迟 Latency",
            both("请求耗时的中位、95% 和 99% 分位。", "Time of requests: median, 95th and 99th percentile."),
            *(Query(_latency(share), f"p{round(share * 100)}") for share in (0.5, 0.95, 0.99)),
            unit=SECONDS,
            width=8,
        ),
        lines(
            "收到的事件 Events received",
            both("每秒收到的指令，按事件。", "Commands in a second, by what they say happened."),
            Query(_rate("shixian_events_received_total", by=" by (event)"), "{{event}}"),
            unit=RATE,
        ),
        lines(
            "拒绝的事件 Events rejected",
            both(
                "每秒被拒的指令，按原因。突增：联系发送单位。",
                "Commands refused in a second, by reason. A sudden rise: call whoever sends them.",
            ),
            Query(_rate("shixian_events_rejected_total", by=" by (reason)"), "{{reason}}"),
            unit=RATE,
        ),
    ),
)
_NOTICES = Row(
    "通知 Notices",
    (
        _count(
            "未送达 Undelivered",
            "已接收、尚未送达的通知。持续不为零：检查渠道。",
            "Notices that are taken and not delivered. Where it stays above nought look at the channels.",
            "shixian_undelivered_notices",
        ),
        _count(
            "被拒 Refused",
            "一天内被渠道拒收或放弃、尚未重发的通知。看 shixian tellings --refused。",
            "Notices of the last day that were refused or given up, and not sent again: see `shixian tellings --refused`.",
            "shixian_refused_notices",
        ),
        number(
            "最久未送达 Oldest undelivered",
            both("最久未送达的通知已等多久（真实时间）。", "How long the oldest of them has waited, in real time."),
            f"{since('min(' + of('shixian_oldest_undelivered_notice_timestamp_seconds') + ')')} or vector(0)",
            unit=SECONDS,
        ),
        lines(
            "发送 Sent",
            both("每秒发送次数（含重试），按渠道。", "Tries of each channel in a second, repeated ones too."),
            Query(_rate("shixian_notifications_total", by=" by (channel)"), "{{channel}}"),
            unit=RATE,
            width=8,
        ),
        lines(
            "发送失败 Failed",
            both(
                "每秒失败的发送，按渠道。不为零：看 shixian tellings。",
                "Failed tries of each channel in a second. Above nought: see `shixian tellings`.",
            ),
            Query(_rate("shixian_notification_failures_total", by=" by (channel)"), "{{channel}}"),
            unit=RATE,
            width=8,
        ),
    ),
)
_CALENDAR = Row(
    "日历与版本 Calendar and version",
    (
        coverage(width=8),
        number(
            "今日 Today",
            both("按业务时间，今日是否工作日。", "Whether today is a working day, in business time."),
            f"max by (calendar) ({of('shixian_calendar_workday')})",
            words=OPEN,
            legend="{{calendar}}",
        ),
        rows(
            "版本 Versions",
            both(
                "在运行的日历与程序版本；副本应一致。",
                "Versions of calendars and program that run; replicas must agree.",
            ),
            (
                Column("job", "Job"),
                Column("calendar", "日历 Calendar"),
                Column("version", "版本 Version"),
                Column("Value", "实例 Instances"),
            ),
            f"count by (job, calendar, version) ({of('shixian_calendar_info')} or {of('shixian_build_info')})",
            width=12,
            height=6,
        ),
    ),
)

PAGE = Page(
    "shixian-platform",
    "时限平台 Shixian platform",
    "监测本身：导出、值守、接口、通知、日历。The watch itself: exporter, worker, API, notices, calendar.",
    (variables.source(), variables.job('up{job=~"shixian.*"}')),
    (_SIGHT, _TRUTH, _API, _NOTICES, _CALENDAR),
    since="now-6h",
)
