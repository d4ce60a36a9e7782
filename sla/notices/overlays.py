"""Days off of one jurisdiction only 地方放假安排. Examples that are known, not a complete table.

None is known for Jiangsu, Suzhou or Taicang; Guangxi sets days of its own in every year since 2014.
"""

from datetime import date

from sla.notices.notice import Change, Period, dates

OVERLAYS: tuple[Change, ...] = (
    Change(
        id="CN-BJ-2008",
        jurisdiction="CN-BJ",
        reason="Opening of the Olympic Games: offices closed for a day.",
        periods=(Period(name="奥运会开幕日", first=date(2008, 8, 8), last=date(2008, 8, 8)),),
        to_off=dates("2008-08-08"),
        checked="press",
    ),
    Change(
        id="CN-SC-513400-2011",
        jurisdiction="CN-SC-513400",
        number="凉府办发〔2010〕31号",
        dated=date(2010, 12, 20),
        reason="Liangshan prefecture: torch festival, founding day and Yi new year; a national make-up day became a day off.",
        periods=(
            Period(name="火把节", first=date(2011, 7, 25), last=date(2011, 7, 29)),
            Period(name="州庆", first=date(2011, 10, 8), last=date(2011, 10, 8)),
            Period(name="彝族年", first=date(2011, 11, 21), last=date(2011, 11, 25)),
        ),
        to_off=dates(
            "2011-07-25 2011-07-26 2011-07-27 2011-07-28 2011-07-29 2011-10-08 2011-11-21 2011-11-22 "
            "2011-11-23 2011-11-24 2011-11-25"
        ),
        to_work=dates("2011-07-31 2011-11-27"),
        checked="one reprint",
    ),
    Change(
        id="CN-BJ-2014",
        jurisdiction="CN-BJ",
        published=date(2014, 10, 9),
        reason="APEC meeting, by approval of the State Council.",
        periods=(Period(name="亚太经合组织会议调休", first=date(2014, 11, 7), last=date(2014, 11, 12)),),
        to_off=dates("2014-11-07 2014-11-10 2014-11-11 2014-11-12"),
        to_work=dates("2014-11-02 2014-11-15"),
        checked="several press reports",
    ),
    Change(
        id="CN-GX-2016",
        jurisdiction="CN-GX",
        reason="Sanyuesan.",
        periods=(Period(name="壮族三月三", first=date(2016, 4, 8), last=date(2016, 4, 11)),),
        to_off=dates("2016-04-08 2016-04-11"),
        checked="one reprint",
    ),
    Change(
        id="CN-GX-2017",
        jurisdiction="CN-GX",
        dated=date(2017, 2, 10),
        reason="Sanyuesan; moved the national make-up day of 1 April to 8 April.",
        periods=(Period(name="壮族三月三", first=date(2017, 3, 30), last=date(2017, 4, 1)),),
        to_off=dates("2017-03-30 2017-03-31 2017-04-01"),
        to_work=dates("2017-04-08"),
        checked="wording of the notice",
    ),
    Change(
        id="CN-GX-2018",
        jurisdiction="CN-GX",
        reason="Sanyuesan; 20 April exchanged for Sunday 15 April.",
        periods=(Period(name="壮族三月三", first=date(2018, 4, 18), last=date(2018, 4, 20)),),
        to_off=dates("2018-04-18 2018-04-19 2018-04-20"),
        to_work=dates("2018-04-15"),
        checked="one reprint",
    ),
    Change(
        id="CN-HB-2020",
        jurisdiction="CN-HB",
        published=date(2020, 2, 1),
        reason="Spring Festival prolonged to 13 February, by approval of the State Council.",
        periods=(Period(name="春节", first=date(2020, 2, 3), last=date(2020, 2, 13)),),
        to_off=dates(
            "2020-02-03 2020-02-04 2020-02-05 2020-02-06 2020-02-07 2020-02-10 2020-02-11 2020-02-12 2020-02-13"
        ),
        checked="several press reports",
    ),
    Change(
        id="CN-GX-2024",
        jurisdiction="CN-GX",
        published=date(2024, 3, 22),
        reason="Sanyuesan.",
        periods=(Period(name="壮族三月三", first=date(2024, 4, 11), last=date(2024, 4, 12)),),
        to_off=dates("2024-04-11 2024-04-12"),
        checked="wording of the notice",
    ),
)
