"""A notice as text for people, Chinese first and English beside it, within the bytes that a channel takes."""

from collections.abc import Callable, Iterator

from activities.store.tellings import RAISED, REMINDER, WITHDRAWN
from api.relay.notice import AlertShown, Notification

KINDS = {RAISED: "告警 alert", WITHDRAWN: "解除 withdrawn", REMINDER: "值守正常 all is alive"}
ELLIPSIS = "…"
AGAIN = ("（再次）", " (again)")


def title(notice: Notification) -> str:
    """Write what it is, who is told, and how many alerts."""
    number = len(notice.alerts) + notice.more
    return f"时限 Shixian · {KINDS.get(notice.kind, notice.kind)} · {notice.recipient}（{number}）"


def text(notice: Notification, most: int, *, markdown: bool = False) -> str:
    """Write what `most` bytes of UTF-8 hold: in full, else the summaries alone, else fewer of them."""
    for said in (_in_full, _in_short):
        written = _written(notice, len(notice.alerts), said, markdown=markdown)
        if _size(written) <= most:
            return written
    for number in range(len(notice.alerts) - 1, 0, -1):
        written = _written(notice, number, _in_short, markdown=markdown)
        if _size(written) <= most:
            return written
    return cut(_written(notice, 1, _in_short, markdown=markdown), most)


def cut(written: str, most: int) -> str:
    """Keep the beginning that `most` bytes hold, never half a character."""
    if _size(written) <= most:
        return written
    return written.encode()[: most - _size(ELLIPSIS)].decode(errors="ignore") + ELLIPSIS


def _written(notice: Notification, number: int, said: Callable[[AlertShown], Iterator[str]], *, markdown: bool) -> str:
    heading = title(notice)
    parts = [f"**{heading}**" if markdown else heading]
    parts += ["\n".join(said(alert)) for alert in notice.alerts[:number]]
    more = notice.more + len(notice.alerts) - number
    if more:
        parts.append(f"另有 {more} 项 and {more} more")
    if notice.link:
        parts.append(f"[查看 open]({notice.link})" if markdown else f"查看 open: {notice.link}")
    return "\n\n".join(parts)


def _in_short(alert: AlertShown) -> Iterator[str]:
    named = alert.labels.get("case_id") or alert.alertname
    zh, en = AGAIN if alert.again else ("", "")
    yield f"{alert.summary_zh or f'{alert.alertname} {named}'}{zh}"
    yield f"{alert.summary or alert.alertname}{en}"
    if alert.reason is not None:
        yield f"→ {alert.reason_zh}；{alert.reason}"


def _in_full(alert: AlertShown) -> Iterator[str]:
    yield from _in_short(alert)
    if alert.reason is None:
        yield from (part for part in (alert.description_zh, alert.description) if part)


def _size(written: str) -> int:
    return len(written.encode())
