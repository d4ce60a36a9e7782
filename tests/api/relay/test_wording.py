"""A notice as text fits its channel and is never cut within a character."""

from hypothesis import given
from hypothesis import strategies as st

from api.relay.dedup import alive
from api.relay.notice import Notification, notice
from api.relay.resolution import PASSED
from api.relay.wording import cut, text, title
from tests.api.relay.build import alert, webhook
from tests.desk import at


def a_notice(number: int, kind: str = "raised", link: str = "http://shixian") -> Notification:
    alerts = webhook(*(alert(case=f"SZ-{n}") for n in range(number))).alerts
    why = PASSED if kind == "withdrawn" else None
    return notice("sz-water", kind, [(alive("sz-water", one, at("2021-03-05 09:00")), why) for one in alerts], link)


def test_what_fits_is_told_in_full() -> None:
    written = text(a_notice(2), 4096)
    assert title(a_notice(2)) == "时限 Shixian · 告警 alert · 市水务集团（2）"
    assert written.startswith(title(a_notice(2)))
    assert "【黄牌】案件 SZ-0 环节逾期" in written
    assert "处置：立即办结并登记。" in written
    assert "查看 open: http://shixian" in written


def test_what_does_not_fit_in_full_is_told_in_short_and_then_counted() -> None:
    short = text(a_notice(10), 900)
    assert "处置" not in short
    assert "SZ-9" in short
    fewer = text(a_notice(25), 500)
    named = sum(f"案件 SZ-{number} " in fewer for number in range(25))
    assert 0 < named < 10
    assert f"另有 {25 - named} 项 and {25 - named} more" in fewer


def test_a_withdrawal_says_why() -> None:
    assert "情况已恢复；it no longer holds" in text(a_notice(1, "withdrawn"), 4096, markdown=True)


@given(number=st.integers(1, 30), most=st.integers(20, 4096), markdown=st.booleans())
def test_no_text_is_longer_than_its_channel_takes(number: int, most: int, markdown: bool) -> None:
    assert len(text(a_notice(number), most, markdown=markdown).encode()) <= most


@given(written=st.text(), most=st.integers(3, 100))
def test_a_cut_is_the_beginning(written: str, most: int) -> None:
    found = cut(written, most)
    assert len(found.encode()) <= most
    assert found == written or written.startswith(found.removesuffix("…"))
