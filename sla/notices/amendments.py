"""Notices that changed a year already published 调整通知: what was known when decides an answer."""

from datetime import date

from sla.notices.notice import Change, Period, dates

AMENDMENTS: tuple[Change, ...] = (
    Change(
        id="CN-2015-09-03",
        jurisdiction="CN",
        number="国发明电〔2015〕1号",
        dated=date(2015, 5, 13),
        published=date(2015, 5, 13),
        reason="One more day off that year, seventy years after the victory in the war of resistance.",
        periods=(Period(name="抗战胜利纪念日", first=date(2015, 9, 3), last=date(2015, 9, 5)),),
        to_off=dates("2015-09-03 2015-09-04"),
        to_work=dates("2015-09-06"),
        checked="wording of the notice",
        url="https://www.gov.cn/zhengce/zhengceku/2015-05/13/content_9742.htm",
    ),
    Change(
        id="CN-2019-05-01",
        jurisdiction="CN",
        number="国办发明电〔2019〕3号",
        dated=date(2019, 3, 22),
        published=date(2019, 3, 22),
        reason="May Day became four days instead of one.",
        periods=(Period(name="劳动节", first=date(2019, 5, 1), last=date(2019, 5, 4)),),
        to_off=dates("2019-05-02 2019-05-03"),
        to_work=dates("2019-04-28 2019-05-05"),
        checked="wording of the notice",
        url="https://www.gov.cn/zhengce/zhengceku/2019-03/22/content_5375877.htm",
    ),
    Change(
        id="CN-2020-01-31",
        jurisdiction="CN",
        number="国办发明电〔2020〕1号",
        dated=date(2020, 1, 26),
        published=date(2020, 1, 27),
        reason="Spring Festival was prolonged to Sunday 2 February against the epidemic.",
        periods=(Period(name="春节", first=date(2020, 1, 31), last=date(2020, 2, 2)),),
        to_off=dates("2020-01-31 2020-02-01"),
        checked="wording of the notice",
        url="https://www.gov.cn/zhengce/zhengceku/2020-01/27/content_5472352.htm",
    ),
)
