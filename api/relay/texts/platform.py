"""Words of the alerts about Shixian itself: it cannot see, cannot tell, or knows something that a person must act on."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from api.alerting.model import WATCHDOG
from api.relay.texts.numbers import duration, plain
from api.relay.texts.words import Fired, Said, Words

NEVER = 1e9  # seconds: a heartbeat that old is the beginning of all clocks, there was none


def _always(said: Said) -> Callable[[Fired], Said]:
    """Of an alert that says the same whatever its labels are."""
    return lambda _: said


# --- what it sees -----------------------------------------------------------------------------------------------------

_EXPORTER_DOWN = Said(
    Words("时限监测失明：指标服务无应答", "blind: the exporter of metrics does not answer"),
    Words(
        "Prometheus 取不到指标，逾期预警暂停；已发出的预警不代表已办结。",
        "Prometheus gets no metrics. No overdue step is noticed; that an alert ends now says nothing about the case.",
    ),
    Words("检查 shixian metrics 进程并重启。", "look at the process `shixian metrics`, and start it again."),
)
_READ_MODEL_MISSING = Said(
    Words("指标中没有业务数据", "the metrics are without cases"),
    Words(
        "指标服务应答，但快照过旧已停用，或从未读到；逾期预警暂停。",
        "The exporter answers, but its snapshot was too old, or it never had one. No overdue step is noticed.",
    ),
    Words("检查数据库；恢复后自动继续。", "look at the database; the rest comes back by itself."),
)


def _collector_failing(fired: Fired) -> Said:
    collector = fired.label("collector")
    return Said(
        Words(f"指标取数失败（{collector}）", f"the exporter cannot read its rows ({collector})"),
        Words(
            "这部分指标停在旧值。若是 read_model：已知案件仍按时预警，新案件与办结看不到，10 分钟后停用。",
            "This part stands still. If it is read_model: known cases still fall due, new and finished ones are not "
            "seen, and after 10 minutes all are dropped.",
        ),
        Words("检查数据库连接与指标服务日志。", "look at the database, and at what the exporter says."),
    )


def _detail_truncated(fired: Fired) -> Said:
    number, level = plain(fired.value), fired.label("level")
    return Said(
        Words(
            f"{number} 个（{level}）未逐件导出，没有单独预警",
            f"{number} open ones ({level}) have no series and so no alert of their own",
        ),
        Words(
            "到期最早的先导出；超出上限的只计入总数。",
            "Those due first have series of their own; the others are counted in the totals alone.",
        ),
        Words(
            "提高 SHIXIAN_METRICS_SERIES 并重启指标服务。",
            "raise SHIXIAN_METRICS_SERIES, and start the exporter again.",
        ),
    )


# --- what works -------------------------------------------------------------------------------------------------------


def _worker_stuck(fired: Fired) -> Said:
    queue = fired.label("task_queue")
    heart = Words(f"心跳停了 {fired.value:.0f} 秒", f"the heartbeat is {fired.value:.0f} s old")
    if fired.value > NEVER:
        heart = Words("从未有过心跳", "there has never been a heartbeat")
    return Said(
        Words(f"案件停滞：{queue} 队列无心跳", f"cases stand still: no heartbeat through the queue {queue}"),
        Words(
            f"穿过 Temporal、工作进程与数据库，{heart.zh}。指令不被处理；逾期照常预警。",
            f"Through Temporal, worker and database {heart.en}. Commands are not decided; overdue steps are noticed.",
        ),
        Words("检查 shixian worker、Temporal 与数据库。", "look at `shixian worker`, Temporal and the database."),
    )


def _overdue_not_marked(fired: Fired) -> Said:
    number = plain(fired.value)
    return Said(
        Words(f"{number} 个逾期未被流程记录", f"{number} overdue clocks are not on record in their cases"),
        Words(
            "时限已过，案件流程却没有记下逾期：定时器漏掉，或流程没有运行。",
            "They are overdue, and their workflows have not recorded it: a timer was missed, or a run is missing.",
        ),
        Words(
            "检查工作进程；对案件执行 shixian recalculate。", "look at the worker; `shixian recalculate` wakes a case."
        ),
    )


def _ledger_fault(fired: Fired) -> Said:
    number, kind = plain(fired.value), fired.label("kind")
    return Said(
        Words(f"台账异常 {number} 起（{kind}）", f"faults of the ledger: {number} ({kind})"),
        Words(
            "台账与案件历史不一致；没有覆盖任何记录，相关案件停在原处。",
            "A ledger and its case's history disagree. Nothing was written over; the case waits.",
        ),
        Words("shixian faults 查看，shixian verify 核对。", "see `shixian faults`, then check with `shixian verify`."),
    )


def _notices_refused(fired: Fired) -> Said:
    number = plain(fired.value)
    return Said(
        Words(f"{number} 份告知被渠道拒收", f"{number} notices were refused by their channel"),
        Words(
            "渠道拒收且重试无益，已单独搁置；其后的告知照常送出。有人没有收到本应收到的预警。",
            "Trying again would not help, so they were set aside, and what came after them went out. Somebody was not "
            "told.",
        ),
        Words(
            "shixian tellings --refused 查看原因；修好渠道后加 --send-again 重发。",
            "see why in `shixian tellings --refused`; mend the channel, then add `--send-again`.",
        ),
    )


def _webhook_unreached(fired: Fired) -> Said:
    hook, company = fired.label("webhook"), fired.label("company")
    return Said(
        Words(f"推送地址 {hook}（{company}）无法送达", f"the webhook {hook} of {company} is not reached"),
        Words(
            "一小时内推送全部失败，或对方称地址已停用（410）。事件保留，按次重试三天；该单位可用 /v1/events 取得。",
            "Every attempt of an hour failed, or its address said that it is gone (410). Events are kept and tried for "
            "three days; the company can read them at /v1/events.",
        ),
        Words(
            "shixian webhooks list 查看；联系该单位，恢复后 shixian webhooks resume。",
            "see `shixian webhooks list`; tell the company, and `shixian webhooks resume` once it is mended.",
        ),
    )


# --- what a person must act on ----------------------------------------------------------------------------------------


def _api_key_expires_soon(fired: Fired) -> Said:
    actor, key, left = fired.label("actor"), fired.label("key"), duration(fired.value)
    return Said(
        Words(f"接口密钥即将到期：{actor}", f"an API key ends soon: {actor}"),
        Words(
            f"密钥 {key} 还有 {left} 到期，且未更换；到期后该系统不能再报送，环节会因此显示逾期。",
            f"Key {key} ends in {left}, and no other takes its place. After that its program posts nothing, and steps fall "
            "overdue for that alone.",
        ),
        Words(
            f"运行 shixian keys renew {key}，把新密钥交给使用方；旧密钥最多并行 7 天。",
            f"run `shixian keys renew {key}` and hand the new key over; the old one goes on for 7 days at most.",
        ),
    )


def _cases_moved(fired: Fired) -> Said:
    number, calendar = plain(fired.value), fired.label("calendar")
    return Said(
        Words(
            f"日历变更：{number} 个在办案件到期日已移动（{calendar}）",
            f"{number} open cases have another due date by the changed calendar of {calendar}",
        ),
        Words(
            "新通知改变了工作日；原到期日保留在案。七个工作日后自动结束。",
            "A notice changed working days. The old due dates stay on record. This ends by itself after seven working "
            "days.",
        ),
        Words("将新到期日告知经办单位与申请人。", "tell the offices and the applicants their new dates."),
    )


def _postings_await_confirmation(fired: Fired) -> Said:
    number = plain(fired.value)
    return Said(
        Words(f"{number} 件迟报办结待确认", f"{number} completions told late wait for an officer"),
        Words(
            "迟报过久的办结经人工确认才计入；确认前环节仍算在办。",
            "A completion told too late counts only once an officer has confirmed it; until then the step is open.",
        ),
        Words(
            "shixian told-late 查看，shixian confirm 确认。", "see `shixian told-late`; confirm with `shixian confirm`."
        ),
    )


_COMMANDS = {
    "extend": ("延长期限", "extensions"),
    "correct": ("更正已办结件", "corrections of closed cases"),
    "confirm": ("确认补录", "confirmations of late postings"),
    "withdraw": ("撤件", "withdrawals"),
}


def _request_overdue(fired: Fired) -> Said:
    number = plain(fired.value)
    zh, en = _COMMANDS.get(fired.label("command"), (fired.label("command"),) * 2)
    return Said(
        Words(f"{number} 件「{zh}」申请逾期未复核", f"{number} requests for {en} are past their due time"),
        Words(
            "申请须由他人同意或不同意；此前不生效。延长申请须在原时限届满前同意，逾期不得延长。",
            "Nothing that is asked for happens before another grants it. An extension granted after the limit is none.",
        ),
        Words(
            "shixian requests 查看，shixian grant 或 shixian refuse-request 处理。",
            "see `shixian requests`; answer with `shixian grant` or `shixian refuse-request`.",
        ),
    )


def _calendar_ending(fired: Fired) -> Said:
    calendar, left = fired.label("calendar"), duration(fired.value)
    return Said(
        Words(f"工作日历（{calendar}）即将用尽", f"the working calendar of {calendar} ends soon"),
        Words(
            f"已公布的工作日历（{calendar}）还有 {left} 到头（业务时间）；此后到期的案件没有到期日。",
            f"The published calendar of {calendar} ends in {left} of business time; what is due later has no due date.",
        ),
        Words("国务院办公厅通知公布后，装载下一年日历并发版。", "load next year's notice as soon as it is published."),
    )


def _due_beyond_calendar(fired: Fired) -> Said:
    number, calendar = plain(fired.value), fired.label("calendar")
    return Said(
        Words(
            f"{number} 个在办案件或环节的到期日超出已公布日历（{calendar}）",
            f"{number} open cases or steps are due beyond the published calendar of {calendar}",
        ),
        Words(
            f"日历（{calendar}）之外无法推算到期日，{number} 个案件或环节暂无到期日，也就没有预警。",
            f"Beyond the calendar of {calendar} nothing is guessed: {number} cases or steps have no due date, and so no "
            "alert.",
        ),
        Words(
            "装载下一年日历；装载后自动重算。", "load next year's notice; open cases are counted again by themselves."
        ),
    )


_ALIVE = Said(
    Words("预警通道正常（持续信号）", "alerts get through (this one always fires)"),
    Words("此信号中断，即预警不能送达。", "Where this one stops arriving, no alert arrives."),
    Words(
        "此信号正常时无需处置；中断时检查 Prometheus、Alertmanager 与中继。",
        "nothing while it arrives; if it stops, look at Prometheus, Alertmanager and relay.",
    ),
)

SAID: Mapping[str, Callable[[Fired], Said]] = MappingProxyType(
    {
        "ShixianExporterDown": _always(_EXPORTER_DOWN),
        "ShixianCollectorFailing": _collector_failing,
        "ShixianReadModelMissing": _always(_READ_MODEL_MISSING),
        "ShixianCaseDetailTruncated": _detail_truncated,
        "ShixianWorkerStuck": _worker_stuck,
        "ShixianOverdueNotMarked": _overdue_not_marked,
        "ShixianLedgerFault": _ledger_fault,
        "ShixianNoticesRefused": _notices_refused,
        "ShixianApiKeyExpiresSoon": _api_key_expires_soon,
        "ShixianWebhookUnreached": _webhook_unreached,
        "ShixianCasesMoved": _cases_moved,
        "ShixianRequestOverdue": _request_overdue,
        "ShixianPostingsAwaitConfirmation": _postings_await_confirmation,
        "ShixianCalendarEnding": _calendar_ending,
        "ShixianDueDateBeyondCalendar": _due_beyond_calendar,
        WATCHDOG: _always(_ALIVE),
    }
)
