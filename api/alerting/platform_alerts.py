"""Alerts about Shixian itself: it cannot see, cannot tell, or knows something that a person must act on."""

from datetime import timedelta

from api.alerting.model import KEEP, NONE, WATCHDOG, Alert, Group, Scope, Severity
from api.alerting.records import newest
from api.alerting.wording import Words, number, texts

DAY = 86_400  # seconds
CALENDAR_SOON, CALENDAR_NOW = 45, 7  # days before its end
NO_HEARTBEAT = 300  # seconds of real time; the heart beats each minute

MINUTE = timedelta(minutes=1)

_COVERAGE = f"{newest('shixian_calendar_coverage_end_timestamp_seconds')}\n- ignoring (calendar) group_left ()\n{newest('shixian_business_timestamp_seconds')}"
_BEYOND = newest("shixian_open_steps_due_beyond_calendar")
_CALENDAR = "{{ $labels.calendar }}"
_VALUE = "{{ $value }}"


def _platform(
    name: str,
    severity: Severity,
    expression: str,
    summary: Words,
    facts: Words,
    action: Words,
    hold: timedelta = NONE,
    keep: timedelta = KEEP,
) -> Alert:
    return Alert(
        name=name,
        severity=severity,
        scope=Scope.PLATFORM,
        expression=expression,
        hold=hold,
        keep=keep,
        texts=texts(severity, Scope.PLATFORM, summary, facts, action),
    )


def _calendar_ending(severity: Severity, days: int) -> Alert:
    left = Words("{{ humanizeDuration $value }}", "{{ humanizeDuration $value }}")
    return _platform(
        "ShixianCalendarEnding",
        severity,
        f"{_COVERAGE}\n< {days} * {DAY}",
        Words(f"工作日历（{_CALENDAR}）即将用尽", f"the working calendar of {_CALENDAR} ends soon"),
        Words(
            f"已公布的工作日历（{_CALENDAR}）还有 {left.zh} 到头（业务时间）；此后到期的案件没有到期日。",
            f"The published calendar of {_CALENDAR} ends in {left.en} of business time; what is due later has no due date.",
        ),
        Words("国务院办公厅通知公布后，装载下一年日历并发版。", "load next year's notice as soon as it is published."),
        timedelta(hours=1),
    )


def _due_beyond(severity: Severity, expression: str) -> Alert:
    return _platform(
        "ShixianDueDateBeyondCalendar",
        severity,
        expression,
        Words(
            f"{_VALUE} 个在办案件或环节的到期日超出已公布日历（{_CALENDAR}）",
            f"{_VALUE} open cases or steps are due beyond the published calendar of {_CALENDAR}",
        ),
        Words(
            f"日历（{_CALENDAR}）之外无法推算到期日，{_VALUE} 个案件或环节暂无到期日，也就没有预警。",
            f"Beyond the calendar of {_CALENDAR} nothing is guessed: {_VALUE} cases or steps have no due date, and so no alert.",
        ),
        Words(
            "装载下一年日历；装载后自动重算。", "load next year's notice; open cases are counted again by themselves."
        ),
        10 * MINUTE,
    )


_SIGHT = (
    _platform(
        "ShixianExporterDown",
        Severity.CRITICAL,
        'max by (job) (up{job="shixian"}) == 0\nor\nabsent(up{job="shixian"})',
        Words("时限监测失明：指标服务无应答", "blind: the exporter of metrics does not answer"),
        Words(
            "Prometheus 取不到指标，逾期预警暂停；已发出的预警不代表已办结。",
            "Prometheus gets no metrics. No overdue step is noticed; that an alert ends now says nothing about the case.",
        ),
        Words("检查 shixian metrics 进程并重启。", "look at the process `shixian metrics`, and start it again."),
        5 * MINUTE,
        NONE,
    ),
    _platform(
        "ShixianCollectorFailing",
        Severity.CRITICAL,
        f"{newest('shixian_scrape_collector_success')} == 0",
        Words("指标取数失败（{{ $labels.collector }}）", "the exporter cannot read its rows ({{ $labels.collector }})"),
        Words(
            "这部分指标停在旧值。若是 read_model：已知案件仍按时预警，新案件与办结看不到，10 分钟后停用。",
            "This part stands still. If it is read_model: known cases still fall due, new and finished ones are not seen, "
            "and after 10 minutes all are dropped.",
        ),
        Words("检查数据库连接与指标服务日志。", "look at the database, and at what the exporter says."),
        5 * MINUTE,
    ),
    _platform(
        "ShixianReadModelMissing",
        Severity.CRITICAL,
        'absent(shixian_open_steps{job="shixian"})\nand on ()\nmax(up{job="shixian"}) == 1',
        Words("指标中没有业务数据", "the metrics are without cases"),
        Words(
            "指标服务应答，但快照过旧已停用，或从未读到；逾期预警暂停。",
            "The exporter answers, but its snapshot was too old, or it never had one. No overdue step is noticed.",
        ),
        Words("检查数据库；恢复后自动继续。", "look at the database; the rest comes back by itself."),
        10 * MINUTE,
    ),
    _platform(
        "ShixianCaseDetailTruncated",
        Severity.WARNING,
        f"{newest('shixian_case_detail_omitted')} > 0",
        Words(
            f"{_VALUE} 个（{{{{ $labels.level }}}}）未逐件导出，没有单独预警",
            f"{_VALUE} open ones ({{{{ $labels.level }}}}) have no series and so no alert of their own",
        ),
        Words(
            "到期最早的先导出；超出上限的只计入总数。",
            "Those due first have series of their own; the others are counted in the totals alone.",
        ),
        Words(
            "提高 SHIXIAN_METRICS_SERIES 并重启指标服务。",
            "raise SHIXIAN_METRICS_SERIES, and start the exporter again.",
        ),
        15 * MINUTE,
    ),
)

_BEAT = "time() - max(shixian_worker_heartbeat_timestamp_seconds{task_queue=%q} > 0)"
_HEART = Words(
    number(_BEAT, "task_queue", shown="心跳停了 {} 秒", otherwise="从未有过心跳"),
    number(_BEAT, "task_queue", shown="the heartbeat is {} s old", otherwise="there has never been a heartbeat"),
)

_WORK = (
    _platform(
        "ShixianWorkerStuck",
        Severity.CRITICAL,
        f"time() - {newest('shixian_worker_heartbeat_timestamp_seconds')} > {NO_HEARTBEAT}",
        Words(
            "案件停滞：{{ $labels.task_queue }} 队列无心跳",
            "cases stand still: no heartbeat through the queue {{ $labels.task_queue }}",
        ),
        Words(
            f"穿过 Temporal、工作进程与数据库，{_HEART.zh}。指令不被处理；逾期照常预警。",
            f"Through Temporal, worker and database {_HEART.en}. Commands are not decided; overdue steps are noticed.",
        ),
        Words("检查 shixian worker、Temporal 与数据库。", "look at `shixian worker`, Temporal and the database."),
        2 * MINUTE,
    ),
    _platform(
        "ShixianOverdueNotMarked",
        Severity.WARNING,
        f"{newest('shixian_overdue_steps_unmarked')} > 0",
        Words(f"{_VALUE} 个逾期未被流程记录", f"{_VALUE} overdue clocks are not on record in their cases"),
        Words(
            "时限已过，案件流程却没有记下逾期：定时器漏掉，或流程没有运行。",
            "They are overdue, and their workflows have not recorded it: a timer was missed, or a run is missing.",
        ),
        Words(
            "检查工作进程；对案件执行 shixian recalculate。", "look at the worker; `shixian recalculate` wakes a case."
        ),
        15 * MINUTE,
    ),
    _platform(
        "ShixianLedgerFault",
        Severity.CRITICAL,
        f"{newest('shixian_ledger_faults')} > 0",
        Words(
            f"台账异常 {_VALUE} 起（{{{{ $labels.kind }}}}）",
            f"faults of the ledger: {_VALUE} ({{{{ $labels.kind }}}})",
        ),
        Words(
            "台账与案件历史不一致；没有覆盖任何记录，相关案件停在原处。",
            "A ledger and its case's history disagree. Nothing was written over; the case waits.",
        ),
        Words("shixian faults 查看，shixian verify 核对。", "see `shixian faults`, then check with `shixian verify`."),
    ),
    _platform(
        "ShixianNoticesRefused",
        Severity.WARNING,
        f"{newest('shixian_refused_notices')} > 0",
        Words(f"{_VALUE} 份告知被渠道拒收", f"{_VALUE} notices were refused by their channel"),
        Words(
            "渠道拒收且重试无益，已单独搁置；其后的告知照常送出。有人没有收到本应收到的预警。",
            "Trying again would not help, so they were set aside, and what came after them went out. Somebody was not told.",
        ),
        Words(
            "shixian tellings --refused 查看原因；修好渠道后加 --send-again 重发。",
            "see why in `shixian tellings --refused`; mend the channel, then add `--send-again`.",
        ),
    ),
    _platform(
        "ShixianCasesMoved",
        Severity.INFO,
        f"{newest('shixian_calendar_moved_cases')} > 0",
        Words(
            f"日历变更：{_VALUE} 个在办案件到期日已移动（{_CALENDAR}）",
            f"{_VALUE} open cases have another due date by the changed calendar of {_CALENDAR}",
        ),
        Words(
            "新通知改变了工作日；原到期日保留在案。七个工作日后自动结束。",
            "A notice changed working days. The old due dates stay on record. This ends by itself after seven working days.",
        ),
        Words("将新到期日告知经办单位与申请人。", "tell the offices and the applicants their new dates."),
    ),
    _platform(
        "ShixianPostingsAwaitConfirmation",
        Severity.INFO,
        f"{newest('shixian_postings_awaiting_confirmation')} > 0",
        Words(f"{_VALUE} 件迟报办结待确认", f"{_VALUE} completions told late wait for an officer"),
        Words(
            "迟报过久的办结经人工确认才计入；确认前环节仍算在办。",
            "A completion told too late counts only once an officer has confirmed it; until then the step is open.",
        ),
        Words(
            "shixian told-late 查看，shixian confirm 确认。", "see `shixian told-late`; confirm with `shixian confirm`."
        ),
        timedelta(hours=1),
    ),
)

_ALWAYS = _platform(
    WATCHDOG,
    Severity.NONE,
    "vector(1)",
    Words("预警通道正常（持续信号）", "alerts get through (this one always fires)"),
    Words("此信号中断，即预警不能送达。", "Where this one stops arriving, no alert arrives."),
    Words(
        "此信号正常时无需处置；中断时检查 Prometheus、Alertmanager 与中继。",
        "nothing while it arrives; if it stops, look at Prometheus, Alertmanager and relay.",
    ),
    keep=NONE,
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
        _ALWAYS,
    ),
)
